"""Every request that came in, byte for byte, for tests to look at."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl

from .wire import Request

MAX_ENTRIES = 20000


@dataclass
class Entry:
    number: int
    time: float
    listener: str
    pool: str | None
    endpoint: str
    request: Request
    status: int | None = None
    fault: int | None = None
    why: str | None = None

    def explain(self, why: str | None) -> None:
        """Also to a person who watches."""
        self.why = why
        if why and sys.stderr.isatty():
            print(f"  {self.request.method} {self.request.path}: {why}", file=sys.stderr)

    def to_json(self) -> dict:
        request = self.request
        body = request.body.decode("latin-1")
        is_form = (request.header("Content-Type") or "").startswith(
            "application/x-www-form-urlencoded"
        )
        return {
            "number": self.number,
            "time": self.time,
            "listener": self.listener,
            "pool": self.pool,
            "endpoint": self.endpoint,
            "method": request.method,
            "target": request.target,
            "path": request.path,
            "query": request.query,
            "params": parse_qsl(request.query, keep_blank_values=True),
            "version": request.version,
            "headers": request.headers,
            "body": body,
            "form": parse_qsl(body, keep_blank_values=True) if is_form else [],
            "status": self.status,
            "fault": self.fault,
            "why": self.why,
        }


class RequestLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._entries: list[Entry] = []

    def add(self, listener: str, pool: str | None, endpoint: str, request: Request) -> Entry:
        """Noted before it is answered: requests that hang are seen too."""
        with self._lock:
            number = next(self._numbers)
            entry = Entry(number, time.time(), listener, pool, endpoint, request)
            self._entries.append(entry)
            del self._entries[:-MAX_ENTRIES]
        return entry

    def find(self, pool: str | None, endpoint: str | None, after: int = 0) -> list[Entry]:
        with self._lock:
            entries = list(self._entries)
        return [
            e
            for e in entries
            if e.number > after and pool in (None, e.pool) and endpoint in (None, e.endpoint)
        ]

    def clear(self, pool: str | None = None) -> None:
        with self._lock:
            kept = [] if pool is None else [e for e in self._entries if e.pool != pool]
            self._entries = kept
