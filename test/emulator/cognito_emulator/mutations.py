"""Which mutations spoil the tokens to come; the table of them is in mutation_table.py."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

from . import jwt, mutation_ops
from .mutation_table import MUTATIONS, Mutation


@dataclass
class Active:
    number: int
    mutation: Mutation
    use: str
    times: int | None
    grant: str | None

    def to_json(self) -> dict:
        return {**vars(self), "mutation": self.mutation.name}


class MutationQueue:
    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Active] = []

    def add(self, name: str, use: str | None, times: int | None, grant: str | None) -> int:
        """`use`: the other kind of token; `grant`: only tokens of this grant type."""
        mutation = MUTATIONS[name]
        mutation_ops.make_keys()  # now, not while somebody waits for a token
        number = next(self._numbers)
        with self._lock:
            active = Active(number, mutation, use or mutation.use, times, grant)
            self._active.append(active)
        return number

    def clear(self) -> None:
        with self._lock:
            self._active = []

    def list(self) -> list[Active]:
        with self._lock:
            return list(self._active)

    def encode(self, draft: jwt.Draft, how: str) -> str:
        """Signs a token, or spoils it if a mutation waits for one of its kind."""
        active = self._take(draft.use, how)
        return jwt.sign(draft) if active is None else active.mutation.make(draft)

    def change_jwks(self, document: dict, pool) -> dict:
        """The JWKS as `key-*` mutations want it, until they are cleared."""
        for active in self.list():
            if active.mutation.jwks is not None:
                kid = pool.keys.signing(active.use).kid
                document = active.mutation.jwks(document, kid)
        return document

    def _take(self, use: str, how: str) -> Active | None:
        with self._lock:
            for active in self._active:
                fits = active.use == use and active.grant in (None, how)
                if fits and active.times != 0:
                    active.times = None if active.times is None else active.times - 1
                    return active
        return None
