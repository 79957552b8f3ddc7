"""Three hosts, one Redis, a balancer, 200 people; a host dies, and Redis restarts."""
import collections
import time

import pytest

from crowd import Crowd, Person
from harness import pool as pools
from harness.conf import Conf
from harness.lan import Lan, RemoteServer
from harness.redis import Redis
from harness.site import ORIGIN, Site, key_file
from harness.waiting import PATIENCE, wait_for

PEOPLE = 200
LIFE = 8     # seconds of a token: everybody is renewed several times
WORK = 30    # seconds of it


def names():
    return [f"user{n}" for n in range(PEOPLE)]


@pytest.fixture(scope="module")
def lan():
    made = Lan()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def pool(lan):
    config = {"tls": {}, "listen": {"host": lan.address}, "pools": [{
        "id": "eu-west-1_ManyHosts", "domain": {"host": lan.address, "port": 0},
        "clients": [pools.client("app", ORIGIN, id_token_sec=LIFE, access_token_sec=LIFE,
                                 refresh_rotation=True, refresh_grace_sec=60)],
        "users": [pools.person(name) for name in names()]}]}
    running, found = pools.start(config)
    found["eu-west-1_ManyHosts"].ca_file = running.ca_file
    yield found["eu-west-1_ManyHosts"]
    running.stop()


class RemoteRedis(Redis):
    """It keeps what it was told over a restart, as the Redis of many hosts should."""

    def __init__(self, machine):
        self.machine = machine
        super().__init__(password="pass word", has_tls=True, names=(machine.address,),
                         appendonly="yes", appendfsync="always")

    def lines(self, settings):
        for line in super().lines(settings):
            yield line.replace("bind 127.0.0.1", f"bind {self.machine.address}")

    def command(self):
        return [*self.machine.prefix, *super().command()]

    @property
    def address(self):
        return self.machine.address


@pytest.fixture(scope="module")
def redis(lan):
    running = RemoteRedis(lan.machine()).start()
    yield running
    running.remove()


def host_conf(pool, redis, key):
    with open(pool.ca_file, encoding="ascii") as file:
        pool_ca = file.read()
    with open(redis.ca_file, encoding="ascii") as file:
        redis_ca = file.read()
    conf = Conf().secret("keys", key).secret("redis-password", "pass word\n")
    conf.file("ca.pem", pool_ca + redis_ca).file("htdocs/secure/index.html", "inside\n")
    conf.load("headers", "dir").add(
        f"CognitoIssuer {pool.issuer}", "CognitoClientID app", f"CognitoBaseURL {ORIGIN}",
        "CognitoSecret file:{root}/keys", "CognitoCAFile {root}/ca.pem",
        f"CognitoStore rediss://:file:{{root}}/redis-password@{redis.address}:{redis.port}",
        "CognitoSession store", "DirectoryIndex index.html", "DocumentRoot {root}/htdocs",
        'Header always set X-User "expr=%{REMOTE_USER}"')
    return conf.protect("/secure")


@pytest.fixture(scope="module")
def hosts(lan, pool, redis):
    key = key_file()
    running = [RemoteServer(lan.machine(), host_conf(pool, redis, key)).start() for _ in range(3)]
    yield running
    for server in running:
        server.kill()
        server.remove()


@pytest.fixture(scope="module")
def site(lan, pool, hosts):
    """The balancer in front of the hosts: one after the other has its turn."""
    conf = Conf(module=None).load("proxy_balancer", "slotmem_shm", "lbmethod_byrequests")
    conf.section("Proxy", "balancer://hosts", *(
        f"BalancerMember http://{h.machine.address}:{h.PORT} retry=1 connectiontimeout=1 timeout=20"
        for h in hosts)).add("ProxyPreserveHost On", "ProxyPass / balancer://hosts/")
    balancer = RemoteServer(lan.machine(), conf).start()
    yield Site(balancer, pool)
    balancer.kill()
    balancer.remove()


@pytest.fixture(scope="module")
def crowd(site):
    routes = {ORIGIN: (site.server.machine.address, site.server.PORT, None)}
    return Crowd([Person(site, name, routes) for name in names()])


def refresh_calls(pool):
    return [r for r in pool.requests("token") if r.form.get("grant_type") == "refresh_token"]


def test_200_people_and_a_bad_day(crowd, pool, hosts, redis):
    crowd.wait(crowd.all(Person.sign_in))
    working = crowd.all(Person.work, WORK * PATIENCE)

    time.sleep(WORK * PATIENCE / 4)
    died = time.time()
    hosts[1].kill()
    time.sleep(WORK * PATIENCE / 4)
    redis.stop()
    redis.start()
    time.sleep(WORK * PATIENCE / 8)
    hosts[1].start()

    crowd.wait(working)
    assert all(p.requests >= 3 for p in crowd.people), "somebody hardly came to work"
    assert_each_renewal_is_single(pool, died)
    assert_that_all_hosts_take_part(hosts)

    crowd.wait(crowd.all(Person.sign_out))
    for person in crowd.people:
        wait_for(person.is_out, f"{person.name} to be out everywhere", 5)
    for server in hosts:
        faults = [line for line in server.logged()["error.log"].splitlines()
                  if "exit signal" in line or "COG3001: internal" in line]
        assert not faults, faults


def assert_each_renewal_is_single(pool, died):
    """No refresh token is presented twice, but those that the dying host had in its hands."""
    calls = refresh_calls(pool)
    assert len(calls) >= PEOPLE, "hardly anybody was renewed"
    assert {c.status for c in calls} == {200}
    times = collections.defaultdict(list)
    for call in calls:
        times[call.form["refresh_token"]].append(call.time)
    twice = [seen for seen in times.values() if len(seen) > 1]
    assert all(abs(seen[0] - died) < 5 * PATIENCE for seen in twice), twice


def assert_that_all_hosts_take_part(hosts):
    for server in hosts:
        with open(server.path("access.log"), encoding="utf-8") as file:
            assert sum(1 for _ in file) > PEOPLE, "a host hardly got any requests"
