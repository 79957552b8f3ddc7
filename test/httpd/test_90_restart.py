"""Restarts: nobody is thrown out, nothing leaks."""
import os
import threading
import time

from harness.conf import MPM
from harness.site import SESSION, Site, ordinary_conf
from harness.waiting import PATIENCE, wait_for

ROUNDS = 20


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


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
        result = []
        thread = threading.Thread(target=lambda: result.append(browser.follow(back)))
        thread.start()
        pool.wait_for_requests("token")
        site.server.graceful()
        thread.join()
        assert result[0].status == 303 and browser.jar.all(SESSION)


class TestManyRestarts:
    """F25, F30"""

    def test_no_request_fails_and_nothing_grows(self, site, browser, browsers):
        site.sign_in(browser)
        problems, stop = [], threading.Event()

        def user():
            other = site.browser(browsers)
            other.jar.cookies = dict(browser.jar.cookies)
            while not stop.is_set():
                answer = site.visit(other)
                if answer.status != 200:
                    problems.append(answer)
                time.sleep(0.005)

        users = [threading.Thread(target=user) for _ in range(3)]
        for thread in users:
            thread.start()
        parent = site.server.process.pid
        self.restart(site, 3)
        files, size = open_files(parent), resident(parent)
        self.restart(site, ROUNDS - 3)
        stop.set()
        for thread in users:
            thread.join()
        assert not problems
        assert open_files(parent) - files <= 2
        assert resident(parent) - size < (4 << 20), "the parent grows with each restart"
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
        """What a round of work costs in the end: memory of all children, in bytes."""
        children = site.server.children()
        sizes = []
        for _ in range(self.ROUNDS):
            for _ in range(count):
                work()
            sizes.append(sum(map(resident, children)))
        assert children <= site.server.children()
        return sizes[-1] - sizes[-2]

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
