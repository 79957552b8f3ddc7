"""The mutations of tokens, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from . import jwt


@dataclass(frozen=True)
class Mutation:
    name: str
    use: str
    make: Callable[[jwt.Draft], str]
    jwks: Callable[[dict, str], dict] | None = None


def set_claim(name, value):
    def make(draft):
        draft.payload[name] = value
        return jwt.sign(draft)

    return make


MUTATIONS = {
    m.name: m
    for m in (
        Mutation("id-ok", "id", jwt.sign),
        Mutation("id-iss-other", "id", set_claim("iss", "https://issuer.example/other_Pool")),
        Mutation("id-nonce-other", "id", set_claim("nonce", "another")),
    )
}
