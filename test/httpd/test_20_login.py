"""The way in: from a protected page to the hosted UI and back. Names of security.md."""
import base64
import hashlib
import re
import urllib.parse

import pytest

from harness.site import (CALLBACK, LOGIN, ORIGIN, SESSION, Site, is_login, ordinary_conf,
                          type_password)


class TestFirstVisit:
    def test_who_signs_in_lands_where_they_wanted_to_go(self, site, browser, backend):
        answer = site.sign_in(browser, "/secure/page?a=1&b=%2Fc")
        assert answer.url == site.url("/secure/page?a=1&b=%2Fc")
        assert answer.json()["target"] == "/secure/page?a=1&b=%2Fc"
        assert site.user(browser) == "alice"

    def test_an_open_page_needs_no_sign_in(self, site, browser):
        answer = site.visit(browser, "/public")
        assert answer.status == 200 and not answer.set_cookies

    def test_the_backend_hears_of_nobody_who_is_not_signed_in(self, site, browser, backend):
        before = len(backend.seen)
        answer = site.begin(browser)
        assert len(backend.seen) == before
        assert b'"method"' not in answer.body and answer.status == 302

    def test_O16_the_authorize_request_holds_all_that_protects_it(self, site, browser):
        answer = site.begin(browser)
        asked = answer.query
        assert asked["response_type"] == "code"
        assert asked["client_id"] == "app"
        assert asked["redirect_uri"] == ORIGIN + CALLBACK
        assert asked["scope"].split() == ["openid", "email", "profile"]
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 22 and len(asked["nonce"]) >= 22
        assert set(asked) == {"response_type", "client_id", "redirect_uri", "scope", "state",
                              "nonce", "code_challenge", "code_challenge_method"}

    def test_the_answer_may_not_be_kept_by_a_cache(self, site, browser):
        answer = site.begin(browser)
        assert "no-store" in answer.header("Cache-Control")
        assert answer.header("Referrer-Policy") == "no-referrer"

    def test_B04_each_login_has_its_own_values(self, site, browser):
        """In whatever child: those that have forked from one process draw other numbers, and
        seal nothing twice with the same ones (CVE-2021-32791)."""
        asked, heads = [], set()
        for _ in range(100):
            browser.jar.drop()
            browser.forget(site.origin)
            asked.append(site.begin(browser).query)
            cookie, = browser.jar.all(LOGIN).values()
            # version, key and the nonce of AES-GCM
            heads |= {envelope[:21] for envelope in (cookie.value, asked[-1]["state"])}
        assert len(heads) == 200
        for name in ("state", "nonce", "code_challenge"):
            assert len({a[name] for a in asked}) == 100
        for one in asked:
            assert len({one["state"], one["nonce"], one["code_challenge"]}) == 3

    def test_P01_the_verifier_is_strong_and_fits_its_challenge(self, site, browser, pool):
        challenges = {}
        for _ in range(5):
            asked = site.begin(browser).query
            answer = type_password(browser, browser.history[-1], "alice", pool)
            browser.follow(answer)
            form = pool.requests("token")[-1].form
            challenges[form["code_verifier"]] = asked["code_challenge"]
            browser.jar.drop()
        assert len(challenges) == 5
        for verifier, challenge in challenges.items():
            assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier)
            digest = hashlib.sha256(verifier.encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge

    def test_B08_the_callback_leaves_nothing_of_the_code_behind(self, site, browser):
        back = site.to_callback(browser, "/secure?x=1")
        answer = browser.follow(back)
        assert answer.status == 303 and answer.location == site.url("/secure?x=1")
        assert "no-store" in answer.header("Cache-Control")
        assert answer.header("Referrer-Policy") == "no-referrer"
        assert back.query["code"] not in answer.text + answer.location

    def test_A04_the_token_request_is_as_the_protocol_wants_it(self, site, browser, pool):
        back = site.to_callback(browser)
        browser.follow(back)
        call = pool.requests("token")[-1]
        assert call.method == "POST" and not call.query
        assert call.headers.get("content-type") == "application/x-www-form-urlencoded"
        assert call.headers.get("accept") == "application/json"
        assert call.headers.get("authorization") is None
        assert call.form["grant_type"] == "authorization_code"
        assert call.form["code"] == back.query["code"]
        assert call.form["redirect_uri"] == ORIGIN + CALLBACK
        assert call.form["client_id"] == "app"
        assert "client_secret" not in call.form

    @pytest.mark.parametrize("path", [
        "/secure/a%20b", "/secure/%C3%A9", "/secure/a%253Fb", "/secure/?q=%C3%A9%20x%5C", "/secure/;p=1",
        "/secure/x?u=https://example.org/&v=//a",
        pytest.param("/secure/" + "p" * 950, id="long")])
    def test_the_target_comes_back_byte_for_byte(self, site, browser, path):
        assert site.sign_in(browser, path).url == site.url(path)

    def test_a_post_is_not_repeated_at_the_hosted_ui(self, site, browser, backend):
        """B11"""
        before = len(backend.seen)
        answer = site.visit(browser, method="POST", body={"secret": "of-the-form"},
                            site="same-origin")
        assert answer.status in (302, 303) and is_login(site.pool, answer)
        assert "of-the-form" not in answer.location and len(backend.seen) == before

    def test_the_claims_are_there_for_scripts(self, site, browser):
        site.sign_in(browser)
        env = site.environment(browser)
        assert env["AUTH_TYPE"] == "Cognito" and env["REMOTE_USER"] == "alice"
        assert env["COGNITO_USERNAME"] == "alice"
        assert env["COGNITO_EMAIL"] == "alice@example.com"
        assert not [n for n in env if "NONCE" in n or "TOKEN" in n]


class TestCookies:
    def test_S02_the_login_cookie_is_as_closed_as_can_be(self, site, browser):
        answer = site.begin(browser)
        assert len(answer.set_cookies) == 1
        name, _, rest = answer.set_cookies[0].partition("=")
        assert name.startswith(LOGIN)
        attributes = {a.strip() for a in rest.split(";")[1:]}
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= attributes
        assert not [a for a in attributes if a.lower().startswith("domain")]
        age = next(int(a[8:]) for a in attributes if a.startswith("Max-Age="))
        assert 60 <= age <= 900

    def test_S02_the_session_cookie_is_as_closed_as_can_be(self, site, browser):
        answer = browser.follow(site.to_callback(browser))
        line = next(c for c in answer.set_cookies if c.startswith(SESSION + "="))
        attributes = {a.strip() for a in line.split(";")[1:]}
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= attributes
        assert not [a for a in attributes if a.lower().startswith("domain")]

    def test_the_login_cookie_is_taken_back_when_the_login_is_done(self, site, browser):
        site.sign_in(browser)
        assert not browser.jar.all(LOGIN)

    def test_S17_the_session_of_an_ordinary_user_is_small(self, site, browser):
        site.sign_in(browser)
        assert len(browser.jar.value(SESSION)) <= 600

    def test_S03_a_planted_session_does_not_survive_the_login(self, site, browser, browsers):
        mallory = site.browser(browsers)
        site.sign_in(mallory, user="mallory")
        planted = mallory.jar.value(SESSION)
        site.begin(browser)
        redirect = browser.history[-1]
        browser.jar.put(SESSION, planted, site.url())
        browser.follow(type_password(browser, redirect, "alice", site.pool))
        assert browser.jar.value(SESSION) != planted
        assert site.user(browser) == "alice"
        # its id is dead for whoever else has it, too
        assert is_login(site.pool, site.visit(mallory))

    def test_S04_each_login_makes_a_new_session(self, site, browser):
        begun = site.begin(browser)
        site.sign_in(browser)
        first = browser.jar.value(SESSION)
        browser.follow(type_password(browser, begun, "alice", site.pool))
        assert browser.jar.value(SESSION) != first

    @pytest.mark.parametrize("count", [2, 8])
    def test_S12_logins_in_parallel_tabs_all_end_where_they_began(self, site, browser, count):
        paths = [f"/secure/tab/{n}" for n in range(count)]
        begun = [site.begin(browser, path) for path in paths]
        assert 2 <= len(browser.jar.all(LOGIN)) <= count  # too many are not kept, yet work
        for path, redirect in reversed(list(zip(paths, begun))):
            answer = browser.follow(type_password(browser, redirect, "alice", site.pool))
            assert answer.status == 303 and answer.location == site.url(path)
        assert not browser.jar.all(LOGIN)


SPOOFED = {
    "host": {"Host": "evil.example"},
    "host with port": {"Host": "app.example.test:8443"},
    "forwarded host": {"X-Forwarded-Host": "evil.example"},
    "forwarded proto": {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "80"},
    "forwarded": {"Forwarded": "host=evil.example;proto=http"},
    "original url": {"X-Original-URL": "/public", "X-Rewrite-URL": "/public",
                     "X-Forwarded-Uri": "/public"},
    "prefix": {"X-Forwarded-Prefix": "/evil", "X-Forwarded-For": "10.0.0.1"},
    "method": {"X-HTTP-Method-Override": "OPTIONS"},
    "health check": {"User-Agent": "ELB-HealthChecker/2.0"},
    "referer": {"Referer": "https://evil.example/"},
}


class TestB01:
    """The redirect URI comes from the configuration, never from the request."""

    @pytest.mark.parametrize("headers", SPOOFED.values(), ids=SPOOFED)
    def test_no_header_changes_the_redirect_uri(self, site, browser, headers):
        answer = site.visit(browser, headers=headers)
        assert is_login(site.pool, answer), answer
        assert answer.query["redirect_uri"] == ORIGIN + CALLBACK
        assert "evil" not in answer.location + "".join(answer.set_cookies)

    def test_an_absolute_target_does_not_either(self, site, browser):
        answer = browser.raw(ORIGIN, b"GET http://evil.example/secure HTTP/1.1\r\n"
                                     b"Host: app.example.test\r\nAccept: text/html\r\n"
                                     b"Connection: close\r\n\r\n")
        head = answer.decode().split("\r\n\r\n")[0]
        assert head.startswith("HTTP/1.1 302") and "evil" not in head
        assert urllib.parse.quote(ORIGIN + CALLBACK, safe="") in head


class TestLoginUrl:
    def test_a_login_can_be_started_by_hand(self, site, browser):
        answer = site.visit(browser, "/.cognito/login?return_to=/secure/there%3Fa%3D1")
        assert is_login(site.pool, answer)
        answer = browser.follow(type_password(browser, answer, "alice", site.pool))
        assert answer.status == 303 and answer.location == site.url("/secure/there?a=1")

    def test_without_a_target_it_ends_at_the_start_page(self, site, browser):
        answer = site.visit(browser, "/.cognito/login")
        answer = browser.follow(type_password(browser, answer, "alice", site.pool))
        assert answer.location == site.url("/")

    def test_who_is_signed_in_goes_straight_on(self, site, browser):
        site.sign_in(browser)
        answer = site.visit(browser, "/.cognito/login?return_to=/secure/there")
        assert answer.status == 303 and answer.location == site.url("/secure/there")

    def test_repeated_parameters_are_refused(self, site, browser, log):
        log.allow("COG3")
        answer = site.visit(browser, "/.cognito/login?return_to=/a&return_to=/b")
        assert answer.status == 400


class TestConfidentialClient:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return Site(start(ordinary_conf(pool, backend, client="secret")), pool)

    def test_B15_the_secret_goes_into_the_header_and_nowhere_else(self, site, browser, pool):
        site.sign_in(browser)
        call = pool.requests("token")[-1]
        scheme, _, value = call.headers.get("authorization").partition(" ")
        proof = base64.b64decode(value).decode()
        user, _, password = proof.partition(":")
        assert scheme == "Basic" and user == "secret"
        assert urllib.parse.unquote_plus(password) == pool.secret_of("secret")
        assert pool.secret_of("secret") not in call.target
        assert "client_secret" not in call.form

    def test_the_user_is_signed_in(self, site, browser):
        site.sign_in(browser)
        assert site.user(browser) == "alice"


class TestSecretInTheBody:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend, client="secret").add("CognitoClientAuth post")
        return Site(start(conf), pool)

    def test_B15_the_secret_goes_into_the_body_and_nowhere_else(self, site, browser, pool):
        site.sign_in(browser)
        call = pool.requests("token")[-1]
        assert call.headers.get("authorization") is None and not call.query
        assert call.form["client_secret"] == pool.secret_of("secret")
        assert call.form["client_id"] == "secret"


class TestParameters:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.add("CognitoScope openid email", "CognitoLoginParam lang de",
                 "CognitoLoginParam login_hint %{req:X-Hint}")
        conf.protect("/secure/entra", "CognitoLoginParam identity_provider EntraID",
                     "CognitoLoginParam lang fr")
        return Site(start(conf), pool)

    def test_login_params_and_scope_are_sent(self, site, browser):
        asked = site.begin(browser).query
        assert asked["lang"] == "de" and asked["scope"] == "openid email"

    def test_a_place_may_add_and_change_them(self, site, browser):
        asked = site.begin(browser, "/secure/entra").query
        assert asked["identity_provider"] == "EntraID" and asked["lang"] == "fr"

    def test_a_value_may_be_an_expression(self, site, browser):
        answer = site.visit(browser, headers={"X-Hint": "a&b=c d"})
        assert answer.query["login_hint"] == "a&b=c d"
        assert "login_hint" not in site.begin(browser).query
