"""Sessions in each kind of store: found by all children, ended in all, kept over restarts as
docs/directives.md says."""
import pytest

from harness.site import SESSION, Site, is_login
from harness.stores import (ALL, FAR, OUTAGE, Store, everywhere, far, files_of_parent, fresh,
                            is_let_in, is_unavailable, name_of, sign_out, store_conf)

__all__ = ["far"]


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
