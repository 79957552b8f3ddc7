"""What a place inherits, overrides and switches back, seen at the redirect to the hosted UI
and by what a signed-in user gets there."""
import re

import pytest

from harness.conf import Conf, section_lines
from harness.hosts import BASE, COMPLETE, redirect_of, vhost
from harness.site import Site, is_login, site_conf
from harness.written import PROTECTED, client


class TestRedirect:
    @pytest.fixture(scope="class")
    def server(self, start):
        conf = Conf().add(
            *COMPLETE, *PROTECTED, "CognitoLoginParam lang de", "CognitoLoginParam prompt login",
            *vhost("outer", "ServerAdmin x"),
            *vhost("own", BASE.replace("outer", "own"), "CognitoClientID inner",
                   "CognitoDomain https://inner.example.test", "CognitoScope openid inner",
                   "CognitoEndpoint authorize https://elsewhere.test/go",
                   "CognitoPath /auth", "CognitoCookie name=own samesite=none",
                   "CognitoLoginParam lang fr", "CognitoLoginParam max_age 900",
                   *client("staff", "CognitoClientID staff", "CognitoLoginParam lang it",
                           "CognitoEndpoint authorize https://staff.test/go"),
                   *section_lines("Location", "/staff", "CognitoUse staff"),
                   *section_lines("Location", "/staff/in", "CognitoLoginParam lang es",
                                  'CognitoLoginParam login_hint "%{req:X-Hint}"'),
                   *section_lines("Location", "/staff/in/back", "CognitoUse default",
                                  "CognitoLoginParam lang", "CognitoLoginParam prompt none"),
                   *section_lines("Location", "/staff/unknown", "CognitoLoginParam lang en")))
        return start(conf)

    def test_a_host_that_sets_nothing_has_what_the_server_has(self, server, browsers):
        answer = redirect_of(browsers, server, "outer")
        assert answer.location.startswith("https://auth.example.test/oauth2/authorize?")
        query = answer.query
        assert (query["client_id"], query["scope"]) == ("outer", "openid email profile")
        assert query["redirect_uri"] == "https://outer.example.test/.cognito/callback"
        assert (query["lang"], query["prompt"]) == ("de", "login")
        cookie, = answer.set_cookies
        assert re.match(r"__Host-cognito_login_\w+=\S+; Path=/; HttpOnly; Secure; SameSite=Lax",
                        cookie.replace("-", "_").replace("__Host_", "__Host-"))

    def test_a_host_has_what_it_sets(self, server, browsers):
        answer = redirect_of(browsers, server, "own")
        assert answer.location.startswith("https://elsewhere.test/go?")
        query = answer.query
        assert (query["client_id"], query["scope"]) == ("inner", "openid inner")
        assert query["redirect_uri"] == "https://own.example.test/auth/callback"
        assert (query["lang"], query["prompt"], query["max_age"]) == ("fr", "login", "900")
        cookie, = answer.set_cookies
        assert cookie.startswith("__Host-own_login_")
        assert "; Path=/; HttpOnly; Secure; SameSite=None" in cookie

    def test_a_place_uses_its_client(self, server, browsers):
        answer = redirect_of(browsers, server, "own", "/staff/x")
        assert answer.location.startswith("https://staff.test/go?")
        query = answer.query
        assert (query["client_id"], query["scope"]) == ("staff", "openid inner")
        assert (query["lang"], query["prompt"], query["max_age"]) == ("it", "login", "900")

    def test_a_place_goes_before_its_client_name_by_name(self, server, browsers):
        query = redirect_of(browsers, server, "own", "/staff/in/x").query
        assert (query["lang"], query["prompt"], query["max_age"]) == ("es", "login", "900")
        assert "login_hint" not in query  # its expression gives nothing

    def test_an_expression_is_evaluated_for_the_request(self, server, browsers):
        origin = "https://own.example.test"
        browser = browsers()
        browser.route(origin, server.port)
        answer = browser.navigate(origin + "/staff/in", headers={"X-Hint": "a b&c=d\u00e9"})
        assert answer.query["login_hint"].startswith("a b&c=d")

    def test_a_place_switches_back(self, server, browsers):
        answer = redirect_of(browsers, server, "own", "/staff/in/back")
        assert answer.query["client_id"] == "inner"
        assert answer.query["prompt"] == "none"
        assert "lang" not in answer.query


class TestPlaces:
    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = site_conf(pool).cgi()
        conf.protect("/", "CognitoRemoteUser name 's/ .*//' sub", "CognitoClaims email name",
                     "CognitoUnauthenticated 401")
        conf.location("/cgi/env/heir", "Require valid-user")
        conf.location("/cgi/env/own", "CognitoRemoteUser email", "CognitoClaims cognito:* !*username",
                      "CognitoUnauthenticated login")
        conf.location("/cgi/env/own/none", "CognitoExport none", "CognitoUnauthenticated auto")
        conf.location("/cgi/env/own/none/back", "CognitoExport env", "CognitoClaims default",
                      "CognitoRemoteUser cognito:username email sub",
                      "CognitoUnauthenticated 401")
        conf.location("/cgi/env/missing", "CognitoRemoteUser custom:none s/a/b/ email S sub")
        return Site(start(conf, allowed=["COG402[01]"]), pool)

    @pytest.fixture(scope="class")
    def alice(self, site, class_browser):
        answer = site.to_callback(class_browser, "/cgi/env/own")
        assert class_browser.follow(answer).status == 303
        return class_browser

    @pytest.fixture(scope="class")
    def class_browser(self, site, oracle):
        from harness.client import Client
        client = Client()
        client.route(site.origin, site.server.port)
        oracle.secrets.watch(lambda: client.jar.secrets)
        yield client
        client.close()

    def environment(self, site, alice, path):
        answer = alice.navigate(site.url(path))
        assert answer.status == 200, answer
        found = answer.variables
        return found.get("REMOTE_USER"), {name for name in found if name.startswith("COGNITO_")}

    def test_a_place_inherits(self, site, alice):
        user, names = self.environment(site, alice, "/cgi/env/heir")
        assert (user, names) == ("Alice", {"COGNITO_EMAIL", "COGNITO_NAME"})

    def test_a_place_overrides(self, site, alice):
        user, names = self.environment(site, alice, "/cgi/env/own")
        assert (user, names) == ("alice@example.com", {"COGNITO_GROUPS"})

    def test_a_place_exports_nothing(self, site, alice):
        assert self.environment(site, alice, "/cgi/env/own/none") == ("alice@example.com", set())

    def test_a_place_switches_back(self, site, alice):
        user, names = self.environment(site, alice, "/cgi/env/own/none/back")
        assert user == "alice"
        assert names >= {"COGNITO_EMAIL", "COGNITO_NAME", "COGNITO_USERNAME", "COGNITO_GROUPS",
                         "COGNITO_SUB"}
        assert not names & {"COGNITO_ISS", "COGNITO_AUD", "COGNITO_EXP", "COGNITO_NONCE"}

    def test_a_claim_that_is_missing_is_passed_over(self, site, alice):
        assert self.environment(site, alice, "/cgi/env/missing")[0] == "alice@example.com"

    @pytest.mark.parametrize("path, is_sent, is_fetched", [
        ("/heir", False, False), ("/own", True, True), ("/own/none", True, False),
        ("/own/none/back", False, False)])
    def test_who_is_not_signed_in_is_treated_as_the_place_says(self, site, browsers, path,
                                                               is_sent, is_fetched):
        browser = site.browser(browsers)
        url = site.url("/cgi/env" + path)
        assert is_login(site.pool, browser.navigate(url)) == is_sent
        assert is_login(site.pool, browser.fetch(url)) == is_fetched


class TestSessionTimeout:
    """Its effect over time is tested in test/unit/session; here, that it arrives."""

    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = site_conf(pool).cgi()
        conf.add("CognitoSessionTimeout 1h 2h").protect("/")
        conf.location("/cgi/env/short", "CognitoSessionTimeout 1s 1s")
        conf.location("/cgi/env/short/back", "CognitoSessionTimeout 1h 12h")
        return Site(start(conf, allowed=["COG402[01]"]), pool)

    def test_a_place_may_end_a_session_sooner(self, site, browsers):
        import time
        browser = site.browser(browsers)
        site.sign_in(browser, "/cgi/env")
        time.sleep(2.1)
        assert browser.navigate(site.url("/cgi/env")).status == 200
        assert is_login(site.pool, browser.navigate(site.url("/cgi/env/short")))
        assert browser.navigate(site.url("/cgi/env/short/back")).status == 200


class TestHtaccess:
    @pytest.fixture(scope="class")
    def server(self, start):
        conf = Conf().add(*COMPLETE, *section_lines(
            "Directory", "{root}/htdocs", "AllowOverride AuthConfig"))
        conf.add(*client("staff", "CognitoClientID staff"))
        rules = "AuthType Cognito\nRequire valid-user\n"
        for name, lines in {
                "good": "CognitoUse staff\nCognitoLoginParam lang de\nCognitoClaims email\n"
                        "CognitoRemoteUser email s/@.*//\nCognitoSessionTimeout 1h 2h\n"
                        "CognitoExport none\nCognitoUnauthenticated login\n",
                "unknown": "CognitoUse nobody\n", "bad": "CognitoUse a_b\n",
                "secret": "CognitoClientSecret file:/etc/passwd\n",
                "key": "CognitoSecret file:/etc/passwd\n", "client": "CognitoClientID other\n",
                "resource": "CognitoResource https://outer.example.test/resource/\n",
                "audience": "CognitoAssertion on audience=https://other.internal\n",
                "alb": "CognitoBackend alb signer=arn:aws:x\n",
                "pomerium": "CognitoBackend pomerium\n",
                "section": "<CognitoClient x>\nCognitoClientID x\n</CognitoClient>\n",
                "file": "CognitoLoginParam lang \"%{file:/etc/hostname}\"\n"}.items():
            conf.file(f"htdocs/{name}/.htaccess", rules + lines)
            conf.file(f"htdocs/{name}/index.html", "protected\n")
        return start(conf)

    def visit(self, server, browsers, path):
        origin = "https://outer.example.test"
        browser = browsers()
        browser.route(origin, server.port)
        return browser.navigate(origin + path)

    def test_what_is_about_a_place_may_stand_there(self, server, browsers):
        answer = self.visit(server, browsers, "/good/")
        assert answer.query["client_id"] == "staff" and answer.query["lang"] == "de"

    @pytest.mark.parametrize("name, text", [
        ("audience", "CognitoAssertion: 'audience=https://other.internal' may not stand in a "),
        ("alb", "CognitoBackend: 'alb' has this host sign who the user is, and may not stand in"),
        ("pomerium", "CognitoBackend: 'pomerium' has this host sign who the user is, and may not")])
    def test_what_this_host_signs_is_not_for_its_author_to_say(self, server, browsers, log, name,
                                                               text):
        """It could vouch for the visitors of one backend to another one."""
        log.expect(text)
        assert self.visit(server, browsers, f"/{name}/").status == 500

    @pytest.mark.parametrize("name", ["secret", "key", "client", "resource", "section"])
    def test_what_is_about_a_host_or_a_client_may_not(self, server, browsers, log, name):
        log.expect("not allowed here")
        assert self.visit(server, browsers, f"/{name}/").status == 500

    def test_a_bad_value_closes_the_place(self, server, browsers, log):
        log.expect("CognitoUse: 'a_b' is not a client's name")
        assert self.visit(server, browsers, "/bad/").status == 500

    def test_an_unknown_client_closes_the_place(self, server, browsers, log):
        log.expect("COG3001: misconfigured: .*CognitoUse")
        assert self.visit(server, browsers, "/unknown/").status == 500

    def test_an_expression_reads_no_files(self, server, browsers, log):
        log.allow("CognitoLoginParam")
        answer = self.visit(server, browsers, "/file/")
        assert answer.status == 500 or "lang" not in answer.query
