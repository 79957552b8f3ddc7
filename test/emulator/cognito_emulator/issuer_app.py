"""The issuer host: discovery and JWKS of all pools, by path; one app for each issuer form."""

from __future__ import annotations

import flask

from . import web


def create(pools: dict, form: str) -> flask.Flask:
    app = flask.Flask(__name__)

    def find(pool_id: str):
        pool = pools.get(pool_id)
        if pool is None:
            flask.abort(web.json_answer({"message": "User pool does not exist."}, 400))
        if pool.config.issuer != form:
            flask.abort(web.json_answer({"message": "Forbidden"}, 403))
        return pool

    @app.get("/<pool_id>/.well-known/openid-configuration")
    def discovery(pool_id: str):
        return document(discovery_document(find(pool_id)))

    @app.get("/<pool_id>/.well-known/jwks.json")
    def jwks(pool_id: str):
        pool = find(pool_id)
        return document(pool.mutations.change_jwks(pool.keys.jwks(), pool))

    return app


def endpoint_of(path: str) -> tuple[str | None, str]:
    """Pool id and endpoint name of a path."""
    pool_id, _, rest = path.lstrip("/").partition("/")
    names = {".well-known/openid-configuration": "discovery", ".well-known/jwks.json": "jwks"}
    return pool_id or None, names.get(rest, "other")


def document(value):
    response = web.json_answer(value)
    response.headers["Content-Type"] = "application/json"
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def discovery_document(pool) -> dict:
    """The members and their order are those of a real pool: nothing about PKCE or grants."""
    base = endpoint_base(pool)
    names = ("authorize", "logout", "revoke", "token", "userInfo")
    urls = {name: base(name) for name in names}
    return {
        "authorization_endpoint": urls["authorize"],
        "end_session_endpoint": urls["logout"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": pool.issuer_url,
        "jwks_uri": f"{pool.served_at}/.well-known/jwks.json",
        "response_types_supported": ["code", "token"],
        "revocation_endpoint": urls["revoke"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint": urls["token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": urls["userInfo"],
    }


def endpoint_base(pool):
    """A pool without a domain has empty endpoints or, as of old, ones that do not work."""
    if pool.config.domain is not None:
        return lambda n: f"{pool.domain_url}/{'' if n == 'logout' else 'oauth2/'}{n}"
    if pool.quirks.no_domain_discovery == "empty":
        return lambda n: ""
    return lambda n: f"{pool.served_at}/{n}"
