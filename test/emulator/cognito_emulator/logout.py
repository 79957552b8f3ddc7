"""/logout, which does not speak OpenID Connect's RP-initiated logout."""

from __future__ import annotations

from urllib.parse import urlencode

import flask

from . import web
from .authorize_request import PageError, mismatch
from .model import Client

blueprint = flask.Blueprint("logout", __name__)

NEEDED = ("client_id", "redirect_uri", "response_type", "scope")
DOCUMENTED = (*NEEDED, "state", "nonce")
MISLEADING = "Required String parameter 'redirect_uri' is not present"


@blueprint.get("/logout")
def logout():
    """Form A: client_id and logout_uri. Form B: client_id and redirect_uri, on to /login.

    Everything else is ignored, so `post_logout_redirect_uri` ends in a misleading error,
    and so does a logout_uri that is not registered.
    """
    pool = web.pool()
    args = flask.request.args
    if not args.get("client_id"):
        return web.redirect(f"{web.domain_url()}/login?{web.raw_query()}")
    client = pool.clients.get(args["client_id"])
    if client is None:
        raise PageError("invalid_request", args["client_id"])
    if args.get("logout_uri"):
        if args["logout_uri"] not in client.logout_urls:
            raise PageError(MISLEADING, client.id, unregistered(args["logout_uri"], client))
        return end_session(pool, args["logout_uri"])
    if not args.get("redirect_uri"):
        why = "neither logout_uri nor redirect_uri; other parameters are not looked at"
        raise PageError(MISLEADING, client.id, why)
    if args["redirect_uri"] not in client.callback_urls:
        raise PageError("redirect_mismatch", client.id, mismatch(args["redirect_uri"], client))
    return end_session(pool, f"{web.domain_url()}/login?{passed_on(pool)}")


def unregistered(uri: str, client: Client) -> str:
    known = ", ".join(client.logout_urls) or "none"
    return f"{uri} is not registered at client {client.id}; its sign-out URLs are: {known}"


def passed_on(pool) -> str:
    """The query of form B, as far as it is known that the login gets it."""
    if pool.quirks.logout_passes_on == "all":
        return web.raw_query()
    names = DOCUMENTED if pool.quirks.logout_passes_on == "documented" else NEEDED
    args = flask.request.args
    return urlencode([(name, args[name]) for name in names if name in args])


def end_session(pool, location: str):
    """Only the browser's cookie ends: tokens live on."""
    pool.browsers.end(flask.request.cookies.get("cognito"))
    response = web.redirect(location)
    web.set_cookie(response, "cognito", "", max_age=0)
    return response
