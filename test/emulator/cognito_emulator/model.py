"""What a user pool is made of, as data. The configuration file has exactly these members."""

from __future__ import annotations

from dataclasses import dataclass, field

SCOPES = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"]
REFRESH_SEC = 30 * 86400
OIDC_SCOPES = ["openid", "email", "phone", "profile"]


@dataclass
class Client:
    """An app client. Without a secret it is public; two secrets are a rotation in progress.
    `machine_claims`: what the trigger makes of the token of a client_credentials grant."""

    id: str
    name: str = ""
    secrets: list[str] = field(default_factory=list)
    callback_urls: list[str] = field(default_factory=list)
    logout_urls: list[str] = field(default_factory=list)
    default_redirect_uri: str | None = None
    scopes: list[str] = field(default_factory=lambda: ["openid", "email", "phone", "profile"])
    flows: list[str] = field(default_factory=lambda: ["code"])
    identity_providers: list[str] = field(default_factory=lambda: ["COGNITO"])
    access_token_sec: int = 3600
    id_token_sec: int = 3600
    refresh_token_sec: int = REFRESH_SEC
    refresh_rotation: bool = False
    refresh_grace_sec: int = 0
    revocation: bool = True
    read_attributes: list[str] | None = None
    machine_claims: dict = field(default_factory=dict)

    @property
    def refresh_lifetime_sec(self) -> int:
        """0 is the usual time, as in Cognito's API."""
        return self.refresh_token_sec or REFRESH_SEC

    @property
    def is_public(self) -> bool:
        return not self.secrets

    def may_read(self, attribute: str) -> bool:
        return self.read_attributes is None or attribute in self.read_attributes


@dataclass
class Group:
    name: str
    description: str = ""
    role_arn: str | None = None
    precedence: int | None = None


@dataclass
class User:
    """`temporary`: the password must be changed at the first sign-in. `mfa`: the second factor,
    sms, email or totp. What a pre token generation trigger makes of the ID token is in
    `claims`, of the access token in `access_claims` and the two lists of scopes; null leaves a
    claim out."""

    username: str
    password: str | None = None
    sub: str = ""
    attributes: dict = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    enabled: bool = True
    confirmed: bool = True
    temporary: bool = False
    mfa: str | None = None
    identities: list[dict] = field(default_factory=list)
    claims: dict = field(default_factory=dict)
    access_claims: dict = field(default_factory=dict)
    add_scopes: list[str] = field(default_factory=list)
    suppress_scopes: list[str] = field(default_factory=list)


@dataclass
class ProviderUser:
    """Somebody who can be picked on the page of the simulated identity provider."""

    subject: str
    attributes: dict = field(default_factory=dict)


@dataclass
class Provider:
    """A federated identity provider. `issuer` is what `identities` shows, null for social ones."""

    name: str
    type: str = "OIDC"
    issuer: str | None = None
    identifiers: list[str] = field(default_factory=list)
    required_attributes: list[str] = field(default_factory=list)
    users: list[ProviderUser] = field(default_factory=list)


@dataclass
class ResourceServer:
    identifier: str
    scopes: list[str] = field(default_factory=list)


@dataclass
class Domain:
    """Where the hosted UI listens. Port 0: any free one. `address`: what a host name is bound to."""

    host: str = "127.0.0.1"
    port: int = 0
    address: str | None = None


@dataclass
class Quotas:
    """Requests a second that the domain bears; null: any number. README.md has Amazon's."""

    domain: int | None = None
    source_ip: int | None = None
    client: int | None = None
    user: int | None = None
    user_authentication: int | None = None
    code_redemption: int | None = None
    user_federation: int | None = None
    user_token: int | None = None
    client_authentication: int | None = None


@dataclass
class Quirks:
    """One switch for each behaviour on which no first-hand source exists; see README.md."""

    error_order: str = "description-first"
    unknown_scope: str = "invalid_scope"
    foreign_scope_m2m: str = "invalid_scope"
    secret_for_public_client: str = "invalid_client"
    basic_decoding: str = "both"
    pkce_failure_burns_code: bool = True
    client_failure_burns_code: bool = False
    code_reuse_revokes: bool = False
    refresh_reuse_revokes: bool = False
    pkce_check: bool = True
    nonce_after_refresh: bool = False
    at_hash: bool = True
    address_claim: str = "object"
    updated_at_claim: str = "number"
    email_verified_claim: str = "boolean"
    disabled_user_cookie: str = "page"
    federated_username: str = "as-named"
    no_domain_discovery: str = "empty"
    refuse_json_state: bool = True
    classic_max_age: bool = False
    logout_passes_on: str = "all"
    throttled_as: str = "400"


@dataclass
class PoolConfig:
    """`prefix_domain`: where `domain` is a custom one, the other that serves the same."""

    id: str
    name: str = ""
    domain: Domain | None = field(default_factory=Domain)
    prefix_domain: Domain | None = None
    issuer: str = "original"
    issuer_claim: str = "listener"
    ui: str = "managed"
    plan: str = "essentials"
    sign_up: bool = True
    clients: list[Client] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)
    resource_servers: list[ResourceServer] = field(default_factory=list)
    quotas: Quotas = field(default_factory=Quotas)
    quirks: Quirks = field(default_factory=Quirks)


@dataclass
class Listen:
    """Address and ports of the listeners that all pools share. Port 0: any free one."""

    host: str = "127.0.0.1"
    address: str | None = None
    issuer: int = 0
    updated_issuer: int = 0
    idp: int = 0
    control: int = 0


@dataclass
class Tls:
    """https for everything but the control API. Without files a throw-away CA is made.

    `certificate` is one of good, expired, not-yet-valid, self-signed, wrong-host, unknown-ca.
    """

    certificate: str = "good"
    cert_file: str | None = None
    key_file: str | None = None
    ca_file: str | None = None
    max_version: str | None = None


@dataclass
class Config:
    pools: list[PoolConfig]
    listen: Listen = field(default_factory=Listen)
    tls: Tls | None = None
