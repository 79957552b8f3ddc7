"""A pool's RSA keys: two pairs, one signs ID tokens and the other access tokens."""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwcrypto.jwk import JWK

USES = ("id", "access")


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_kid() -> str:
    """Standard base64 of 32 bytes, as Cognito's: always one that holds `+`, `/` and `=`."""
    while True:
        kid = base64.b64encode(secrets.token_bytes(32)).decode()
        if "+" in kid and "/" in kid:
            return kid


@dataclass(frozen=True)
class SigningKey:
    kid: str
    private: rsa.RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def public_jwk(self) -> dict:
        public = JWK.from_pyca(self.private.public_key()).export(as_dict=True)
        return {
            "alg": "RS256",
            "e": public["e"],
            "kid": self.kid,
            "kty": "RSA",
            "n": public["n"],
            "use": "sig",
        }


def new_signing_key(bits: int = 2048) -> SigningKey:
    return SigningKey(new_kid(), rsa.generate_private_key(public_exponent=65537, key_size=bits))


def new_pair() -> dict[str, SigningKey]:
    return {use: new_signing_key() for use in USES}


class KeyRing:
    """Published keys and, of these, the one that signs each kind of token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._published: list[SigningKey] = []
        self._signing: dict[str, SigningKey] = {}
        self._fresh: dict[str, SigningKey] = {}
        self._ready: list[dict[str, SigningKey]] = []
        self._planned: list[str] = []
        self.add()
        self.switch()

    def add(self) -> None:
        """Publishes a new key of each kind, which does not sign yet."""
        fresh = self._ready.pop() if self._ready else new_pair()
        with self._lock:
            self._fresh = fresh
            self._published = self._published + list(fresh.values())

    def switch(self) -> None:
        """Signs with the keys added last."""
        with self._lock:
            self._signing = {**self._signing, **self._fresh}

    def drop(self) -> None:
        """Takes all keys out of the JWKS that do not sign."""
        with self._lock:
            self._published = list(self._signing.values())

    def rotate(self) -> None:
        """Add, switch and drop at once: every JWKS fetched before is stale."""
        self.add()
        self.switch()
        self.drop()

    def plan(self, action: str) -> None:
        """Does `action` when the next token is about to be signed. Its client waits for that
        token, but not for new keys, which take seconds on a busy machine: they are made now."""
        if action in ("add", "rotate"):
            self._ready.append(new_pair())
        with self._lock:
            self._planned.append(action)

    def do_planned(self) -> None:
        with self._lock:
            planned, self._planned = self._planned, []
        for action in planned:
            getattr(self, action)()

    def signing(self, use: str) -> SigningKey:
        with self._lock:
            return self._signing[use]

    def published(self) -> list[SigningKey]:
        with self._lock:
            return list(self._published)

    def jwks(self) -> dict:
        return {"keys": [key.public_jwk() for key in self.published()]}
