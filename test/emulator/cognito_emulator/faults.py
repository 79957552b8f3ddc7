"""Faults of endpoints: what is wrong, how often, and which one meets a request."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field

ENDPOINTS = (
    "discovery",
    "jwks",
    "authorize",
    "login",
    "token",
    "userinfo",
    "revoke",
    "logout",
    "signup",
    "forgot",
    "idpresponse",
    "idp",
    "error",
    "other",
    "*",
)


@dataclass
class Fault:
    """Members that are not given change nothing. Seconds, bytes, bytes a second."""

    endpoint: str
    times: int | None = None  # how many requests it meets; none: until cleared
    skip: int = 0  # let so many pass first
    method: str | None = None  # only requests with this method
    work: bool | None = None  # run the endpoint although its answer is replaced

    delay: float | None = None  # before the request is worked on
    late: float | None = None  # after it, before the answer
    hang: bool = False  # never answer
    reset: str | None = None  # RST: at-once, after-work, in-body

    status: int | None = None
    headers: dict = field(default_factory=dict)  # set; null removes; a list sends several
    body: str | None = None
    body_base64: str | None = None
    content_type: str | None = None
    redirect: str | None = None  # Location, with status 302 unless given
    error: str | None = None  # OAuth error in the endpoint's own form
    error_description: str | None = None
    throttle: str | None = None  # 400, 429 or 503

    json_set: dict = field(default_factory=dict)  # members of the JSON answer
    json_remove: list[str] = field(default_factory=list)
    broken: str | None = None  # a damage of the table in damage.py
    gzip: str | None = None  # plain, bomb

    drip: float | None = None
    size: int | None = None  # body padded with spaces to so many bytes
    header_size: int | None = None  # one more header of so many bytes
    header_count: int | None = None  # so many more headers
    endless: str | None = None  # body or headers
    chunked: bool | None = None
    content_length: int | None = None  # a wrong one
    close: bool = False

    number: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)

    def replaces_answer(self) -> bool:
        made_up = (self.status, self.body, self.body_base64, self.redirect, self.error)
        return self.throttle is not None or any(part is not None for part in made_up)

    def to_json(self) -> dict:
        return {k: v for k, v in vars(self).items() if k != "cancelled"}


class FaultTable:
    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> int:
        if fault.endpoint == "login" and fault.error is not None:
            fault.method = "POST"  # it comes of signing in, not of looking at the form
        fault.number = next(self._numbers)
        with self._lock:
            self._faults.append(fault)
        return fault.number

    def take(self, endpoint: str, method: str) -> Fault | None:
        """The oldest fault that fits; uses up one of its times."""
        with self._lock:
            for fault in self._faults:
                if fault.endpoint not in (endpoint, "*") or fault.times == 0:
                    continue
                if fault.method not in (None, method):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def list(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def clear(self, endpoint: str | None = None, number: int | None = None) -> None:
        """Also frees the requests that hang because of them."""
        with self._lock:
            gone = [
                f
                for f in self._faults
                if endpoint in (None, f.endpoint) and number in (None, f.number)
            ]
            self._faults = [f for f in self._faults if f not in gone]
        for fault in gone:
            fault.cancelled.set()
