"""What was granted to a client: codes, refresh tokens, and which tokens still live."""

from __future__ import annotations

import hashlib
import secrets
import threading
import uuid
from dataclasses import dataclass, field

from .clock import Clock
from .keys import b64url

CODE_SEC = 300
MAX_CODES = 10000
REFRESH_HEADER = b'{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}'


class GrantError(Exception):
    """A code or refresh token that buys nothing; `str()` is the OAuth error."""

    def __init__(self, error: str, description: str | None = None, why: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.why = why


@dataclass(eq=False)
class Grant:
    """One sign-in of a user for a client. All its tokens share the origin_jti."""

    client_id: str
    username: str | None
    scopes: list[str]
    auth_time: int
    nonce: str | None = None
    resource: str | None = None
    acr: str | None = None
    amr: list[str] = field(default_factory=list)
    origin_jti: str = field(default_factory=lambda: str(uuid.uuid4()))
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    revoked: bool = False


@dataclass(eq=False)
class Code:
    grant: Grant
    redirect_uri: str
    challenge: str | None
    expires: float
    used: bool = False


@dataclass(eq=False)
class RefreshToken:
    grant: Grant
    expires: float
    replaced_at: float | None = None


@dataclass(eq=False)
class AccessToken:
    grant: Grant
    issued: float
    expires: float


def opaque_refresh_token() -> str:
    """Looks like Cognito's JWE of about 1.8 kB; nothing is inside."""
    parts = [REFRESH_HEADER] + [secrets.token_bytes(n) for n in (256, 12, 1030, 16)]
    return ".".join(b64url(part) for part in parts)


def digest(token: str) -> bytes:
    """What is kept of a token: thousands of them shall not fill the memory."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def verifier_matches(verifier: str, challenge: str) -> bool:
    return b64url(hashlib.sha256(verifier.encode()).digest()) == challenge


class GrantStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._codes: dict[str, Code] = {}
        self._refresh: dict[bytes, RefreshToken] = {}
        self._access: dict[bytes, AccessToken] = {}
        self.issued: list[str] = []  # every code and token, for who looks for leaks

    def issue_code(self, grant: Grant, redirect_uri: str, challenge: str | None) -> str:
        code = str(uuid.uuid4())
        expires = self._clock.now() + CODE_SEC
        with self._lock:
            if len(self._codes) >= MAX_CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[code] = Code(grant, redirect_uri, challenge, expires)
            self.issued.append(code)
        return code

    def take_code(self, code: str, client_id: str, redirect_uri: str, quirks) -> Code:
        """Uses up a code. The caller checks the verifier."""
        with self._lock:
            found = self._codes.get(code)
            if found is None or found.grant.client_id != client_id:
                raise GrantError("invalid_grant", why="no such code, or another client's")
            if found.used:
                found.grant.revoked |= quirks.code_reuse_revokes
                raise GrantError("invalid_grant", why="the code has been used")
            if found.expires <= self._clock.now():
                raise GrantError("invalid_grant", why="the code is older than five minutes")
            if found.redirect_uri != redirect_uri:
                why = f"redirect_uri is {redirect_uri}; at authorize it was {found.redirect_uri}"
                raise GrantError("unauthorized_client", "invalid_redirect", why)
            found.used = True
            return found

    def give_back(self, code: Code) -> None:
        with self._lock:
            code.used = False

    def burn_code(self, code: str) -> None:
        with self._lock:
            if code in self._codes:
                self._codes[code].used = True

    def issue_refresh(self, grant: Grant, lifetime_sec: float) -> str:
        token = opaque_refresh_token()
        with self._lock:
            self._refresh[digest(token)] = RefreshToken(grant, self._clock.now() + lifetime_sec)
            self.issued.append(token)
        return token

    def use_refresh(self, token: str, client, quirks) -> RefreshToken:
        """Checks a refresh token. With rotation the old one lives on for the grace time."""
        now = self._clock.now()
        with self._lock:
            found = self._refresh.get(digest(token))
            if found is None or found.grant.client_id != client.id:
                raise GrantError("invalid_grant", why="no such refresh token, or another client's")
            if found.grant.revoked or found.expires <= now:
                why = "revoked" if found.grant.revoked else "expired"
                raise GrantError("invalid_grant", why=f"the refresh token is {why}")
            if found.replaced_at is None:
                found.replaced_at = now if client.refresh_rotation else None
            elif now >= found.replaced_at + client.refresh_grace_sec:
                found.grant.revoked |= quirks.refresh_reuse_revokes
                raise GrantError("invalid_grant", why="the refresh token was replaced by another")
            return found

    def replace_refresh(self, old: RefreshToken) -> str:
        """The new refresh token has only the remaining lifetime of the old one."""
        token = opaque_refresh_token()
        with self._lock:
            self._refresh[digest(token)] = RefreshToken(old.grant, old.expires)
            self.issued.append(token)
        return token

    def note_access(self, token: str, grant: Grant, expires: float) -> None:
        with self._lock:
            self._access[digest(token)] = AccessToken(grant, self._clock.now(), expires)
            self.issued.append(token)

    def find_refresh(self, token: str) -> RefreshToken | None:
        with self._lock:
            return self._refresh.get(digest(token))

    def live_access(self, token: str) -> AccessToken | None:
        with self._lock:
            found = self._access.get(digest(token))
            if found is None or found.grant.revoked or found.expires <= self._clock.now():
                return None
            return found

    def revoke_user(self, username: str) -> None:
        """Global sign-out: everything that was issued to the user is dead here."""
        with self._lock:
            for store in (self._codes, self._refresh, self._access):
                for entry in store.values():
                    if entry.grant.username == username:
                        entry.grant.revoked = True

    def revoke_access_of(self, username: str) -> None:
        """As disabling does: refresh tokens are refused while, and only while, disabled."""
        with self._lock:
            self._access = {
                key: entry
                for key, entry in self._access.items()
                if entry.grant.username != username
            }
