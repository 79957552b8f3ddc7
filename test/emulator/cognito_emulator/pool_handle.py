"""What a test does with a user pool of a running emulator, by the control API."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from .hosted_ui import Browser, shown_code

CLIENT_ID = "7sm0a9nvvurn0guite1f2jgqi9"
PASSWORD = "Wonderland-1"


class ControlError(Exception):
    """The control API refused; the text is its explanation."""


class Control:
    """JSON calls to the control API."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)

    def call(self, method: str, path: str, body=None):
        connection = http.client.HTTPConnection(*self._address, timeout=30)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise ControlError(f"{method} {path}: {answer.get('error', answer)}")
        return answer


@dataclass
class Logged:
    """One request as the emulator got it. Several parameters of a name: the first."""

    number: int
    time: float
    endpoint: str
    method: str
    target: str
    query: str
    params: dict[str, str]
    headers: dict[str, str]
    header_list: list[tuple[str, str]]
    body: str
    form: dict[str, str]
    status: int | None
    why: str | None
    raw: dict


def logged(entry: dict) -> Logged:
    def first(pairs):
        return {k: v for k, v in reversed(pairs)}

    return Logged(
        number=entry["number"],
        time=entry["time"],
        endpoint=entry["endpoint"],
        method=entry["method"],
        target=entry["target"],
        query=entry["query"],
        params=first(entry["params"]),
        headers=first([(name.lower(), value) for name, value in entry["headers"]]),
        header_list=[tuple(pair) for pair in entry["headers"]],
        body=entry["body"],
        form=first(entry["form"]),
        status=entry["status"],
        why=entry["why"],
        raw=entry,
    )


class PoolHandle:
    """What a test does with one user pool."""

    def __init__(self, control: Control, pool_id: str, urls: dict) -> None:
        self.id = pool_id
        self.issuer: str = urls["issuer"]
        self.not_served_at: str = urls["not_served_at"]
        self.discovery: str = urls["discovery"]
        self.jwks: str = urls["jwks"]
        self.domain: str | None = urls["domain"]
        self.prefix_domain: str | None = urls.get("prefix_domain")
        self.idp: str = urls["idp"]
        self._control = control

    def call(self, method: str, path: str, body=None):
        return self._control.call(method, f"/pools/{self.id}{path}", body)

    # misbehaviour

    def fail(self, endpoint: str, **fault) -> int:
        """Members of `Fault` in faults.py: status=500, times=1, delay=2, broken="html", ..."""
        return self.call("POST", "/faults", {"endpoint": endpoint, **fault})["number"]

    def heal(self, endpoint: str | None = None, number: int | None = None) -> None:
        wanted = {"endpoint": endpoint, "number": number}
        query = urlencode({k: v for k, v in wanted.items() if v is not None})
        self.call("DELETE", f"/faults?{query}")

    def mutate(
        self,
        name: str,
        token: str | None = None,
        times: int | None = None,
        grant: str | None = None,
    ) -> int:
        """A name of mutation_table.py, for all tokens to come or the next `times`."""
        wanted = {"name": name, "token": token, "times": times, "grant": grant}
        return self.call("POST", "/mutations", wanted)["number"]

    def clear_mutations(self) -> None:
        self.call("DELETE", "/mutations")

    def keys(self) -> dict:
        """`signing`: kid for id and access; `jwks`: what is published."""
        return self.call("GET", "/keys")

    def rotate_keys(self, action: str = "rotate", when: str = "now") -> dict:
        """`action`: add, switch, drop, or rotate for all three. `when`: now, next-token."""
        return self.call("POST", "/keys", {"action": action, "when": when})

    def set_clock(self, offset: float) -> None:
        self.call("PUT", "/clock", {"offset": offset})

    def set_quirks(self, **quirks) -> None:
        self.call("PATCH", "/quirks", quirks)

    def set_quotas(self, **quotas) -> None:
        """Requests a second, members of `Quotas` in model.py; None: any number."""
        self.call("PATCH", "/quotas", quotas)

    def reset(self, state: bool = False) -> None:
        """Healthy again; with `state` also users, clients and tokens as at the start."""
        self.call("POST", "/reset", {"state": state})

    # what was asked

    def requests(self, endpoint: str | None = None, after: int = 0) -> list[Logged]:
        wanted = {"pool": self.id, "endpoint": endpoint, "after": after}
        query = urlencode({k: v for k, v in wanted.items() if v is not None})
        entries = self._control.call("GET", f"/requests?{query}")
        return [logged(entry) for entry in entries]

    def issued(self, after: int = 0) -> list[str]:
        """Every code and token since the start but the first `after`, oldest first."""
        return self.call("GET", f"/issued?after={after}")

    def wait_for_requests(
        self, endpoint: str, count: int = 1, deadline: float = 30
    ) -> list[Logged]:
        end = time.monotonic() + deadline
        while True:
            found = self.requests(endpoint)
            if len(found) >= count:
                return found
            if time.monotonic() > end:
                raise AssertionError(f"{endpoint}: {len(found)} of {count} requests came")
            time.sleep(0.02)

    def clear_requests(self) -> None:
        self._control.call("DELETE", f"/requests?pool={quote(self.id)}")

    # an administrator's calls

    def add_client(self, client_id: str, **members) -> dict:
        return self.call("POST", "/clients", {"id": client_id, **members})

    def change_client(self, client_id: str = CLIENT_ID, **members) -> dict:
        return self.call("PATCH", f"/clients/{quote(client_id)}", members)

    def add_user(self, username: str, **members) -> dict:
        return self.call("POST", "/users", {"username": username, **members})

    def user(self, username: str) -> dict:
        return self.call("GET", f"/users/{quote(username, safe='')}")

    def change_user(self, username: str, **members) -> dict:
        return self.call("PATCH", f"/users/{quote(username, safe='')}", members)

    def delete_user(self, username: str) -> None:
        self.call("DELETE", f"/users/{quote(username, safe='')}")

    def sign_out_everywhere(self, username: str) -> None:
        self.call("POST", f"/users/{quote(username, safe='')}/sign-out", {})

    def tokens(self, username: str, client_id: str = CLIENT_ID, scopes=None) -> dict:
        """id_token, access_token and refresh_token without a browser."""
        wanted = {"client_id": client_id, "scopes": scopes}
        return self.call("POST", f"/users/{quote(username, safe='')}/tokens", wanted)

    def link_identity(self, username: str, provider: str, subject: str) -> dict:
        wanted = {"provider": provider, "subject": subject}
        return self.call("POST", f"/users/{quote(username, safe='')}/identities", wanted)

    def unsolicited(self, username: str, client_id: str = CLIENT_ID, redirect_uri=None) -> str:
        """A callback URL with a code but no state, as IdP-initiated sign-in makes it."""
        wanted = {"client_id": client_id, "redirect_uri": redirect_uri}
        path = f"/users/{quote(username, safe='')}/unsolicited"
        return self.call("POST", path, wanted)["location"]

    # people

    def authorize_url(self, client_id: str = CLIENT_ID, **params) -> str:
        """`None` leaves a parameter out."""
        params = {"response_type": "code", "client_id": client_id, **params}
        query = urlencode({k: v for k, v in params.items() if v is not None})
        return f"{self.domain}/oauth2/authorize?{query}"

    def sign_in(
        self,
        http_client,
        url: str,
        username: str,
        password: str = PASSWORD,
        new_password: str | None = None,
    ) -> str:
        """From an authorization URL through the hosted UI; gives the Location of the callback,
        which is not followed. A live session at the hosted UI needs no password, a second
        factor is given, and `new_password` where one is asked for."""
        browser = Browser(http_client, (self.domain, self.prefix_domain, self.idp))
        answer = browser.open(url)
        if browser.left is None:
            form = browser.form(answer, "cognitoSignInForm")
            typed = {"username": username, "password": password}
            if form.buttons.get("choice"):
                typed = {"choice": "continue"}
            answer = browser.submit(form, typed)
        if new_password is not None:
            changed = {"password": new_password}
            answer = browser.answer_challenge(answer, "cognitoNewPasswordForm", lambda _: changed)
        answer = browser.answer_challenge(
            answer, "cognitoFactorForm", lambda page: {"code": shown_code(page)}
        )
        return browser.callback(answer)

    def sign_in_federated(
        self, http_client, url: str, subject: str, attributes: dict | None = None
    ) -> str:
        """The same for a URL with identity_provider: `subject` signs in at the simulated IdP."""
        browser = Browser(http_client, (self.domain, self.prefix_domain, self.idp))
        answer = browser.open(url)
        if browser.left is None:
            form = browser.form(answer)
            typed = {"subject": subject, "attributes": json.dumps(attributes or {})}
            answer = browser.submit(form, typed)
            if browser.left is None and "SAMLResponse" in browser.form(answer).fields:
                answer = browser.submit(browser.form(answer), {})
        return browser.callback(answer)
