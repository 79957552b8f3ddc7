"""Who calls the token and revocation endpoints: client_secret_basic, _post, or public."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import unquote_plus

from .model import Client


class ClientError(Exception):
    """Unknown client or wrong secret: the same answer for both; `str()` says which."""

    description = "invalid_client_secret"


def authenticate(pool, request, values) -> Client:
    basic = request.headers.get("Authorization")
    posted = values.get("client_id"), values.get("client_secret")
    if basic is not None:
        return by_basic(pool, basic, posted[0])
    client = pool.clients.get(posted[0] or "")
    if client is None:
        raise ClientError(f"no client {posted[0] or 'is named'}")
    if client.is_public:
        if posted[1] and pool.quirks.secret_for_public_client == "invalid_client":
            raise ClientError("a secret for a client that has none")
        return client
    check_secret(client, posted[1])
    return client


def by_basic(pool, header: str, posted_id: str | None) -> Client:
    for client_id, secret in pairs(header, pool.quirks.basic_decoding):
        client = pool.clients.get(client_id)
        if client is None or posted_id not in (None, client.id):
            continue
        if client.is_public and pool.quirks.secret_for_public_client == "ignored":
            return client
        if matches(client, secret):
            return client
    raise ClientError("Basic does not name a client and its secret")


def pairs(header: str, decoding: str) -> list[tuple[str, str]]:
    """`id:secret` as it stands and, as RFC 6749 2.3.1 wants it, form-decoded."""
    scheme, _, value = header.partition(" ")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except ValueError:
        return []
    client_id, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        return []
    raw = (client_id, secret)
    form = (unquote_plus(client_id), unquote_plus(secret))
    return {"raw": [raw], "form": [form], "both": [raw, form]}[decoding]


def check_secret(client: Client, secret: str | None) -> None:
    if not secret or not matches(client, secret):
        raise ClientError(f"the secret of client {client.id} is {'wrong' if secret else 'missing'}")


def matches(client: Client, secret: str) -> bool:
    """Either of two active secrets will do."""
    return any(hmac.compare_digest(s.encode(), secret.encode()) for s in client.secrets)
