"""/oauth2/authorize and /login: from an authorization request to a code at the callback."""

from __future__ import annotations

import hmac
import uuid
from urllib.parse import quote

import flask

from . import tokens, web
from .authorize_request import AuthorizeRequest, PageError, RedirectError, parse
from .browser import BrowserSession
from .grants import Grant

blueprint = flask.Blueprint("signin", __name__)

LANGUAGES = "de en es fr id it ja ko pt-BR zh-CN zh-TW".split()
LEVEL_OF_PASSWORD = "urn:cognito:loa:1"


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
    return web.redirect(f"{pool.domain_url}/login?{web.raw_query()}")


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
        return web.redirect(f"{pool.domain_url}/confirmUser?{web.raw_query()}")
    return start_session(pool, ask, user.username, "COGNITO")


def parse_at_login(pool) -> AuthorizeRequest:
    if not flask.request.args.get("client_id"):
        raise PageError("Missing required parameter client_id")
    return parse(pool, flask.request.args)


def password_is_right(user, password: str) -> bool:
    if user.password is None:
        return False
    return hmac.compare_digest(user.password.encode(), password.encode())


def current_session(pool) -> BrowserSession | None:
    session = pool.browsers.find(flask.request.cookies.get("cognito"))
    return session if session is not None and session.username in pool.users else None


def serves(pool, session: BrowserSession, ask: AuthorizeRequest) -> bool:
    """Whether the browser's session answers this request without a new sign-in."""
    if "login" in ask.prompt or session.provider not in ask.client.identity_providers:
        return False
    wanted = "COGNITO" if ask.wants_local else ask.provider and ask.provider.name
    if wanted is not None and wanted != session.provider:
        return False
    return ask.max_age is None or pool.clock.now() - session.auth_time <= ask.max_age


def start_session(pool, ask: AuthorizeRequest, username: str, provider: str):
    cookie, session = pool.browsers.start(username, provider)
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
    if LEVEL_OF_PASSWORD in ask.acr_values:
        grant.acr = LEVEL_OF_PASSWORD
        grant.amr = ["fed"] if federated else ["pwd"]
    return grant


def implicit_location(pool, ask: AuthorizeRequest, grant: Grant) -> str:
    answer = tokens.issue(pool, grant, ask.client, "implicit")
    members = [(name, str(answer[name])) for name in ("id_token", "access_token") if name in answer]
    members += [("token_type", "Bearer"), ("expires_in", str(answer["expires_in"]))]
    return ask.redirect_uri + web.with_params("#", members + state_of(ask)).replace("?", "", 1)


def state_of(ask: AuthorizeRequest) -> list[tuple[str, str]]:
    return [] if ask.state is None else [("state", ask.state)]


def to_provider(pool, ask: AuthorizeRequest):
    """To the identity provider; login_hint goes along only to OIDC providers and Google."""
    relay = pool.start_federation(flask.request.args)
    params = [("state", relay), ("redirect_uri", f"{pool.domain_url}/oauth2/idpresponse")]
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


def form_page(template: str, ask: AuthorizeRequest | None, **values):
    """A page with a form: a good `_csrf`, the same in the XSRF-TOKEN cookie."""
    pool = web.pool()
    token = pool.browsers.new_form(flask.request.cookies.get("XSRF-TOKEN"))
    wanted = wanted_language(pool)
    lang = wanted or flask.request.cookies.get("lang", "en")
    app = (ask.client.name or ask.client.id) if ask else ""
    html = flask.render_template(
        template, csrf=token, query=web.raw_query(), app=app, lang=lang, pool=pool, **values
    )
    response = web.ExactResponse(html, 200, content_type="text/html;charset=UTF-8")
    web.set_cookie(response, "XSRF-TOKEN", token)
    if wanted:
        web.set_cookie(response, "lang", wanted)
    return response


def wanted_language(pool) -> str | None:
    """Of the parameter `lang`, which the classic hosted UI does not know."""
    lang = flask.request.args.get("lang")
    return lang if lang in LANGUAGES and pool.config.ui == "managed" else None


def check_form(pool) -> None:
    """The form is good for five minutes, in the browser that got it."""
    token = flask.request.form.get("_csrf", "")
    cookie = flask.request.cookies.get("XSRF-TOKEN", "")
    if not token or not hmac.compare_digest(token.encode(), cookie.encode()):
        flask.abort(403)
    if not pool.browsers.form_is_fresh(token):
        raise PageError("Something went wrong", flask.request.args.get("client_id"))
