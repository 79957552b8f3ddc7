"""Codes that Cognito would mail or text. Nothing is sent here: the page shows the code, and so
does the control API."""

from __future__ import annotations

import hmac
import secrets


def new_code(pool, username: str) -> str:
    code = f"{secrets.randbelow(10**6):06d}"
    pool.mail[username] = code
    return code


def code_is_right(pool, username: str, code: str) -> bool:
    """A right one is used up."""
    expected = pool.mail.get(username)
    if expected is None or not hmac.compare_digest(expected.encode(), code.strip().encode()):
        return False
    del pool.mail[username]
    return True
