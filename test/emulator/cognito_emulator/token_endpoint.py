"""/oauth2/token and /oauth2/revoke."""

from __future__ import annotations

import flask

from . import tokens, web
from .claims import unreadable_scope_attribute
from .client_auth import ClientError, authenticate
from .grants import Grant, GrantError, verifier_matches

blueprint = flask.Blueprint("token", __name__)

FORM = "application/x-www-form-urlencoded"


class TokenError(Exception):
    def __init__(self, error: str, why: str) -> None:
        super().__init__(error)
        self.error = error
        self.why = why


@blueprint.post("/oauth2/token")
def token():
    """A JSON body is invalid_request; any other wrong content type a 405 without a body."""
    kind = flask.request.mimetype
    if kind == "application/json":
        return web.allow_any_origin(web.oauth_error("invalid_request"))
    if kind != FORM:
        return web.allow_any_origin(web.empty(405))
    try:
        answer = web.json_answer(grant_tokens(web.pool(), flask.request.values))
    except TokenError as error:
        answer = web.oauth_error(error.error, why=error.why)
    except GrantError as error:
        answer = web.oauth_error(error.error, error.description, why=error.why)
    except ClientError as error:
        answer = web.oauth_error("invalid_client", error.description, why=str(error))
    web.set_cookie(answer, "XSRF-TOKEN", web.pool().browsers.new_form())
    return web.allow_any_origin(answer)


def grant_tokens(pool, values) -> dict:
    kinds = {
        "authorization_code": redeem_code,
        "refresh_token": refresh,
        "client_credentials": machine,
    }
    grant_type = values.get("grant_type")
    if not grant_type:
        raise TokenError("invalid_request", "grant_type is missing")
    if grant_type not in kinds:
        raise TokenError("unsupported_grant_type", f"there is no grant_type {grant_type}")
    try:
        client = authenticate(pool, flask.request, values)
    except ClientError:
        if pool.quirks.client_failure_burns_code:
            pool.grants.burn_code(values.get("code", ""))
        raise
    return kinds[grant_type](pool, client, values)


def require(values, name: str) -> str:
    if not values.get(name):
        raise TokenError("invalid_request", f"{name} is missing")
    return values[name]


def redeem_code(pool, client, values) -> dict:
    if "code" not in client.flows:
        raise TokenError("unauthorized_client", f"client {client.id} has no code flow")
    text = require(values, "code")
    redirect_uri = require(values, "redirect_uri")
    code = pool.grants.take_code(text, client.id, redirect_uri, pool.quirks)
    check_verifier(pool, code, values.get("code_verifier"))
    check_user(pool, code.grant, client)
    answer = tokens.issue(pool, code.grant, client, "authorization_code")
    refresh_token = pool.grants.issue_refresh(code.grant, client.refresh_lifetime_sec)
    return in_order(answer, refresh_token)


def check_verifier(pool, code, verifier: str | None) -> None:
    """A wrong verifier is invalid_request and, by default, burns the code."""
    if not pool.quirks.pkce_check:
        return
    if code.challenge is None and verifier is None:
        return
    if code.challenge and verifier and verifier_matches(verifier, code.challenge):
        return
    if not pool.quirks.pkce_failure_burns_code:
        pool.grants.give_back(code)
    raise TokenError("invalid_request", "code_verifier does not fit what was sent to authorize")


def check_user(pool, grant: Grant, client) -> None:
    user = pool.users.get(grant.username)
    if user is None or not user.enabled or grant.revoked:
        raise GrantError("invalid_grant", why="the user is disabled, deleted or signed out")
    if hidden := unreadable_scope_attribute(client, grant.scopes):
        why = f"client {client.id} may not read {hidden}, which its scopes hold"
        raise GrantError("invalid_grant", why=why)


def refresh(pool, client, values) -> dict:
    """No refresh_token in the answer, unless rotation is on."""
    text = require(values, "refresh_token")
    old = pool.grants.use_refresh(text, client, pool.quirks)
    check_user(pool, old.grant, client)
    answer = tokens.issue(pool, old.grant, client, "refresh_token")
    if not client.refresh_rotation:
        return in_order(answer, None)
    return in_order(answer, pool.grants.replace_refresh(old))


def machine(pool, client, values) -> dict:
    if "client_credentials" not in client.flows:
        raise TokenError("unauthorized_client", f"client {client.id} has no client_credentials")
    own = [s for s in client.scopes if s in pool.scopes_of_resource_servers()]
    wanted = values.get("scope", "").split() or own
    if set(wanted) - set(own) and pool.quirks.foreign_scope_m2m == "invalid_scope":
        why = f"client {client.id} has no {' '.join(sorted(set(wanted) - set(own)))}"
        raise TokenError("invalid_scope", why)
    scopes = [s for s in dict.fromkeys(wanted) if s in own]
    grant = Grant(client.id, None, scopes, pool.clock.seconds())
    return in_order(tokens.issue(pool, grant, client, "client_credentials"), None)


def in_order(answer: dict, refresh_token: str | None) -> dict:
    """id_token, access_token, refresh_token, expires_in, token_type; never a scope."""
    if refresh_token is not None:
        answer = {**answer, "refresh_token": refresh_token}
    order = ("id_token", "access_token", "refresh_token", "expires_in", "token_type")
    return {name: answer[name] for name in order if name in answer}


@blueprint.post("/oauth2/revoke")
def revoke():
    """200 without a body, also for unknown tokens; a wrong client is 401 here."""
    pool = web.pool()
    try:
        client = authenticate(pool, flask.request, flask.request.values)
    except ClientError as error:
        refusal = web.oauth_error("invalid_client", status=401, why=str(error))
        return web.allow_any_origin(refusal)
    return web.allow_any_origin(revoke_token(pool, client, flask.request.values.get("token")))


def revoke_token(pool, client, text: str | None):
    if not text or not client.revocation:
        return web.oauth_error("invalid_request")
    if text.count(".") == 2:
        return web.oauth_error("unsupported_token_type")
    found = pool.grants.find_refresh(text)
    if found is not None and found.grant.client_id != client.id:
        return web.oauth_error("invalid_request")
    if found is not None:
        found.grant.revoked = True
    return web.empty(200)
