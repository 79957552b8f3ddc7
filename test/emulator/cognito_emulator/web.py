"""Small words for Flask views: answers that are exact on the wire."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode

import flask


class ExactResponse(flask.Response):
    """Sends Location byte for byte as given, where werkzeug would normalise it."""

    autocorrect_location_header = False

    def get_wsgi_headers(self, environ):
        location = self.headers.get("Location")
        headers = super().get_wsgi_headers(environ)
        if location is not None:
            headers["Location"] = location
        return headers


def pool():
    """The pool that the current request is for."""
    return flask.current_app.config["POOL"]


def domain_url() -> str:
    """Of the domain that was asked: a pool may have two."""
    return flask.current_app.config["DOMAIN_URL"]


def raw_query() -> str:
    return flask.request.query_string.decode("latin-1")


def with_params(url: str, params: list[tuple[str, str]]) -> str:
    """Appends parameters: spaces become `+`, a newline `%0A`; nothing else is touched."""
    if not params:
        return url
    return url + ("&" if "?" in url else "?") + urlencode(params)


def redirect(location: str) -> ExactResponse:
    response = ExactResponse(b"", 302)
    response.headers["Location"] = location
    del response.headers["Content-Type"]
    return response


def empty(status: int) -> ExactResponse:
    response = ExactResponse(b"", status)
    del response.headers["Content-Type"]
    return response


def json_answer(value, status: int = 200) -> ExactResponse:
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    response = ExactResponse(body.encode(), status)
    response.headers["Content-Type"] = "application/json;charset=UTF-8"
    return response


def note(why: str | None) -> None:
    """What Cognito would not say, for the log of requests."""
    flask.request.environ["cognito.note"](why)


def oauth_error(
    error: str, description: str | None = None, status: int = 400, why: str | None = None
) -> ExactResponse:
    note(why or description)
    body = {"error": error}
    if description is not None:
        body["error_description"] = description
    return json_answer(body, status)


def harden(response: ExactResponse, is_https: bool) -> ExactResponse:
    """The headers that all answers of Cognito's domain carry."""
    headers = response.headers
    headers["x-amz-cognito-request-id"] = str(uuid.uuid4())
    headers["Cache-Control"] = "no-cache, no-store, max-age=0, must-revalidate"
    headers["Pragma"] = "no-cache"
    headers["Expires"] = "0"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-XSS-Protection"] = "1; mode=block"
    headers["X-Frame-Options"] = "DENY"
    if flask.request.method == "OPTIONS":
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000 ; includeSubDomains"
    return response


def set_cookie(response, name: str, value: str, max_age: int | None = None) -> None:
    """HttpOnly, SameSite=Lax, and Secure only over https: else clients would not send it back."""
    parts = [f"{name}={value}", "Path=/"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if domain_url().startswith("https:"):
        parts.append("Secure")
    response.headers.add("Set-Cookie", "; ".join([*parts, "HttpOnly", "SameSite=Lax"]))


def allow_any_origin(response):
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
