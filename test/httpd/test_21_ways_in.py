"""Ways in: the screens and providers of a login link, and what places ask the user pool for."""
import urllib.parse

import pytest

from harness.site import LOGIN, Site, is_login, ordinary_conf, pick_identity

PASSWORD = "Correct-horse-1"


def link(site, **params):
    return site.url("/.cognito/login?" + urllib.parse.urlencode(params))


class TestScreens:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.protect("/secure/entra", "CognitoLoginParam identity_provider EntraID")
        return Site(start(conf), pool)

    @pytest.fixture
    def browser(self, site, browsers):
        return site.browser(browsers)

    def begin(self, site, browser, **params):
        answer = browser.navigate(link(site, **params), site="cross-site")
        assert answer.status == 302, answer
        assert [c for c in answer.set_cookies if c.startswith(LOGIN)]
        return answer

    def arrive(self, site, browser, answer, path):
        """From the redirect to our callback to the page, once."""
        assert answer.location.startswith(site.callback), answer
        answer = browser.follow(answer)
        assert answer.status == 303 and answer.location == site.url(path), answer
        assert browser.follow(answer).status == 200
        assert not browser.jar.all(LOGIN)

    def test_a_new_user_signs_up_and_arrives(self, site, browser, pool):
        answer = self.begin(site, browser, screen="signup", return_to="/secure/new?x=1")
        assert answer.location.startswith(pool.domain + "/signup?")
        page = browser.follow(answer)
        assert "Create an account" in page.text
        page = browser.submit(page, username="carol", email="carol@example.com",
                              password=PASSWORD)
        answer = browser.submit(page, code=pool.user("carol")["code"])
        self.arrive(site, browser, answer, "/secure/new?x=1")
        assert site.user(browser) == "carol"

    def test_a_forgotten_password_is_set_anew_and_signs_in(self, site, browser, pool):
        pool.add_user("dave", password=PASSWORD, attributes={"email": "dave@example.com"})
        answer = self.begin(site, browser, screen="forgot", return_to="/secure/dave")
        assert answer.location.startswith(pool.domain + "/forgotPassword?")
        page = browser.submit(browser.follow(answer), username="dave")
        answer = browser.submit(page, code=pool.user("dave")["code"], password="Brand-new-1")
        assert answer.location.startswith(pool.domain + "/login?")
        answer = browser.submit(browser.follow(answer), username="dave", password="Brand-new-1")
        self.arrive(site, browser, answer, "/secure/dave")
        assert site.user(browser) == "dave"

    def test_a_link_may_name_a_provider(self, site, browser, pool):
        answer = self.begin(site, browser, provider="EntraID", return_to="/secure")
        assert is_login(pool, answer) and answer.query["identity_provider"] == "EntraID"
        self.arrive(site, browser, pick_identity(browser, answer, "fred", pool), "/secure")
        assert site.environment(browser)["COGNITO_IDP_NAME"] == "EntraID"

    def test_no_link_changes_the_provider_of_a_place(self, site, browser):
        answer = self.begin(site, browser, provider="Evil", return_to="/secure/entra")
        assert answer.query["identity_provider"] == "EntraID" and "Evil" not in answer.location

    @pytest.mark.parametrize("params", [
        {"screen": "admin"}, {"provider": "<script>alert(1)</script>"}, {"provider": "a\r\nb: c"},
        {"provider": "x" * 33}, {"provider": "a&prompt=none"}])
    def test_other_values_begin_nothing_and_are_not_shown(self, site, browser, params):
        answer = browser.navigate(link(site, **params), site="cross-site")
        assert answer.status == 400 and not answer.set_cookies
        assert not any(value in answer.text or value in str(answer.headers)
                       for value in params.values())

    def test_a_link_elsewhere_leaves_a_session_as_it_is(self, site, browser):
        site.sign_in(browser)
        for params in ({"screen": "signup"}, {"screen": "forgot"}, {"provider": "EntraID"}):
            answer = browser.navigate(link(site, return_to="/secure", **params),
                                      site="cross-site")
            assert answer.status == 303 and answer.location == site.url("/secure")
            assert not answer.set_cookies
        assert site.user(browser) == "alice"


class TestExpressions:
    """Each parameter from what the request says, inner places before outer ones."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).load("setenvif", "rewrite")
        conf.file("realms.txt", "acme.example EntraID\n")
        conf.add("CognitoLoginParam lang de", "SetEnvIf X-Tenant (.+) TENANT=$1",
                 "RewriteEngine on", "RewriteMap realms txt:{root}/realms.txt",
                 "RewriteCond %{QUERY_STRING} (?:^|&)email=[^&@%]+(?:@|%40)([a-z0-9.-]+)(?:&|$)",
                 "RewriteRule ^/secure/map - [E=REALM:${realms:%1}]")
        conf.protect("/secure/lang", 'CognitoLoginParam lang "%{req:X-Lang}"')
        conf.protect("/secure/hint", 'CognitoLoginParam login_hint "%{QUERY_STRING}"',
                     'CognitoLoginParam prompt "%{reqenv:TENANT}"')
        conf.protect("/secure/hint/in", "CognitoLoginParam prompt login",
                     "CognitoLoginParam lang")
        conf.protect("/secure/map", 'CognitoLoginParam identity_provider "%{reqenv:REALM}"')
        conf.section("LocationMatch", '"^/secure/t/(?<TENANT>[a-z]+)/"',
                     'CognitoLoginParam identity_provider "%{env:MATCH_TENANT}"')
        conf.protect("/secure/if", *conf_if())
        return Site(start(conf), pool)

    @pytest.mark.parametrize("path, headers, expected", [
        ("/secure", {}, {"lang": "de"}),
        ("/secure/lang", {"X-Lang": "fr"}, {"lang": "fr"}),
        ("/secure/lang", {}, {}),
        ("/secure/hint?a=b%26c", {"X-Tenant": "login"},
         {"lang": "de", "login_hint": "a=b%26c", "prompt": "login"}),
        ("/secure/hint", {}, {"lang": "de"}),
        ("/secure/hint/in?q", {"X-Tenant": "none"}, {"login_hint": "q", "prompt": "login"}),
        ("/secure/t/umbrella/x", {}, {"lang": "de", "identity_provider": "umbrella"}),
        ("/secure/map?email=ann%40acme.example", {}, {"lang": "de", "identity_provider": "EntraID"}),
        ("/secure/map?x=1&email=ann@acme.example", {},
         {"lang": "de", "identity_provider": "EntraID"}),
        ("/secure/map?email=ann%40other.example", {}, {"lang": "de"}),
        ("/secure/map?email=ann%40acme.example.evil", {}, {"lang": "de"}),
        ("/secure/map", {}, {"lang": "de"}),
        ("/secure/if?email=ann%40acme.example", {},
         {"lang": "de", "identity_provider": "EntraID"}),
        ("/secure/if?email=ann%40other.example", {}, {"lang": "de"}),
    ])
    def test_is_what_the_request_says(self, site, browsers, path, headers, expected):
        asked = site.visit(site.browser(browsers), path, headers=headers).query
        assert {n: v for n, v in asked.items() if n in
                ("lang", "login_hint", "prompt", "identity_provider")} == expected

    def test_a_link_speaks_of_the_page_to_which_it_returns(self, site, browsers):
        answer = site.browser(browsers).navigate(link(site, return_to="/secure/hint?who=ann"))
        assert answer.query["login_hint"] == "who=ann"

    def test_the_realm_of_an_address_leads_to_its_provider(self, site, browsers, pool):
        browser = site.browser(browsers)
        begun = site.begin(browser, "/secure/map?email=fred%40acme.example")
        answer = browser.follow(pick_identity(browser, begun, "fred", pool))
        assert answer.location == site.url("/secure/map?email=fred%40acme.example")


def conf_if():
    return ["<If \"%{QUERY_STRING} =~ /(^|&)email=[^&]*(@|%40)acme\\.example(&|$)/\">",
            "    CognitoLoginParam identity_provider EntraID", "</If>"]
