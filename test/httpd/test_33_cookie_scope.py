"""CognitoCookie: to whom the browser gives the session, and what follows from it."""
import pytest

from harness.conf import Conf
from harness.site import CALLBACK, SESSION, SIGNED_OUT, Site, is_login, key_file

ONE, TWO = "https://one.example.test", "https://two.example.test"
APP = "https://app.example.test"
SHARED = "__Secure-cognito_session"


def conf_for(pool, client, *lines):
    conf = Conf().secret("keys", key_file())
    return conf.add("CognitoSecret file:{root}/keys", f"CognitoIssuer {pool.issuer}",
                    f"CognitoClientID {client}", *lines)


def attributes(browser, name):
    """Of the line that has set it last."""
    lines = [line for answer in browser.history for line in answer.set_cookies
             if line.startswith(name + "=")]
    return lines[-1].split("; ")[1:]


class TestDomain:
    @pytest.fixture(scope="class")
    def server(self, start, pool, backend):
        origins = (ONE, TWO)
        pool.add_client("shared", callback_urls=[o + CALLBACK for o in origins],
                        logout_urls=[o + SIGNED_OUT for o in origins])
        conf = conf_for(pool, "shared", "CognitoCookie domain=example.test",
                        f"ProxyPass / {backend.url}/").protect("/secure")
        for origin in origins:
            conf.vhost(origin[8:], f"CognitoBaseURL {origin}")
        return start(conf)

    @pytest.fixture
    def sites(self, server, pool):
        return Site(server, pool, ONE), Site(server, pool, TWO)

    @pytest.fixture
    def browser(self, sites, browsers):
        browser = sites[0].browser(browsers)
        browser.route(TWO, sites[0].server.port)
        return browser

    def test_who_is_signed_in_at_one_host_is_signed_in_at_all(self, sites, browser):
        one, two = sites
        one.sign_in(browser)
        assert set(attributes(browser, SHARED)) == {
            "Domain=example.test", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"}
        assert two.visit(browser).status == 200
        assert not browser.jar.all("__Host-")

    def test_a_sign_out_at_one_host_is_one_at_all(self, sites, browser, browsers):
        one, two = sites
        two.sign_in(browser)
        copy = one.browser(browsers)
        copy.jar.put(SHARED, browser.jar.value(SHARED), ONE,
                     "; Path=/; Domain=example.test; Secure; HttpOnly; SameSite=Lax")
        assert one.visit(copy).status == 200
        one.visit(browser, "/.cognito/logout", site="same-origin")
        assert not browser.jar.all(SHARED)
        assert is_login(one.pool, two.visit(browser))
        assert is_login(one.pool, one.visit(copy))

    def test_each_host_has_its_own_way_back(self, sites, browser):
        for site in sites:
            redirect = site.begin(browser)
            assert redirect.query["redirect_uri"] == site.callback


class TestPath:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        pool.add_client("below", callback_urls=[APP + "/app/auth/callback"],
                        logout_urls=[APP + "/app/auth/signed-out"])
        conf = conf_for(pool, "below", f"CognitoBaseURL {APP}", "CognitoCookie path=/app",
                        "CognitoPath /app/auth", f"ProxyPass / {backend.url}/")
        return Site(start(conf.protect("/app")), pool, APP)

    def test_it_goes_to_that_path_alone(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/app/page")
        assert set(attributes(browser, SHARED)) == {
            "Path=/app", "Secure", "HttpOnly", "SameSite=Lax"}
        assert site.visit(browser, "/app/page").status == 200
        assert SHARED not in (browser.jar.header(site.url("/other")) or "")
        site.visit(browser, "/app/auth/logout", site="same-origin")
        assert not browser.jar.all(SHARED)
        assert is_login(site.pool, site.visit(browser, "/app/page"))


class TestSameSite:
    @pytest.fixture(scope="class", params=["lax", "none"])
    def site(self, request, start, pool, backend):
        conf = conf_for(pool, "app", f"CognitoBaseURL {APP}",
                        f"CognitoCookie samesite={request.param}",
                        f"ProxyPass / {backend.url}/").protect("/secure")
        site = Site(start(conf), pool, APP)
        site.same_site = request.param
        return site

    @pytest.fixture
    def browser(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser)
        return browser

    def test_pages_of_other_sites_use_the_session_where_it_says_so(self, site, browser):
        assert f"SameSite={site.same_site.title()}" in attributes(browser, SESSION)
        answer = browser.fetch(site.url("/secure"), method="POST", site="cross-site")
        assert answer.status == (200 if site.same_site == "none" else 401)

    def test_but_never_end_it(self, site, browser):
        for method in ("GET", "POST"):
            browser.fetch(site.url("/.cognito/logout"), method=method, site="cross-site")
        assert site.visit(browser).status == 200


class TestServerName:
    """It stands in for CognitoBaseURL where it has a scheme."""

    @pytest.mark.parametrize("written, origin", [
        ("https://app.example.test:443", "https://app.example.test"),
        ("https://app.example.test:8443", "https://app.example.test:8443")])
    def test_the_redirect_uri_follows_from_it(self, start, pool, browsers, written, origin):
        conf = conf_for(pool, "app", f"ServerName {written}").protect("/secure")
        site = Site(start(conf), pool, origin)
        browser = site.browser(browsers)
        for host in (origin[8:], "evil.example"):
            answer = site.visit(browser, headers={"Host": host, "X-Forwarded-Host": host})
            assert answer.query["redirect_uri"] == origin + CALLBACK
