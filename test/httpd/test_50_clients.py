"""Several app clients, pools and virtual hosts behind one httpd; endpoints of one's own."""
import os
import shutil

import pytest

from harness.conf import Conf, section_lines
from harness.pool import ROTATED
from harness.site import (CALLBACK, ORIGIN, OTHER, SESSION, Site, add_secret, add_staff,
                          is_login, is_refusal, ordinary_conf, site_conf, site_lines, type_password)


class TestTwoPools:
    @pytest.fixture(scope="class")
    def site(self, start, pool, staff, backend):
        conf = add_staff(ordinary_conf(pool, backend), staff, "CognitoScope openid email")
        conf.add("LimitRequestFieldSize 16380")
        return Site(start(conf, allowed=["COG4027"]), pool)

    @pytest.fixture
    def office(self, site, staff):
        return Site(site.server, staff)

    def test_each_place_has_its_own_users(self, site, office, browser):
        site.sign_in(browser)
        assert is_login(office.pool, office.visit(browser, "/secure/staff"))
        office.sign_in(browser, "/secure/staff", "sam")
        assert site.user(browser) == "alice"
        assert office.visit(browser, "/secure/staff").status == 200

    def test_a_named_client_sends_its_own_parameters(self, office, browser):
        asked = office.begin(browser, "/secure/staff").query
        assert asked["client_id"] == "staff" and asked["scope"] == "openid email"

    def test_one_callback_serves_both(self, site, office, browser):
        ours, theirs = site.begin(browser), office.begin(browser, "/secure/staff")
        assert theirs.query["redirect_uri"] == ours.query["redirect_uri"] == ORIGIN + CALLBACK
        assert browser.follow(type_password(browser, theirs, "sam", office.pool)).status == 303
        assert browser.follow(type_password(browser, ours, "alice", site.pool)).status == 303
        assert len(browser.jar.all(SESSION)) == 2

    def test_S11_a_session_of_one_client_is_none_of_the_other(self, site, office, browser):
        site.sign_in(browser)
        value = browser.jar.value(SESSION)
        browser.jar.put(SESSION + "_staff", value, site.url())
        assert is_login(office.pool, office.visit(browser, "/secure/staff"))

    def test_a_login_by_hand_uses_the_client_of_its_target(self, office, browser):
        answer = office.visit(browser, "/.cognito/login?return_to=/secure/staff")
        assert is_login(office.pool, answer)


class TestNestedSections:
    """Sections of every kind inside of each other: each place knows the users of its own client,
    whatever session they bring, and tells the backend of these alone."""

    STAFF = ["/secure/m1", "/secure/m22/x", "/secure/if/office/x", "/secure/jump"]
    APP = ["/secure/if/x", "/secure/m1/back", "/secure/m", "/secure/M1"]

    @pytest.fixture(scope="class")
    def site(self, start, pool, staff, backend):
        conf = add_staff(ordinary_conf(pool, backend), staff).load("rewrite")
        conf.add("CognitoExport headers", "LimitRequestFieldSize 16380", "RewriteEngine on",
                 "RewriteRule ^/secure/jump$ /secure/m1/x [PT]")
        conf.section("LocationMatch", '"^/secure/m[0-9]+"', "CognitoUse staff")
        conf.location("/secure/m1/back", "CognitoUse default")
        conf.location("/secure/if", *section_lines(
            "If", '"%{REQUEST_URI} =~ m#/office/#"', "CognitoUse staff"))
        return Site(start(conf, allowed=["COG4027"]), pool)

    @pytest.fixture
    def office(self, site, staff):
        return Site(site.server, staff)

    def test_a_session_of_the_other_client_opens_nothing(self, site, office, browsers, backend):
        alice, sam = site.browser(browsers), site.browser(browsers)
        site.sign_in(alice)
        office.sign_in(sam, "/secure/staff", "sam")
        backend.clear()
        for path in self.STAFF:
            assert is_login(office.pool, site.visit(alice, path)), path
        for path in self.APP:
            assert is_login(site.pool, site.visit(sam, path)), path
        assert not backend.seen

    def test_who_has_both_is_who_the_place_knows(self, site, office, browser, backend):
        site.sign_in(browser)
        office.sign_in(browser, "/secure/staff", "sam")
        for user, paths in {"sam": self.STAFF, "alice": self.APP}.items():
            for path in paths:
                assert site.visit(browser, path).status == 200, path
                assert backend.seen[-1].header("X-Cognito-Username") == user, path


class TestOnlyNamedClients:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = site_conf(pool)
        lines = site_lines(pool)
        conf.lines = [line for line in conf.lines if line not in lines[:2]]
        conf.section("CognitoClient", '"only"', *lines[:2])
        conf.protect("/secure", "CognitoUse only").protect("/secure/none")
        conf.location("/secure/none", "CognitoUse only").protect("/forgotten")
        return Site(start(conf.add(f"ProxyPass / {backend.url}/")), pool)

    def test_the_named_client_is_used(self, site, browser):
        assert site.sign_in(browser).status == 200

    def test_a_place_without_a_client_is_closed(self, site, browser, backend, log):
        log.expect("COG.*(CognitoUserPool|CognitoClientID|CognitoUse)")
        before = len(backend.seen)
        answer = site.visit(browser, "/forgotten")
        assert answer.status == 500 and len(backend.seen) == before


class TestTwoHosts:
    @pytest.fixture(scope="class")
    def server(self, start, pool, staff, backend):
        conf = Conf().secret("keys", "22" * 32 + "\n").add("CognitoSecret file:{root}/keys")
        conf.protect("/secure").add(f"ProxyPass / {backend.url}/")
        conf.vhost("app.example.test", *site_lines(pool))
        conf.vhost("other.example.test", *site_lines(staff, "staff", OTHER),
                   "CognitoPath /auth", "CognitoCallback /oauth2/callback")
        staff.change_client("staff", callback_urls=[OTHER + "/oauth2/callback"],
                            logout_urls=[OTHER + "/auth/signed-out"])
        conf.vhost("plain.example.test")
        return start(conf, allowed=["COG4023: virtual host plain"])

    @pytest.fixture
    def site(self, server, pool):
        return Site(server, pool)

    @pytest.fixture
    def other(self, server, staff):
        return Site(server, staff, OTHER)

    def test_each_host_has_its_own_pool(self, site, other, browser, browsers):
        assert site.sign_in(browser).status == 200
        assert other.sign_in(other.browser(browsers), user="sam").status == 200

    def test_paths_are_as_configured(self, other, browsers):
        browser = other.browser(browsers)
        assert other.begin(browser).query["redirect_uri"] == OTHER + "/oauth2/callback"
        other.sign_in(browser, user="sam")
        answer = other.visit(browser, "/auth/logout", site="same-origin")
        assert answer.query["logout_uri"] == OTHER + "/auth/signed-out"

    def test_the_default_paths_are_nothing_special_there(self, other, browsers, backend):
        answer = other.visit(other.browser(browsers), "/.cognito/logout")
        assert answer.status == 200 and backend.seen[-1].target == "/.cognito/logout"

    def test_a_host_without_a_pool_is_closed(self, server, browsers, backend, log):
        log.expect("COG")
        browser = browsers()
        browser.route("https://plain.example.test", server.port)
        before = len(backend.seen)
        answer = browser.navigate("https://plain.example.test/secure")
        assert answer.status == 500 and len(backend.seen) == before


class TestSeveralOrigins:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.lines = [line + " " + OTHER if line.startswith("CognitoBaseURL") else line
                      for line in conf.lines]
        return Site(start(conf), pool)

    def test_each_origin_has_its_own_way_back(self, site, browsers):
        for origin in (ORIGIN, OTHER):
            one = Site(site.server, site.pool, origin)
            answer = one.sign_in(one.browser(browsers), "/secure/x")
            assert answer.url == origin + "/secure/x"

    def test_an_unknown_host_goes_to_the_first(self, site, browser):
        answer = site.visit(browser, headers={"Host": "unknown.example.test"})
        assert answer.query["redirect_uri"] == ORIGIN + CALLBACK


class TestOwnEndpoints:
    """No discovery is made where all endpoints are given."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        pool.fail("discovery", status=500)
        conf = ordinary_conf(pool, backend)
        conf.add(*(f"CognitoEndpoint {kind} {pool.domain}{path}" for kind, path in (
            ("authorize", "/oauth2/authorize"), ("token", "/oauth2/token"),
            ("logout", "/logout"), ("revoke", "/oauth2/revoke"))),
            f"CognitoEndpoint jwks {pool.issuer}/.well-known/jwks.json")
        return Site(start(conf), pool)

    def test_the_login_works_without_discovery(self, site, browser, pool):
        assert site.sign_in(browser).status == 200
        assert not pool.requests("discovery")
        answer = site.visit(browser, "/.cognito/logout", site="same-origin")
        assert answer.location.startswith(pool.domain + "/logout?")


class TestDomain:
    """CognitoDomain instead of what discovery says; keys still from the issuer."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).add(f"CognitoDomain {pool.domain}")
        return Site(start(conf), pool)

    def test_the_login_works(self, site, browser):
        assert site.sign_in(browser).status == 200


class TestTwoSecrets:
    """A rotation without a gap: the second is tried when the first is refused."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend, client="rotated")
        conf.secret("one", ROTATED[0]).secret("two", ROTATED[1] + "\r\n")
        conf.lines = [line for line in conf.lines if not line.startswith("CognitoClientSecret")]
        conf.add("CognitoClientSecret file:{root}/one file:{root}/two")
        return Site(start(conf), pool)

    def test_F19_the_other_secret_is_tried(self, site, browser, pool, log):
        log.allow("COG3050")
        site.sign_in(browser)
        assert [c.status for c in pool.requests("token")[-2:]] == [400, 200]

    def test_a_file_is_read_again_when_it_changes(self, site, browser, pool, log):
        log.allow("COG3050")
        with open(site.server.path("one"), "w", encoding="ascii") as file:
            file.write(ROTATED[1])
        if os.getuid() == 0:  # the children must be able to read it
            shutil.chown(site.server.path("one"), "www-data")
        before = len(pool.requests("token"))
        site.sign_in(browser)
        assert [c.status for c in pool.requests("token")[before:]] == [200]


class TestWrongSecret:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = add_secret(ordinary_conf(pool, backend, client="secret"), pool, "secret")
        conf.secret("client-secret", "wrong-secret-of-the-test")
        return Site(start(conf), pool)

    def test_it_is_an_error_with_a_remedy(self, site, browser, log):
        log.expect("COG3050", "COG3001.*CognitoClientSecret")
        answer = browser.follow(site.to_callback(browser))
        assert is_refusal(answer) and answer.status == 500


class TestUserInfo:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return Site(start(ordinary_conf(pool, backend).add("CognitoUserInfo on")), pool)

    def test_it_is_asked_with_the_access_token_in_the_header(self, site, browser, pool):
        site.sign_in(browser)
        call = pool.requests("userinfo")[-1]
        assert call.method == "GET" and not call.query
        assert call.headers["authorization"].startswith("Bearer ey")
        assert site.environment(browser)["COGNITO_EMAIL"] == "alice@example.com"

    @pytest.mark.parametrize("fault", [
        {"json_set": {"sub": "somebody else"}}, {"json_remove": ["sub"]}, {"broken": "array"},
        {"body": "eyJhbGciOiJSUzI1NiJ9.e30.A=", "content_type": "application/jwt"},
        {"size": 2 << 20}, {"status": 401}])
    def test_O12_a_wrong_answer_is_no_sign_in(self, site, browser, pool, log, fault):
        log.expect("COG3001")
        log.allow(r"COG\d{4}")
        pool.fail("userinfo", **fault)
        answer = browser.follow(site.to_callback(browser))
        assert is_refusal(answer) and not browser.jar.all(SESSION)
