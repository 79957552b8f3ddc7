"""Cognito's error answers: a page in plain words, an incident for the admin, never a loop."""
import re
import urllib.parse

import pytest

from harness.site import CALLBACK, LOGIN, SESSION, is_login, is_refusal

# cognito.md 2.3: error, description
ERRORS = [
    ("invalid_request", ""),
    ("unauthorized_client", "Client is not enabled for OAuth2.0 flows "),
    ("invalid_scope", ""),
    ("server_error", "Exception processing authorization code"),
    ("access_denied", ""),
    ("access_denied", "The user cancelled at the provider"),
    ("invalid_request", "attributes required: [email]"),
    ("invalid_request", "attributes required: [given_name, family_name]"),
    ("invalid_request", "Invalid user attributes: email: Attribute cannot be updated.\n "),
    ("invalid_request", "Invalid user attributes: name: The attribute is required\n"),
    ("invalid_request", "PreSignUp failed with error you are not on the list."),
    ("invalid_request", "PreTokenGeneration failed with error x. (Service: y; Status Code: 400; )"),
    ("invalid_request", "PreAuthentication failed with error x."),
    ("invalid_request", "User is disabled"),
    ("invalid_request", "Timeout occurred in calling IdP token endpoint"),
    ("invalid_request", "error_description=Timeout in calling jwks uri"),
    ("invalid_request", "[EntraID] Error - [500]error getting token"),
    ("invalid_request", "Google Error - 400 invalid_grant Bad Request"),
    ("invalid_request", "LoginWithAmazon Error - 400 invalid_request The request is missing a "
                        "required parameter : client_secret"),
    ("invalid_request", "Connection reset"),
    ("invalid_request", "Read timed out"),
    ("invalid_request", "Bad id_token issuer https://x"),
    ("invalid_request", "Invalid relayState from identity provider"),
    ("something_new", "that nobody has seen before"),
]
ALREADY = "Already found an entry for username Google_1083"


def answer_with(site, browser, error, description=None, **more):
    """Begins a login; the hosted UI answers it with an error."""
    state = site.begin(browser).query["state"]
    params = [("error_description", description)] if description else []
    params += [("state", state), ("error", error), *more.items()]
    url = site.callback + "?" + urllib.parse.urlencode(params)
    return browser.navigate(url, site="cross-site")


class TestErrors:
    @pytest.mark.parametrize("error,description", ERRORS)
    def test_an_error_becomes_a_page(self, site, browser, pool, log, error, description):
        log.allow(r"COG3\d\d\d")
        before = len(pool.requests("token"))
        answer = answer_with(site, browser, error, description)
        assert is_refusal(answer) and not is_login(pool, answer), answer
        assert not browser.jar.all(LOGIN) and not browser.jar.all(SESSION)
        assert len(pool.requests("token")) == before
        assert "no-store" in answer.header("Cache-Control")
        words = [w for w in re.split(r"[^\w.]+", description) if len(w) > 12]
        assert not [w for w in words if w in answer.text], "foreign text on the page"

    @pytest.mark.parametrize("error,description", ERRORS)
    def test_the_incident_is_in_the_log_with_a_remedy(self, site, browser, log, error,
                                                      description):
        log.allow(r"COG3\d\d\d")
        answer = answer_with(site, browser, error, description)
        line = log.find("COG3001")[-1].text
        incident = re.search(r"incident (\S+)$", line)[1]
        assert len(incident) >= 8 and incident in answer.text
        assert re.search(r"remedy: \S+ \S+", line)
        assert log.find(f"COG3043.*{error}")

    def test_who_tries_again_gets_in(self, site, browser, log):
        log.allow(r"COG3\d\d\d")
        answer = answer_with(site, browser, "access_denied")
        links = re.findall(r'(?:href|action)="([^"]+)"', answer.text)
        assert links, "the page offers no way on"
        target = urllib.parse.urljoin(answer.url, links[-1].replace("&amp;", "&"))
        assert is_login(site.pool, browser.navigate(target, site="same-origin"))

    @pytest.mark.parametrize("error,description", [("invalid_request", ALREADY),
                                                   ("login_required", "")])
    def test_a_passing_error_is_tried_once_more_by_itself(self, site, browser, log, error,
                                                          description):
        log.allow(r"COG3\d\d\d")
        answer = answer_with(site, browser, error, description)
        assert is_login(site.pool, answer)
        state = answer.query["state"]
        again = browser.navigate(site.callback + "?" + urllib.parse.urlencode(
            {"error_description": description, "state": state, "error": error}),
            site="cross-site")
        assert is_refusal(again), "the second time it is a loop"


class TestA03:
    HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; x='",
               "\r\nSet-Cookie: a=b", "\x1b[31mred", "%0d%0aX: y", "</title><h1>x", "A" * 5000,
               "{{7*7}}", "javascript:alert(1)", "\u2028\u202e"]

    @pytest.mark.parametrize("text", HOSTILE)
    def test_nothing_foreign_is_reflected(self, site, browser, log, text):
        log.allow(r"COG3\d\d\d")
        answer = answer_with(site, browser, text, text, error_uri="javascript:alert(2)")
        assert is_refusal(answer)
        assert "<script" not in answer.text and "onerror" not in answer.text
        assert "javascript:" not in answer.text and "A" * 200 not in answer.text
        assert not answer.header("a") and not answer.header("X")
        assert "a" not in browser.jar.all()
        for entry in log.find(r"COG3"):
            assert "\x1b" not in entry.line and len(entry.line) < 4000

    @pytest.mark.parametrize("state", [None, "", "x", "A" * 100])
    def test_without_the_right_state_it_is_told_to_nobody(self, site, browser, log, state):
        log.allow(r"COG3\d\d\d")
        site.begin(browser)
        params = {"error": "REFLECTED", "error_description": "REFLECTED"}
        if state is not None:
            params["state"] = state
        answer = browser.navigate(site.callback + "?" + urllib.parse.urlencode(params),
                                  site="cross-site")
        assert "REFLECTED" not in answer.text
        assert not is_login(site.pool, answer) or answer.status == 303

    def test_the_state_is_used_up(self, site, browser, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        bad = browser.navigate(site.callback + "?" + urllib.parse.urlencode(
            {"error": "access_denied", "state": back.query["state"]}), site="cross-site")
        assert is_refusal(bad)
        browser.follow(back)
        assert not browser.jar.all(SESSION)


class TestPages:
    """B07, B18, W10: what holds for every page of ours."""

    def pages(self, site, browser):
        """Each page that the module can make."""
        yield answer_with(site, browser, "access_denied", "x")
        yield site.visit(browser, CALLBACK + "?code=a&code=b")
        yield site.visit(browser, "/.cognito/signed-out")
        site.sign_in(browser)
        yield site.visit(browser, "/.cognito/logout", site="cross-site")

    def test_they_are_closed_to_the_outside(self, site, browser, log):
        log.allow(r"COG3\d\d\d")
        for page in self.pages(site, browser):
            policy = page.header("Content-Security-Policy") or ""
            assert "default-src 'none'" in policy, page
            assert "frame-ancestors 'none'" in policy or page.header("X-Frame-Options") == "DENY"
            assert page.header("Referrer-Policy") == "no-referrer"
            assert page.header("X-Content-Type-Options") == "nosniff"
            assert "no-store" in page.header("Cache-Control")
            assert page.header("Content-Type").lower().replace(" ", "") == \
                "text/html;charset=utf-8"
            for url in re.findall(r'(?:src|href|action)="([^"]+)"', page.text):
                assert url.startswith(("/", site.origin)) and not url.startswith("//"), url
            assert "<script" not in page.text
