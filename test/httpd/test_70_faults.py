"""What the user pool and the network may do to us. Names of security.md, section 7."""
import threading
import time

import pytest

from harness.conf import MPM
from harness.faults import NOISE, TOTAL, fast_conf, growth, memory, site
from harness.parallel import in_parallel
from harness.site import (LOGIN, SESSION, Site, is_login, is_refusal, ordinary_conf, site_conf,
                          stays_alive, type_password)
from harness.waiting import timed, wait_for, within

__all__ = ["site"]


class TestF01:
    """The user pool is down when httpd starts."""

    def test_httpd_starts_and_serves_and_recovers(self, start, pool, backend, browsers, log):
        log.allow(NOISE)
        pool.fail("*", reset="at-once")
        site = Site(within(2, lambda: timed(lambda: start(fast_conf(pool, backend)))), pool)
        browser = site.browser(browsers)
        assert site.visit(browser, "/public").status == 200
        answer = site.visit(browser)
        assert is_refusal(answer) and answer.status in (502, 503)
        assert int(answer.header("Retry-After")) > 0
        # the failure is remembered
        answer = within(0.5, lambda: timed(lambda: site.visit(browser)))
        assert answer.status in (502, 503)
        pool.heal()
        wait_for(lambda: is_login(pool, site.visit(browser)), "the recovery", 10, step=0.5)
        assert site.sign_in(browser).status == 200

    def test_sessions_live_on_over_a_restart_during_an_outage(self, start, pool, backend,
                                                              browsers, log):
        site = Site(start(fast_conf(pool, backend)), pool)
        browser = site.browser(browsers)
        site.sign_in(browser)
        log.allow(NOISE)
        pool.fail("*", reset="at-once")
        site.server.graceful()
        assert site.visit(browser).status == 200 and site.user(browser) == "alice"


    def test_what_was_fetched_before_a_stop_serves_at_the_next_start(self, start, pool, backend,
                                                                     browsers, log):
        site = Site(start(fast_conf(pool, backend)), pool)
        site.sign_in(site.browser(browsers))
        site.server.stop()
        pool.fail("discovery", reset="at-once")
        pool.fail("jwks", reset="at-once")
        site.server.start()
        browser = site.browser(browsers)
        assert site.sign_in(browser).status == 200 and site.user(browser) == "alice"


class TestF02:
    """The user pool goes down later."""

    def test_sessions_do_not_notice(self, site, browser, pool, log):
        site.sign_in(browser)
        log.allow(NOISE)
        pool.fail("*", hang=True)
        for _ in range(20):
            answer = within(0.5, lambda: timed(lambda: site.visit(browser)))
            assert answer.status == 200

    def test_a_login_still_works_where_the_documents_are_known(self, site, browser, pool, log):
        """Each process has its own copy: the kept connection stays with one of them."""
        site.sign_in(browser)
        log.allow(NOISE)
        pool.fail("discovery", hang=True)
        pool.fail("jwks", hang=True)
        browser.jar.drop()
        assert site.sign_in(browser).status == 200


class TestF03:
    """Discovery accepts the connection and never answers."""

    def test_no_worker_waits_but_one(self, start, pool, backend, browsers, log):
        log.allow(NOISE)
        many = ["StartServers 40", "MaxSpareServers 40"] if MPM == "prefork" else []
        pool.fail("discovery", hang=True)

        def visit(site, number):
            browser = site.browser(browsers)
            if number < 30:
                answer, seconds = timed(lambda: site.visit(browser))
                assert answer.status in (502, 503), answer
                return seconds / (TOTAL * 2 + 1)
            time.sleep(0.3)
            answer, seconds = timed(lambda: site.visit(browser, "/public"))
            assert answer.status == 200, answer
            return seconds / 1

        def visits():
            """How often the pool was asked, and the longest time, in shares of what is allowed."""
            site = Site(start(fast_conf(pool, backend).add(*many)), pool)
            before = len(pool.requests("discovery"))
            longest = max(in_parallel(36, lambda number: visit(site, number)))
            return len(pool.requests("discovery")) - before, longest

        assert within(1, visits) <= 4


class TestF05:
    """The token endpoint misbehaves at the worst moment."""

    FAULTS = {
        "hangs": {"hang": True}, "resets": {"reset": "at-once"},
        "resets after work": {"reset": "after-work"}, "resets in the body": {"reset": "in-body"},
        "drips": {"drip": 1}, "endless body": {"endless": "body"},
        "endless headers": {"endless": "headers"}, "large body": {"size": 3 << 20},
        "large header": {"header_size": 300_000}, "many headers": {"header_count": 5000},
        "wrong length": {"content_length": 100_000}, "empty": {"body": "", "status": 200},
        "1xx": {"status": 199}, "no content": {"status": 204},
    }

    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_time_and_memory_are_bounded_and_the_user_can_start_again(
            self, site, browser, pool, log, fault):
        log.expect(r"COG3001.*idp_")
        log.allow(NOISE)

        def come_back():
            back = site.to_callback(browser)
            before, alive = memory(site.server), stays_alive(site.server)
            pool.fail("token", **fault)
            answer, seconds = timed(lambda: browser.follow(back))
            assert is_refusal(answer), answer
            assert not browser.jar.all(SESSION) and not browser.jar.all(LOGIN)
            assert growth(site.server, before) < 16 << 20 and alive()
            pool.heal()
            return answer, seconds

        within(TOTAL + 1, come_back)
        assert site.sign_in(browser).status == 200


@pytest.mark.skipif(MPM == "prefork", reason="each process has one thread: no half of them")
class TestF05Crowd:
    """It hangs while many come back from the hosted UI."""

    THREADS = 8

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).add(
            "CognitoTimeout 1s 60s", "KeepAlive Off", "StartServers 1", "ServerLimit 1",
            f"ThreadsPerChild {self.THREADS}", f"MaxRequestWorkers {self.THREADS}",
            "MinSpareThreads 1", f"MaxSpareThreads {self.THREADS}")
        return Site(start(conf), pool)

    def test_half_of_the_threads_stay_free(self, site, browsers, pool, log):
        log.expect("COG3074.* 4 requests .*/oauth2/token,")
        log.allow(NOISE)
        people = [site.browser(browsers) for _ in range(self.THREADS // 2 + 1)]
        backs = [site.to_callback(person) for person in people]
        pool.fail("token", hang=True)
        hanging = [threading.Thread(target=person.follow, args=(back,))
                   for person, back in zip(people[:-1], backs)]
        for thread in hanging:
            thread.start()
        pool.wait_for_requests("token", len(hanging))
        time.sleep(1.1)  # COG_CROWD_PATIENCE: they have waited for longer than that
        answer = people[-1].follow(backs[-1])
        assert is_refusal(answer) and answer.status == 503, answer
        assert site.visit(people[-1], "/public").status == 200
        assert all(thread.is_alive() for thread in hanging)
        assert len(pool.requests("token")) == len(hanging)
        pool.heal()
        for thread in hanging:
            thread.join()
        assert site.sign_in(site.browser(browsers)).status == 200


class TestF06:
    def test_an_answer_after_our_patience_is_not_asked_for_again(self, site, browser, pool, log):
        log.expect("COG3001.*idp_unreachable")
        log.allow(NOISE)
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        pool.fail("token", late=TOTAL + 0.5)
        assert is_refusal(browser.follow(back))
        time.sleep(1)
        assert len(pool.requests("token")) == before + 1


class TestF09:
    """Redirects of the user pool's endpoints are never followed."""

    @pytest.mark.parametrize("endpoint", ["token", "jwks", "discovery", "userinfo"])
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_nobody_is_asked_there(self, start, pool, backend, browsers, log, endpoint, status):
        log.allow(NOISE)
        conf = fast_conf(pool, backend)
        site = Site(start(conf.add("CognitoUserInfo on")), pool)
        browser, before = site.browser(browsers), len(backend.seen)
        pool.fail(endpoint, redirect=f"{backend.url}/stolen", status=status)
        answer = site.visit(browser)
        if is_login(pool, answer):
            answer = browser.follow(type_password(browser, answer, "alice", pool))
        assert is_refusal(answer) and len(backend.seen) == before


class TestProxyEnvironment:
    """H15, httpoxy: nothing but CognitoProxy sends our calls elsewhere."""

    def test_a_proxy_header_changes_nothing(self, site, browser, backend):
        before = len(backend.seen)
        back = site.to_callback(browser)
        answer = browser.navigate(back.location, headers={"Proxy": backend.url}, site="cross-site")
        assert answer.status == 303 and len(backend.seen) == before


class TestF36:
    """Clients that misbehave."""

    @pytest.mark.parametrize("data", [
        b"POST /.cognito/callback HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 1000000\r\n\r\nx",
        b"POST /.cognito/logout HTTP/1.1\r\nHost: app.example.test\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\nx",
        b"GET /.cognito/callback?code=a HTTP/1.1\r\nHost: app.example.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        b"GET /.cognito/callback HTTP/1.0\r\n\r\n",
        b"GET /secure HTTP/1.1\r\nHost: app.example.test\r\n\r\nGET /secure HTTP/1.1\r\nHost: app.example.test\r\nConnection: close\r\n\r\n",
    ])
    def test_no_worker_is_lost(self, site, browser, log, data):
        log.allow(NOISE, "AH")
        alive = stays_alive(site.server)
        browser.raw(site.origin, data, timeout=0.5)
        assert site.visit(browser, "/public").status == 200 and alive()

    def test_who_leaves_during_our_call_leaves_no_trace(self, site, browser, pool, log):
        log.allow(NOISE, "AH")
        back = site.to_callback(browser)
        pool.fail("token", delay=1)
        cookie = browser.jar.header(back.location)
        target = back.location[len(site.origin):]
        browser.raw(site.origin, f"GET {target} HTTP/1.1\r\nHost: app.example.test\r\n"
                    f"Cookie: {cookie}\r\n\r\n".encode(), timeout=0.2)
        pool.heal()
        assert site.sign_in(browser).status == 200


class TestStoreless:
    def test_the_key_is_made_and_kept_where_none_is_given(self, start, pool, backend, browsers):
        conf = site_conf(pool).protect("/secure").add(f"ProxyPass / {backend.url}/")
        conf.lines = [line for line in conf.lines if not line.startswith("CognitoSecret")]
        site = Site(start(conf), pool)
        browser = site.browser(browsers)
        site.sign_in(browser)
        site.server.graceful()
        assert site.visit(browser).status == 200
