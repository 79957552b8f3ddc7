"""/oauth2/userInfo: the only place that notices a revoked access token."""

from __future__ import annotations

import flask

from . import claims, trigger, web

blueprint = flask.Blueprint("userinfo", __name__)

BAD_REQUEST = ("invalid_request", "Bad OAuth2 request at UserInfo Endpoint")
BAD_TOKEN = (
    "invalid_token",
    "Access token is expired, disabled, or deleted, or the user has globally signed out.",
)
NO_OPENID = ("invalid_token", "Access token does not contain openid scope")


@blueprint.get("/oauth2/userInfo")
def user_info():
    return web.allow_any_origin(answer(web.pool(), flask.request.headers.get("Authorization")))


def answer(pool, header: str | None):
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return refuse(400, BAD_REQUEST)
    access = pool.grants.live_access(token.strip())
    user = pool.users.get(access.grant.username or "") if access else None
    if user is None or not user.enabled:
        return refuse(401, BAD_TOKEN)
    if "openid" not in trigger.scopes(pool, access.grant):
        return refuse(401, NO_OPENID)
    client = pool.clients[access.grant.client_id]
    return web.json_answer(claims.user_info(user, client, access.grant.scopes))


def refuse(status: int, reason: tuple[str, str]):
    """The challenge has no scheme word: parameters only, as Cognito sends it."""
    response = web.oauth_error(*reason, status=status)
    challenge = f'error="{reason[0]}", error_description="{reason[1]}"'
    response.headers["WWW-Authenticate"] = challenge
    return response
