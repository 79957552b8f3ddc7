"""The store over a real redis-server, asked by redis_tool (the module's own code)."""
import os
import select
import subprocess

import pytest

from harness.conf import MODULE
from harness.redis import ADMIN
from harness.waiting import PATIENCE, timed, wait_for, within

TOOL = os.path.join(os.path.dirname(os.path.dirname(MODULE)), "test", "httpd", "redis_tool")
KEY = "cognito:"
HALF_A_SECOND = 0.5
PATIENT = 10000  # milliseconds: where time is not what is tested


class Answer:
    def __init__(self, line, logged):
        self.result, micros, self.value = (line.split(" ", 2) + [""])[:3]
        self.seconds = int(micros) / 1e6
        self.logged = logged

    def __repr__(self):
        return f"{self.result} {self.value!r} after {self.seconds} s; {self.logged}"


class Tool:
    """One process that uses the store, with keys as the module's are."""

    def __init__(self, redis, limit=PATIENT, **options):
        options = {"host": "127.0.0.1", "port": redis.port, "user": redis.user,
                   "password": redis.password, "tls": redis.has_tls or None,
                   "ca": redis.ca_file, "limit": limit, **options}
        password = options.pop("password")
        self.process = subprocess.Popen(
            [TOOL] + [f"{name}={value}" for name, value in options.items() if value is not None],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env={**os.environ, **({"REDIS_PASSWORD": password} if password else {})})

    def say(self, verb, key, *words):
        self.process.stdin.write(" ".join(str(w) for w in (verb, KEY + key, *words)) + "\n")
        self.process.stdin.flush()

    def hear(self):
        logged = []
        while True:
            if not logged:
                assert select.select([self.process.stdout], [], [], 20 * PATIENCE)[0], "no answer"
            line = self.process.stdout.readline()
            assert line, f"redis_tool has ended: {self.process.wait()}"
            if not line.startswith("log "):
                return Answer(line.rstrip("\n"), "".join(logged))
            logged.append(line)

    def __call__(self, *words):
        self.say(*words)
        return self.hear()

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=20 * PATIENCE) == 0


@pytest.fixture
def tool():
    assert os.path.exists(TOOL), f"{TOOL} is not built: run make check-httpd, or make {TOOL}"
    made = []

    def make(redis, **options):
        made.append(Tool(redis, **options))
        return made[-1]

    yield make
    for one in made:
        one.end()


def assert_refused(answer, *words):
    assert answer.result == "store", answer
    assert "COG2200" in answer.logged and "127.0.0.1:" in answer.logged, answer
    for word in words:
        assert word in answer.logged, answer


VARIANTS = {
    "plain": {},
    "password": {"password": "pass word%s"},
    "acl": {"user": "cognito", "password": "s3cr3t"},
    "tls": {"has_tls": True},
    "tls and acl": {"has_tls": True, "user": "cognito", "password": "s3cr3t"},
}


class TestVariants:
    @pytest.fixture(scope="class", params=VARIANTS.values(), ids=VARIANTS.keys())
    def redis(self, start_redis, request):
        return start_redis(**request.param)

    def test_it_keeps_and_gives_back(self, redis, tool):
        ask = tool(redis)
        assert ask("get", "a").result == "not_found"
        assert ask("set", "a", 60, "first").result == "ok"
        assert ask("get", "a").value == "first"
        assert ask("set", "a", 60, "second").result == "ok"
        assert ask("get", "a").value == "second"
        assert ask("add", "a", 60, "third").result == "exists"
        assert ask("get", "a").value == "second"
        assert ask("remove", "a").result == "ok"
        assert ask("remove", "a").result == "ok"
        assert ask("get", "a").result == "not_found"
        assert ask("add", "a", 60, "fourth").result == "ok"
        assert ask("get", "a").value == "fourth"

    def test_a_value_of_64_kib(self, redis, tool):
        ask = tool(redis)
        value = "x" * 65536
        assert ask("set", "large", 60, value).result == "ok"
        assert ask("get", "large").value == value

    def test_it_interprets_nothing(self, redis, tool):
        ask = tool(redis)
        assert ask("set", "%s%n%b", 60, "%s%n%d FLUSHALL").result == "ok"
        assert ask("get", "%s%n%b").value == "%s%n%d FLUSHALL"
        assert redis.ask("GET", KEY + "%s%n%b") == "%s%n%d FLUSHALL"

    def test_lives_end(self, redis, tool):
        ask = tool(redis)
        assert ask("set", "short", 1, "v").result == "ok"
        assert ask("add", "shorter", 1, "v").result == "ok"
        assert ask("set", "long", 3600, "v").result == "ok"
        assert 3590 < redis.ask("TTL", KEY + "long") <= 3600
        wait_for(lambda: ask("get", "short").result == "not_found", "the end of a life")
        wait_for(lambda: ask("add", "shorter", 60, "w").result == "ok", "the end of a life")

    def test_one_connection_serves_many(self, redis, tool):
        def connections():
            statistics = redis.ask("INFO", "stats")
            return int(statistics.split("total_connections_received:")[1].split()[0])

        ask = tool(redis)
        before = connections()
        assert {ask("get", "k").result for _ in range(50)} == {"not_found"}
        assert connections() == before + 2  # ours, and that of the question itself

    def test_of_two_processes_that_add_one_wins(self, redis, tool):
        tools = [tool(redis), tool(redis)]
        for i in range(300):
            for one in tools[::1 if i % 2 else -1]:
                one.say("add", f"race-{i}", 60, one.process.pid)
            results = {one.hear().result: one.process.pid for one in tools}
            assert set(results) == {"ok", "exists"}
            assert tools[0]("get", f"race-{i}").value == str(results["ok"])


class TestDatabase:
    def test_another_database(self, start_redis, tool):
        redis = start_redis(databases=4)
        assert tool(redis, database=3)("set", "k", 60, "in three").result == "ok"
        assert tool(redis)("get", "k").result == "not_found"
        assert tool(redis, database=3)("get", "k").value == "in three"
        assert redis.ask("INFO", "keyspace").split("\r\n")[1].startswith("db3:keys=1,")
        assert_refused(tool(redis, database=4)("get", "k"), "it has no such database")


class TestRefusals:
    """Each names the cause and what to do, and none a password."""

    def test_a_wrong_password(self, start_redis, tool):
        redis = start_redis(password="right")
        answer = tool(redis, password="wr0ng")("get", "k")
        assert_refused(answer, "WRONGPASS", "compare user and password in CognitoStore")
        assert "wr0ng" not in answer.logged

    def test_a_wrong_password_of_an_acl_user(self, start_redis, tool):
        redis = start_redis(user="cognito", password="right")
        assert_refused(tool(redis, password="wr0ng")("get", "k"), "WRONGPASS")
        assert_refused(tool(redis, user="stranger")("get", "k"), "WRONGPASS")
        assert_refused(tool(redis, user=None)("get", "k"), "WRONGPASS")

    def test_no_password_where_one_is_wanted(self, start_redis, tool):
        redis = start_redis(password="right")
        assert_refused(tool(redis, password=None)("get", "k"), "NOAUTH", "name the user")

    def test_a_password_where_none_is_set(self, start_redis, tool):
        answer = tool(start_redis(), password="unknown")("get", "k")
        assert_refused(answer, "it has no password, but CognitoStore names one")
        assert "unknown" not in answer.logged

    def test_commands_that_the_acl_forbids(self, start_redis, tool):
        redis = start_redis(user="cognito", password="right")
        redis.ask("ACL", "SETUSER", "cognito", "-set")
        ask = tool(redis)
        assert_refused(ask("set", "k", 60, "v"), "NOPERM", "+set")
        for _ in range(5):
            ask("set", "k", 60, "v")
        assert ask("get", "k").result == "not_found"

    def test_keys_that_the_acl_forbids(self, start_redis, tool):
        redis = start_redis(user="cognito", password="right")
        redis.ask("ACL", "SETUSER", "cognito", "resetkeys", f"~{KEY}c:*")
        ask = tool(redis)
        assert ask("set", "c:1", 60, "v").result == "ok"
        assert_refused(ask("set", "d:1", 60, "v"), "NOPERM", "~*")

    def test_a_command_that_is_renamed_shows_no_password(self, start_redis, tool):
        redis = start_redis(password="right")
        redis.kill()
        with open(redis.path("redis.conf"), "a", encoding="utf-8") as file:
            file.write("rename-command SELECT SELECT2\n")
        redis.start()
        answer = tool(redis, database=1)("get", "k")
        assert_refused(answer, "it does not know a command")
        assert "right" not in answer.logged

    def test_a_full_memory(self, start_redis, tool):
        """F22: sessions stay readable, and the writer is told."""
        redis = start_redis()
        ask = tool(redis)
        assert ask("set", "k", 60, "v").result == "ok"
        redis.ask("CONFIG", "SET", "maxmemory", "1")
        assert_refused(ask("set", "k", 60, "w"), "its memory is full (OOM)", "maxmemory")
        for _ in range(5):
            assert ask("add", "l", 60, "w").result == "store"
        assert ask("get", "k").value == "v"
        redis.ask("CONFIG", "SET", "maxmemory", "0")
        assert ask("set", "k", 60, "w").result == "ok"

    def test_a_replica(self, start_redis, tool):
        redis = start_redis()
        redis.ask("REPLICAOF", "127.0.0.1", str(redis.port))
        ask = tool(redis)
        assert_refused(ask("set", "k", 60, "v"), "it is a replica (READONLY)", "name the primary")
        assert ask("get", "k").result == "not_found"
        redis.ask("CONFIG", "SET", "replica-serve-stale-data", "no")
        assert_refused(tool(redis)("get", "k"), "MASTERDOWN")

    def test_a_cluster(self, start_redis, tool):
        redis = start_redis(cluster_enabled="yes")
        assert_refused(tool(redis)("get", "k"), "it is part of a cluster")
        assert_refused(tool(redis, database=1)("get", "k"), "it is part of a cluster")

    def test_too_many_clients(self, start_redis, tool):
        redis = start_redis()
        with redis.connect():
            redis.ask("CONFIG", "SET", "maxclients", "1")
            answer = tool(redis)("get", "k")
        assert answer.result == "store" and "COG2200" in answer.logged


class TestTls:
    def test_a_certificate_for_another_host(self, start_redis, tool):
        redis = start_redis(has_tls=True, names=["127.0.0.2", "cache.example.test"], password="pw")
        assert_refused(tool(redis)("get", "k"), "its certificate is refused", "mismatch")
        answer = tool(redis, host="localhost")("get", "k")
        assert answer.result == "store" and "hostname mismatch" in answer.logged

    def test_a_certificate_of_a_strange_authority(self, start_redis, tool):
        redis, other = start_redis(has_tls=True), start_redis(has_tls=True)
        assert_refused(tool(redis, ca=other.ca_file)("get", "k"), "its certificate is refused")
        assert_refused(tool(redis, ca=None)("get", "k"), "its certificate is refused")

    def test_by_name(self, start_redis, tool):
        ask = tool(start_redis(has_tls=True), host="localhost")
        assert ask("set", "k", 60, "v").result == "ok"
        assert ask("get", "k").value == "v"

    def test_plain_and_tls_do_not_meet(self, start_redis, tool):
        plain, tls = start_redis(), start_redis(has_tls=True)
        assert_refused(tool(tls, tls=None)("get", "k"), "rediss://")
        # Redis takes the first bytes of TLS for a command of the old kind and waits
        assert_refused(tool(plain, tls=1, limit=None)("get", "k"))

    def test_a_server_that_wants_client_certificates(self, start_redis, tool):
        redis, other = (start_redis(has_tls=True, tls_auth_clients="yes") for _ in range(2))
        assert_refused(tool(redis)("get", "k"), "cert=SOURCE, or set `tls-auth-clients no` there")
        assert_refused(tool(redis, cert=other.client_file)("get", "k"), "cert=")
        assert tool(redis, cert=redis.client_file)("set", "k", 60, "v").result == "ok"
        assert tool(redis, cert=redis.client_file)("get", "k").value == "v"


def quickest(ask, count):
    """Of answers that all fail: how long the quickest took. The machine may be busy."""
    answers = [ask("get", "k") for _ in range(count)]
    assert {a.result for a in answers} == {"store"}
    return min(a.seconds for a in answers)


def until_it_works(ask, key="k"):
    """The first answer that is one."""
    return wait_for(lambda: next((a for a in [ask("get", key)] if a.result != "store"), None),
                    "the store to work again", seconds=10)


@pytest.mark.parametrize("has_tls", [False, True], ids=["plain", "tls"])
class TestOutages:
    """F20"""

    def test_a_frozen_server(self, start_redis, tool, has_tls):
        redis = start_redis(has_tls=has_tls)
        ask = tool(redis, limit=None)
        other = tool(redis)
        assert other("set", "other", 60, "value").result == "ok"
        wait_for(lambda: ask("set", "k", 60, "own").result == "ok", "a first answer")

        def outage():
            redis.freeze()
            assert quickest(ask, 3) <= HALF_A_SECOND
            assert quickest(ask, 100) < 0.01  # it is left alone
            redis.thaw()
            return timed(lambda: until_it_works(ask))

        within(2, outage)
        # the late answers of the connections that were given up reach nobody
        for _ in range(100):
            assert until_it_works(ask).value == "own"
            assert until_it_works(ask, "other").value == "value"

    def test_a_server_that_dies_and_comes_back(self, start_redis, tool, has_tls):
        redis = start_redis(has_tls=has_tls)
        ask = tool(redis)

        def outage():
            assert ask("set", "k", 60, "v").result == "ok"
            redis.kill()
            answer = ask("get", "k")
            assert_refused(answer, "Connection refused", "does the server run")
            answers = [ask("get", "k") for _ in range(20)]
            assert {a.result for a in answers} == {"store"}
            assert "".join(a.logged for a in answers).count("COG2201") == 1
            redis.start()
            return timed(lambda: until_it_works(ask))

        back = within(2, outage)
        assert back.result == "not_found" and "COG2202" in back.logged

    def test_a_restart_that_nobody_notices(self, start_redis, tool, has_tls):
        redis = start_redis(has_tls=has_tls, appendonly="yes", appendfsync="always")
        ask = tool(redis)
        for number, words in enumerate((["get", "k"], ["set", "l", 60, "w"], ["add", "m", 60, "x"],
                                        ["remove", "k"])):
            assert ask("set", "k", 60, f"v{number}").result == "ok"
            redis.stop()
            redis.start()
            answer = ask(*words)  # over a connection that has died meanwhile
            assert answer.result == "ok" and answer.logged == ""
        assert ask("get", "l").value == "w" and ask("get", "m").value == "x"

    def test_connections_that_the_server_ends(self, start_redis, tool, has_tls):
        redis = start_redis(has_tls=has_tls)
        ask = tool(redis)
        for number in range(10):
            assert ask("add", f"k{number}", 60, "v").result == "ok"
            assert redis.ask("CLIENT", "KILL", "USER", "default") == 1


def test_the_administrator_of_the_tests_is_no_user_of_the_store(start_redis):
    assert start_redis().ask("ACL", "WHOAMI") == ADMIN
