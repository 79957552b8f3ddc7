"""Levels of authentication: which a sign-in reaches, and whether it must be done again."""

from __future__ import annotations

# of a password or a provider, and of a second factor
LEVELS = ["urn:cognito:loa:1", "urn:cognito:loa:2"]


def of_methods(methods) -> list[str]:
    return LEVELS if "mfa" in methods else LEVELS[:1]


def first_wanted(wanted: list[str], within: list[str]) -> str | None:
    """The first that can be had; others are passed over."""
    return next((level for level in wanted if level in within), None)


def needs_more(wanted: list[str], user, session) -> bool:
    """Step-up: could the user reach a level that goes before what the session has?"""
    is_local = session.provider == "COGNITO"
    possible = LEVELS if user.mfa and is_local else of_methods(session.methods)
    return first_wanted(wanted, possible) != first_wanted(wanted, of_methods(session.methods))
