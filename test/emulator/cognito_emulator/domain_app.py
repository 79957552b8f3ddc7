"""The domain host of one pool: hosted UI and /oauth2/*."""

from __future__ import annotations

import flask

from . import accounts, challenges, idp_response, logout, quota, signin, token_endpoint
from . import userinfo, web
from .authorize_request import PageError, RedirectError

PATHS = {
    "/oauth2/authorize": "authorize",
    "/login": "login",
    "/changePassword": "login",
    "/mfa": "login",
    "/logout": "logout",
    "/oauth2/token": "token",
    "/oauth2/userInfo": "userinfo",
    "/oauth2/revoke": "revoke",
    "/oauth2/idpresponse": "idpresponse",
    "/saml2/idpresponse": "idpresponse",
    "/signup": "signup",
    "/confirmUser": "signup",
    "/resendcode": "signup",
    "/forgotPassword": "forgot",
    "/confirmForgotPassword": "forgot",
    "/error": "error",
}

error_pages = flask.Blueprint("errors", __name__)


def create(pool) -> flask.Flask:
    app = flask.Flask(__name__)
    app.response_class = web.ExactResponse
    app.config["POOL"] = pool
    for module in (signin, challenges, token_endpoint, userinfo, logout, accounts, idp_response):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(error_pages)
    app.register_error_handler(PageError, to_error_page)
    app.register_error_handler(RedirectError, to_client)
    app.register_error_handler(403, lambda e: page("Forbidden", 403))
    app.register_error_handler(404, lambda e: page(NOWHERE, 404))
    app.register_error_handler(405, lambda e: web.empty(405))
    app.before_request(lambda: quota.check(pool, PATHS.get(flask.request.path, "other")))
    app.after_request(lambda r: web.harden(r, web.domain_url().startswith("https:")))
    return app


NOWHERE = "This URL doesn't exist on the authorization server"


def page(text: str, status: int, detail: str = ""):
    html = flask.render_template("message.html", text=text, detail=detail, lang="en")
    return web.ExactResponse(html, status, content_type="text/html;charset=UTF-8")


def to_error_page(error: PageError):
    """Missing parameters are told in place, everything else on /error."""
    web.note(error.why)
    if error.text.startswith("Missing required parameter"):
        return page(error.text, 400)
    params = [("error", error.text)]
    if error.client_id:
        params.append(("client_id", error.client_id))
    return web.redirect(web.with_params(f"{web.domain_url()}/error", params))


@error_pages.get("/error")
def error():
    text = "An error was encountered with the requested page."
    return page(text, 400, flask.request.args.get("error", ""))


def to_client(error: RedirectError):
    web.note(error.why)
    ask = error.ask
    description = [("error_description", error.description)] if error.description else []
    state = [] if ask.state is None else [("state", ask.state)]
    code = [("error", error.error)]
    if web.pool().quirks.error_order == "description-first":
        params = description + state + code
    else:
        params = code + description + state
    return web.redirect(web.with_params(ask.redirect_uri, params))
