"""Writes the whole table of mutations as JSON, for verifiers in other languages.

    PYTHONPATH=test/emulator /usr/bin/python3 -m cognito_emulator.vectors [LIMIT] > vectors.json

With a LIMIT, cases of more characters are left out: `make check` reads what 20000 leaves, in
`test/data/token_vectors/vectors.json`.
`now` is the time at which the tokens were made: set the verifier's clock to it. A case without
a `jwks` of its own goes with that of the document; `access_token` is what at_hash is about.
"""

from __future__ import annotations

import json
import sys

from . import claims, jwt
from .grants import Grant
from .model import Client, PoolConfig, User
from .mutation_table import ROWS, Mutation
from .pool import Pool

NONCE = "n-0S6_WzA2Mj-Nonce"
SERVED_AT = "https://issuer.example/eu-west-1_Vectors01"
USER = User(
    "alice",
    attributes={"email": "alice@example.com", "email_verified": "true"},
    groups=["admins", "staff"],
)


def document() -> dict:
    client = Client("7sm0a9nvvurn0guite1f2jgqi9")
    pool = Pool(PoolConfig("eu-west-1_Vectors01", clients=[client], users=[USER]))
    pool.listen_at(SERVED_AT, "")
    pool.idp_url = "https://issuer.example/idp"
    grant = Grant(client.id, USER.username, list(client.scopes), pool.clock.seconds(), NONCE)
    access_token = jwt.sign(draft(pool, grant, client, "access"))
    cases = [case(pool, grant, client, row, access_token) for row in ROWS]
    return {
        "issuer": pool.issuer_url,
        "client_id": client.id,
        "nonce": NONCE,
        "now": grant.auth_time,
        "access_token": access_token,
        "jwks": pool.keys.jwks(),
        "cases": cases,
    }


def draft(pool: Pool, grant: Grant, client: Client, use: str, access_token: str = "") -> jwt.Draft:
    if use == "access":
        payload = claims.access_claims(pool, grant, client)
    else:
        payload = claims.id_claims(pool, grant, client, access_token, "authorization_code")
    one = jwt.draft(use, payload, pool.keys.signing(use), pool=pool, client=client)
    one.context["access_token"] = access_token
    return one


def case(pool: Pool, grant: Grant, client: Client, row: Mutation, access_token: str) -> dict:
    result = {
        "name": row.name,
        "use": row.use,
        "expect": row.strict,
        "token": row.make(draft(pool, grant, client, row.use, access_token)),
    }
    if row.jwks is not None:
        result["jwks"] = row.jwks(pool.keys.jwks(), pool.keys.signing(row.use).kid)
    return result


def write(limit: int) -> None:
    whole = document()
    lines = [json.dumps(case) for case in whole.pop("cases")]
    head = json.dumps(whole, indent=0)[:-2]
    body = ",\n".join(line for line in lines if len(line) <= limit)
    print(f'{head},\n"cases": [\n{body}\n]}}')


if __name__ == "__main__":
    write(int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize)
