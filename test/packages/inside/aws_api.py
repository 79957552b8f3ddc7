"""The API that Debian's `aws cognito-idp` calls, as far as our documents and the doctor do, on top
of the emulator's control API: aws_api.py PORT CONTROL-URL POOL-ID CLIENT-ID SECRET

One pool and one client, which has to be created first."""
import http.server
import json
import sys
import urllib.request

PORT, CONTROL, POOL, CLIENT, SECRET = sys.argv[1:]
# a member of the API's client: that of the emulator's
MEMBERS = {"ClientName": "name", "CallbackURLs": "callback_urls", "LogoutURLs": "logout_urls",
           "AllowedOAuthScopes": "scopes", "AllowedOAuthFlows": "flows",
           "SupportedIdentityProviders": "identity_providers"}


def control(method, path, value=None):
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(f"{CONTROL}/pools/{POOL}{path}", body, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def client_of(asked):
    """What an update does not name goes back to its default, and flows are off unless allowed."""
    client = {ours: asked.get(theirs, []) for theirs, ours in MEMBERS.items()}
    client["name"] = asked.get("ClientName", "")
    if not asked.get("AllowedOAuthFlowsUserPoolClient"):
        client["flows"] = []
    return client


def shown(client):
    secret = {"ClientSecret": client["secrets"][0]} if client["secrets"] else {}
    return {"UserPoolId": POOL, "ClientId": client["id"], **secret,
            **{theirs: client[ours] for theirs, ours in MEMBERS.items()}}


def the_client():
    return next(c for c in control("GET", "/clients") if c["id"] == CLIENT)


def create_client(asked):
    secrets = [SECRET] if asked.get("GenerateSecret") else []
    control("POST", "/clients", {"id": CLIENT, "secrets": secrets, **client_of(asked)})
    return {"UserPoolClient": shown(the_client())}


def update_client(asked):
    control("PATCH", f"/clients/{CLIENT}", client_of(asked))
    return {"UserPoolClient": shown(the_client())}


def create_user(asked):
    attributes = {x["Name"]: x["Value"] for x in asked.get("UserAttributes", [])}
    control("POST", "/users", {"username": asked["Username"], "attributes": attributes})
    return {"User": {"Username": asked["Username"], "UserStatus": "FORCE_CHANGE_PASSWORD"}}


CALLS = {
    "CreateUserPool": lambda asked: {"UserPool": {"Id": POOL, "Name": asked["PoolName"]}},
    "CreateUserPoolDomain": lambda asked: control("DELETE", "/faults"),  # which hide the domain
    "ListUserPools": lambda asked: {"UserPools": [{"Id": POOL, "Name": "app.example.com"}]},
    "ListUserPoolClients": lambda asked: {"UserPoolClients": [
        {"ClientId": CLIENT, "UserPoolId": POOL, "ClientName": "app.example.com"}]},
    "CreateUserPoolClient": create_client,
    "UpdateUserPoolClient": update_client,
    "DescribeUserPoolClient": lambda asked: {"UserPoolClient": shown(the_client())},
    "AdminCreateUser": create_user,
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        name = self.headers["X-Amz-Target"].removeprefix("AWSCognitoIdentityProviderService.")
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = 200, {}
        if asked.get("UserPoolId", POOL) != POOL or asked.get("ClientId", CLIENT) != CLIENT:
            status, answer = 400, {"__type": "ResourceNotFoundException", "message": "not there"}
        elif name not in CALLS:
            status, answer = 400, {"__type": "UnknownOperationException", "message": name}
        else:
            answer = CALLS[name](asked)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler).serve_forever()
