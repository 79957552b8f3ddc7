"""Other spellings of a token's parts, for the `ser-*` and `sig-*` rows of the mutation table."""

from __future__ import annotations

import base64
import json

from .keys import b64url

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def b64std(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(pad(part))


def pad(part: str) -> str:
    return part + "=" * (-len(part) % 4)


def std(part: str) -> str:
    """The alphabet of plain base64; always different, since a `+` is put in if there is none."""
    changed = part.replace("-", "+").replace("_", "/")
    return changed if changed != part else "+" + part[1:]


def next_char(last: str) -> str:
    """Another last character that decodes to the same bytes: only unused bits differ."""
    return ALPHABET[ALPHABET.index(last) ^ 1]


def flattened(header: str, payload: str, signature: str) -> str:
    return json.dumps({"protected": header, "payload": payload, "signature": signature})


def general(header: str, payload: str, signature: str) -> str:
    one = {"protected": header, "signature": signature}
    return json.dumps({"payload": payload, "signatures": [one]})


def nest(token: str) -> str:
    return b64url(token.encode())


def other_sub(payload: str) -> str:
    claims = {**json.loads(decoded(payload)), "sub": "evil"}
    return b64url(json.dumps(claims).encode())


def other_header(header: str) -> str:
    members = {**json.loads(decoded(header)), "typ": "JWT"}
    return b64url(json.dumps(members).encode())
