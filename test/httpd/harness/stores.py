"""Each kind of store, and sessions in it."""
import os

import pytest

from .server import read_text
from .site import Site, is_refusal, ordinary_conf
from .waiting import wait_for

OUTAGE = r"COG(2200|2201|3001|3060|3063)"


def files_of_parent(site):
    return len(os.listdir(f"/proc/{site.server.process.pid}/fd"))


class Store:
    """A kind of store: what is written for it, and what stands behind it."""

    def __init__(self, directive, peer=None, files=(), has_disk=True, survives_stop=True):
        self.directive = directive
        self.peer = peer
        self.files = files
        self.has_disk = has_disk
        self.survives_stop = survives_stop


def make_shmcb(_):
    return Store("CognitoStore shmcb:4M", survives_stop=False)


def make_dbm(_):
    return Store("CognitoStore dbm:{root}/sessions:4M")


def make_memcache(request):
    memcached = request.getfixturevalue("start_memcached")()
    return Store(f"CognitoStore memcache:127.0.0.1:{memcached.port}", memcached, has_disk=False)


def make_redis(request):
    redis = request.getfixturevalue("start_redis")(appendonly="yes", appendfsync="always")
    return Store(f"CognitoStore redis://127.0.0.1:{redis.port}/3", redis)


def make_rediss(request):
    redis = request.getfixturevalue("start_redis")(has_tls=True, user="cognito",
                                                   password="s3cr3t%s", appendonly="yes",
                                                   appendfsync="always")
    with open(redis.ca_file, encoding="ascii") as file:
        files = [("ca.pem", file.read(), False), ("password", "s3cr3t%s\n", True)]
    return Store(f"CognitoStore rediss://cognito:file:password@127.0.0.1:{redis.port} ca=ca.pem",
                 redis, files)


ALL = [make_shmcb, make_dbm, make_memcache, make_redis, make_rediss]
FAR = [make_memcache, make_redis, make_rediss]
name_of = {make: make.__name__[len("make_"):] for make in ALL}.get


def store_conf(pool, backend, store, *lines):
    conf = ordinary_conf(pool, backend).add("CognitoSession store", store.directive, *lines,
                                            'CustomLog {root}/pids.log "%P"')
    for name, text, is_secret in store.files:
        conf.secret(name, text) if is_secret else conf.file(name, text)
    return conf


def fresh(site, browser, path="/secure", **how):
    """Over a new connection, which any child may take."""
    browser.forget(site.origin)
    return site.visit(browser, path, **how)


def everywhere(site, browser, check, **how):
    """Asks until two children have answered; each answer must pass."""
    log = site.server.path("pids.log")
    before = len(read_text(log).split())

    def have_answered():
        answer = fresh(site, browser, **how)
        assert check(answer), answer
        return len(set(read_text(log).split()[before:])) >= 2

    wait_for(have_answered, "a second child to answer", seconds=20)


def sign_out(site, browser):
    return site.visit(browser, "/.cognito/logout", method="POST", body={}, site="same-origin")


def is_let_in(answer):
    return answer.status == 200


def is_unavailable(answer):
    return answer.status == 503 and is_refusal(answer)


@pytest.fixture(params=FAR, ids=name_of)
def far(request):
    return request.param(request)


@pytest.fixture
def far_site(start, pool, backend, far):
    # what could not be told during an outage is told behind it, maybe behind the test
    return Site(start(store_conf(pool, backend, far), allowed=["COG3311"]), pool)
