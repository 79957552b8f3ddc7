"""Passwords of users: whether one is right, and whether a new one will do."""

from __future__ import annotations

import hmac

from .model import User

SHORT = "Password did not conform with policy: Password not long enough"


def password_is_right(user: User, password: str) -> bool:
    if user.password is None:
        return False
    return hmac.compare_digest(user.password.encode(), password.encode())


def password_problem(password: str) -> str | None:
    return SHORT if len(password) < 8 else None
