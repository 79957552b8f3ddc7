"""The user pools of all tests: one emulator a worker, set right again before each class."""
import secrets

import requests

from cognito_emulator import testing

from .site import CALLBACK, ORIGIN, OTHER, SIGNED_OUT
from .waiting import wait_for

PASSWORD = testing.PASSWORD
SECRET = "a:+/% \u00fc&=" + secrets.token_urlsafe(24)  # needs every kind of escaping
ROTATED = ["first" + secrets.token_hex(20), "second" + secrets.token_hex(20)]


def person(login, *groups, **attributes):
    return {"username": login, "password": PASSWORD, "groups": list(groups),
            "attributes": {"email": f"{login}@example.com", "email_verified": "true",
                           **attributes}}


def client(client_id, *origins, **members):
    return {"id": client_id, "callback_urls": [o + CALLBACK for o in origins],
            "logout_urls": [o + SIGNED_OUT for o in origins],
            "identity_providers": ["COGNITO", "EntraID"], **members}


def machine(client_id, *scopes):
    """A client of its own: no user stands behind its tokens."""
    return {"id": client_id, "secrets": ["machine" + secrets.token_hex(20)],
            "flows": ["client_credentials"],
            "scopes": list(scopes) or ["orders/read", "orders/write"]}


def configuration(origins=(ORIGIN, OTHER)):
    """Two pools whose clients are registered for these origins."""
    providers = [{"name": "EntraID", "type": "OIDC", "users": [{"subject": "fred"}]}]
    groups = [{"name": "admins", "precedence": 1}, {"name": "staff"}]
    return {"pools": [
        {"id": "eu-west-1_AppPool01", "providers": providers, "groups": groups,
         "resource_servers": [{"identifier": "orders", "scopes": ["read", "write"]}],
         "clients": [client("app", *origins), client("other", *origins), machine("machine"),
                     client("secret", *origins, secrets=[SECRET]),
                     client("rotated", *origins, secrets=[ROTATED[1]])],
         "users": [person("alice", "admins", "staff", name="Alice Example"), person("bob"),
                   person("mallory")]},
        {"id": "eu-west-1_StaffPool", "providers": providers, "groups": groups,
         "clients": [client("staff", *origins)], "users": [person("sam", "staff")]},
        # that of the documents; its tokens come from Amazon, as they say
        {"id": "eu-west-1_AbC123dEf", "issuer_claim": "amazon", "providers": providers,
         "groups": groups, "clients": [],
         "users": [person("alice", "admins", "staff", name="Alice Example",
                          preferred_username="alice"), person("bob")]}]}


class Pool:
    """A user pool of the emulator. What is not here is in testing.PoolHandle."""

    def __init__(self, handle, members):
        self.handle = handle
        self.members = members
        self.read = 0

    def __getattr__(self, name):
        return getattr(self.handle, name)

    def secret_of(self, client_id):
        """The client's secret; "" for a public client."""
        found = next(c for c in self.members["clients"] if c["id"] == client_id)
        return found.get("secrets", [""])[0]

    def access_token(self, username, client_id="app", scopes=("openid", "orders/read")):
        """Of a user who has signed in somewhere else."""
        return self.tokens(username, client_id, list(scopes))["access_token"]

    def machine_token(self, client_id="machine", scope="orders/read"):
        """By the client_credentials grant."""
        answer = requests.post(f"{self.domain}/oauth2/token", timeout=20,
                               auth=(client_id, self.secret_of(client_id)),
                               data={"grant_type": "client_credentials", "scope": scope})
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def password_of(self, username):
        return PASSWORD

    def new_secrets(self):
        """What was issued since the last call, and what clients proved themselves with."""
        issued = self.handle.issued(self.read)
        self.read += len(issued)
        verifiers = [r.form.get("code_verifier") for r in self.handle.requests("token")]
        return [*(end for text in issued for end in ends(text)), *filter(None, verifiers)]

    def wait_for_requests(self, endpoint, count=1):
        """The calls of an endpoint, once `count` have come; the last may still be open."""
        return self.wait_for_calls(endpoint, count, lambda call: True)

    def wait_for_answers(self, endpoint, count=1):
        """The calls of an endpoint that have been answered, once there are `count`."""
        return self.wait_for_calls(endpoint, count, lambda call: call.status is not None)

    def wait_for_calls(self, endpoint, count, is_wanted):
        def enough():
            found = [call for call in self.requests(endpoint) if is_wanted(call)]
            return found if len(found) >= count else None

        return wait_for(enough, f"{count} calls of {endpoint}")

    def restore(self):
        """As at the start: healthy, nobody signed in, nothing noted."""
        self.handle.reset(state=True)
        self.read = 0


def ends(token):
    """The tail of a token is its own; the head of every JWT is the same."""
    return {token} if len(token) < 64 else {token[-43:]}


def start(config=None, **more):
    """The running emulator and its pools by id."""
    config = config or configuration()
    running = testing.start(config, **more)
    pools = {p["id"]: Pool(running.pool(p["id"]), p) for p in config["pools"]}
    return running, pools
