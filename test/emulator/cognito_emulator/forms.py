"""Pages with forms, in whose course somebody is on the way to an application."""

from __future__ import annotations

import hmac

import flask

from . import web
from .authorize_request import AuthorizeRequest, PageError, parse

LANGUAGES = "de en es fr id it ja ko pt-BR zh-CN zh-TW".split()
WENT_WRONG = "Something went wrong"


def parse_at_login(pool) -> AuthorizeRequest:
    if not flask.request.args.get("client_id"):
        raise PageError("Missing required parameter client_id")
    return parse(pool, flask.request.args)


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
        raise PageError(WENT_WRONG, flask.request.args.get("client_id"))
