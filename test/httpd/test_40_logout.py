"""The way out: here, then the refresh token, then at the user pool. Names of security.md."""
import os
import re
import urllib.parse

import pytest

from harness import http2
from harness.conf import MPM, TOP
from harness.site import (ORIGIN, RETURN, SESSION, SIGNED_OUT, TOKENS, Site, add_staff,
                          is_login, ordinary_conf, site_conf)
from harness.waiting import timed, wait_for, within

LOGOUT = "/.cognito/logout"


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = ordinary_conf(pool, backend)
    conf.add("CognitoLogoutReturn https://www.example.test/bye /left")
    return Site(start(conf), pool)


def leave(here, browser, query="", **how):
    """Clicks on "sign out" of a page of the site."""
    return here.visit(browser, LOGOUT + query, **{"site": "same-origin", **how})


def is_at_pool(pool, answer):
    return answer.status == 303 and answer.location.startswith(pool.domain + "/logout?")


class TestLogout:
    def test_who_signs_out_is_signed_out_everywhere(self, site, browser, pool):
        site.sign_in(browser)
        answer = leave(site, browser)
        assert is_at_pool(pool, answer)
        assert answer.query == {"client_id": "app", "logout_uri": ORIGIN + SIGNED_OUT}
        assert not browser.jar.all(SESSION) and not browser.jar.all(TOKENS)
        answer = browser.follow(answer)
        assert answer.location == ORIGIN + SIGNED_OUT
        answer = browser.follow(answer)
        assert answer.status == 303 and answer.location == "https://www.example.test/bye"
        assert not browser.jar.all(RETURN)
        # the hosted UI asks for the password again
        answer = browser.follow(site.begin(browser))
        assert browser.follow(answer).status == 200

    def test_a_post_signs_out_too(self, site, browser, pool):
        site.sign_in(browser)
        answer = leave(site, browser, method="POST", body={})
        assert is_at_pool(pool, answer) and not browser.jar.all(SESSION)

    def test_S06_the_refresh_token_is_revoked(self, site, browser, pool):
        site.sign_in(browser)
        before = len(pool.requests("revoke"))
        leave(site, browser)
        calls = pool.wait_for_requests("revoke", before + 1)
        assert len(calls) == before + 1
        assert calls[-1].method == "POST" and calls[-1].form["client_id"] == "app"
        assert calls[-1].form["token"].count(".") == 4 and not calls[-1].query

    def test_S06_the_cookies_are_deleted_as_they_were_set(self, site, browser):
        site.sign_in(browser)
        answer = leave(site, browser)
        gone = [c for c in answer.set_cookies if c.startswith((SESSION, TOKENS))]
        assert len(gone) >= 2
        for line in gone:
            assert "Max-Age=0" in line and "; Secure" in line and "; Path=/" in line

    def test_the_return_cookie_is_sealed_and_closed(self, site, browser):
        site.sign_in(browser)
        answer = leave(site, browser, "?return_to=/left")
        line = next(c for c in answer.set_cookies if c.startswith(RETURN + "="))
        assert "/left" not in line and "; HttpOnly" in line and "; Secure" in line

    def test_a_script_is_told_where_to_go(self, site, browser, pool):
        site.sign_in(browser)
        answer = browser.fetch(site.url(LOGOUT), method="POST", headers={"Origin": site.origin})
        assert answer.status == 200
        assert answer.json()["redirect"].startswith(pool.domain + "/logout?")
        assert not browser.jar.all(SESSION)

    def test_who_is_not_signed_in_may_sign_out(self, site, browser, pool):
        assert is_at_pool(pool, leave(site, browser))

    def test_an_expired_or_broken_session_may_sign_out(self, site, browser, pool):
        """CVE-2014-8567"""
        for value in ("1", "1x", "4" + "x" * 100, "x" * 3000):
            browser.jar.put(SESSION, value, site.url())
            browser.jar.put(TOKENS, value, site.url())
            assert is_at_pool(pool, leave(site, browser))
            assert not browser.jar.all(SESSION)

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
    def test_other_methods_are_refused(self, site, browser, log, method):
        log.allow("COG3001")
        site.sign_in(browser)
        answer = browser.request(method, site.url(LOGOUT), {"Sec-Fetch-Site": "same-origin"})
        assert answer.status == 405 and browser.jar.all(SESSION)

    def test_a_large_body_is_not_read_into_memory(self, site, browser, log):
        """CVE-2016-2146"""
        log.allow("COG3", "AH")
        site.sign_in(browser)
        answer = leave(site, browser, method="POST", body=b"x" * (4 << 20))
        assert answer.status in (303, 413)


class TestS07:
    """Another site must not be able to sign anybody out."""

    WAYS = {
        "a link": {"site": "cross-site"},
        "a form": {"site": "cross-site", "method": "POST", "body": {"confirm": "1"}},
        "a subdomain's link": {"site": "same-site"},
    }

    @pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
    def test_a_foreign_page_does_not_end_the_session(self, site, browser, way):
        site.sign_in(browser)
        answer = leave(site, browser, **way)
        assert browser.jar.all(SESSION), answer
        assert site.visit(browser).status == 200

    def test_an_image_does_not_either(self, site, browser):
        site.sign_in(browser)
        for headers in ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
                         "Sec-Fetch-Dest": "image"}, {"Accept": "image/*"},
                        {"Referer": "https://evil.example/"},
                        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors",
                         "Sec-Fetch-Dest": "image"},
                        {"Sec-Purpose": "prefetch", "Sec-Fetch-Site": "same-origin",
                         "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}):
            browser.request("GET", site.url(LOGOUT), headers)
            assert browser.jar.all(SESSION), headers

    def test_the_page_asks_and_its_button_signs_out(self, site, browser, pool):
        site.sign_in(browser)
        page = leave(site, browser, "?return_to=/left", site="cross-site")
        assert page.status == 200 and "Sign out" in page.text
        answer = browser.submit(page)
        assert is_at_pool(pool, answer) and not browser.jar.all(SESSION)
        answer = browser.follow(browser.follow(answer))
        assert answer.location == site.url("/left")

    def test_the_answer_of_one_session_confirms_no_other(self, site, browser, browsers):
        mallory = site.browser(browsers)
        site.sign_in(mallory, user="mallory")
        page = leave(site, mallory, site="cross-site")
        url = page.text.split('action="')[1].split('"')[0].replace("&amp;", "&")
        site.sign_in(browser)
        browser.navigate(urllib.parse.urljoin(site.origin, url), method="POST", body={},
                         site="cross-site")
        answer = browser.navigate(urllib.parse.urljoin(site.origin, url), site="cross-site")
        assert browser.jar.all(SESSION), answer

    def test_an_old_browser_signs_out_from_a_page_of_the_site(self, site, browser, pool):
        site.sign_in(browser)
        answer = browser.request("GET", site.url(LOGOUT), {
            "Accept": "text/html", "Referer": site.url("/secure")})
        assert is_at_pool(pool, answer)


class TestReturn:
    def way_out(self, site, browser, target):
        """Where the browser ends that asked to go to `target`."""
        site.sign_in(browser)
        answer = leave(site, browser, "?return_to=" + urllib.parse.quote(target, safe=""))
        return browser.follow(browser.follow(answer)).location

    @pytest.mark.parametrize("target", ["/left", "/any?a=1&b=%2F", "https://www.example.test/bye"])
    def test_a_path_of_the_site_and_a_registered_url_are_fine(self, site, browser, target):
        assert self.way_out(site, browser, target) == urllib.parse.urljoin(ORIGIN, target)

    @pytest.mark.parametrize("target", [
        "https://evil.example/", "//evil.example", "/\\evil.example", "https://www.example.test/",
        "https://www.example.test/bye2", "https://www.example.test.evil.example/bye",
        "javascript:alert(1)", "/.cognito/logout", "/.cognito/login", "\thttps://evil.example"])
    def test_anything_else_ends_at_the_first_of_the_configuration(self, site, browser, target):
        assert self.way_out(site, browser, target) == "https://www.example.test/bye"

    def test_a_forged_return_cookie_is_nothing(self, site, browser):
        for value in ("/evil", "x" * 60, "https://evil.example"):
            browser.jar.put(RETURN, value, site.url())
            answer = site.visit(browser, SIGNED_OUT)
            assert answer.location == "https://www.example.test/bye"

    def test_a_return_cookie_is_good_once(self, site, browser):
        self.way_out(site, browser, "/left")
        assert site.visit(browser, SIGNED_OUT).location == "https://www.example.test/bye"


class TestProvider:
    """docs/ending-sessions.md: the last stop is the sign-out of an identity provider."""

    @pytest.fixture(scope="class")
    def written(self):
        with open(os.path.join(TOP, "docs", "ending-sessions.md"), encoding="utf-8") as page:
            text = page.read().partition("## At the identity provider, too")[2]
        return re.search(r"```apache\n(.*?)```", text, re.DOTALL)[1]

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend, written):
        lines = written.replace("\\\n", " ").splitlines()
        return Site(start(ordinary_conf(pool, backend).add(*lines)), pool)

    def test_the_address_comes_out_as_it_was_written(self, site, browser, written):
        addresses = re.findall(r"https:\S+", written)
        assert len(addresses) == 2
        for query, address in (("", addresses[0]), *(
                ("?return_to=" + urllib.parse.quote(a, safe=""), a) for a in addresses)):
            site.sign_in(browser)
            answer = browser.follow(browser.follow(leave(site, browser, query)))
            assert answer.header("Location") == address


class TestWithoutReturn:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return Site(start(ordinary_conf(pool, backend)), pool)

    def test_the_last_page_says_that_it_is_over(self, site, browser):
        site.sign_in(browser)
        answer = browser.follow(browser.follow(leave(site, browser)))
        assert answer.status == 200 and "signed out" in answer.text


class TestF07:
    """The user pool's troubles are not the user's: a logout never waits."""

    @pytest.mark.parametrize("fault", [{"hang": True}, {"status": 500}, {"reset": "at-once"},
                                       {"drip": 1, "size": 1000}])
    def test_a_revocation_that_fails_is_a_warning(self, site, browser, pool, log, fault):
        log.expect("COG3060")
        log.allow(r"COG\d{4}")
        pool.fail("revoke", **fault)

        def sign_in_and_leave():
            site.sign_in(browser)
            return timed(lambda: leave(site, browser))

        assert is_at_pool(pool, within(1.5, sign_in_and_leave))
        assert not browser.jar.all(SESSION)
        pool.wait_for_requests("revoke")
        wait_for(lambda: log.find("COG3060"), "the warning", 8)

    @pytest.mark.skipif(MPM == "prefork", reason="mod_http2 does not work with prefork")
    def test_nothing_else_on_the_connection_waits_for_it(self, start, browsers, pool, log):
        log.expect("COG3060", "COG2102")
        here = Site(start(site_conf(pool).protect("/secure").load("http2")
                          .add("Protocols h2c http/1.1")
                          .file("htdocs/secure/index.html", "let in")), pool)
        person = here.browser(browsers)
        pool.fail("revoke", hang=True)

        def leave_and_read_on():
            here.sign_in(person, "/secure/index.html")
            pairs = [("cookie", person.jar.header(here.url(LOGOUT))),
                     ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"),
                     ("sec-fetch-dest", "document")]
            return timed(lambda: http2.in_turn(here.server.port, (LOGOUT, pairs),
                                               ("/index.html", [])))

        answers = within(1.5, leave_and_read_on)
        assert [status for status, _ in answers] == [303, 200]
        wait_for(lambda: log.find("COG3060"), "the warning", 8)


class TestSeveralClients:
    @pytest.fixture(scope="class")
    def site(self, start, pool, staff, backend):
        conf = add_staff(ordinary_conf(pool, backend), staff)
        conf.add("LimitRequestFieldSize 16380")
        return Site(start(conf, allowed=["COG4027"]), pool)

    def test_a_logout_ends_the_sessions_of_all_clients(self, site, browser, staff):
        site.sign_in(browser)
        Site(site.server, staff).sign_in(browser, "/secure/staff", "sam")
        assert len(browser.jar.all(SESSION)) == 2
        leave(site, browser)
        assert not browser.jar.all(SESSION)
        assert is_login(staff, site.visit(browser, "/secure/staff"))

    def test_it_revokes_the_tokens_of_all(self, site, browser, staff):
        site.sign_in(browser)
        Site(site.server, staff).sign_in(browser, "/secure/staff", "sam")
        leave(site, browser)
        for one in (site.pool, staff):
            assert one.wait_for_answers("revoke")[-1].status == 200
