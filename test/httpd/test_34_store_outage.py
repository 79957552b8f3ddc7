"""Sessions are never let in nor sent to a login while the store is down or full. Names of
security.md, F20 to F24."""
import re
import time

import pytest

from harness.server import read_text
from harness.site import SESSION, TOKENS, Site, is_login, type_password
from harness.stores import (OUTAGE, Store, everywhere, far, far_site, fresh, is_let_in,
                            is_unavailable, sign_out, store_conf)
from harness.waiting import timed, wait_for, within

__all__ = ["far", "far_site"]

LIMIT = 0.5  # seconds: what the store port promises


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
        log.allow(OUTAGE, "COG3300")  # the store may answer again in the middle of a sign-out
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
