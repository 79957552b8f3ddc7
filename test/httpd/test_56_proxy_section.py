"""`<Proxy>`: around the backends of a reverse proxy it is a place like any other. A forward proxy
cannot sign anybody in: a browser would keep its cookies for sites that are not ours."""
import pytest

from harness.site import ORIGIN, SESSION, Site, add_staff, is_login, site_conf
from harness.waiting import PATIENCE

PROTECTED = ["AuthType Cognito", "Require valid-user"]


class TestReverse:
    @pytest.fixture(scope="class")
    def site(self, start, pool, staff, backend):
        conf = site_conf(pool).load("proxy_balancer", "slotmem_shm", "lbmethod_byrequests")
        add_staff(conf, staff)
        conf.section("Proxy", f'"{backend.url}/"', *PROTECTED, "CognitoExport headers")
        conf.section("ProxyMatch", f'"^{backend.url}/matched"', "Require user bob")
        conf.section("Proxy", '"balancer://many"', f"BalancerMember {backend.url}", *PROTECTED)
        conf.section("Proxy", f'"{backend.url}/staff"', "CognitoUse staff")
        conf.add("ProxyPass /many/ balancer://many/")
        return Site(start(conf.proxy("/", backend.url + "/"), allowed=["COG4027"]), pool)

    @pytest.mark.parametrize("path", ["/some/page", "/many/page"])
    def test_who_signs_in_comes_to_the_backend(self, site, browser, backend, path):
        backend.clear()
        assert is_login(site.pool, site.visit(browser, path)) and not backend.seen
        site.sign_in(browser, path)
        assert backend.seen[-1].target.endswith("/page")
        assert SESSION not in backend.seen[-1].head

    def test_what_holds_there_holds(self, site, browser, backend, log):
        log.expect("COG3001: forbidden", "AH01631")
        site.sign_in(browser, "/some/page")
        site.visit(browser, "/some/page")
        assert backend.seen[-1].header("X-Cognito-Username") == "alice"
        assert site.visit(browser, "/matched").status == 403

    def test_a_client_of_its_own(self, site, staff, browser):
        answer = Site(site.server, staff).sign_in(browser, "/staff", "sam")
        assert answer.status == 200


class TestForward:
    """Nobody gets in, and nobody is sent to a sign-in that could not work."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = site_conf(pool).load("proxy_connect")
        conf.section("Proxy", '"*"', *PROTECTED, "CognitoAccept session bearer")
        conf.add("ProxyRequests on", "AllowCONNECT 1-65535", f"ProxyPass /here {backend.url}/here")
        return Site(start(conf, allowed=["COG4028"]), pool)

    @pytest.fixture(params=["nobody", "a session", "a token"])
    def header(self, request, site, browser, pool):
        if request.param == "a session":
            site.sign_in(browser, "/here")
            return f"Cookie: {browser.jar.header(ORIGIN + '/here')}\r\n"
        if request.param == "a token":
            return f"Authorization: Bearer {pool.access_token('alice')}\r\n"
        return ""

    @pytest.mark.parametrize("method", ["GET", "POST", "CONNECT"])
    def test_it_is_refused(self, site, browser, backend, log, header, method):
        log.expect(r"COG4201: AuthType Cognito for .*127\.0\.0\.1:\d+.*: nobody can sign in at a forward proxy")
        backend.clear()
        host = backend.url[len("http://"):]
        target = host if method == "CONNECT" else backend.url + "/far"
        answer = browser.raw(site.origin, (
            f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n{header}"
            "Connection: close\r\n\r\n").encode(), timeout=5 * PATIENCE).decode()
        head = answer.split("\r\n\r\n")[0].lower()
        assert head.startswith("http/1.1 403 ") and not backend.seen
        assert not any(line in head for line in ("location:", "set-cookie:", "authenticate:"))

    def test_its_reverse_side_is_as_ever(self, site, browser, backend):
        site.sign_in(browser, "/here")
        assert backend.seen[-1].target == "/here"
