"""The end of a sign-in: a session of the browser, and a code or tokens for the client."""

from __future__ import annotations

import uuid

import flask

from . import levels, tokens, web
from .authorize_request import AuthorizeRequest, PageError, RedirectError
from .browser import BrowserSession
from .grants import Grant


def start_session(
    pool, ask: AuthorizeRequest, username: str, provider: str, methods: tuple = ("pwd",)
):
    """`methods`: how the user has signed in, in the words of `amr`."""
    cookie, session = pool.browsers.start(username, provider, methods)
    response = finish(pool, ask, session, is_new=True)
    web.set_cookie(response, "cognito", cookie, max_age=3600)
    web.set_cookie(response, "cognito-fl", "W10=", max_age=365 * 86400)
    return response


def finish(pool, ask: AuthorizeRequest, session: BrowserSession, is_new: bool = False):
    """Back to the client with a code, or with tokens in the fragment (implicit flow)."""
    check_trouble(ask)
    if not pool.users[session.username].enabled:
        if pool.quirks.disabled_user_cookie == "redirect":
            raise RedirectError(ask, "invalid_request", "User is disabled")
        raise PageError("User is disabled", ask.client.id)
    grant = new_grant(pool, ask, session, is_new)
    if ask.response_type == "token":
        return web.redirect(implicit_location(pool, ask, grant))
    code = pool.grants.issue_code(grant, ask.redirect_uri, ask.challenge)
    return web.redirect(web.with_params(ask.redirect_uri, [("code", code), *state_of(ask)]))


def check_trouble(ask: AuthorizeRequest) -> None:
    """What a fault of the control API lets go wrong here."""
    trouble = flask.request.environ.get("cognito.trouble")
    if trouble is not None:
        raise RedirectError(ask, *trouble)


def new_grant(pool, ask: AuthorizeRequest, session: BrowserSession, is_new: bool) -> Grant:
    federated = session.provider != "COGNITO"
    nonce = ask.nonce
    if nonce is None and federated and is_new:
        nonce = uuid.uuid4().hex  # Cognito makes one up, and the ID token shows it
    grant = Grant(ask.client.id, session.username, ask.scopes, session.auth_time, nonce)
    grant.resource = ask.resource
    grant.acr = levels.first_wanted(ask.acr_values, levels.of_methods(session.methods))
    grant.amr = list(session.methods)
    return grant


def implicit_location(pool, ask: AuthorizeRequest, grant: Grant) -> str:
    answer = tokens.issue(pool, grant, ask.client, "implicit")
    members = [(name, str(answer[name])) for name in ("id_token", "access_token") if name in answer]
    members += [("token_type", "Bearer"), ("expires_in", str(answer["expires_in"]))]
    return ask.redirect_uri + web.with_params("#", members + state_of(ask)).replace("?", "", 1)


def state_of(ask: AuthorizeRequest) -> list[tuple[str, str]]:
    return [] if ask.state is None else [("state", ask.state)]
