"""Ways to damage a JSON answer, by name."""

from __future__ import annotations

import gzip
import json

MILLION = 10**6


def truncated(body: bytes) -> bytes:
    return body[: len(body) // 2]


def duplicate(body: bytes) -> bytes:
    """Every member twice, first with an empty string for its value."""
    members = json.loads(body)
    doubles = "".join(f'{json.dumps(name)}:"",' for name in members)
    return ("{" + doubles).encode() + body.lstrip()[1:]


def not_a_number(body: bytes) -> bytes:
    return b'{"expires_in":NaN,' + body.lstrip()[1:]


def deep(body: bytes) -> bytes:
    return b'{"deep":' + b"[" * MILLION + b"]" * MILLION + b"," + body.lstrip()[1:]


def many_members(body: bytes) -> bytes:
    return b"{" + b"".join(b'"m%d":0,' % n for n in range(MILLION)) + body.lstrip()[1:]


DAMAGES = {
    "empty": lambda body: b"",
    "truncated": truncated,
    "duplicate": duplicate,
    "nan": not_a_number,
    "deep": deep,
    "many-members": many_members,
    "trailing": lambda body: body + b"x",
    "second-document": lambda body: body + body,
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "nul": lambda body: body + b"\0",
    "nul-inside": lambda body: body.replace(b'"', b'"\\u0000', 1),
    "utf16": lambda body: body.decode().encode("utf-16"),
    "bad-utf8": lambda body: b'{"x":"\xff\xfe",' + body.lstrip()[1:],
    "overlong-utf8": lambda body: b'{"x":"\xc0\xaf",' + body.lstrip()[1:],
    "surrogate": lambda body: b'{"x":"\\ud800",' + body.lstrip()[1:],
    "comment": lambda body: b"/* */" + body,
    "single-quotes": lambda body: body.replace(b'"', b"'"),
    "array": lambda body: b"[" + body + b"]",
    "string": lambda body: json.dumps(body.decode("latin-1")).encode(),
    "number": lambda body: b"42",
    "null": lambda body: b"null",
    "html": lambda body: b"<!doctype html><title>Oops</title><h1>Service Unavailable</h1>",
}


def gzipped(body: bytes, kind: str) -> bytes:
    """`bomb`: half a megabyte that grows to 100 MB of spaces before the document."""
    if kind == "bomb":
        return gzip.compress(b" " * (100 * MILLION) + body, 1)
    return gzip.compress(body)
