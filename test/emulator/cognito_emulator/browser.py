"""Sessions of browsers at the hosted UI: the `cognito` cookie and the form's CSRF token."""

from __future__ import annotations

import secrets
import threading
import uuid
from dataclasses import dataclass

from .clock import Clock

COOKIE_SEC = 3600
FORM_SEC = 300
CHALLENGE_SEC = 180
MAX_FORMS = 10000


@dataclass(frozen=True)
class BrowserSession:
    username: str
    provider: str
    auth_time: int
    expires: float
    methods: tuple[str, ...]


class BrowserStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, BrowserSession] = {}
        self._forms: dict[str, float] = {}
        self._challenges: dict[str, tuple[str, str, float]] = {}

    def start(self, username: str, provider: str, methods) -> tuple[str, BrowserSession]:
        """One hour, fixed: use does not prolong it, a global sign-out does not end it."""
        now = self._clock.now()
        session = BrowserSession(username, provider, int(now), now + COOKIE_SEC, tuple(methods))
        cookie = secrets.token_urlsafe(525)
        with self._lock:
            self._sessions[cookie] = session
        return cookie, session

    def find(self, cookie: str | None) -> BrowserSession | None:
        with self._lock:
            session = self._sessions.get(cookie or "")
        if session is None or session.expires <= self._clock.now():
            return None
        return session

    def end(self, cookie: str | None) -> None:
        with self._lock:
            self._sessions.pop(cookie or "", None)

    def new_form(self, held: str | None = None) -> str:
        """A token for a form; the one that the browser holds while it is good, so that the
        forms of several tabs do not spoil each other."""
        token = held if held and self.form_is_fresh(held) else str(uuid.uuid4())
        with self._lock:
            self._forms.pop(token, None)
            if len(self._forms) >= MAX_FORMS:
                del self._forms[next(iter(self._forms))]
            self._forms[token] = self._clock.now() + FORM_SEC
        return token

    def form_is_fresh(self, token: str) -> bool:
        with self._lock:
            return self._forms.get(token, 0) > self._clock.now()

    def start_challenge(self, username: str, step: str) -> str:
        """Between a right password and what is asked next: the user has three minutes."""
        session = secrets.token_urlsafe(32)
        with self._lock:
            self._challenges[session] = (username, step, self._clock.now() + CHALLENGE_SEC)
        return session

    def end_challenge(self, session: str, step: str) -> str | None:
        """The user's name. Good once."""
        with self._lock:
            username, wanted, expires = self._challenges.pop(session, (None, "", 0))
        return username if wanted == step and expires > self._clock.now() else None
