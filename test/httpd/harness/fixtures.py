"""Fixtures that the suites on a real httpd share: test/httpd and test/browser."""
import os

import pytest

from . import pool as pools
from .backend import Backend
from .client import Client
from .errorlog import Expectations
from .gateways import Gateway
from .memcached import Memcached
from .node import Node
from .oracle import Oracle
from .redis import Redis
from .redis_cluster import RedisCluster
from .server import Server, StartFailed
from .site import Site, ordinary_conf


@pytest.fixture(scope="session")
def emulator():
    """(running emulator, pools by id), over http; one for all tests of a worker."""
    running, found = pools.start()
    yield running, found
    running.stop()


@pytest.fixture(scope="class")
def oracle():
    return Oracle()


def watched(oracle, pool):
    """The pool as new; what it issues is secret."""
    pool.restore()
    oracle.secrets.watch(pool.new_secrets)
    oracle.secrets.add(*(s for c in pool.members["clients"] for s in c.get("secrets", [])))
    return pool


@pytest.fixture(scope="class")
def pool(emulator, oracle):
    """The user pool of most tests: clients app, secret, other; users alice, bob, mallory."""
    return watched(oracle, emulator[1]["eu-west-1_AppPool01"])


@pytest.fixture(scope="class")
def staff(emulator, oracle):
    """A second pool: client staff, user sam."""
    return watched(oracle, emulator[1]["eu-west-1_StaffPool"])


@pytest.fixture(scope="class")
def amazon(emulator, oracle):
    """The pool of the documents, without clients; users alice and bob, who has no name."""
    return watched(oracle, emulator[1]["eu-west-1_AbC123dEf"])


@pytest.fixture(scope="class")
def trusted():
    """A backend that may see tokens; nobody searches it for secrets."""
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="class")
def start_node():
    """start_node("app.mjs", …) runs a program of ../backends until the class ends."""
    started = []

    def start_program(name, **settings):
        started.append(Node(name, settings))
        return started[-1]

    yield start_program
    for node in started:
        node.close()


@pytest.fixture(autouse=True)
def healthy_pools(request):
    """Faults, mutations and quirks end with the test that made them."""
    yield
    for name in ("pool", "staff", "amazon"):
        if name in request.fixturenames:
            heal(request.getfixturevalue(name))


def heal(pool):
    pool.heal()
    pool.clear_mutations()
    pool.set_clock(0)
    pool.set_quirks(pkce_check=True)


@pytest.fixture(scope="class")
def start(oracle, start_redis, start_memcached):
    """start(conf) runs a server until the class ends, before the stores that it asks."""
    started = []

    def start_server(conf, port=None, allowed=()):
        server = Server(conf, port, allowed)
        try:
            server.start()
        except StartFailed:
            keep_or_remove(server, ["it did not start"])
            raise
        started.append(server)
        fail_on(oracle.add(server))
        return server

    yield start_server
    problems = [p for s in started for p in
                (oracle.end_server(s) if s in oracle.servers else s.stop())]
    for server in started:
        keep_or_remove(server, problems)
    fail_on(problems)


@pytest.fixture(scope="class")
def backend(oracle):
    """What stands behind mod_proxy. Watched: it must never see a secret of ours."""
    backend = Backend()
    yield backend
    problems = oracle.end_backend(backend)
    backend.close()
    fail_on(problems)


@pytest.fixture(scope="class")
def start_redis():
    """start_redis(...) runs a redis-server until the class ends; see harness/redis.py."""
    started = []

    def start_server(**options):
        started.append(Redis(**options))
        return started[-1].start()

    yield start_server
    for redis in started:
        redis.remove()


@pytest.fixture(scope="class")
def redis(start_redis):
    """One that nothing protects."""
    return start_redis()


@pytest.fixture(scope="class")
def redis_cluster():
    """Three nodes and a replica, until the class ends; see harness/redis_cluster.py."""
    cluster = RedisCluster()
    try:
        yield cluster.start()
    finally:
        cluster.remove()


@pytest.fixture(scope="class")
def start_memcached():
    """start_memcached(...) runs a memcached until the class ends; see harness/memcached.py."""
    started = []

    def start_server(**options):
        started.append(Memcached(**options))
        return started[-1].start()

    yield start_server
    for memcached in started:
        memcached.remove()


@pytest.fixture(scope="class")
def gateway(oracle):
    """gateway("fastcgi") is a backend of that protocol: fastcgi, scgi, uwsgi, ajp."""
    made = []

    def make(protocol):
        made.append(Gateway(protocol))
        return made[-1]

    yield make
    problems = [p for one in made for p in oracle.end_backend(one)]
    for one in made:
        one.close()
    fail_on(problems)


@pytest.fixture
def log(oracle):
    """log.expect("COG1204") announces what would otherwise fail the test."""
    return Expectations(oracle.new_entries)


@pytest.fixture(autouse=True)
def clean_logs(oracle, log):
    yield
    fail_on(oracle.end_test(log))


@pytest.fixture
def browsers(oracle):
    """browsers() is a new browser with an empty jar."""
    made = []

    def make(routes=None, jar=None):
        client = Client(routes, jar)
        oracle.secrets.watch(lambda: client.jar.secrets)
        made.append(client)
        return client

    yield make
    refused = [r for client in made for r in client.jar.refused]
    for client in made:
        client.close()
    fail_on(f"a browser would refuse the cookie {r}" for r in refused)


@pytest.fixture(scope="class")
def run(start, pool):
    """run(conf) is a site with that configuration."""
    return lambda conf: Site(start(conf, allowed=["loopback"]), pool)


@pytest.fixture(scope="class")
def site(start, pool, backend):
    """The site of a module that has none of its own."""
    return Site(start(ordinary_conf(pool, backend)), pool)


@pytest.fixture
def browser(site, browsers):
    """Of somebody who has never been there."""
    return site.browser(browsers)


@pytest.fixture
def nobody(site, browsers):
    """Beside `alice`: somebody who has not signed in."""
    return site.browser(browsers)


@pytest.fixture
def alice(site, browsers):
    """The browser of a user who has signed in."""
    browser = site.browser(browsers)
    site.sign_in(browser)
    return browser


def fail_on(problems):
    problems = list(problems)
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def keep_or_remove(server, problems):
    """KEEP_HTTPD=1 leaves the folder of a server with problems for a look."""
    if problems and os.environ.get("KEEP_HTTPD"):
        print(f"kept: {server.root}")
        server.port.close()
    else:
        server.remove()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows what the server had to say."""
    outcome = yield
    report = outcome.get_result()
    oracle = getattr(item, "funcargs", {}).get("oracle")
    if report.failed and oracle:
        lines = [entry.line for entry in oracle.new_entries()]
        report.sections.append(("error.log", "\n".join(lines[-40:])))
