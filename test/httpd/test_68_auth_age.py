"""Require cognito-auth-age: a fresh sign-in where the last one is too long ago, and no loop."""
import time
import urllib.parse

import pytest

from harness import pool as pools
from harness.conf import section_lines
from harness.fixtures import heal, watched
from harness.pool import PASSWORD
from harness.site import (ORIGIN, TOKENS, Site, is_login, ordinary_conf, pick_identity,
                          type_password)
from harness.waiting import wait_for

AGE = 900
OLD = 3000  # seconds since the sign-in at the hosted UI, which remembers for an hour


@pytest.fixture(scope="module")
def classic_emulator():
    config = pools.configuration()
    config["pools"] = config["pools"][:1]
    config["pools"][0]["ui"] = "classic"
    running, found = pools.start(config)
    yield found
    running.stop()


@pytest.fixture(scope="class")
def classic(classic_emulator, oracle):
    """A user pool with the classic hosted UI, which knows neither prompt nor max_age."""
    return watched(oracle, *classic_emulator.values())


def age_conf(pool, backend):
    conf = ordinary_conf(pool, backend)
    conf.protect("/fresh", require=f"cognito-auth-age {AGE}s")
    conf.protect("/short", require="cognito-auth-age 4s")
    conf.location("/both", "AuthType Cognito",
                  *all_of("Require cognito-auth-age 15m", "Require cognito-group admins"))
    conf.location("/both-reversed", "AuthType Cognito",
                  *all_of("Require cognito-group admins", "Require cognito-auth-age 15m"))
    conf.location("/either", "AuthType Cognito", *any_of("Require cognito-auth-age 15m",
                                                         "Require cognito-group staff"))
    conf.location("/nested", "AuthType Cognito", *all_of(
        *any_of("Require cognito-auth-age 30m", "Require cognito-group ops"),
        *any_of("Require user root", "Require cognito-auth-age 5m")))
    conf.location("/stale", "AuthType Cognito",
                  *all_of("Require valid-user", "Require not cognito-auth-age 15m"))
    conf.section("AuthzProviderAlias", "cognito-auth-age lately 15m")
    conf.protect("/alias", require="lately")
    conf.location("/cgi/env/fresh", "AuthType Cognito", "Require cognito-auth-age 15m")
    conf.location("/entra", "AuthType Cognito", "CognitoLoginParam identity_provider EntraID",
                  "Require cognito-auth-age 15m")
    conf.location("/api", "AuthType Cognito", "CognitoAccept bearer", 'AuthName "orders"',
                  "CognitoBearerClient app machine", *any_of("Require cognito-auth-age 15m",
                                                             "Require user root"))
    conf.location("/401", "CognitoUnauthenticated 401", "AuthType Cognito",
                  "Require cognito-auth-age 15m")
    return conf


def all_of(*lines):
    return section_lines("RequireAll", "", *lines)


def any_of(*lines):
    return section_lines("RequireAny", "", *lines)


def site_of(start, pool, backend):
    return Site(start(age_conf(pool, backend), allowed=["loopback"]), pool)


def query_of(answer):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.location).query))


def by_prompt(site, answer, age=AGE):
    query = query_of(answer) if answer.location else {}
    return is_login(site.pool, answer) and query["prompt"] == "login" and \
        query["max_age"] == str(age)


def by_sign_out(site, answer):
    return answer.status == 302 and answer.location.startswith(site.pool.domain + "/logout?")


@pytest.fixture
def come_in(browsers):
    """come_in(site) is a browser whose user has signed in long ago, here and there."""
    def sign_in(site, user="alice", age=OLD):
        browser = site.browser(browsers)
        site.pool.set_clock(-age)
        type_password(browser, site.begin(browser), user, site.pool)
        site.pool.set_clock(0)
        site.sign_in(browser, user=user)  # silently: the hosted UI knows the user
        return browser
    return sign_in


def password_asked(browser, answer):
    """Follows to the form of the hosted UI."""
    while answer.status == 302:
        answer = browser.follow(answer)
    assert answer.status == 200 and 'name="password"' in answer.text, answer
    return answer


def type_it(browser, form, user="alice"):
    return browser.follow(browser.submit(form, username=user, password=PASSWORD))


def is_denied(answer):
    return answer.status == 403 and "You may not see this page" in answer.text


class TestManagedLogin:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return site_of(start, pool, backend)

    def test_a_fresh_sign_in_is_let_in(self, site, browsers):
        browser = site.browser(browsers)
        assert site.sign_in(browser, "/fresh").status == 200
        assert browser.navigate(site.url("/both")).status == 200

    def test_an_old_one_is_asked_for_the_password_and_comes_back(self, site, come_in, backend):
        browser = come_in(site)
        assert browser.navigate(site.url("/secure")).status == 200
        backend.clear()
        answer = browser.navigate(site.url("/fresh?x=1"))
        assert by_prompt(site, answer) and not backend.seen
        answer = type_it(browser, password_asked(browser, answer))
        assert answer.status == 303 and answer.location == site.url("/fresh?x=1")
        assert browser.follow(answer).status == 200
        assert browser.navigate(site.url("/fresh")).status == 200

    def test_the_session_of_before_ends_then(self, site, come_in):
        browser = come_in(site)
        before = browser.jar.copy()
        type_it(browser, password_asked(browser, browser.navigate(site.url("/fresh"))))
        browser.jar = before
        assert is_login(site.pool, browser.navigate(site.url("/secure")))

    def test_another_user_may_come_back(self, site, come_in):
        browser = come_in(site)
        answer = type_it(browser, password_asked(browser, browser.navigate(site.url("/fresh"))),
                         "bob")
        assert browser.follow(answer).status == 200
        assert site.user(browser) == "bob"

    def test_who_turns_back_keeps_the_session(self, site, come_in):
        browser = come_in(site)
        password_asked(browser, browser.navigate(site.url("/fresh")))
        assert browser.navigate(site.url("/secure")).status == 200

    def test_a_provider_is_asked_with_the_prompt(self, site, browsers, pool):
        browser = site.browser(browsers)
        pool.set_clock(-OLD)
        pick_identity(browser, browser.navigate(site.url("/entra")), "fred", pool)
        pool.set_clock(0)
        answer = browser.navigate(site.url("/entra"))
        answer = browser.follow(pick_identity_again(browser, answer))
        answer = browser.follow(answer)
        assert by_prompt(site, answer) and query_of(answer)["identity_provider"] == "EntraID"
        asked = browser.follow(answer)
        assert query_of(asked)["prompt"] == "login"
        answer = browser.follow(pick_identity(browser, asked, "fred", pool))
        assert browser.follow(answer).status == 200

    def test_it_ends_by_time(self, site, browsers):
        browser = site.browser(browsers)
        began = time.time()
        site.sign_in(browser, "/short")
        answer = wait_for(lambda: refused(browser, site.url("/short")), "the end of 4 s", 8)
        assert by_prompt(site, answer, 4) and time.time() - began >= 4
        answer = type_it(browser, password_asked(browser, answer))
        assert browser.follow(answer).status == 200

    def test_a_form_that_is_sent_leads_to_the_sign_in(self, site, come_in, backend):
        browser = come_in(site)
        backend.clear()
        answer = browser.navigate(site.url("/fresh"), method="POST", body={"a": "b"},
                                  site="same-origin")
        assert by_prompt(site, answer) and answer.status == 303 and not backend.seen


def refused(browser, url):
    answer = browser.navigate(url)
    return answer if answer.status != 200 else None


def pick_identity_again(browser, answer):
    """To the callback, while the hosted UI still knows who it is."""
    while answer.status == 302 and "/callback" not in answer.location:
        answer = browser.follow(answer)
    return answer


class TestWhoIsAsked:
    """Only who would be let in after a fresh sign-in; everybody else gets 403."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return site_of(start, pool, backend)

    @pytest.mark.parametrize("path, age", [("/fresh", AGE), ("/both", AGE), ("/both-reversed", AGE),
                                           ("/nested", 300), ("/cgi/env/fresh", AGE)])
    def test_who_lacks_nothing_else(self, site, come_in, path, age):
        assert by_prompt(site, come_in(site).navigate(site.url(path)), age)

    @pytest.mark.parametrize("path", ["/both", "/both-reversed"])
    def test_not_who_lacks_something_else(self, site, come_in, log, path):
        log.expect("AH01631")
        assert is_denied(come_in(site, "bob").navigate(site.url(path)))

    def test_not_who_has_another_way_in(self, site, come_in):
        assert come_in(site).navigate(site.url("/either")).status == 200
        assert by_prompt(site, come_in(site, "bob").navigate(site.url("/either")))

    def test_not_where_it_would_not_help(self, site, come_in, browsers, log):
        log.expect("AH01631")
        assert come_in(site).navigate(site.url("/stale")).status == 200
        browser = site.browser(browsers)
        site.sign_in(browser)
        assert is_denied(browser.navigate(site.url("/stale")))

    def test_not_under_another_name(self, site, come_in, browsers, log):
        log.expect("AH01631")
        assert is_denied(come_in(site).navigate(site.url("/alias")))
        assert site.sign_in(site.browser(browsers), "/alias").status == 200

    def test_the_question_is_no_error_of_anybody(self, site, come_in, log):
        log.expect("COG4250: Require cognito-auth-age 900s: fails, the age of the sign-in is 30",
                   "COG4255: all that is required would be met by a sign-in within 900 s")
        assert by_prompt(site, come_in(site).navigate(site.url("/fresh")))
        assert not log.find("authz_core:error")

    def test_a_script_is_told_where_to_go(self, site, come_in, backend):
        browser = come_in(site)
        backend.clear()
        answer = browser.fetch(site.url("/fresh"), headers={"Referer": site.url("/secure/page")})
        assert answer.status == 401 and answer.json()["error"] == "auth_age"
        assert answer.location is None and not backend.seen
        answer = browser.navigate(answer.json()["login_url"])
        assert by_prompt(site, answer)
        answer = type_it(browser, password_asked(browser, answer))
        assert answer.location == site.url("/secure/page")
        assert browser.fetch(site.url("/fresh")).status == 200

    def bearer(self, site, browsers, token):
        return site.browser(browsers).navigate(site.url("/api"),
                                               headers={"Authorization": f"Bearer {token}"})

    def test_an_api_client_is_told_the_age(self, site, browsers, come_in, pool, backend):
        """RFC 9470, 3: the client has to send its user to a new sign-in."""
        fresh = pool.tokens("alice", "app")
        pool.set_clock(-OLD)
        old = pool.tokens("alice", "app")
        pool.set_clock(0)
        backend.clear()
        assert self.bearer(site, browsers, fresh["access_token"]).status == 200
        answer = self.bearer(site, browsers, old["access_token"])
        assert answer.status == 401 and answer.location is None and len(backend.seen) == 1
        challenge = answer.header("WWW-Authenticate")
        assert challenge.startswith('Bearer realm="orders", error="insufficient_user_authentication"')
        assert challenge.endswith(f'max_age="{AGE}"')
        assert answer.json()["error"] == "insufficient_user_authentication"

    def test_of_a_machine_it_is_the_time_of_its_token(self, site, browsers, pool):
        pool.set_clock(-OLD)
        old = pool.machine_token()
        pool.set_clock(0)
        assert self.bearer(site, browsers, old).status == 401
        assert self.bearer(site, browsers, pool.machine_token()).status == 200

    def test_where_nobody_is_sent_to_a_login_it_is_401(self, site, come_in):
        answer = come_in(site).navigate(site.url("/401"))
        assert answer.status == 401 and answer.location is None

    def test_nobody_is_asked_to_sign_in_as_ever(self, site, browsers):
        answer = site.browser(browsers).navigate(site.url("/fresh"))
        assert is_login(site.pool, answer) and "prompt" not in query_of(answer)


class TestClassicHostedUI:
    """It hears neither prompt nor max_age: its sign-out leads to a new sign-in."""

    @pytest.fixture(scope="class")
    def site(self, start, classic, backend):
        return site_of(start, classic, backend)

    @pytest.fixture(autouse=True)
    def healthy(self, classic):
        yield
        heal(classic)
        classic.set_quirks(logout_passes_on="all", classic_max_age=False)

    def to_sign_out(self, site, browser, path="/fresh"):
        """Through the silent sign-in, which is too old, to the redirect to the sign-out."""
        answer = browser.navigate(site.url(path))
        assert by_prompt(site, answer)
        answer = browser.follow(pick_identity_again(browser, answer))
        assert by_sign_out(site, answer), answer
        return answer

    def test_the_sign_out_asks_for_the_password(self, site, come_in, backend):
        browser = come_in(site)
        backend.clear()
        answer = self.to_sign_out(site, browser, "/fresh?x=1")
        query = query_of(answer)
        assert query["response_type"] == "code" and query["client_id"] == "app"
        assert query["redirect_uri"] == ORIGIN + "/.cognito/callback"
        assert query["state"] and query["nonce"] and query["code_challenge"]
        assert "logout_uri" not in query and not backend.seen
        answer = type_it(browser, password_asked(browser, answer))
        assert answer.status == 303 and answer.location == site.url("/fresh?x=1")
        assert browser.follow(answer).status == 200

    def test_no_session_is_lost_before(self, site, come_in):
        browser = come_in(site)
        password_asked(browser, self.to_sign_out(site, browser))
        assert browser.navigate(site.url("/secure")).status == 200

    def test_where_max_age_is_heeded_one_way_is_enough(self, site, come_in, classic):
        classic.set_quirks(classic_max_age=True)
        browser = come_in(site)
        answer = password_asked(browser, browser.navigate(site.url("/fresh")))
        assert browser.follow(type_it(browser, answer)).status == 200

    def test_without_the_challenge_an_ordinary_login_follows(self, site, come_in, classic, log):
        log.allow("COG3050")
        classic.set_quirks(logout_passes_on="documented")
        browser = come_in(site)
        answer = type_it(browser, password_asked(browser, self.to_sign_out(site, browser)))
        assert is_login(site.pool, answer) and "prompt" not in query_of(answer)
        answer = browser.follow(pick_identity_again(browser, answer))
        assert answer.location == site.url("/fresh")
        assert browser.follow(answer).status == 200

    def test_without_the_state_the_next_visit_succeeds(self, site, come_in, classic):
        classic.set_quirks(logout_passes_on="needed")
        browser = come_in(site)
        answer = type_it(browser, password_asked(browser, self.to_sign_out(site, browser)))
        answer = browser.follow_all(answer)
        assert answer.status == 200 and answer.url == site.url("/")
        answer = browser.follow_all(browser.navigate(site.url("/fresh")))
        assert answer.status == 200 and answer.url == site.url("/fresh")

    @pytest.mark.parametrize("token", ["id-auth-time-old", "id-missing-auth-time"])
    def test_a_sign_out_that_asks_nobody_ends_with_one_page(self, site, come_in, classic, log, token):
        """O08: the user pool is asked twice, and its answer has an old time or none."""
        log.expect("COG3001: auth_age")
        browser = come_in(site)
        answer = self.to_sign_out(site, browser)
        classic.mutate(token, times=1)
        answer = type_it(browser, password_asked(browser, answer))
        assert answer.status == 403 and "Please sign in anew" in answer.text
        assert answer.location is None and not [c for c in answer.set_cookies if TOKENS in c]
        assert browser.navigate(site.url("/secure")).status == 200
        assert by_prompt(site, browser.navigate(site.url("/fresh")))
