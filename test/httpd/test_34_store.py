"""Sessions in each kind of store: found by all children, ended in all, kept over restarts as
docs/directives.md says, and never let in nor sent to a login while the store is down. Names of
security.md, F20 to F24."""
import os
import re
import time

import pytest

from harness.server import read_text
from harness.site import (SESSION, TOKENS, Site, is_login, is_refusal, ordinary_conf,
                          type_password)
from harness.waiting import timed, wait_for, within

LIMIT = 0.5  # seconds: what the store port promises
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


@pytest.mark.parametrize("store", ALL, ids=name_of, indirect=True, scope="class")
class TestEach:
    @pytest.fixture(scope="class")
    def store(self, request):
        return request.param(request)

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend, store):
        return Site(start(store_conf(pool, backend, store)), pool)

    def test_a_session_is_found_by_all_children(self, site, browser):
        site.sign_in(browser)
        everywhere(site, browser, is_let_in)
        assert site.user(browser) == "alice"
        assert len(browser.jar.header(site.url())) < 300

    def test_a_sign_out_ends_every_copy_in_all_children(self, site, browser):
        site.sign_in(browser)
        copied = {"headers": {"Cookie": browser.jar.header(site.url())}, "cookies": False}
        everywhere(site, browser, is_let_in, **copied)
        sign_out(site, browser)
        everywhere(site, browser, lambda answer: is_login(site.pool, answer), **copied)

    def test_users_keep_their_own_sessions(self, site, browsers):
        people = {user: site.browser(browsers) for user in ("alice", "bob", "mallory")}
        for user, browser in people.items():
            site.sign_in(browser, user=user)
        for user, browser in 3 * list(people.items()):
            browser.forget(site.origin)
            assert site.user(browser) == user

    def test_a_made_up_reference_is_a_login(self, site, browser):
        site.sign_in(browser)
        value = browser.jar.value(SESSION)
        other = "A" if value[-5] != "A" else "B"
        answer = site.visit(browser, headers={"Cookie": f"{SESSION}={value[:-5]}{other}{value[-4:]}"},
                            cookies=False)
        assert is_login(site.pool, answer)

    def test_restarts_keep_what_is_promised(self, site, browser, store):
        site.sign_in(browser)
        open_files = files_of_parent(site)
        for _ in range(2):
            site.server.graceful()
            everywhere(site, browser, is_let_in)
        assert files_of_parent(site) <= open_files
        assert not site.server.stop()
        site.server.start()
        if store.survives_stop:
            everywhere(site, browser, is_let_in)
        else:
            assert site.sign_in(browser).status == 200


@pytest.fixture(params=FAR, ids=name_of)
def far(request):
    return request.param(request)


@pytest.fixture
def far_site(start, pool, backend, far):
    return Site(start(store_conf(pool, backend, far)), pool)


@pytest.mark.long
class TestOutage:
    """F20"""

    def test_stopped_in_traffic(self, far, far_site, browsers, log):
        log.allow(OUTAGE)
        browser = far_site.browser(browsers)
        self.assert_outage(far_site, browser, far.peer.kill, far.peer.start,
                           lambda answer: not is_unavailable(answer))
        if far.has_disk:
            everywhere(far_site, browser, lambda a: is_let_in(a) or is_unavailable(a))
        else:
            assert far_site.sign_in(browser).status == 200

    def test_standing_still(self, far, far_site, browsers, log):
        log.allow(OUTAGE)
        browser = far_site.browser(browsers)
        for _ in range(2):
            self.assert_outage(far_site, browser, far.peer.freeze, far.peer.thaw, is_let_in)
            everywhere(far_site, browser, lambda a: is_let_in(a) or is_unavailable(a))
            wait_for(lambda: all(is_let_in(fresh(far_site, browser)) for _ in range(20)),
                     "all children to have recovered")

    def assert_outage(self, site, browser, break_it, mend_it, is_over):
        """Nobody waits longer than the store's limit, nor for its return longer than 2 s."""
        def outage():
            browser.jar.drop()
            site.sign_in(browser)
            break_it()
            slowest = self.assert_unavailable(site, browser)
            mend_it()
            _, recovery = timed(lambda: wait_for(lambda: is_over(fresh(site, browser)),
                                                 "recovery", step=0.1))
            return None, max(slowest / (LIMIT + 0.2), recovery / 2)

        within(1, outage)

    def assert_unavailable(self, site, browser):
        """Returns how long the slowest request took."""
        stranger = site.browser(lambda: type(browser)(dict(browser.routes)))
        slowest = 0
        for _ in range(12):
            answer, seconds = timed(lambda: fresh(site, browser))
            assert is_unavailable(answer), answer
            slowest = max(slowest, seconds)
            assert browser.jar.all(SESSION), "the session was thrown away"
            assert not answer.set_cookies
        # who needs no session is served, and who has none may still ask for a login
        assert fresh(site, browser, "/public").status == 200
        assert is_login(site.pool, fresh(site, stranger))
        stranger.close()
        return slowest

    def test_down_at_the_start(self, start, pool, backend, far, browsers, log):
        log.allow(OUTAGE)
        far.peer.kill()
        site = Site(start(store_conf(pool, backend, far)), pool)
        browser = site.browser(browsers)
        answer = browser.follow(site.to_callback(browser))
        assert is_unavailable(answer), answer
        assert not browser.jar.all(SESSION) and not browser.jar.all(TOKENS)
        far.peer.start()
        wait_for(lambda: self.may_sign_in(site, browser), "recovery", seconds=10, step=0.3)

    def may_sign_in(self, site, browser):
        answer = browser.follow(type_password(browser, site.begin(browser), "alice", site.pool))
        return answer.status == 303 and browser.follow(answer).status == 200

    def test_on_and_off(self, far, far_site, browsers, log):
        """Whatever it does: in, or 503; never a login, never somebody else."""
        log.allow(OUTAGE)
        people = {user: far_site.browser(browsers) for user in ("alice", "bob")}
        for user, browser in people.items():
            far_site.sign_in(browser, user=user)
        for _ in range(3):
            for change in (far.peer.freeze, far.peer.thaw):
                change()
                end = time.monotonic() + 1
                while time.monotonic() < end:
                    for user, browser in people.items():
                        self.check(far_site, browser, user)
        wait_for(lambda: all(is_let_in(fresh(far_site, b)) for b in people.values()), "recovery")

    def check(self, site, browser, user):
        answer = fresh(site, browser, "/cgi/env")
        assert is_unavailable(answer) or f"\0REMOTE_USER={user}\0" in "\0" + answer.text, answer

    def test_a_sign_out_that_cannot_be_done_is_told_and_done_later(self, far, far_site, browsers,
                                                                   log):
        log.allow(OUTAGE)
        browser = far_site.browser(browsers)
        far_site.sign_in(browser)
        copied = {"headers": {"Cookie": browser.jar.header(far_site.url())}, "cookies": False}
        far.peer.freeze()
        answer = sign_out(far_site, browser)
        assert is_unavailable(answer) and browser.jar.all(SESSION), answer
        far.peer.thaw()
        wait_for(lambda: not is_unavailable(sign_out(far_site, browser)), "recovery")
        everywhere(far_site, browser,
                   lambda a: is_login(far_site.pool, a) or is_unavailable(a), **copied)


class TestCookieMode:
    """F24: what was ended stays ended while the store is down."""

    @pytest.mark.parametrize("make", FAR, ids=name_of)
    def test_a_copied_cookie_stays_dead(self, start, pool, backend, request, make, browsers, log):
        log.allow(OUTAGE)
        far = make(request)
        site = Site(start(store_conf(pool, backend, far, "CognitoSession cookie")), pool)
        browser, other = site.browser(browsers), site.browser(browsers)
        site.sign_in(other, user="bob")
        site.sign_in(browser)
        copied = {"headers": {"Cookie": browser.jar.header(site.url())}, "cookies": False}
        sign_out(site, browser)
        far.peer.freeze()
        everywhere(site, browser, lambda a: is_login(pool, a) or is_unavailable(a), **copied)
        everywhere(site, other, is_let_in)
        far.peer.thaw()
        everywhere(site, browser, lambda a: is_login(pool, a), **copied)


class TestForgedValues:
    """F21: whoever writes to the store may take sessions away, and make none."""

    @pytest.fixture(scope="class")
    def redis(self, start_redis):
        return start_redis()

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend, redis):
        store = Store(f"CognitoStore redis://127.0.0.1:{redis.port}", redis)
        return Site(start(store_conf(pool, backend, store)), pool)

    @pytest.fixture
    def entry(self, site, redis):
        """entry(browser): the key of the session that it signs in with."""
        def sign_in(browser, user="alice"):
            before = set(redis.ask("KEYS", "cognito:session:*"))
            site.sign_in(browser, user=user)
            key, = set(redis.ask("KEYS", "cognito:session:*")) - before
            return key
        return sign_in

    def test_nobody_gets_the_session_of_another(self, site, browsers, redis, entry):
        alice, mallory = site.browser(browsers), site.browser(browsers)
        hers, his = entry(alice), entry(mallory, "mallory")
        redis.ask("COPY", hers, his, "REPLACE")
        assert is_login(site.pool, fresh(site, mallory))
        assert is_let_in(fresh(site, alice))
        # nor do the tokens of one pass for those of another, or for a session
        redis.ask("COPY", hers.replace("session", "tokens"), hers, "REPLACE")
        assert is_login(site.pool, fresh(site, alice))

    @pytest.mark.parametrize("change", [
        "''", "v:sub(1, -2)", "v:sub(1, 20)", "v:sub(2)", "v .. 'x'", "v .. v",
        "v:sub(1, 15) .. string.char((v:byte(16) + 1) % 256) .. v:sub(17)",
        "string.rep('A', 1000)", "string.rep('A', 70000)", "string.char(1, 0, 0, 0)"])
    def test_what_was_changed_is_no_session(self, site, browsers, redis, entry, log, change):
        log.allow(OUTAGE)  # a value that is larger than any of ours
        browser = site.browser(browsers)
        key = entry(browser)
        redis.ask("EVAL", "local v = redis.call('GET', KEYS[1]); "
                  f"redis.call('SET', KEYS[1], {change}, 'EX', 900)", "1", key)
        answer = fresh(site, browser)
        assert is_login(site.pool, answer) or is_unavailable(answer), answer

    def test_a_value_of_another_kind_is_no_session(self, site, browsers, redis, entry, log):
        log.allow(OUTAGE)
        browser = site.browser(browsers)
        key = entry(browser)
        redis.ask("DEL", key)
        redis.ask("LPUSH", key, "x")
        answer = fresh(site, browser)
        assert is_login(site.pool, answer) or is_unavailable(answer), answer


class TestForgetting:
    """F22"""

    def test_a_memcached_that_was_emptied_means_a_new_login(self, start, pool, backend,
                                                            start_memcached, browsers):
        memcached = start_memcached()
        store = Store(f"CognitoStore memcache:127.0.0.1:{memcached.port}", memcached)
        site = Site(start(store_conf(pool, backend, store)), pool)
        browser = site.browser(browsers)
        site.sign_in(browser)
        assert memcached.ask("flush_all").startswith("OK")
        assert is_login(pool, fresh(site, browser))
        assert site.sign_in(browser).status == 200

    def test_a_full_redis_is_told_and_lets_in_who_is_known(self, start, pool, backend, start_redis,
                                                           browsers, log):
        redis = start_redis(maxmemory="3mb", maxmemory_policy="noeviction")
        store = Store(f"CognitoStore redis://127.0.0.1:{redis.port}", redis)
        site = Site(start(store_conf(pool, backend, store)), pool)
        browser, late = site.browser(browsers), site.browser(browsers)
        site.sign_in(browser)
        redis.ask("CONFIG", "SET", "maxmemory", "1")
        log.expect("COG2200: Redis at .*memory", "COG3001: store")
        answer = late.follow(site.to_callback(late, user="bob"))
        assert is_unavailable(answer) and not late.jar.all(SESSION)
        assert is_let_in(fresh(site, browser))


def browsers_that_sign_in(site, browsers, until):
    """As many as it takes."""
    made = []
    while not until():
        made.append(site.browser(browsers))
        site.sign_in(made[-1])
        made[-1].close()
        assert len(made) < 2000
    return made


@pytest.mark.long
class TestSmallStore:
    """F22: the operator hears of it before a user does."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = store_conf(pool, backend, Store("CognitoStore shmcb:1M"))
        return Site(start(conf), pool)

    def test_it_warns_before_it_is_full_and_drops_those_that_end_next(self, site, browsers, log):
        log.expect("COG4100: the store of 1 MB is [89][0-9]% full: write CognitoStore shmcb:2M",
                   "COG4101: the store of 1 MB is full: [0-9]+ entries were dropped")
        first = browsers_that_sign_in(site, browsers, lambda: self.percent_full(site))[0]
        assert is_let_in(fresh(site, first)), "warned too late"
        last = browsers_that_sign_in(site, browsers, lambda: self.has_told(site, "COG4101"))[-1]
        assert is_let_in(fresh(site, last))
        assert is_login(site.pool, fresh(site, first)) or site.user(first) == "alice"

    def test_a_session_takes_two_kilobytes_at_most(self, start, pool, backend, browsers, log):
        """With its tokens, and all that the store needs around them."""
        site = Site(start(store_conf(pool, backend, Store("CognitoStore shmcb:1M"))), pool)
        log.expect("COG4100")
        count = len(browsers_that_sign_in(site, browsers, lambda: self.percent_full(site)))
        assert self.percent_full(site) / 100 * 1024 * 1024 / count <= 2048

    def percent_full(self, site):
        told = self.has_told(site, r"COG4100: the store of 1 MB is (\d+)% full")
        return int(told[1]) if told else 0

    def has_told(self, site, tag):
        return re.search(tag, read_text(site.server.path("error.log")))
