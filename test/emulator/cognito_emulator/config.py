"""Reads configuration: JSON into the classes of `model`, with messages that name the place."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing

from . import model

POOL_ID = re.compile(r"^[\w-]+_[0-9a-zA-Z]+$")
CLIENT_ID = re.compile(r"^[\w+]{1,128}$")
CLIENT_SECRET_CHARS = re.compile(r"^[\x20-\x7e\u00a0-\uffff]+$")
PLAIN_URI = re.compile(r"^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?]|$)")
# seconds; a refresh token of 0 lives for 30 days
LIFETIMES = {
    "access_token_sec": (1, 86400),
    "id_token_sec": (1, 86400),
    "refresh_token_sec": (0, 315360000),
}
CHOICES = {
    "issuer": ("original", "updated"),
    "ui": ("managed", "classic"),
    "plan": ("lite", "essentials", "plus"),
    "certificate": (
        "good",
        "expired",
        "not-yet-valid",
        "self-signed",
        "wrong-host",
        "unknown-ca",
    ),
    "error_order": ("description-first", "error-first"),
    "unknown_scope": ("invalid_scope", "ignored"),
    "foreign_scope_m2m": ("invalid_scope", "ignored"),
    "secret_for_public_client": ("invalid_client", "ignored"),
    "basic_decoding": ("both", "raw", "form"),
    "address_claim": ("object", "string"),
    "updated_at_claim": ("number", "string"),
    "email_verified_claim": ("boolean", "string"),
    "disabled_user_cookie": ("page", "redirect"),
    "federated_username": ("as-named", "lower-case"),
    "no_domain_discovery": ("empty", "issuer-paths"),
    "throttled_as": ("400", "429", "503"),
    "logout_passes_on": ("all", "documented", "needed"),
    "mfa": ("sms", "email", "totp"),
    "flows": ("code", "implicit", "client_credentials"),
}
# `issuer` of a provider is free text, and so on: choices hold only for these classes
CHOICE_CLASSES = (model.PoolConfig, model.Quirks, model.Tls, model.Client, model.User)


class ConfigError(ValueError):
    """A configuration that cannot be right; the text says where and what would be."""


def load(path: str) -> model.Config:
    with open(path, encoding="utf-8") as file:
        try:
            document = json.load(file)
        except ValueError as error:
            raise ConfigError(f"{path}: not JSON: {error}") from error
    return parse(document)


def parse(document: dict) -> model.Config:
    config = build(model.Config, document, "configuration")
    if not config.pools:
        raise ConfigError("configuration.pools: at least one pool is needed")
    for pool in config.pools:
        check_pool(pool)
    ids = [pool.id for pool in config.pools]
    if len(set(ids)) != len(ids):
        raise ConfigError("configuration.pools: two pools have the same id")
    return config


def check_pool(pool: model.PoolConfig) -> None:
    if not POOL_ID.match(pool.id) or len(pool.id) > 55:
        raise ConfigError(f"pool id {pool.id!r}: write it as eu-west-1_AbC123dEf")
    if pool.issuer == "updated" and pool.plan == "lite":
        raise ConfigError(f"pool {pool.id}: the updated issuer is not part of the Lite plan")
    if pool.prefix_domain is not None and pool.domain is None:
        raise ConfigError(f"pool {pool.id}: a pool with one domain has it in 'domain'")
    for client in pool.clients:
        check_client(client, f"pool {pool.id}")
    for what, names in (
        ("client", [c.id for c in pool.clients]),
        ("user", [u.username for u in pool.users]),
        ("group", [g.name for g in pool.groups]),
        ("provider", [p.name for p in pool.providers]),
    ):
        if len(set(names)) != len(names):
            raise ConfigError(f"pool {pool.id}: two {what}s have the same name")


def check_client(client: model.Client, where: str) -> None:
    if not CLIENT_ID.match(client.id):
        raise ConfigError(f"{where}: client id {client.id!r}: letters, digits, _ and + only")
    if len(client.secrets) > 2:
        raise ConfigError(f"{where}: client {client.id}: at most two secrets are active at once")
    for secret in client.secrets:
        if not CLIENT_SECRET_CHARS.match(secret):
            raise ConfigError(f"{where}: client {client.id}: a secret has control characters")
    if "client_credentials" in client.flows and client.is_public:
        raise ConfigError(f"{where}: client {client.id}: client_credentials needs a secret")
    if not 0 <= client.refresh_grace_sec <= 60:
        raise ConfigError(f"{where}: client {client.id}: refresh_grace_sec is 0 to 60")
    for name, (least, most) in LIFETIMES.items():
        if not least <= getattr(client, name) <= most:
            raise ConfigError(f"{where}: client {client.id}: {name} is {least} to {most}")
    for uris in (client.callback_urls, client.logout_urls):
        if len(uris) > 100:
            raise ConfigError(f"{where}: client {client.id}: at most 100 URLs of a kind")
        for uri in uris:
            check_uri(uri, f"{where}: client {client.id}")


def check_uri(uri: str, where: str) -> None:
    """What could be registered at Cognito."""
    if "#" in uri or not re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:", uri) or len(uri) > 1024:
        raise ConfigError(f"{where}: {uri!r} is no absolute URI without fragment")
    if uri.startswith("http:") and not PLAIN_URI.match(uri):
        raise ConfigError(
            f"{where}: {uri!r}: http is for localhost, 127.0.0.1 and [::1] alone; write https"
        )


def build(cls, value, where: str):
    """Makes a `cls` from a JSON object; unknown members and wrong types are errors."""
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: an object is needed, not {value!r}")
    hints = typing.get_type_hints(cls)
    unknown = sorted(set(value) - set(hints))
    if unknown:
        known = ", ".join(sorted(hints))
        raise ConfigError(f"{where}: unknown member {unknown[0]!r}; known are: {known}")
    required = [
        f.name
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = [name for name in required if name not in value]
    if missing:
        raise ConfigError(f"{where}: member {missing[0]!r} is missing")
    return cls(**{k: convert(cls, k, hints[k], v, f"{where}.{k}") for k, v in value.items()})


def change(instance, value: dict, where: str) -> None:
    """Sets members of an existing object from JSON, all or none of them."""
    cls = type(instance)
    hints = typing.get_type_hints(cls)
    converted = {}
    for name, new in value.items():
        if name not in hints:
            raise ConfigError(f"{where}: unknown member {name!r}")
        converted[name] = convert(cls, name, hints[name], new, f"{where}.{name}")
    for name, new in converted.items():
        setattr(instance, name, new)


def convert(cls, name: str, hint, value, where: str):
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        hint = next(a for a in typing.get_args(hint) if a is not type(None))
        return convert(cls, name, hint, value, where)
    if origin is list:
        if not isinstance(value, list):
            raise ConfigError(f"{where}: a list is needed, not {value!r}")
        (item,) = typing.get_args(hint)
        return [convert(cls, name, item, v, f"{where}[{i}]") for i, v in enumerate(value)]
    if dataclasses.is_dataclass(hint):
        return build(hint, value, where)
    return check_scalar(cls, name, hint, value, where)


def check_scalar(cls, name: str, hint, value, where: str):
    is_bool = isinstance(value, bool)
    if hint is float and isinstance(value, int) and not is_bool:
        return float(value)
    if not isinstance(value, hint) or (is_bool and hint is not bool):
        raise ConfigError(f"{where}: {hint.__name__} is needed, not {value!r}")
    choices = CHOICES.get(name) if issubclass(cls, CHOICE_CLASSES) else None
    if choices and value not in choices:
        raise ConfigError(f"{where}: {value!r} is not one of {', '.join(choices)}")
    return value
