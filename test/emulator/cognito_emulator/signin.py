"""/oauth2/authorize and /login: from an authorization request to a code at the callback."""

from __future__ import annotations

from urllib.parse import quote

import flask

from . import challenges, levels, web
from .authorize_request import AuthorizeRequest, RedirectError, parse
from .browser import BrowserSession
from .finish import check_trouble, finish
from .forms import check_form, form_page, parse_at_login
from .passwords import password_is_right

blueprint = flask.Blueprint("signin", __name__)


@blueprint.get("/oauth2/authorize")
def authorize():
    pool = web.pool()
    ask = parse(pool, flask.request.args)
    check_trouble(ask)
    session = current_session(pool)
    if session is not None and serves(pool, session, ask):
        return finish(pool, ask, session)
    if "none" in ask.prompt:
        raise RedirectError(ask, "login_required")
    if ask.provider is not None:
        return to_provider(pool, ask)
    return web.redirect(f"{web.domain_url()}/login?{web.raw_query()}")


@blueprint.get("/login")
def login_page():
    """Going directly to /login never signs in silently: it offers "Sign in as X"."""
    pool = web.pool()
    ask = parse_at_login(pool)
    session = current_session(pool)
    if session is not None and serves(pool, session, ask):
        return form_page("chooser.html", ask, username=session.username)
    return login_form(ask)


@blueprint.post("/login")
def login_post():
    pool = web.pool()
    ask = parse_at_login(pool)
    check_form(pool)
    form = flask.request.form
    session = current_session(pool)
    if form.get("choice") == "other" or (form.get("choice") and session is None):
        return login_form(ask)
    if form.get("choice") == "continue":
        return finish(pool, ask, session)
    user = pool.find_user(form.get("username", "").strip())
    if user is None or not password_is_right(user, form.get("password", "")):
        return login_form(ask, "Incorrect username or password.")
    if not user.enabled:
        return login_form(ask, "User is disabled.")
    if not user.confirmed:
        return web.redirect(f"{web.domain_url()}/confirmUser?{web.raw_query()}")
    return challenges.next_page(pool, ask, user)


def current_session(pool) -> BrowserSession | None:
    session = pool.browsers.find(flask.request.cookies.get("cognito"))
    return session if session is not None and session.username in pool.users else None


def serves(pool, session: BrowserSession, ask: AuthorizeRequest) -> bool:
    """Whether the browser's session answers this request without a new sign-in."""
    if "login" in ask.prompt or session.provider not in ask.client.identity_providers:
        return False
    if levels.needs_more(ask.acr_values, pool.users[session.username], session):
        return False
    wanted = "COGNITO" if ask.wants_local else ask.provider and ask.provider.name
    if wanted is not None and wanted != session.provider:
        return False
    return ask.max_age is None or pool.clock.now() - session.auth_time <= ask.max_age


def to_provider(pool, ask: AuthorizeRequest):
    """To the identity provider; login_hint goes along only to OIDC providers and Google."""
    relay = pool.start_federation(flask.request.args)
    params = [("state", relay), ("redirect_uri", f"{web.domain_url()}/oauth2/idpresponse")]
    if ask.login_hint and ask.provider.type in ("OIDC", "Google"):
        params.append(("login_hint", ask.login_hint))
    if prompt := [value for value in ask.prompt if value != "none"]:
        params.append(("prompt", " ".join(prompt)))
    name = quote(ask.provider.name, safe="")
    response = web.redirect(web.with_params(f"{pool.idp_url}/{pool.id}/{name}/authorize", params))
    web.set_cookie(response, "csrf-state", relay, max_age=1800)
    web.set_cookie(response, "csrf-state-legacy", relay, max_age=1800)
    return response


def login_form(ask: AuthorizeRequest, message: str | None = None):
    allowed = ask.client.identity_providers
    buttons = [name for name in web.pool().providers if name in allowed]
    typed = flask.request.form.get("username", "") or ask.login_hint
    return form_page(
        "login.html",
        ask,
        message=message,
        username=typed,
        providers=buttons,
        local="COGNITO" in allowed,
        sign_up=web.pool().config.sign_up,
    )
