"""What a pre token generation trigger makes of tokens, as users and clients are configured."""

from __future__ import annotations

from .grants import Grant
from .model import Client

# what a trigger cannot change, nor any other `cognito:*` but groups and roles
RESERVED = set(
    "sub iss aud token_use client_id identities device_key event_id acr amr auth_time exp iat "
    "nbf jti origin_jti nonce azp at_hash version scope".split()
)
OPEN = {"cognito:groups", "cognito:roles", "cognito:preferred_role"}
# claims of an ID token that can be no objects and no arrays
PLAIN = {"email_verified", "phone_number_verified", "updated_at", "address"}


def of_id_token(claims: dict, wanted: dict) -> dict:
    plain = {n: v for n, v in wanted.items() if n not in PLAIN or not isinstance(v, dict | list)}
    return changed(claims, plain)


def of_access_token(pool, claims: dict, wanted: dict, client: Client) -> dict:
    """Version 2 of the event, and 3 for machines; not with the Lite plan. Where no resource is
    bound, `aud` may be what `client_id` is."""
    if pool.config.plan == "lite":
        return claims
    if wanted.get("aud") == client.id:
        claims.setdefault("aud", client.id)
    return changed(claims, wanted)


def scopes(pool, grant: Grant) -> list[str]:
    """Those of an access token: granted, without those suppressed, with those added."""
    user = pool.users.get(grant.username or "")
    if user is None or pool.config.plan == "lite":
        return grant.scopes
    kept = [scope for scope in grant.scopes if scope not in user.suppress_scopes]
    return list(dict.fromkeys(kept + user.add_scopes))


def changed(claims: dict, wanted: dict) -> dict:
    """Adds and overrides claims; null suppresses one."""
    for name, value in wanted.items():
        if name in RESERVED or name.startswith("cognito:") and name not in OPEN:
            continue
        claims[name] = value
        if value is None:
            del claims[name]
    return claims
