"""W08: many users on few connections. Nobody is ever taken for another one."""
import base64
import http.client
import itertools
import json
import random
import threading
import time

import pytest

from harness import http2
from harness.conf import MPM
from harness.parallel import at_once
from harness.site import ORIGIN, Site, site_conf, stays_alive
from harness.waiting import PATIENCE

REQUESTS = 10000
CONNECTIONS = 8
COG_KID_PAUSE_SEC = 10


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = site_conf(pool)
    if MPM != "prefork":
        conf.load("http2").add("Protocols h2c http/1.1")
    conf.protect("/both", "CognitoAccept session bearer", "CognitoExport headers",
                 "CognitoBearerClient app other machine", require="cognito-client app other machine")
    conf.add("MaxKeepAliveRequests 0", "KeepAliveTimeout 60",
             f"ProxyPass / {backend.url}/ keepalive=On max=4")
    return Site(start(conf), pool)


def askers(site, pool, browsers):
    """(headers of a request, what the backend must hear): sessions, tokens, nobody, bad ones."""
    found = []
    for user in ("alice", "bob", "mallory"):
        browser = site.browser(browsers)
        site.sign_in(browser, "/both", user)
        found.append(({"Cookie": browser.jar.header(ORIGIN + "/both")}, user))
        for client in ("app", "other"):
            token = pool.access_token(user, client)
            found.append(({"Authorization": f"Bearer {token}"}, user))
            found.append(({"Authorization": f"Bearer {token[:-4]}AAAA"}, 401))
    found.append(({"Authorization": f"Bearer {pool.machine_token()}"}, None))
    found.append(({}, 401))
    # both: the token decides
    alice = {"Cookie": found[0][0]["Cookie"]}
    found.append(({**alice, "Authorization": f"Bearer {pool.access_token('bob')}"}, "bob"))
    found.append(({**alice, "Authorization": "Bearer broken"}, 401))
    return found


class Connection:
    """One kept connection whose requests are by ever other askers. MPM event may end it while it
    waits for a request, when all threads of the child are busy; then a new one goes on."""

    def __init__(self, port, found, seed, turns):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30 * PATIENCE)
        self.found = found
        self.random = random.Random(seed)
        self.turns = turns

    def run(self):
        """How many requests were answered, all rightly."""
        done = 0
        self.connection.connect()
        for done, _ in enumerate(self.turns, 1):
            headers, expected = self.random.choice(self.found)
            status, body = self.ask({"Host": "app.example.test", **headers})
            assert is_right(status, body, expected), (expected, status, body[:300])
        self.connection.close()
        return done

    def ask(self, headers):
        sock = self.connection.sock
        try:
            answer = self.exchange(headers)
            assert self.connection.sock is sock, "the connection was not kept"
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            self.connection.connect()
            answer = self.exchange(headers)
        return answer

    def exchange(self, headers):
        self.connection.request("GET", "/both/x", headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def run_all(connections, meanwhile=lambda: None):
    """At once; how many requests all of them made."""
    return sum(filter(None, at_once(meanwhile, *(one.run for one in connections))))


def is_right(status, body, expected):
    """The one user is named, and nothing else of anybody: no credentials, no other name."""
    text = body.decode().lower()
    if expected == 401:
        return status == 401
    if status != 200 or "bearer" in text or "cognito_session" in text:
        return False
    if expected is None:
        return "x-cognito-username" not in text and '"machine"' in text
    named = {name for name in ("alice", "bob", "mallory") if f'"{name}"' in text}
    return named == {expected}


class TestInterleaved:
    def test_nobody_is_taken_for_another(self, site, pool, browsers, backend, log):
        log.allow("COG3001")
        found = askers(site, pool, browsers)
        turns = itertools.islice(itertools.count(), REQUESTS)
        lock = threading.Lock()

        def next_turn():
            while True:
                with lock:
                    turn = next(turns, None)
                if turn is None:
                    return
                yield turn

        connections = [Connection(int(site.server.port), found, seed, next_turn())
                       for seed in range(CONNECTIONS)]
        assert run_all(connections) == REQUESTS

    def test_keys_may_change_meanwhile(self, site, pool, browsers):
        """CVE row 23: old tokens go on as long as their key is published, new ones are good."""
        found = askers(site, pool, browsers)
        connections = [Connection(int(site.server.port), found, seed, range(300))
                       for seed in range(CONNECTIONS)]

        def change_keys():
            pool.rotate_keys("add")
            pool.rotate_keys("switch")
            found.append(({"Authorization": f"Bearer {pool.access_token('bob')}"}, "bob"))

        assert run_all(connections, change_keys) == CONNECTIONS * 300

    @pytest.mark.skipif(MPM == "prefork", reason="mod_http2 does not work with prefork")
    def test_nor_in_streams_of_one_connection(self, site, pool, browsers):
        found = askers(site, pool, browsers)
        chosen = random.Random(1).choices(found, k=1000)
        heads = [[(name.lower(), value) for name, value in headers.items()]
                 for headers, _ in chosen]
        answers = http2.exchange_all(site.server.port, "/both/x", heads)
        wrong = [(expected, answer) for (_, expected), answer in zip(chosen, answers)
                 if not is_right(*answer, expected)]
        assert not wrong, wrong[:3]


def stranger(pool, number):
    """A token of this pool that names a key which it does not have."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    header = part({"kid": f"stranger-{number}", "alg": "RS256"})
    return f"{header}.{part({'iss': pool.issuer, 'token_use': 'access'})}.{part('x' * 256)}"


class TestFlood:
    """F13: tokens that name unknown keys, by the thousand."""

    def test_it_asks_the_pool_for_keys_now_and_then_only(self, site, pool):
        good = ({"Authorization": f"Bearer {pool.access_token('alice')}"}, "alice")
        bad = [({"Authorization": f"Bearer {stranger(pool, n)}"}, 401) for n in range(500)]
        before, begin = len(pool.requests("jwks")), time.monotonic()
        alive = stays_alive(site.server)
        connections = [Connection(int(site.server.port), [good, *bad], seed, range(200))
                       for seed in range(25)]
        connections.append(Connection(int(site.server.port), [good], 0, range(200)))
        assert run_all(connections) == 26 * 200 and alive()
        pauses = (time.monotonic() - begin) / COG_KID_PAUSE_SEC + 1
        fetches = len(pool.requests("jwks")) - before
        assert fetches <= len(site.server.children()) * (1 + pauses), fetches
