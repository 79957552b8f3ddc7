"""The control API: faults, mutations, keys, clock, request log, and an administrator's calls."""

from __future__ import annotations

import flask

from . import federation, model, tokens, web
from .config import ConfigError, build, change, check_client
from .damage import DAMAGES
from .faults import ENDPOINTS, Fault
from .grants import Grant
from .mutation_table import MUTATIONS
from .tls import KINDS, VERSIONS

KEY_ACTIONS = ("add", "switch", "drop", "rotate")


def create(emulator) -> flask.Flask:
    app = flask.Flask(__name__)
    app.response_class = web.ExactResponse
    app.register_error_handler(ConfigError, lambda e: answer({"error": str(e)}, 400))
    app.register_error_handler(404, lambda e: answer({"error": "no such thing"}, 404))
    app.register_error_handler(400, lambda e: answer({"error": "a JSON object is needed"}, 400))
    app.config["EMULATOR"] = emulator
    for blueprint in (general, behaviour, directory):
        app.register_blueprint(blueprint)
    return app


general = flask.Blueprint("general", __name__)
behaviour = flask.Blueprint("behaviour", __name__, url_prefix="/pools/<pool_id>")
directory = flask.Blueprint("directory", __name__, url_prefix="/pools/<pool_id>")


def answer(value, status: int = 200):
    return web.json_answer(value, status)


def emulator():
    return flask.current_app.config["EMULATOR"]


def find_pool(pool_id: str):
    pool = emulator().pools.get(pool_id)
    return pool if pool is not None else flask.abort(404)


def find(table: dict, name: str):
    return table[name] if name in table else flask.abort(404)


def body() -> dict:
    value = flask.request.get_json(force=True, silent=True)
    return value if isinstance(value, dict) else flask.abort(400)


def choose(value, choices, what: str):
    if value not in choices:
        raise ConfigError(f"{what}: {value!r} is not one of {', '.join(map(str, choices))}")
    return value


@general.get("/")
def ready():
    return answer(emulator().ready())


@general.get("/requests")
def requests():
    args = flask.request.args
    after = int(args.get("after", "0"))
    found = emulator().log.find(args.get("pool"), args.get("endpoint"), after)
    return answer([entry.to_json() for entry in found])


@general.delete("/requests")
def clear_requests():
    emulator().log.clear(flask.request.args.get("pool"))
    return answer({})


@general.get("/mutations")
def mutation_names():
    return answer(list(MUTATIONS))


@general.post("/tls")
def exchange_certificate():
    """Another certificate or TLS version, of one listener or all; its connections end."""
    wanted = body()
    if emulator().tls is None:
        raise ConfigError("the emulator was not started with TLS")
    kind = choose(wanted.get("certificate", "good"), KINDS, "certificate")
    version = choose(wanted.get("max_version"), (None, *VERSIONS), "max_version")
    listeners = {n: one for n, one in emulator().listeners.items() if n != "control"}
    kinds = [name.partition(":")[0] for name in listeners]
    which = choose(wanted.get("listener"), (None, *listeners, *kinds), "listener")
    for name, listener in listeners.items():
        if which in (None, name, name.partition(":")[0]):
            listener.exchange_tls(emulator().tls.get(kind, version))
    return answer({})


@behaviour.post("/reset")
def reset(pool_id: str):
    """No faults, no mutations, clock right, no requests noted; `state`: as configured again."""
    pool = find_pool(pool_id)
    pool.faults.clear()
    pool.mutations.clear()
    pool.clock.offset_sec = 0
    emulator().log.clear(pool_id)
    if body().get("state"):
        pool.load()
    return answer({})


@behaviour.post("/faults")
def add_fault(pool_id: str):
    wanted = body()
    wanted.pop("number", None)
    fault = build(Fault, wanted, "fault")
    choose(fault.endpoint, ENDPOINTS, "endpoint")
    choose(fault.reset, (None, "at-once", "after-work", "in-body"), "reset")
    choose(fault.throttle, (None, "400", "429", "503"), "throttle")
    choose(fault.broken, (None, *DAMAGES), "broken")
    choose(fault.gzip, (None, "plain", "bomb"), "gzip")
    choose(fault.endless, (None, "body", "headers"), "endless")
    return answer({"number": find_pool(pool_id).faults.add(fault)}, 201)


@behaviour.get("/faults")
def faults(pool_id: str):
    return answer([fault.to_json() for fault in find_pool(pool_id).faults.list()])


@behaviour.delete("/faults")
def clear_faults(pool_id: str):
    args = flask.request.args
    number = int(args["number"]) if "number" in args else None
    find_pool(pool_id).faults.clear(args.get("endpoint"), number)
    return answer({})


@behaviour.post("/mutations")
def add_mutation(pool_id: str):
    wanted = body()
    name = choose(wanted.get("name"), MUTATIONS, "name")
    use = choose(wanted.get("token"), (None, "id", "access"), "token")
    queue = find_pool(pool_id).mutations
    number = queue.add(name, use, wanted.get("times"), wanted.get("grant"))
    return answer({"number": number}, 201)


@behaviour.get("/mutations")
def mutations(pool_id: str):
    return answer([active.to_json() for active in find_pool(pool_id).mutations.list()])


@behaviour.delete("/mutations")
def clear_mutations(pool_id: str):
    find_pool(pool_id).mutations.clear()
    return answer({})


@behaviour.get("/issued")
def issued(pool_id: str):
    after = int(flask.request.args.get("after", "0"))
    return answer(find_pool(pool_id).grants.issued[after:])


@behaviour.post("/keys")
def change_keys(pool_id: str):
    """`when`: now, or next-token: just before the next token is signed."""
    wanted = body()
    action = choose(wanted.get("action"), KEY_ACTIONS, "action")
    ring = find_pool(pool_id).keys
    if choose(wanted.get("when", "now"), ("now", "next-token"), "when") == "now":
        getattr(ring, action)()
    else:
        ring.plan(action)
    return keys(pool_id)


@behaviour.get("/keys")
def keys(pool_id: str):
    ring = find_pool(pool_id).keys
    signing = {use: ring.signing(use).kid for use in ("id", "access")}
    return answer({"signing": signing, "jwks": ring.jwks()})


@behaviour.put("/clock")
def set_clock(pool_id: str):
    pool = find_pool(pool_id)
    pool.clock.offset_sec = float(body().get("offset", 0))
    return answer({"offset": pool.clock.offset_sec, "now": pool.clock.now()})


@behaviour.patch("/quirks")
def set_quirks(pool_id: str):
    change(find_pool(pool_id).quirks, body(), "quirks")
    return answer(vars(find_pool(pool_id).quirks))


@behaviour.patch("/quotas")
def set_quotas(pool_id: str):
    change(find_pool(pool_id).quotas, body(), "quotas")
    return answer(vars(find_pool(pool_id).quotas))


@directory.get("/clients")
def clients(pool_id: str):
    return answer([vars(client) for client in find_pool(pool_id).clients.values()])


@directory.post("/clients")
def add_client(pool_id: str):
    client = build(model.Client, body(), "client")
    check_client(client, f"pool {pool_id}")
    find_pool(pool_id).clients[client.id] = client
    return answer(vars(client), 201)


@directory.patch("/clients/<client_id>")
def change_client(pool_id: str, client_id: str):
    client = find(find_pool(pool_id).clients, client_id)
    trial = build(model.Client, {**vars(client), **body()}, "client")
    check_client(trial, f"pool {pool_id}")
    change(client, {k: v for k, v in body().items() if k != "id"}, "client")
    return answer(vars(client))


@directory.get("/users")
def users(pool_id: str):
    return answer([vars(user) for user in find_pool(pool_id).users.values()])


@directory.post("/users")
def add_user(pool_id: str):
    user = find_pool(pool_id).add_user(build(model.User, body(), "user"))
    return answer(vars(user), 201)


@directory.get("/users/<username>")
def user(pool_id: str, username: str):
    pool = find_pool(pool_id)
    found = find(pool.users, username)
    return answer({**vars(found), "code": pool.mail.get(username)})


@directory.patch("/users/<username>")
def change_user(pool_id: str, username: str):
    """AdminUpdateUserAttributes, AdminDisableUser and so on; attributes are merged."""
    pool = find_pool(pool_id)
    found = find(pool.users, username)
    wanted = body()
    if "attributes" in wanted and isinstance(wanted["attributes"], dict):
        merged = {**found.attributes, **wanted["attributes"]}
        wanted["attributes"] = {k: v for k, v in merged.items() if v is not None}
    change(found, {k: v for k, v in wanted.items() if k != "username"}, "user")
    pool.add_user(found)
    if "enabled" in wanted:
        pool.set_enabled(username, found.enabled)
    return answer(vars(found))


@directory.delete("/users/<username>")
def delete_user(pool_id: str, username: str):
    pool = find_pool(pool_id)
    find(pool.users, username)
    pool.grants.revoke_user(username)
    del pool.users[username]
    return answer({})


@directory.post("/users/<username>/sign-out")
def global_sign_out(pool_id: str, username: str):
    """Tokens die, the browser's cookie lives on."""
    pool = find_pool(pool_id)
    find(pool.users, username)
    pool.sign_out_everywhere(username)
    return answer({})


@directory.post("/users/<username>/tokens")
def direct_tokens(pool_id: str, username: str):
    """As InitiateAuth: id_token, access_token, refresh_token without a browser."""
    pool = find_pool(pool_id)
    wanted = body()
    client = find(pool.clients, wanted.get("client_id"))
    found = find(pool.users, username)
    return answer(tokens.issue_direct(pool, found, client, wanted.get("scopes")))


@directory.post("/users/<username>/identities")
def link_identity(pool_id: str, username: str):
    pool = find_pool(pool_id)
    wanted = body()
    find(pool.users, username)
    provider = find(pool.providers, wanted.get("provider"))
    federation.link(pool, username, provider, str(wanted.get("subject", "")))
    return answer(vars(pool.users[username]))


@directory.post("/users/<username>/unsolicited")
def unsolicited(pool_id: str, username: str):
    """A callback URL with a code and no state, as IdP-initiated sign-in produces it."""
    pool = find_pool(pool_id)
    wanted = body()
    client = find(pool.clients, wanted.get("client_id"))
    find(pool.users, username)
    uri = wanted.get("redirect_uri") or next(iter(client.callback_urls), "")
    choose(uri, client.callback_urls, "redirect_uri")
    grant = Grant(client.id, username, list(client.scopes), pool.clock.seconds())
    code = pool.grants.issue_code(grant, uri, None)
    return answer({"location": web.with_params(uri, [("code", code)])})


@directory.post("/groups")
def add_group(pool_id: str):
    group = build(model.Group, body(), "group")
    find_pool(pool_id).groups[group.name] = group
    return answer(vars(group), 201)


@directory.post("/providers")
def add_provider(pool_id: str):
    provider = build(model.Provider, body(), "provider")
    find_pool(pool_id).providers[provider.name] = provider
    return answer({"name": provider.name}, 201)
