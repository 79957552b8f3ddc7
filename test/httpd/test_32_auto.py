"""W01: what is a navigation gets a login, everything else a 401 that says where to sign in."""
import html
import re
import urllib.parse

import pytest

from harness.site import LOGIN, Site, is_login, ordinary_conf, type_password

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NAVIGATIONS = {
    "a current browser": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
                          "Sec-Fetch-Site": "none", "Accept": HTML},
    "from another site": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
                          "Sec-Fetch-Site": "cross-site", "Accept": HTML},
    "an old browser": {"Accept": HTML},
    "an odd case": {"Accept": "TEXT/HTML"},
}
OTHERS = {
    "fetch": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "*/*"},
    "fetch that takes html": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty",
                              "Accept": HTML},
    "XMLHttpRequest": {"X-Requested-With": "XMLHttpRequest", "Accept": HTML},
    "json": {"Accept": "application/json"},
    "anything": {"Accept": "*/*"},
    "nothing said": {},
    "image": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Accept": "image/*"},
    "script": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script", "Accept": "*/*"},
    "iframe": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Accept": HTML},
    "websocket": {"Upgrade": "websocket", "Connection": "Upgrade", "Accept": HTML,
                  "Sec-Fetch-Mode": "websocket"},
    "prefetch": {"Sec-Purpose": "prefetch", "Sec-Fetch-Mode": "navigate",
                 "Sec-Fetch-Dest": "document", "Accept": HTML},
    "prerender": {"Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Mode": "navigate",
                  "Sec-Fetch-Dest": "document", "Accept": HTML},
    "old prefetch": {"Purpose": "prefetch", "Accept": HTML},
    "old prefetch of Firefox": {"X-Moz": "prefetch", "Accept": HTML},
}


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = ordinary_conf(pool, backend)
    conf.protect("/secure/always", "CognitoUnauthenticated login")
    conf.protect("/secure/api", "CognitoUnauthenticated 401")
    conf.location("/secure/api/own", 'ErrorDocument 401 "Welcome: %{reqenv:COGNITO_ERROR}"')
    conf.protect("/secure/guests", "CognitoUnauthenticated pass")
    conf.location("/open", "AuthType Cognito", "CognitoUnauthenticated pass",
                  "Require all granted")
    conf.location("/cgi/", "CognitoUnauthenticated pass", "Require all granted")
    # the section of the ordinary site does not hold any more, and the start says so
    return Site(start(conf, allowed=["COG4026"]), pool)


def is_401(answer):
    body = answer.json()
    assert body["error"] == "unauthenticated"
    assert not answer.set_cookies, "a 401 must not leave a login behind"
    assert answer.header("Content-Type").startswith("application/json")
    assert "no-store" in answer.header("Cache-Control")
    return answer.status == 401


class TestAuto:
    @pytest.mark.parametrize("headers", NAVIGATIONS.values(), ids=NAVIGATIONS)
    def test_a_navigation_goes_to_the_login(self, site, browser, headers):
        answer = browser.request("GET", site.url("/secure"), headers)
        assert answer.status == 302 and is_login(site.pool, answer)

    @pytest.mark.parametrize("headers", OTHERS.values(), ids=OTHERS)
    def test_W01_anything_else_gets_a_401(self, site, browser, backend, headers):
        before = len(backend.seen)
        assert is_401(browser.request("GET", site.url("/secure"), headers))
        assert len(backend.seen) == before and not browser.jar.all(LOGIN)

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"])
    def test_W01_W05_other_methods_get_a_401(self, site, browser, backend, method):
        before = len(backend.seen)
        answer = browser.request(method, site.url("/secure"), {"Accept": HTML})
        assert answer.status == 401 and not answer.set_cookies
        assert len(backend.seen) == before

    def test_the_401_says_where_to_sign_in_and_back_to_the_page(self, site, browser):
        answer = browser.fetch(site.url("/secure/data.json"),
                               headers={"Referer": site.url("/secure/page?x=1")})
        assert is_401(answer)
        url = answer.json()["login_url"]
        assert url.startswith(site.url("/.cognito/login?"))
        login = browser.navigate(url, site="same-origin")
        assert is_login(site.pool, login)
        back = browser.follow(type_password(browser, login, "alice", site.pool))
        assert back.location == site.url("/secure/page?x=1")

    @pytest.mark.parametrize("referer", [
        "https://evil.example/x", "https://app.example.test.evil.example/x", "//evil.example",
        "https://app.example.test@evil.example/", "https://app.example.test//evil.example/",
        "https://app.example.test/\\evil.example/", "javascript:alert(1)"])
    def test_a_foreign_referer_is_no_way_back(self, site, browser, referer):
        answer = browser.fetch(site.url("/secure/data.json"), headers={"Referer": referer})
        assert is_401(answer) and "evil" not in answer.text and "alert" not in answer.text
        query = urllib.parse.urlsplit(answer.json()["login_url"]).query
        assert dict(urllib.parse.parse_qsl(query)).get("return_to", "/") == "/"

    def test_the_way_of_a_script_after_the_session_is_gone(self, site, browser):
        site.sign_in(browser)
        assert browser.fetch(site.url("/secure/data.json")).status == 200
        browser.jar.drop()
        assert is_401(browser.fetch(site.url("/secure/data.json")))
        assert site.sign_in(browser).status == 200


class TestOtherModes:
    def test_login_sends_everything_to_the_login(self, site, browser):
        for headers in ({}, {"Accept": "application/json"}, {"X-Requested-With": "x"}):
            answer = browser.request("GET", site.url("/secure/always"), headers)
            assert is_login(site.pool, answer)

    def test_401_sends_nobody_to_the_login(self, site, browser):
        assert is_401(browser.fetch(site.url("/secure/api")))
        page = site.visit(browser, "/secure/api")
        assert page.status == 401 and not page.set_cookies and "Please sign in" in page.text
        assert page.header("Cache-Control") == "no-store" and page.header("WWW-Authenticate")

    def test_the_page_of_401_leads_to_the_login_and_back(self, site, browser):
        page = site.visit(browser, "/secure/api?x=1")
        link = html.unescape(re.search('<a class="button" href="([^"]+)"', page.text)[1])
        login = browser.navigate(link, site="same-origin")
        back = browser.follow(type_password(browser, login, "alice", site.pool))
        assert back.location == site.url("/secure/api?x=1") and browser.follow(back).status == 200

    def test_an_error_document_takes_the_place_of_that_page(self, site, browser):
        page = site.visit(browser, "/secure/api/own")
        assert page.status == 401 and page.text == "Welcome: unauthenticated"
        assert is_401(browser.fetch(site.url("/secure/api/own")))

    def test_pass_lets_nobody_in_where_a_user_is_needed(self, site, browser, backend):
        before = len(backend.seen)
        assert is_login(site.pool, site.visit(browser, "/secure/guests"))
        assert len(backend.seen) == before

    def test_pass_lets_anybody_in_where_none_is_needed(self, site, browser):
        assert site.visit(browser, "/open").status == 200
        env = site.environment(browser)
        assert "REMOTE_USER" not in env and not [n for n in env if n.startswith("COGNITO")]

    def test_pass_knows_who_is_signed_in(self, site, browser):
        site.sign_in(browser)
        env = site.environment(browser)
        assert env["REMOTE_USER"] == "alice" and env["AUTH_TYPE"] == "Cognito"
        assert env["COGNITO_EMAIL"] == "alice@example.com"

    def test_pass_with_a_broken_session_is_nobody(self, site, browser, log):
        log.allow(r"COG3\d\d\d")
        browser.jar.put("__Host-cognito_session", "1" + "x" * 300, site.url())
        assert "REMOTE_USER" not in site.environment(browser)
        assert site.visit(browser, "/open").status == 200
