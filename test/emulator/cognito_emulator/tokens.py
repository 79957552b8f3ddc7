"""Issues the tokens of a grant: access token first, then the ID token that names it."""

from __future__ import annotations

from . import claims, jwt
from .grants import Grant
from .model import Client


def issue(pool, grant: Grant, client: Client, how: str) -> dict:
    """The members id_token (when openid was granted), access_token, expires_in, token_type.

    `how` is the grant type, or `direct` for tokens made by the control API.
    """
    pool.keys.do_planned()
    access_token = issue_access(pool, grant, client, how)
    answer = {
        "access_token": access_token,
        "expires_in": client.access_token_sec,
        "token_type": "Bearer",
    }
    if "openid" in grant.scopes or how == "direct":
        payload = claims.id_claims(pool, grant, client, access_token, how)
        one = jwt.draft("id", payload, pool.keys.signing("id"), pool=pool, client=client)
        one.context["access_token"] = access_token
        answer = {"id_token": pool.mutations.encode(one, how), **answer}
        pool.grants.issued.append(answer["id_token"])
    return answer


def issue_access(pool, grant: Grant, client: Client, how: str) -> str:
    make = claims.machine_claims if grant.username is None else claims.access_claims
    payload = make(pool, grant, client)
    one = jwt.draft("access", payload, pool.keys.signing("access"), pool=pool, client=client)
    token = pool.mutations.encode(one, how)
    pool.grants.note_access(token, grant, pool.clock.now() + client.access_token_sec)
    return token


def issue_direct(pool, user, client: Client, scopes: list[str] | None) -> dict:
    """All three tokens without a browser, as InitiateAuth gives them."""
    wanted = scopes or ["aws.cognito.signin.user.admin"]
    grant = Grant(client.id, user.username, wanted, pool.clock.seconds())
    answer = issue(pool, grant, client, "direct")
    answer["refresh_token"] = pool.grants.issue_refresh(grant, client.refresh_lifetime_sec)
    return answer
