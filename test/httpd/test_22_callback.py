"""The way back: what the callback accepts, and from whom. Names of security.md."""
import urllib.parse

import pytest

from harness.site import (CALLBACK, LOGIN, SESSION, Site, add_staff, is_login, is_refusal,
                          ordinary_conf, type_password)


def swapped(url, **params):
    """The URL with other values of some parameters; None takes one out."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True)) | params
    return parts._replace(query=urllib.parse.urlencode(
        {n: v for n, v in query.items() if v is not None})).geturl()


class TestA01:
    """Parameters that come twice, or that cannot be together, are refused before any call."""

    @pytest.mark.parametrize("query", [
        "code=CODE&code=CODE&state=STATE", "code=CODE&code=other&state=STATE",
        "code=CODE&state=STATE&state=STATE", "code=CODE&error=x&state=STATE",
        "code=CODE&state=STATE&error=x&error=y", "code=CODE&state=STATE&x=%00",
        "code=CODE%00&state=STATE", "code=CODE&state=STATE&%00=x", "code=CODE&state=STATE%",
        "code=CODE&state=STATE&x=%zz", "code=&state=STATE", "code=CODE&state=STATE&code",
        "code=CODE&state=STATE&st%61te=STATE"])
    def test_a_malformed_answer_is_refused(self, site, browser, pool, log, query):
        log.allow(r"COG3\d\d\d")
        real = site.to_callback(browser).query
        before = len(pool.requests("token"))
        query = query.replace("CODE", real["code"]).replace("STATE", real["state"])
        answer = site.visit(browser, CALLBACK + "?" + query)
        assert is_refusal(answer) and answer.status == 400, answer
        assert len(pool.requests("token")) == before
        assert real["code"] not in answer.text and real["state"] not in answer.text

    @pytest.mark.parametrize("name", ["State", "STATE", "state[]", "state%5B%5D", "st%61te2"])
    def test_another_spelling_is_another_parameter(self, site, browser, pool, name):
        """The real state decides; what looks like it is an unknown parameter."""
        back = site.to_callback(browser)
        answer = browser.navigate(f"{back.location}&{name}=x", site="cross-site")
        assert answer.status == 303 and answer.location == site.url("/secure")

    def test_A02_unknown_parameters_are_ignored(self, site, browser):
        back = site.to_callback(browser)
        answer = browser.navigate(back.location + "&session_state=x&foo=b%20ar&empty=",
                                  site="cross-site")
        assert answer.status == 303 and answer.location == site.url("/secure")


class TestA10:
    """The callback is for GET."""

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "POST", "OPTIONS", "DELETE", "PATCH",
                                        "PROPFIND"])
    def test_another_method_is_refused_and_uses_nothing_up(self, site, browser, pool, log,
                                                           method):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        answer = browser.request(method, back.location)
        assert answer.status in (400, 405), answer
        assert "GET" in (answer.header("Allow") or "GET")
        assert len(pool.requests("token")) == before
        assert browser.follow(back).status == 303  # the login is still good

    def test_parameters_in_a_body_are_none(self, site, browser, pool, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        answer = browser.navigate(site.callback, method="POST", body=back.query,
                                  site="cross-site")
        assert answer.status in (400, 405) and len(pool.requests("token")) == before


class TestB02:
    """The state is bound to the browser, and good once."""

    def test_a_state_of_another_browser_is_not_accepted(self, site, browser, browsers, pool, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser, user="mallory")
        victim = site.browser(browsers)
        site.begin(victim)
        before = len(pool.requests("token"))
        answer = victim.navigate(back.location, site="cross-site")
        assert len(pool.requests("token")) == before
        assert not victim.jar.all(SESSION)
        assert is_login(pool, answer), answer

    def test_a_login_in_the_value_of_another_cookie_is_none(self, site, browser, browsers, pool,
                                                           log):
        """Which a neighbour in the same domain may set, __Host- or not."""
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser, user="mallory")
        (name, login), = browser.jar.all(LOGIN).items()
        victim = site.browser(browsers)
        before = len(pool.requests("token"))
        answer = victim.navigate(back.location, site="cross-site", cookies=False,
                                 headers={"Cookie": f"theme=x, {name}={login.value}"})
        assert len(pool.requests("token")) == before and not victim.jar.all(SESSION)
        assert is_login(pool, answer), answer

    def test_a_callback_without_its_cookie_gives_no_session(self, site, browser, pool, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        browser.jar.drop(LOGIN)
        before = len(pool.requests("token"))
        browser.follow(back)
        assert len(pool.requests("token")) == before and not browser.jar.all(SESSION)

    def test_a_callback_is_good_once(self, site, browser, pool, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        jar = browser.jar.copy()
        assert browser.follow(back).status == 303
        calls = len(pool.requests("token"))
        browser.jar = jar  # the attacker kept the login cookie as well
        browser.navigate(back.location, site="cross-site")
        again = pool.requests("token")[calls:]
        assert all(call.status == 400 for call in again), "a code was redeemed twice"
        assert not browser.jar.all(SESSION)

    def test_a_made_up_state_is_not_accepted(self, site, browser, pool, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        for state in ("x", "", "A" * 22, "A" * 120, back.query["state"][:-1],
                      back.query["state"] + "A", back.query["state"].swapcase()):
            browser.navigate(swapped(back.location, state=state), site="cross-site")
        assert len(pool.requests("token")) == before and not browser.jar.all(SESSION)


class TestB03:
    """A code that belongs to another login is worth nothing."""

    def swap_codes(self, site, browser, browsers):
        mine = site.to_callback(browser, user="alice")
        other = site.browser(browsers)
        theirs = site.to_callback(other, user="mallory")
        return browser.navigate(swapped(mine.location, code=theirs.query["code"]),
                                site="cross-site")

    def test_the_verifier_does_not_fit(self, site, browser, browsers, log):
        log.expect(r"COG3\d\d\d")
        answer = self.swap_codes(site, browser, browsers)
        assert is_refusal(answer) and not browser.jar.all(SESSION)

    def test_the_nonce_does_not_fit_where_nobody_checks_the_verifier(
            self, site, browser, browsers, pool, log):
        log.expect(r"COG3\d\d\d")
        pool.set_quirks(pkce_check=False)
        answer = self.swap_codes(site, browser, browsers)
        assert pool.requests("token")[-1].status == 200
        assert is_refusal(answer) and not browser.jar.all(SESSION)

    def test_the_refused_login_is_over(self, site, browser, browsers, log):
        log.allow(r"COG3\d\d\d")
        self.swap_codes(site, browser, browsers)
        assert not browser.jar.all(LOGIN)
        site.sign_in(browser)


class TestB06:
    """Two clients of two pools share one callback: an answer counts for its own login only.
    Where that is not enough they have one each: test_29_mix_up.py."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, staff, backend):
        conf = add_staff(ordinary_conf(pool, backend), staff)
        return Site(start(conf, allowed=["COG4027"]), pool)

    def test_the_code_of_one_pool_never_goes_to_the_other(self, site, browser, pool, staff, log):
        log.allow(r"COG3\d\d\d")
        ours = site.to_callback(browser, "/secure/a")
        theirs = site.visit(browser, "/secure/staff")
        assert is_login(staff, theirs)
        theirs = type_password(browser, theirs, "sam", staff)
        before = len(pool.requests("token")), len(staff.requests("token"))
        crossed = swapped(theirs.location, state=ours.query["state"])
        answer = browser.navigate(crossed, site="cross-site")
        assert not browser.jar.all(SESSION), answer
        assert len(staff.requests("token")) == before[1]
        codes = [c.form["code"] for c in pool.requests("token")[before[0]:]]
        # the login of the first pool may try, and must fail there
        assert all(c.status != 200 for c in pool.requests("token")[before[0]:]), codes


class TestI01:
    """An issuer in the answer must be ours (RFC 9207)."""

    def test_the_right_issuer_is_accepted(self, site, browser, pool):
        back = site.to_callback(browser)
        answer = browser.navigate(swapped(back.location, iss=pool.issuer), site="cross-site")
        assert answer.status == 303

    @pytest.mark.parametrize("iss", ["", "https://evil.example", "ISSUER/", "ISSUER%", "issuer",
                                     "ISSUER&iss=ISSUER"])
    def test_another_is_not(self, site, browser, pool, log, iss):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        iss = iss.replace("ISSUER", urllib.parse.quote(pool.issuer, safe=""))
        answer = browser.navigate(f"{back.location}&iss={iss}", site="cross-site")
        assert is_refusal(answer) and len(pool.requests("token")) == before

    def test_I03_with_an_error_neither_and_nothing_is_reflected(self, site, browser, log):
        log.allow(r"COG3\d\d\d")
        back = site.to_callback(browser)
        url = swapped(back.location, code=None, error="access_denied", error_description="REFL",
                      iss="https://evil.example")
        answer = browser.navigate(url, site="cross-site")
        assert is_refusal(answer) and "REFL" not in answer.text and "evil" not in answer.text


class TestW03:
    """Exactly the callback's path is ours; everything else goes the ordinary way."""

    @pytest.mark.parametrize("path", [
        CALLBACK + "/x", "/" + CALLBACK, CALLBACK + "/", CALLBACK + ";x", "/.COGNITO/callback",
        CALLBACK + "%2f", "/.cognito//callback", "/%2ecognito/callback", CALLBACK + "x"])
    def test_a_neighbour_is_no_callback(self, site, browser, pool, path):
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        target = path + "?" + urllib.parse.urlsplit(back.location).query.replace(
            back.query["code"], "no-code").replace(back.query["state"], "no-state")
        browser.navigate(site.url(target))
        assert len(pool.requests("token")) == before
        assert browser.follow(back).status == 303

    def test_the_backend_never_sees_the_callback(self, site, browser, backend):
        back = site.to_callback(browser)
        browser.follow(back)
        assert not [s for s in backend.seen if back.query["code"] in s.head]


class TestHandlersInTheWay:
    """W03 where everything is protected, proxied, rewritten, or has a handler."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).load("rewrite", "alias", "info")
        conf.protect("/").add("RewriteEngine on", "RewriteRule ^ - [L]",
                              "SetHandler server-info")
        conf.location("/.cognito", "Require all denied")
        return Site(start(conf), pool)

    def test_the_login_works_all_the_same(self, site, browser):
        back = site.to_callback(browser, "/secure")
        answer = browser.follow(back)
        assert answer.status == 303 and SESSION in "".join(answer.set_cookies)


class TestTokenAnswers:
    """What the token endpoint may answer."""

    def redeem(self, site, browser):
        return browser.follow(site.to_callback(browser))

    @pytest.mark.parametrize("token_type", ["bearer", "BEARER", "Bearer"])
    def test_A05_the_token_type_is_bearer_in_any_case(self, site, browser, pool, token_type):
        pool.fail("token", json_set={"token_type": token_type})
        assert self.redeem(site, browser).status == 303

    @pytest.mark.parametrize("fault", [
        {"json_set": {"token_type": "mac"}}, {"json_set": {"token_type": 1}},
        {"json_set": {"token_type": None}}, {"json_remove": ["token_type"]},
        {"json_remove": ["id_token"]}, {"json_set": {"id_token": 1}},
        {"json_set": {"id_token": ""}}, {"json_set": {"access_token": ["x"]}},
        {"json_remove": ["access_token"]}])
    def test_A05_an_unusable_answer_is_refused(self, site, browser, pool, log, fault):
        log.expect(r"COG3\d\d\d")
        pool.fail("token", **fault)
        answer = self.redeem(site, browser)
        assert is_refusal(answer) and not browser.jar.all(SESSION)

    @pytest.mark.parametrize("value", [0, -1, "3600", 1e300, 3600.9, None, "x", [], 2**63, True])
    def test_A06_an_odd_lifetime_breaks_nothing(self, site, browser, pool, log, value):
        log.allow(r"COG3\d\d\d")
        pool.fail("token", json_set={"expires_in": value})
        answer = self.redeem(site, browser)
        assert answer.status == 303 or is_refusal(answer)
        if answer.status == 303:
            assert site.user(browser) == "alice"

    @pytest.mark.parametrize("fault", [{"json_remove": ["expires_in"]},
                                       {"json_remove": ["refresh_token"]},
                                       {"json_set": {"scope": "x", "foo": {"a": [1]}}}])
    def test_A07_optional_and_further_members_are_fine(self, site, browser, pool, fault):
        pool.fail("token", **fault)
        assert self.redeem(site, browser).status == 303
        assert site.user(browser) == "alice"

    @pytest.mark.parametrize("fault", [
        {"error": "invalid_client"},
        {"error": "invalid_client", "status": 401}, {"error": "unauthorized_client"},
        {"error": "invalid_request", "error_description": "PreTokenGeneration failed with error x."},
        {"status": 200, "body": '{"error":"invalid_grant"}'},
        {"status": 500, "body": "<h1>no</h1>", "content_type": "text/html"},
        {"status": 400, "body": "Rate exceeded"}, {"throttle": "400"}, {"throttle": "429"},
        {"throttle": "503"}, {"redirect": "http://127.0.0.1:1/elsewhere"}])
    def test_A08_an_error_is_a_page_and_never_a_loop(self, site, browser, pool, log, fault):
        log.expect(r"COG3\d\d\d")
        pool.fail("token", **fault)
        calls = len(pool.requests("token"))
        answer = self.redeem(site, browser)
        assert is_refusal(answer) and not browser.jar.all(SESSION)
        assert len(pool.requests("token")) == calls + 1
        assert "<h1>no</h1>" not in answer.text and "PreToken" not in answer.text


class TestFlood:
    def test_W02_the_logins_in_flight_are_bounded(self, site, browser):
        for number in range(100):
            site.begin(browser, f"/secure/{number}")
        assert len(browser.jar.all(LOGIN)) <= 8
        assert len(browser.jar.header(site.url())) < 8000
        assert site.sign_in(browser, "/secure/last").url == site.url("/secure/last")

    def test_F31_planted_login_cookies_do_not_lock_anybody_out(self, site, browser):
        for number in range(30):
            browser.jar.put(f"{LOGIN}{number:08d}", "x" * 80, site.url())
        assert site.sign_in(browser).status == 200
