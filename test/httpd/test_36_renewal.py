"""CognitoRefresh on a real httpd: claims that follow the user pool, one renewal for all who ask."""
import contextlib
import http.client
import os
import signal
import time

import pytest

from harness.client import NAVIGATION, Client
from harness.parallel import at_once, in_parallel
from harness.site import SESSION, TOKENS, Site, is_login, ordinary_conf
from harness.waiting import wait_for

LIFE = 4   # seconds of an ID token; renewed after 3
GRACE = 3  # seconds


def short_lived(pool, **more):
    pool.change_client("app", id_token_sec=LIFE, access_token_sec=LIFE, **more)


def refreshes(pool):
    return [r for r in pool.requests("token") if r.form.get("grant_type") == "refresh_token"]


def groups(site, browser):
    return site.environment(browser).get("COGNITO_GROUPS")


def sleep_until_old(pool):
    """Past the life of the token: only real time makes it end on a real httpd. The next one lives
    long, however slow the machine is. Returns how many renewals there have been so far."""
    time.sleep(LIFE + 0.5)
    pool.change_client("app", id_token_sec=3600, access_token_sec=3600)
    return len(refreshes(pool))


@pytest.fixture(params=["cookie", "store"], scope="class")
def site(request, start, pool, backend):
    conf = ordinary_conf(pool, backend).add(f"CognitoSession {request.param}", f"CognitoGrace {GRACE}s")
    conf.protect("/cgi/env/admin", require="cognito-group admins")
    conf.location("/cgi/env/open", "CognitoUnauthenticated pass", "Require all granted")
    return Site(start(conf), pool)


@pytest.fixture(autouse=True)
def everybody_as_at_the_start(pool):
    pool.restore()


@pytest.mark.long
class TestRenewal:
    def test_groups_are_those_of_now(self, site, browser):
        short_lived(site.pool)
        site.sign_in(browser)
        assert groups(site, browser) == "admins,staff"
        site.pool.change_user("alice", groups=["staff"])
        before = sleep_until_old(site.pool)
        assert groups(site, browser) == "staff"
        assert len(refreshes(site.pool)) == before + 1

    def test_CVE_2021_41230_who_left_a_group_gets_403_with_the_next_renewal(self, site, browser, log):
        short_lived(site.pool)
        site.sign_in(browser)
        assert site.visit(browser, "/cgi/env/admin").status == 200
        site.pool.change_user("alice", groups=["staff"])
        sleep_until_old(site.pool)
        log.expect("AH01631")
        assert site.visit(browser, "/cgi/env/admin").status == 403

    @pytest.mark.parametrize("rotation", [False, True])
    def test_B13_many_requests_at_once_make_one_renewal(self, site, browser, rotation):
        short_lived(site.pool, refresh_rotation=rotation, refresh_grace_sec=0)
        site.sign_in(browser)
        cookies = browser.jar.header(site.url())
        before = sleep_until_old(site.pool)
        statuses = ask_at_once(site, cookies, 50)
        assert statuses == [200] * 50
        assert len(refreshes(site.pool)) == before + 1

    def test_the_browser_goes_on_with_the_new_cookies(self, site, browser):
        short_lived(site.pool, refresh_rotation=True, refresh_grace_sec=0)
        site.sign_in(browser)
        for _ in range(2):
            before = sleep_until_old(site.pool)
            short_lived(site.pool)
            assert site.user(browser) == "alice"
            assert len(refreshes(site.pool)) == before + 1

    def test_a_request_with_the_cookies_from_before_gets_the_new_ones(self, site, browser):
        short_lived(site.pool, refresh_rotation=True, refresh_grace_sec=0)
        site.sign_in(browser)
        before = {name: browser.jar.value(name) for name in (SESSION, TOKENS)
                  if browser.jar.all(name)}
        count = sleep_until_old(site.pool)
        assert site.user(browser) == "alice"
        for name, value in before.items():
            browser.jar.put(name, value, site.url())
        assert site.user(browser) == "alice"
        assert len(refreshes(site.pool)) == count + 1

    def test_a_disabled_user_is_out(self, site, browser):
        short_lived(site.pool)
        site.sign_in(browser)
        site.pool.change_user("alice", enabled=False)
        sleep_until_old(site.pool)
        assert is_login(site.pool, site.visit(browser))
        assert not browser.jar.all(SESSION)

    def test_a_global_sign_out_ends_the_session(self, site, browser):
        short_lived(site.pool)
        site.sign_in(browser)
        site.pool.sign_out_everywhere("alice")
        sleep_until_old(site.pool)
        answer = site.visit(browser, "/cgi/env/open")  # pass: all others come in unknown
        assert answer.status == 200 and "REMOTE_USER" not in answer.text
        assert not browser.jar.all(SESSION)
        assert is_login(site.pool, site.visit(browser))

    def test_F29_an_outage_costs_nobody_the_session(self, site, browser, log):
        log.expect("COG3073", "COG3050", "COG3001.*idp_unreachable")
        short_lived(site.pool)
        began = time.monotonic()
        site.sign_in(browser)
        site.pool.fail("token", status=500)
        sleep_until_old(site.pool)
        answer = site.visit(browser)
        is_late = time.monotonic() - began > LIFE + GRACE - 1
        assert answer.status == 200 or is_late
        wait_for(lambda: site.visit(browser).status == 503, "the end of the grace", 10, 0.2)
        assert browser.history[-1].header("Retry-After")
        site.pool.heal("token")
        wait_for(lambda: site.visit(browser).status == 200, "the next try", 15, 0.2)
        assert site.user(browser) == "alice"

    def test_the_session_survives_renewals_and_restarts(self, site, browser):
        short_lived(site.pool)
        site.sign_in(browser)
        site.server.graceful()
        before = sleep_until_old(site.pool)
        assert site.user(browser) == "alice"
        assert len(refreshes(site.pool)) == before + 1


@pytest.mark.long
class TestDeath:
    def test_F26_a_child_that_dies_while_it_renews_costs_a_lease(self, site, browser, log):
        log.allow("exit signal Killed")
        log.allow("AH01239")  # mod_cgid's daemon is one of them
        log.allow("COG3001")  # on a slow machine the grace is over before the lease
        short_lived(site.pool)
        site.sign_in(browser)
        cookies = browser.jar.header(site.url())
        site.pool.fail("token", delay=60, times=1)
        sleep_until_old(site.pool)
        victims = site.server.children()

        def kill():
            site.pool.wait_for_requests("token", 2)
            for pid in victims:
                os.kill(pid, signal.SIGKILL)

        def ask_in_vain():
            with contextlib.suppress(http.client.RemoteDisconnected, ConnectionError):
                ask_at_once(site, cookies, 1)

        at_once(ask_in_vain, kill)
        wait_for(lambda: site.server.children() and not site.server.children() & victims,
                 "new children", 15)
        begin = time.monotonic()
        wait_for(lambda: site.visit(browser).status == 200, "the end of the lease", 30, 0.2)
        assert time.monotonic() - begin < 25


def ask_at_once(site, cookies, count):
    """The statuses of so many requests with these cookies, each on a connection of its own."""
    def ask(_):
        client = Client({site.origin: ("127.0.0.1", int(site.server.port), None)})
        try:
            return client.send("GET", site.url("/secure"),
                               [*NAVIGATION.items(), ("Cookie", cookies)], None).status
        finally:
            client.close()

    return in_parallel(count, ask)
