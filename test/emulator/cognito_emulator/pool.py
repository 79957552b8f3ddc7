"""A running user pool: its configuration, what it has issued, and how it misbehaves."""

from __future__ import annotations

import copy
import hashlib
import threading
import uuid

from werkzeug.datastructures import MultiDict

from .browser import BrowserStore
from .clock import Clock
from .faults import FaultTable
from .grants import GrantStore
from .keys import KeyRing
from .model import Client, Group, PoolConfig, Provider, User
from .mutations import MutationQueue
from .quota import Meter


class Pool:
    def __init__(self, config: PoolConfig) -> None:
        self.config = copy.deepcopy(config)
        self.id = config.id
        self.clock = Clock()
        self.keys = KeyRing()
        self.faults = FaultTable()
        self.mutations = MutationQueue()
        self.lock = threading.RLock()
        self.served_at = ""
        self.not_served_at = ""
        self.issuer_url = ""
        self.domain_url = ""
        self.prefix_domain_url = ""
        self.idp_url = ""
        self.load()

    def load(self) -> None:
        """Users, clients and so on as configured; nothing issued yet."""
        config = copy.deepcopy(self.config)
        self.quirks = config.quirks
        self.quotas = config.quotas
        self.meter = Meter(self.clock)
        self.clients: dict[str, Client] = {c.id: c for c in config.clients}
        self.groups: dict[str, Group] = {g.name: g for g in config.groups}
        self.providers: dict[str, Provider] = {p.name: p for p in config.providers}
        self.users: dict[str, User] = {}
        for user in config.users:
            self.add_user(user)
        self.grants = GrantStore(self.clock)
        self.browsers = BrowserStore(self.clock)
        self.mail: dict[str, str] = {}
        self._federations: dict[str, MultiDict] = {}
        self._assertions: dict[str, tuple[Provider, str, dict]] = {}

    def listen_at(self, served_at: str, not_served_at: str) -> None:
        """Where discovery and JWKS are; `issuer_claim` may give tokens another issuer."""
        self.served_at = served_at
        self.not_served_at = not_served_at
        claim = self.config.issuer_claim
        if claim == "amazon":
            region = self.id.partition("_")[0]
            host = "issuer-cognito-idp" if self.config.issuer == "updated" else "cognito-idp"
            claim = f"https://{host}.{region}.amazonaws.com/{self.id}"
        self.issuer_url = served_at if claim == "listener" else claim

    def add_user(self, user: User) -> User:
        """A user without a sub gets one that is the same in every run."""
        if not user.sub:
            seed = hashlib.sha256(f"{self.id} {user.username}".encode()).hexdigest()
            user.sub = str(uuid.UUID(seed[:32]))
        for name in user.groups:
            self.groups.setdefault(name, Group(name))
        self.users[user.username] = user
        return user

    def find_user(self, login: str) -> User | None:
        """By user name, or by an e-mail address or phone number as alias."""
        if login in self.users:
            return self.users[login]
        for user in list(self.users.values()):
            aliases = (user.attributes.get("email"), user.attributes.get("phone_number"))
            if login and login in aliases and not user.identities:
                return user
        return None

    def scopes_of_resource_servers(self) -> list[str]:
        servers = self.config.resource_servers
        return [f"{server.identifier}/{scope}" for server in servers for scope in server.scopes]

    def sign_out_everywhere(self, username: str) -> None:
        self.grants.revoke_user(username)

    def set_enabled(self, username: str, enabled: bool) -> None:
        self.users[username].enabled = enabled
        if not enabled:
            self.grants.revoke_access_of(username)

    def start_federation(self, asked) -> str:
        """Remembers an authorization request while the user is at an identity provider."""
        relay = uuid.uuid4().hex
        with self.lock:
            self._federations[relay] = MultiDict(asked)
        return relay

    def end_federation(self, relay: str) -> MultiDict | None:
        with self.lock:
            return self._federations.pop(relay, None)

    def give_assertion(self, provider: Provider, subject: str, attributes: dict) -> str:
        """What the identity provider says of a person, to be fetched once by its code."""
        code = uuid.uuid4().hex
        with self.lock:
            self._assertions[code] = (provider, subject, attributes)
        return code

    def take_assertion(self, code: str) -> tuple[Provider, str, dict] | None:
        with self.lock:
            return self._assertions.pop(code, None)
