"""A simulated identity provider: its page asks who you are, and believes it."""

from __future__ import annotations

import json

import flask

from . import web


def create(pools: dict) -> flask.Flask:
    app = flask.Flask(__name__)
    app.response_class = web.ExactResponse

    def find(pool_id: str, name: str):
        pool = pools.get(pool_id)
        provider = pool and pool.providers.get(name)
        if provider is None:
            flask.abort(404)
        return pool, provider

    @app.get("/<pool_id>/<name>/authorize")
    def ask_who(pool_id: str, name: str):
        return page(find(pool_id, name)[1])

    @app.get("/<pool_id>/<name>/start")
    def ask_who_unasked(pool_id: str, name: str):
        """IdP-initiated: the query is the authorization request that Cognito shall carry out."""
        return page(find(pool_id, name)[1])

    @app.post("/<pool_id>/<name>/authorize")
    def answer(pool_id: str, name: str):
        pool, provider = find(pool_id, name)
        return go_back(pool, provider, flask.request.args.get("state", ""))

    @app.post("/<pool_id>/<name>/start")
    def answer_unasked(pool_id: str, name: str):
        pool, provider = find(pool_id, name)
        return saml_form(pool, {**assertion(pool, provider), "RelayState": web.raw_query()})

    return app


def endpoint_of(path: str) -> tuple[str | None, str]:
    return path.lstrip("/").partition("/")[0] or None, "idp"


def page(provider):
    html = flask.render_template(
        "idp.html",
        provider=provider,
        query=web.raw_query(),
        hint=flask.request.args.get("login_hint", ""),
        lang="en",
    )
    return web.ExactResponse(html, 200, content_type="text/html;charset=UTF-8")


def assertion(pool, provider) -> dict:
    """The parameters of the answer: a code, or an error when the user cancelled."""
    form = flask.request.form
    if form.get("choice") == "cancel":
        return {"error": "access_denied", "error_description": "User cancelled the sign-in"}
    subject = form.get("subject", "").strip()
    picked = next((u for u in provider.users if u.subject == subject), None)
    attributes = dict(picked.attributes) if picked else {}
    attributes.update(typed_attributes(form))
    return {"code": pool.give_assertion(provider, subject or "anonymous", attributes)}


def typed_attributes(form) -> dict:
    """Fields `attribute.NAME`, and a JSON object in `attributes`."""
    typed = {
        name.removeprefix("attribute."): value
        for name, value in form.items()
        if name.startswith("attribute.") and value
    }
    try:
        more = json.loads(form.get("attributes") or "{}")
    except ValueError:
        flask.abort(400)
    return {**typed, **more} if isinstance(more, dict) else typed


def home(pool) -> str:
    """The domain that sent the user here, where the pool has two."""
    prefix = pool.prefix_domain_url
    came_from = flask.request.args.get("redirect_uri", "")
    return prefix if prefix and came_from.startswith(f"{prefix}/oauth2/") else pool.domain_url


def go_back(pool, provider, state: str):
    answer = assertion(pool, provider)
    if provider.type == "SAML":
        return saml_form(pool, {**answer, "RelayState": state})
    params = [*answer.items(), ("state", state)]
    location = web.with_params(f"{home(pool)}/oauth2/idpresponse", params)
    # Facebook's fragment; browsers keep it up to the callback
    return web.redirect(location + ("#_=_" if provider.type == "Facebook" else ""))


def saml_form(pool, fields: dict):
    """The POST binding: a form that the browser submits by itself."""
    fields = {("SAMLResponse" if k == "code" else k): v for k, v in fields.items()}
    html = flask.render_template(
        "saml.html", action=f"{home(pool)}/saml2/idpresponse", fields=fields, lang="en"
    )
    return web.ExactResponse(html, 200, content_type="text/html;charset=UTF-8")
