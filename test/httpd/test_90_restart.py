"""Restarts: nobody is thrown out, nothing leaks."""
import os
import threading
import time

import pytest

from harness.conf import MPM
from harness.parallel import at_once
from harness.site import SESSION, Site, ordinary_conf
from harness.waiting import PATIENCE, wait_for

ROUNDS = int(os.environ.get("RESTARTS", "20"))


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def held_by(server):
    """What a restart may forget to give back: of the parent, and in its folder."""
    parent = server.process.pid
    with open(f"/proc/{parent}/maps", encoding="utf-8") as file:
        maps = [line for line in file if " rw-s " in line]
    return {"memory": resident(parent), "open files": open_files(parent),
            "shared memory": len(maps), "files": sum(len(f) for _, _, f in os.walk(server.root))}


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


class TestGraceful:
    def test_a_login_in_flight_survives(self, site, browser):
        back = site.to_callback(browser, "/secure/here")
        site.server.graceful()
        answer = browser.follow(back)
        assert answer.status == 303 and answer.location == site.url("/secure/here")

    def test_a_session_survives(self, site, browser):
        site.sign_in(browser)
        site.server.graceful()
        assert site.visit(browser).status == 200 and site.user(browser) == "alice"

    def test_a_logout_in_flight_survives(self, site, browser, pool):
        site.sign_in(browser)
        answer = site.visit(browser, "/.cognito/logout?return_to=/public", site="same-origin")
        site.server.graceful()
        answer = browser.follow(browser.follow(answer))
        assert answer.location == site.url("/public")

    def test_a_callback_that_waits_for_the_pool_is_finished(self, site, browser, pool):
        back = site.to_callback(browser)
        pool.fail("token", delay=1)

        def restart():
            pool.wait_for_requests("token")
            site.server.graceful()

        answer, _ = at_once(lambda: browser.follow(back), restart)
        assert answer.status == 303 and browser.jar.all(SESSION)


class TestManyRestarts:
    """F25, F30: with all that the module keeps over restarts: stores in memory and in a file,
    marks, counters, the list of endings, a log of its own."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).secret("revoke-key", "k" * 40 + "\n")
        conf.add("CognitoSession store", "CognitoStore dbm:{root}/store:2M",
                 "CognitoRevokeKey file:{root}/revoke-key", "CognitoAuditLog {root}/audit.log")
        conf.location("/status", "SetHandler cognito-status", "Require all granted",
                      "ProxyPass !")
        conf.vhost("app.example.test")
        conf.vhost("other.example.test", "CognitoBaseURL https://other.example.test",
                   "CognitoStore shmcb:2M")
        return Site(start(conf), pool)

    def test_no_request_fails_and_nothing_grows(self, site, browser, browsers):
        site.sign_in(browser)
        is_over = threading.Event()

        def use():
            other = site.browser(browsers)
            other.jar.cookies = dict(browser.jar.cookies)
            while not is_over.is_set():
                assert site.visit(other).status == 200
                assert site.visit(other, "/status").status == 200
                time.sleep(0.005)

        def restart():
            try:
                self.restart(site, 3)
                before = held_by(site.server)
                self.restart(site, ROUNDS - 3)
                return before, held_by(site.server)
            finally:
                is_over.set()

        before, after = at_once(restart, use, use, use)[0]
        grown = {what: after[what] - before[what] for what in before}
        assert grown.pop("memory") < (4 << 20), "the parent grows with each restart"
        assert all(count <= 2 for count in grown.values()), grown
        assert site.sign_in(site.browser(browsers)).status == 200

    def restart(self, site, rounds):
        for _ in range(rounds):
            site.server.graceful()
            time.sleep(0.02 * PATIENCE)

    def test_the_old_children_end(self, site):
        limit = {"prefork": 31}.get(MPM, 4)
        wait_for(lambda: len(site.server.children()) <= limit, "the old children to end", 15)


class TestStop:
    def test_a_stop_and_a_start_with_the_same_keys_keep_sessions(self, start, pool, backend,
                                                                 browsers, oracle):
        site = Site(start(ordinary_conf(pool, backend)), pool)
        browser = site.browser(browsers)
        site.sign_in(browser)
        assert site.server.stop() == []
        browser.close()
        site.server.start()
        assert site.visit(browser).status == 200


# what a sanitizer keeps back of freed memory, to find its use, looks like growth
SANITIZER_KEEPS = 16 if os.environ.get("HTTPD_PRELOAD") else 1


class TestLeaks:
    """F32, F33, in small."""

    ROUNDS = 3

    def growth(self, site, work, count):
        """What each round of work costs: memory of all children, in bytes. The least: in a round
        of its own a child may serve its first request, or a store fill a page."""
        children = site.server.children()
        sizes = []
        for _ in range(self.ROUNDS):
            for _ in range(count):
                work()
            sizes.append(sum(map(resident, children)))
        assert children <= site.server.children()
        return min(later - earlier for earlier, later in zip(sizes, sizes[1:]))

    def test_logins_leave_nothing_behind(self, site, browsers):
        def sign_in():
            browser = site.browser(browsers)
            site.sign_in(browser)
            browser.close()

        assert self.growth(site, sign_in, 60) < (2 << 20) * SANITIZER_KEEPS
        for pid in site.server.children():
            assert open_files(pid) < 40, "sockets to the user pool pile up"

    def test_F32_logins_that_are_never_finished_cost_nothing(self, site, browsers):
        browser = site.browser(browsers)

        def begin():
            browser.jar.drop()
            site.begin(browser)

        assert self.growth(site, begin, 300) < (1 << 20) * SANITIZER_KEEPS


class TestModInfo:
    """S16: mod_info shows directives with their arguments; none of them is a secret."""

    def test_no_secret_is_shown(self, start, pool, backend, browsers, oracle):
        conf = ordinary_conf(pool, backend, client="secret").load("info", "status")
        conf.location("/server-info", "SetHandler server-info", "ProxyPass !")
        conf.location("/server-status", "SetHandler server-status", "ProxyPass !")
        site = Site(start(conf), pool)
        browser = site.browser(browsers)
        site.sign_in(browser)
        oracle.secrets.add(conf.files["keys"].strip())
        for path in ("/server-info", "/server-status"):
            page = site.visit(browser, path)
            assert page.status == 200
            assert not oracle.leaks(path, page.text)
        assert "CognitoClientSecret" in site.visit(browser, "/server-info").text


class TestShortLives:
    """MaxConnectionsPerChild: each child serves a few connections, and ends what it has begun."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).add("MaxConnectionsPerChild 2", "KeepAlive off")
        return Site(start(conf), pool)

    def test_sign_ins_and_sign_outs_are_whole(self, site, browser, pool):
        people = 3
        for _ in range(people):
            site.sign_in(browser)
            assert site.visit(browser).status == 200
            site.visit(browser, "/.cognito/logout", site="same-origin")
            assert not browser.jar.all(SESSION)
        assert [call.status for call in pool.wait_for_answers("revoke", people)] == [200] * people
