"""Quotas: how many requests a second the domain of a pool bears, and what it answers beyond."""

from __future__ import annotations

import collections
import threading

import flask

from . import web
from .clock import Clock

SHAPES = {
    "400": (400, {"__type": "TooManyRequestsException", "message": "Rate exceeded"}),
    "429": (429, {"message": "Too Many Requests"}),
    "503": (503, None),
}
# what a request counts as: by endpoint, at the token endpoint by grant type
CATEGORIES = {
    "authorize": "user_authentication",
    "login": "user_authentication",
    "idpresponse": "user_federation",
    "revoke": "user_token",
    "refresh_token": "user_authentication",
    "authorization_code": "code_redemption",
    "client_credentials": "client_authentication",
}
FOR_PROGRAMS = ("token", "revoke", "userinfo")


class Meter:
    """Counts requests of the last second, by any key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict = collections.defaultdict(collections.deque)

    def admits(self, limits: list[tuple]) -> bool:
        """Counts a request under each (key, limit), unless one of them is reached."""
        with self._lock:
            now = self._clock.now()
            if not all(self._recent(key, now) < limit for key, limit in limits):
                return False
            for key, _ in limits:
                self._times[key].append(now)
            return True

    def _recent(self, key, now: float) -> int:
        """The clock of a test may also go back."""
        times = self._times[key]
        while times and not now - 1 < times[0] <= now:
            times.popleft()
        return len(times)


def check(pool, endpoint: str):
    """None where the request is within every quota; else what is answered in its place."""
    if all(most is None for most in vars(pool.quotas).values()):
        return None
    limits = [(key, most) for key, most in measures(pool, endpoint) if most is not None]
    if pool.meter.admits(limits):
        return None
    web.note("a quota is used up")
    status, body = SHAPES[pool.quirks.throttled_as]
    if endpoint not in FOR_PROGRAMS or body is None:
        html = flask.render_template("message.html", text="Rate exceeded", detail="", lang="en")
        return web.ExactResponse(html, status, content_type="text/html;charset=UTF-8")
    return web.allow_any_origin(web.json_answer(body, status))


def measures(pool, endpoint: str):
    """What a request is counted under, and how many there may be of it in a second."""
    quotas, request = pool.quotas, flask.request
    yield "domain", quotas.domain
    yield ("source_ip", request.remote_addr), quotas.source_ip
    if client_id := client_of(request):
        yield ("client", client_id), quotas.client
    if request.method == "POST" and endpoint == "login":
        yield ("user", request.form.get("username")), quotas.user
    kind = request.values.get("grant_type", "") if endpoint == "token" else endpoint
    if category := CATEGORIES.get(kind):
        yield category, getattr(quotas, category)


def client_of(request) -> str | None:
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.username
    return request.values.get("client_id")
