"""The claims of ID tokens, access tokens and userInfo, from a user and a grant."""

from __future__ import annotations

import hashlib
import json
import uuid

from . import trigger
from .grants import Grant
from .keys import b64url
from .model import Client, Group, User

VERIFIED = ("email_verified", "phone_number_verified")


def text(value) -> str:
    """Attribute values are strings at Cognito, whatever their type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def visible_attributes(user: User, client: Client, scopes: list[str]) -> dict[str, str]:
    """`openid` alone or `profile` opens every readable attribute, else only what is asked for."""
    wanted = None
    if "profile" not in scopes and ("email" in scopes or "phone" in scopes):
        wanted = set()
        if "email" in scopes:
            wanted |= {"email", "email_verified"}
        if "phone" in scopes:
            wanted |= {"phone_number", "phone_number_verified"}
    return {
        name: text(value)
        for name, value in user.attributes.items()
        if client.may_read(name) and (wanted is None or name in wanted)
    }


def unreadable_scope_attribute(client: Client, scopes: list[str]) -> str | None:
    """A scope whose attributes the client may read only in part makes the grant invalid."""
    needed = []
    if "email" in scopes:
        needed += ["email", "email_verified"]
    if "phone" in scopes:
        needed += ["phone_number", "phone_number_verified"]
    return next((name for name in needed if not client.may_read(name)), None)


def id_attribute(name: str, value: str, quirks):
    if name in VERIFIED and quirks.email_verified_claim == "boolean":
        return value == "true"
    if name == "updated_at" and quirks.updated_at_claim == "number" and value.isdigit():
        return int(value)
    if name == "address" and quirks.address_claim == "object":
        return {"formatted": value}
    return value


def group_claims(pool, user: User) -> dict:
    """Groups come in order of precedence; no groups, no claims."""
    known = [pool.groups[name] for name in user.groups if name in pool.groups]
    last = 1 << 31
    ordered = sorted(known, key=lambda g: last if g.precedence is None else g.precedence)
    roles = [group.role_arn for group in ordered if group.role_arn]
    result: dict = {}
    if ordered:
        result["cognito:groups"] = [group.name for group in ordered]
    if roles:
        result["cognito:roles"] = roles
    if preferred := preferred_role(ordered):
        result["cognito:preferred_role"] = preferred
    return result


def preferred_role(ordered: list[Group]) -> str | None:
    """That of the group that goes first; several that go first must agree."""
    with_role = [group for group in ordered if group.role_arn]
    first = {g.role_arn for g in with_role if g.precedence == with_role[0].precedence}
    return first.pop() if len(first) == 1 else None


def at_hash(access_token: str) -> str:
    return b64url(hashlib.sha256(access_token.encode()).digest()[:16])


def id_claims(pool, grant: Grant, client: Client, access_token: str, how: str) -> dict:
    """`how` is the grant type; tokens issued directly have no at_hash."""
    user = pool.users[grant.username]
    now = pool.clock.seconds()
    attributes = visible_attributes(user, client, grant.scopes)
    has_hash = pool.quirks.at_hash and how != "direct"
    claims: dict = {"at_hash": at_hash(access_token)} if has_hash else {}
    claims["sub"] = user.sub
    claims.update(group_claims(pool, user))
    for name in sorted(attributes):
        claims[name] = id_attribute(name, attributes[name], pool.quirks)
    claims["iss"] = pool.issuer_url
    claims["cognito:username"] = user.username
    is_first = how != "refresh_token"
    if grant.nonce is not None and (is_first or pool.quirks.nonce_after_refresh):
        claims["nonce"] = grant.nonce
    if client.revocation:
        claims["origin_jti"] = grant.origin_jti
    claims["aud"] = client.id
    if user.identities:
        claims["identities"] = user.identities
    claims["event_id"] = grant.event_id
    claims["token_use"] = "id"
    claims.update(times(grant, now, client.id_token_sec))
    if client.revocation:
        claims["jti"] = str(uuid.uuid4())
    claims.update(authentication_claims(grant))
    return trigger.of_id_token(claims, user.claims)


def access_claims(pool, grant: Grant, client: Client) -> dict:
    user = pool.users[grant.username]
    groups = group_claims(pool, user).get("cognito:groups")
    claims: dict = {"sub": user.sub}
    if groups:
        claims["cognito:groups"] = groups
    claims["iss"] = pool.issuer_url
    claims["version"] = 2
    claims["client_id"] = client.id
    if grant.resource:
        claims["aud"] = grant.resource
    if client.revocation:
        claims["origin_jti"] = grant.origin_jti
    claims["event_id"] = grant.event_id
    claims["token_use"] = "access"
    claims["scope"] = " ".join(trigger.scopes(pool, grant))
    claims.update(times(grant, pool.clock.seconds(), client.access_token_sec))
    claims["jti"] = str(uuid.uuid4())
    if not client.revocation:
        del claims["jti"]
    claims["username"] = user.username
    claims.update(authentication_claims(grant))
    return trigger.of_access_token(pool, claims, user.access_claims, client)


def machine_claims(pool, grant: Grant, client: Client) -> dict:
    """client_credentials: the subject is the client; there is no user."""
    claims = {
        "sub": client.id,
        "token_use": "access",
        "scope": " ".join(grant.scopes),
    }
    claims.update(times(grant, pool.clock.seconds(), client.access_token_sec))
    claims.update({"iss": pool.issuer_url, "version": 2, "jti": str(uuid.uuid4())})
    claims["client_id"] = client.id
    return trigger.of_access_token(pool, claims, client.machine_claims, client)


def times(grant: Grant, now: int, lifetime_sec: int) -> dict:
    return {"auth_time": grant.auth_time, "exp": now + lifetime_sec, "iat": now}


def authentication_claims(grant: Grant) -> dict:
    return {"acr": grant.acr, "amr": grant.amr} if grant.acr else {}


def user_info(user: User, client: Client, scopes: list[str]) -> dict[str, str]:
    """Every value is a string, also booleans and the list of identities; no groups."""
    claims = {"sub": user.sub}
    claims.update(visible_attributes(user, client, scopes))
    if user.identities:
        claims["identities"] = json.dumps(user.identities, separators=(",", ":"))
    claims["username"] = user.username
    return claims
