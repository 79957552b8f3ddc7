"""Places that OAuth clients find their way to a token for: RFC 9728 and RFC 8414."""
import pytest
import requests

from harness.conf import Conf, section_lines
from harness.server import Server
from harness.site import ORIGIN, OTHER, Site, site_conf

RESOURCE = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"


def resource_conf(pool, backend):
    conf = site_conf(pool)
    conf.section("CognitoClient", '"second"', "CognitoClientID other", "CognitoScope openid")
    conf.protect("/mcp", f"CognitoResource {ORIGIN}/mcp")
    conf.protect("/mcp/open", "CognitoResource none", "CognitoAccept bearer")
    conf.protect("/two", f"CognitoResource {ORIGIN}/two/", "CognitoUse second",
                 "CognitoAccept session bearer", require="cognito-scope orders/write")
    conf.protect("/secure")
    return conf.add(f"ProxyPass / {backend.url}/")


@pytest.fixture(scope="class")
def site(start, pool, backend):
    return Site(start(resource_conf(pool, backend)), pool)


@pytest.fixture
def get(site, browsers):
    browser = site.browser(browsers)

    def ask(path, token=None, method="GET", **headers):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return browser.request(method, site.url(path), headers)
    return ask


def bound_token(pool, resource):
    """An access token for a resource, as the user pool issues it when asked with resource=."""
    url = pool.authorize_url("app", redirect_uri=f"{ORIGIN}/.cognito/callback", scope="openid",
                             resource=resource)
    code = pool.sign_in(requests.Session(), url, "alice").partition("code=")[2]
    form = {"grant_type": "authorization_code", "code": code, "client_id": "app",
            "redirect_uri": f"{ORIGIN}/.cognito/callback"}
    return requests.post(f"{pool.domain}/oauth2/token", data=form, timeout=20).json()["access_token"]


class TestDiscovery:
    def test_a_401_says_where_the_metadata_are(self, get):
        answer = get("/mcp")
        assert answer.status == 401
        assert answer.header("WWW-Authenticate") == \
            f'Bearer realm="Cognito", resource_metadata="{ORIGIN}{RESOURCE}/mcp"'
        assert f'resource_metadata="{ORIGIN}{RESOURCE}/mcp"' in \
            get("/mcp", "broken").header("WWW-Authenticate")

    def test_a_403_says_it_too(self, get, pool, log):
        log.allow("AH01631")
        answer = get("/two", pool.access_token("alice", "other"))
        assert answer.header("WWW-Authenticate") == (
            'Bearer realm="Cognito", error="insufficient_scope", scope="orders/write", '
            f'resource_metadata="{ORIGIN}{RESOURCE}/two"')

    def test_from_there_to_the_authorization_server(self, get, pool):
        answer = get(f"{RESOURCE}/mcp")
        assert answer.status == 200 and answer.header("Content-Type") == "application/json"
        assert answer.json() == {
            "resource": f"{ORIGIN}/mcp", "authorization_servers": [ORIGIN],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["openid", "email", "profile"]}

    def test_its_metadata_are_those_of_the_pool_and_what_it_keeps_silent_about(self, get, pool):
        found = get(SERVER).json()
        assert found["issuer"] == ORIGIN
        assert found["authorization_endpoint"] == f"{pool.domain}/oauth2/authorize"
        assert found["token_endpoint"] == f"{pool.domain}/oauth2/token"
        assert found["revocation_endpoint"] == f"{pool.domain}/oauth2/revoke"
        assert found["jwks_uri"] == pool.jwks
        assert found["code_challenge_methods_supported"] == ["S256"]
        assert found["response_types_supported"] == ["code"]
        assert "authorization_code" in found["grant_types_supported"]
        assert set(found["token_endpoint_auth_methods_supported"]) == {
            "none", "client_secret_basic", "client_secret_post"}
        assert "registration_endpoint" not in found

    def test_each_client_is_an_authorization_server_of_its_own(self, get):
        found = get(f"{RESOURCE}/two").json()
        assert found["resource"] == f"{ORIGIN}/two/" and found["scopes_supported"] == ["openid"]
        assert found["authorization_servers"] == [f"{ORIGIN}/.cognito/second"]
        assert get(f"{SERVER}/.cognito/second").json()["issuer"] == f"{ORIGIN}/.cognito/second"

    @pytest.mark.parametrize("path", [
        RESOURCE, f"{RESOURCE}/", f"{RESOURCE}/mc", f"{RESOURCE}/mcp/", f"{RESOURCE}/mcp/open",
        f"{RESOURCE}/secure", f"{SERVER}/", f"{SERVER}/mcp", f"{SERVER}/.cognito/",
        f"{SERVER}/.cognito/nobody", "/.well-known/openid-configuration"])
    def test_all_other_urls_are_the_applications(self, get, backend, path):
        backend.clear()
        assert get(path).status == 200 and backend.seen[-1].target == path

    def test_scripts_of_other_sites_may_read_it(self, get, backend):
        backend.clear()
        for path in (f"{RESOURCE}/mcp", SERVER):
            answer = get(path, method="OPTIONS", Origin="https://elsewhere.example",
                         **{"Access-Control-Request-Method": "GET",
                            "Access-Control-Request-Headers": "mcp-protocol-version"})
            assert answer.status == 200
            assert answer.header("Access-Control-Allow-Headers") == "*"
            for answer in (answer, get(path), get(path, method="HEAD")):
                assert answer.header("Access-Control-Allow-Origin") == "*"
                assert not answer.header("Access-Control-Allow-Credentials")
            assert get(path, method="POST").status == 405
        assert not backend.seen

    def test_without_a_pool_it_says_so(self, start, pool, backend, browsers, log):
        log.expect("COG3001: (idp_busy|discovery|idp_unreachable)", "COG3211")
        site = Site(start(resource_conf(pool, backend)), pool)
        pool.fail("discovery", status=503)
        answer = site.browser(browsers).request("GET", site.url(SERVER))
        assert answer.status == 503 and answer.header("Retry-After")


class TestAudience:
    """B14: who is bound to a resource is bound to this one."""

    @pytest.mark.parametrize("resource, path, status", [
        (f"{ORIGIN}/mcp", "/mcp", 200), (f"{ORIGIN}/mcp/", "/mcp", 200),
        (f"{ORIGIN}/mcp", "/mcp/tools?x=1", 200), (f"{ORIGIN}/other", "/mcp", 401),
        (ORIGIN, "/mcp", 401), (f"{ORIGIN}/mcp", "/mcp/open", 401)])
    def test_a_bound_token(self, get, pool, resource, path, status):
        answer = get(path, bound_token(pool, resource))
        assert answer.status == status
        if status == 401:
            assert "token is bound to another resource" in answer.header("WWW-Authenticate")

    def test_a_token_that_is_not_bound_counts(self, get, pool):
        assert get("/mcp", pool.access_token("alice")).status == 200


class TestConfiguration:
    def check(self, *lines):
        conf = site_conf_of_a_pool().add(*lines)
        server = Server(conf)
        try:
            code, output = server.check()
            return "" if code == 0 else output.replace(server.root, "ROOT")
        finally:
            server.remove()

    def test_the_url_is_of_its_location(self):
        for url in (f"{ORIGIN}/mcp", f"{ORIGIN}/mcp/", f"{ORIGIN}/mcp/x"):
            assert not self.check(*section_lines("Location", "/mcp/", f"CognitoResource {url}"))
        for url in (ORIGIN, f"{ORIGIN}/mcp2", f"{ORIGIN}/x/mcp"):
            assert f"CognitoResource: '{url}' is no URL of <Location /mcp>; write https://HOST/mcp" in \
                self.check(*section_lines("Location", "/mcp", f"CognitoResource {url}"))

    def test_the_url_is_at_an_origin_of_the_host(self):
        said = self.check(*section_lines("Location", "/mcp", f"CognitoResource {OTHER}/mcp"))
        assert f"CognitoResource: '{OTHER}/mcp'" in said
        assert f"is at no origin of this host; write a URL that begins with {ORIGIN}" in said
        assert not self.check(f"CognitoBaseURL {ORIGIN} {OTHER}",
                              *section_lines("Location", "/mcp", f"CognitoResource {OTHER}/mcp"))

    def test_without_a_resource_the_urls_are_the_applications(self, start, pool, backend, browsers):
        conf = site_conf(pool).protect("/mcp", "CognitoAccept bearer")
        site = Site(start(conf.add(f"ProxyPass / {backend.url}/")), pool)
        browser = site.browser(browsers)
        for path in (RESOURCE, f"{RESOURCE}/mcp", SERVER):
            assert browser.request("GET", site.url(path)).json()["target"] == path


def site_conf_of_a_pool():
    return Conf().add("CognitoUserPool eu-west-1_AbC123dEf", "CognitoClientID app",
                      f"CognitoBaseURL {ORIGIN}")
