"""What a person at a terminal wants to know of a started emulator."""

from __future__ import annotations

from urllib.parse import urlencode

from .model import Client, PoolConfig


def text(pools: list[PoolConfig], ready: dict) -> str:
    parts = [of_pool(pool, ready["pools"][pool.id]) for pool in pools]
    rows = [("control API", ready["control"])]
    rows += [("trust", ready["ca_file"])] if ready["ca_file"] else []
    return "\n".join([*parts, *aligned(rows), "", "  Ctrl-C ends it.", ""])


def of_pool(pool: PoolConfig, urls: dict) -> str:
    rows = [("issuer", urls["issuer"]), ("hosted UI", urls["domain"] or "none: no domain")]
    people = [f"{user.username} / {user.password}" for user in pool.users if user.password]
    rows += [("users", ", ".join(people) or "none")]
    clients = [client for client in pool.clients if urls["domain"] and can_sign_in(client)]
    rows += [(client.name or client.id, sign_in_url(client, urls["domain"])) for client in clients]
    return "\n".join([f"\n  The user pool {pool.id}", "", *aligned(rows), ""])


def can_sign_in(client: Client) -> bool:
    return "code" in client.flows and bool(client.callback_urls)


def sign_in_url(client: Client, domain: str) -> str:
    query = {
        "client_id": client.id,
        "response_type": "code",
        "redirect_uri": client.callback_urls[0],
    }
    return f"{domain}/oauth2/authorize?{urlencode(query)}"


def aligned(rows: list[tuple[str, str]]) -> list[str]:
    return [f"  {name:24}{value}" for name, value in rows]
