"""`CognitoPath/session`: what a page's script may know of its user's session."""
import time

import pytest

from harness.site import SESSION, Site, is_login, ordinary_conf, type_password

PATH = "/.cognito/session"


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = ordinary_conf(pool, backend)
    conf.protect("/secure/few", "CognitoClaims email", "CognitoSessionTimeout 5m 1h")
    conf.protect("/secure/staff", "CognitoGroups sta*")
    conf.protect("/secure/nothing", "CognitoGroups nobody")
    pool.change_user("alice", attributes={"custom:quote": '"<\u00fc\u2028>'})
    return Site(start(conf), pool)


@pytest.fixture
def ask(site, browser):
    def get(page="/secure", **how):
        how.setdefault("headers", {"Referer": site.url(page)})
        return browser.fetch(site.url(PATH), **how)
    return get


class TestSessionInfo:
    def test_who_is_signed_in_and_for_how_long(self, site, browser, ask):
        site.sign_in(browser)
        answer = ask()
        assert answer.status == 200 and answer.header("Content-Type") == "application/json"
        assert answer.header("Cache-Control") == "no-store" and not answer.set_cookies
        assert answer.header("Access-Control-Allow-Origin") is None
        assert answer.header("X-Content-Type-Options") == "nosniff"
        told = answer.json()
        assert told["groups"] == ["admins", "staff"] == told["claims"]["cognito:groups"]
        assert told["claims"]["email"] == "alice@example.com"
        assert told["claims"]["email_verified"] is True
        assert told["claims"]["custom:quote"] == '"<\u00fc\u2028>'
        assert not {"nonce", "at_hash", "exp", "iss"} & set(told["claims"])
        assert abs(told["now"] - time.time()) < 60
        assert told["idle_until"] - told["now"] <= 3600
        assert told["valid_until"] - told["idle_until"] == 11 * 3600
        assert told["now"] < told["renew_at"] < told["now"] + 3600
        assert told["login_url"] == site.url("/.cognito/login?return_to=%2Fsecure")
        assert told["logout_url"] == site.url("/.cognito/logout")
        assert "eyJ" not in answer.text

    def test_it_speaks_of_the_place_of_the_page(self, site, browser, ask):
        site.sign_in(browser)
        told = ask("/secure/few/page").json()
        assert told["claims"] == {"email": "alice@example.com"} and told["groups"] == []
        assert told["valid_until"] - told["idle_until"] == 55 * 60
        named = browser.fetch(site.url(PATH + "?return_to=/secure/few")).json()
        assert named["claims"] == told["claims"]

    def test_it_names_the_groups_that_the_place_tells(self, site, browser, ask):
        site.sign_in(browser)
        told = ask("/secure/staff").json()
        assert told["groups"] == ["staff"] == told["claims"]["cognito:groups"]
        told = ask("/secure/nothing").json()
        assert told["groups"] == [] and "cognito:groups" not in told["claims"]

    def test_401_with_the_login_for_who_is_signed_out(self, site, ask):
        answer = ask("/secure/x?y=1")
        assert answer.status == 401 and answer.header("Cache-Control") == "no-store"
        assert answer.header("WWW-Authenticate") and not answer.set_cookies
        assert answer.json() == {"error": "unauthenticated",
                                 "login_url": site.url("/.cognito/login?return_to="
                                                       "%2Fsecure%2Fx%3Fy%3D1")}

    def test_HEAD_has_the_status_alone(self, site, browser, ask):
        assert (head := ask(method="HEAD")).status == 401 and not head.body
        site.sign_in(browser)
        assert (head := ask(method="HEAD")).status == 200 and not head.body

    @pytest.mark.parametrize("where", ["cross-site", "same-site"])
    def test_other_sites_hear_nothing(self, site, browser, ask, where):
        site.sign_in(browser)
        jar = browser.jar.header(site.url())
        answer = browser.fetch(site.url(PATH), site=where, cookies=False,
                               headers={"Cookie": jar, "Origin": "https://elsewhere.example"})
        assert answer.status == 403 and "alice" not in answer.text
        assert answer.header("Access-Control-Allow-Origin") is None
        preflight = browser.fetch(site.url(PATH), method="OPTIONS", site=where, headers={
            "Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"})
        assert preflight.status == 405
        assert not [n for n, _ in preflight.headers if n.lower().startswith("access-control")]

    def test_a_client_without_fetch_metadata_has_to_say_where_it_comes_from(self, site, browser):
        site.sign_in(browser)
        assert browser.request("GET", site.url(PATH)).status == 403
        assert browser.request("GET", site.url(PATH), {"Origin": site.origin}).status == 200

    def test_polling_writes_nothing(self, site, browser, ask, pool):
        site.sign_in(browser)
        before = browser.jar.value(SESSION)
        calls = len(pool.requests("token"))
        assert all(ask().status == 200 for _ in range(3))
        assert browser.jar.value(SESSION) == before
        assert len(pool.requests("token")) == calls

    def test_after_the_sign_out_it_is_401(self, site, browser, ask):
        site.sign_in(browser)
        browser.navigate(site.url("/.cognito/logout"), site="same-origin")
        assert ask().status == 401


class TestRefusedScripts:
    """Where what a script asks for takes other sessions than its page, a login for the page alone
    would lead straight back to the next refusal."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).section("CognitoClient", '"staff"', "CognitoClientID other")
        conf.protect("/secure/api", "CognitoUse staff")
        return Site(start(conf.add("LimitRequestFieldSize 16380")), pool)

    def test_are_sent_to_the_login_of_what_they_asked_for(self, site, browser):
        site.sign_in(browser)
        page = {"Referer": site.url("/secure")}
        answer = browser.fetch(site.url("/secure/api"), headers=page)
        assert answer.status == 401
        answer = browser.navigate(answer.json()["login_url"])
        assert is_login(site.pool, answer) and answer.query["client_id"] == "other"
        answer = browser.follow(type_password(browser, answer, "alice", site.pool))
        assert answer.location == site.url("/secure")
        assert browser.fetch(site.url("/secure/api"), headers=page).status == 200
        assert browser.navigate(site.url("/secure")).status == 200


class TestSettingsOfFolders:
    """What stands in .htaccess and <Directory> is not known to the module's own URLs, which have a
    path and no file: the page itself asks by it, whatever they say."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).section("CognitoClient", '"staff"', "CognitoClientID other")
        conf.lines.insert(0, "ProxyPass /ht !")
        conf.section("Directory", '"{root}/htdocs"', "AllowOverride AuthConfig")
        conf.file("htdocs/ht/.htaccess", "AuthType Cognito\nRequire valid-user\nCognitoUse staff\n"
                  "CognitoClaims email\nCognitoSessionTimeout 5m 1h\n")
        conf.file("htdocs/ht/page.html", "of the folder")
        return Site(start(conf), pool)

    def test_a_script_hears_what_another_page_would_tell_it(self, site, browser, ask):
        site.sign_in(browser)
        told = ask("/ht/page.html").json()
        assert told == {**ask("/secure").json(), "now": told["now"], "login_url": told["login_url"]}
        assert told["login_url"].endswith("login?return_to=%2Fht%2Fpage.html")

    def test_a_link_leads_there_though_by_two_sign_ins(self, site, browser):
        answer = browser.navigate(site.url("/.cognito/login?return_to=/ht/page.html"))
        assert answer.query["client_id"] == "app"
        answer = browser.follow(type_password(browser, answer, "alice", site.pool))
        assert answer.location == site.url("/ht/page.html")
        answer = browser.follow(answer)
        assert is_login(site.pool, answer) and answer.query["client_id"] == "other"
        answer = browser.follow(type_password(browser, answer, "alice", site.pool))
        answer = browser.follow(answer)
        assert answer.status == 200 and answer.text == "of the folder"

    def test_the_page_lets_nobody_in_by_the_session_of_another_client(self, site, browser):
        site.sign_in(browser)
        assert is_login(site.pool, browser.navigate(site.url("/ht/page.html")))
        answer = browser.navigate(site.url("/.cognito/login?return_to=/ht/page.html"))
        assert answer.location == site.url("/ht/page.html")
        assert is_login(site.pool, browser.follow(answer))
