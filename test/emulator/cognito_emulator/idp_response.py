"""/oauth2/idpresponse and /saml2/idpresponse: the way back from an identity provider."""

from __future__ import annotations

from urllib.parse import parse_qsl

import flask
from werkzeug.datastructures import MultiDict

from . import federation, web
from .authorize_request import PageError, RedirectError, parse
from .finish import start_session

blueprint = flask.Blueprint("idp_response", __name__)


@blueprint.get("/oauth2/idpresponse")
def oauth_response():
    """From an OIDC or social provider, in the browser that was sent there."""
    args = flask.request.args
    if args.get("state") != flask.request.cookies.get("csrf-state"):
        raise PageError("invalid_request")
    asked = web.pool().end_federation(args.get("state", ""))
    return complete(web.pool(), asked, args)


@blueprint.post("/saml2/idpresponse")
def saml_response():
    """From a SAML provider. IdP-initiated, RelayState holds the authorization request."""
    form = flask.request.form
    relay = form.get("RelayState", "")
    asked = web.pool().end_federation(relay)
    if asked is None and "client_id=" in relay:
        asked = MultiDict(parse_qsl(relay))
    return complete(web.pool(), asked, {"code": form.get("SAMLResponse", ""), **error_of(form)})


def error_of(form) -> dict:
    return {name: form[name] for name in ("error", "error_description") if name in form}


def complete(pool, asked, answer):
    if asked is None:
        raise PageError("Invalid relayState from identity provider")
    ask = parse(pool, asked)
    if answer.get("error"):
        raise RedirectError(ask, answer["error"], answer.get("error_description"))
    person = pool.take_assertion(answer.get("code", ""))
    if person is None:
        raise RedirectError(ask, "server_error", "Exception processing authorization code")
    provider, subject, attributes = person
    missing = federation.missing_attributes(provider, attributes)
    if missing:
        raise RedirectError(ask, "invalid_request", f"attributes required: [{', '.join(missing)}]")
    user = federation.sign_in(pool, provider, subject, attributes)
    return start_session(pool, ask, user.username, provider.name, ("fed",))
