"""Reads and checks the parameters of an authorization request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .model import OIDC_SCOPES, SCOPES, Client, Provider

RESOURCE = re.compile(r"^(https://.+|http://localhost([:/].*)?|(?!https?:)[A-Za-z][\w+.-]*:.+)$")


class PageError(Exception):
    """Wrong in a way that the client application never hears of: Cognito's own error page."""

    def __init__(self, text: str, client_id: str | None = None, why: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.client_id = client_id
        self.why = why or text


class RedirectError(Exception):
    """An error that goes back to the redirect_uri."""

    def __init__(
        self, ask: AuthorizeRequest, error: str, description: str | None = None, why: str = ""
    ) -> None:
        super().__init__(error)
        self.ask = ask
        self.error = error
        self.description = description
        self.why = why or description or error


@dataclass
class AuthorizeRequest:
    client: Client
    redirect_uri: str
    response_type: str
    state: str | None
    nonce: str | None
    challenge: str | None
    challenge_method: str | None
    scopes: list[str]
    resource: str | None
    prompt: list[str]
    max_age: int | None
    acr_values: list[str]
    login_hint: str
    provider: Provider | None
    wants_local: bool


def parse(pool, args) -> AuthorizeRequest:
    """Raises PageError or RedirectError; the order of the checks is Cognito's."""
    client = find_client(pool, args)
    redirect_uri = find_redirect_uri(client, args)
    ask = AuthorizeRequest(
        client=client,
        redirect_uri=redirect_uri,
        response_type=args.get("response_type", ""),
        state=args.get("state"),
        nonce=args.get("nonce"),
        challenge=args.get("code_challenge"),
        challenge_method=args.get("code_challenge_method"),
        scopes=args.get("scope", "").split(),
        resource=args.get("resource"),
        prompt=args.get("prompt", "").split() if pool.config.ui == "managed" else [],
        max_age=max_age_of(pool, args.get("max_age", "")),
        acr_values=args.get("acr_values", "").split() if pool.config.plan != "lite" else [],
        login_hint=args.get("login_hint", ""),
        provider=None,
        wants_local=args.get("identity_provider") == "COGNITO",
    )
    check_response_type(ask)
    check_challenge(ask)
    check_state(pool, ask)
    check_resource(ask, args)
    ask.scopes = granted_scopes(pool, ask)
    ask.provider = find_provider(pool, ask, args)
    return ask


def max_age_of(pool, text: str) -> int | None:
    is_heeded = pool.config.plan != "lite" and (
        pool.config.ui == "managed" or pool.quirks.classic_max_age
    )
    return int(text) if is_heeded and text.isdigit() else None


def find_client(pool, args) -> Client:
    client_id = args.get("client_id")
    if not client_id:
        raise PageError("Required String parameter 'client_id' is not present")
    client = pool.clients.get(client_id)
    flows = {"code", "implicit"} & set(client.flows) if client else set()
    if not flows or not client.identity_providers:
        why = "has no code or implicit flow, or no identity provider" if client else "is unknown"
        raise PageError("invalid_request", client_id, f"client {client_id} {why}")
    return client


def find_redirect_uri(client: Client, args) -> str:
    redirect_uri = args.get("redirect_uri")
    if not redirect_uri and client.default_redirect_uri and len(client.identity_providers) == 1:
        return client.default_redirect_uri
    if not redirect_uri:
        raise PageError("Required String parameter 'redirect_uri' is not present", client.id)
    if redirect_uri not in client.callback_urls:
        raise PageError("redirect_mismatch", client.id, mismatch(redirect_uri, client))
    return redirect_uri


def mismatch(uri: str, client: Client) -> str:
    known = ", ".join(client.callback_urls) or "none"
    return f"{uri} is not registered at client {client.id}; its callback URLs are: {known}"


def check_response_type(ask: AuthorizeRequest) -> None:
    flow = {"code": "code", "token": "implicit"}.get(ask.response_type)
    if flow is None:
        why = f"response_type is {ask.response_type!r}, neither code nor token"
        raise RedirectError(ask, "invalid_request", why=why)
    if flow not in ask.client.flows:
        description = "Client is not enabled for OAuth2.0 flows "
        raise RedirectError(ask, "unauthorized_client", description)


def check_challenge(ask: AuthorizeRequest) -> None:
    if ask.challenge is None and ask.challenge_method is None:
        return
    if not ask.challenge or ask.challenge_method != "S256":
        why = "code_challenge and code_challenge_method=S256 go together"
        raise RedirectError(ask, "invalid_request", why=why)


def check_state(pool, ask: AuthorizeRequest) -> None:
    """Cognito cannot take a state that is JSON."""
    if not pool.quirks.refuse_json_state or not (ask.state or "").startswith(("{", "[", '"')):
        return
    try:
        json.loads(ask.state)
    except ValueError:
        return
    raise PageError("invalid_request", ask.client.id, "state is JSON, which Cognito cannot take")


def check_resource(ask: AuthorizeRequest, args) -> None:
    if ask.resource is None:
        return
    if len(args.getlist("resource")) > 1 or not RESOURCE.match(ask.resource):
        why = "resource is to be one URL: https, http://localhost, or of a scheme of its own"
        raise RedirectError(ask, "invalid_request", why=why)


def granted_scopes(pool, ask: AuthorizeRequest) -> list[str]:
    """No scope asks for all of the client's; a foreign one is an error or ignored."""
    if not ask.scopes:
        return list(ask.client.scopes)
    known = set(SCOPES) | set(pool.scopes_of_resource_servers())
    foreign = [s for s in ask.scopes if s not in ask.client.scopes or s not in known]
    if foreign and pool.quirks.unknown_scope == "invalid_scope":
        why = f"client {ask.client.id} may not ask for {' '.join(foreign)}, or nobody knows it"
        raise RedirectError(ask, "invalid_scope", why=why)
    scopes = [s for s in dict.fromkeys(ask.scopes) if s not in foreign]
    needs_openid = set(OIDC_SCOPES) & set(scopes)
    if needs_openid and "openid" not in scopes:
        why = f"{' '.join(sorted(needs_openid))} needs openid"
        raise RedirectError(ask, "invalid_scope", why=why)
    return scopes


def find_provider(pool, ask: AuthorizeRequest, args) -> Provider | None:
    """By identity_provider or idp_identifier, or because the client has no other."""
    name = args.get("identity_provider")
    identifier = args.get("idp_identifier")
    allowed = ask.client.identity_providers
    if name is None and identifier:
        name = next((p.name for p in pool.providers.values() if identifier in p.identifiers), "")
    if name is None and len(allowed) == 1 and allowed[0] != "COGNITO":
        name = allowed[0]
    if name is None or name == "COGNITO" and "COGNITO" in allowed:
        return None
    if name not in allowed or name not in pool.providers:
        text = "Login option is not available. Please try another one"
        why = f"client {ask.client.id} allows {', '.join(allowed)}; {name!r} is none of them"
        raise PageError(text, ask.client.id, why)
    return pool.providers[name]
