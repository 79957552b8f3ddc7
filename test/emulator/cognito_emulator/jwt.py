"""Writes JWTs byte for byte as Cognito does; mutations spoil a draft before it is signed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .keys import SigningKey, b64url


@dataclass
class Draft:
    """A token that is about to be signed, and what a mutation may need to spoil it."""

    use: str
    header: dict
    payload: dict
    key: SigningKey
    context: dict = field(default_factory=dict)


def to_json(value) -> bytes:
    """Compact, UTF-8, and with slashes escaped as in Cognito's payloads."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("/", "\\/").encode()


def header_json(header: dict) -> bytes:
    return json.dumps(header, separators=(",", ":")).encode()


def draft(use: str, payload: dict, key: SigningKey, **context) -> Draft:
    """The header is exactly kid and alg, in this order; there is no typ."""
    return Draft(use, {"kid": key.kid, "alg": "RS256"}, payload, key, context)


def sign(one: Draft) -> str:
    return sign_bytes(header_json(one.header), to_json(one.payload), one.key)


def sign_bytes(header: bytes, payload: bytes, key: SigningKey) -> str:
    signing_input = f"{b64url(header)}.{b64url(payload)}"
    return f"{signing_input}.{b64url(key.sign(signing_input.encode()))}"
