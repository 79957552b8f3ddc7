"""The examples of docs/apis.md, run as they stand there."""
import os
import re

import pytest

from harness.conf import TOP
from harness.site import ORIGIN, Site, is_login, site_conf


def examples():
    """Heading -> the configuration below it."""
    with open(os.path.join(TOP, "docs/apis.md"), encoding="utf-8") as file:
        text = file.read()
    found = {}
    for part in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```apache\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
        if blocks:
            found[part.splitlines()[0]] = "".join(blocks).splitlines()
    return found


EXAMPLES = examples()


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = site_conf(pool).load("rewrite", "headers")
    for lines in EXAMPLES.values():
        conf.add(*lines)
    return Site(start(conf.add(f"ProxyPass / {backend.url}/")), pool)


@pytest.fixture
def get(site, browsers):
    browser = site.browser(browsers)

    def ask(path, token=None, **how):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return browser.request("GET", site.url(path), {**headers, **how})
    return ask


class TestExamples:
    def test_there_are_as_many_as_are_tried_here(self):
        assert list(EXAMPLES) == ["APIs", "Whose tokens", "Pages and programs in one place",
                                  "Machines", "From a 401 to a token", "Scripts of other sites"]

    def test_apis(self, get, pool):
        answer = get("/api", pool.access_token("alice"))
        assert answer.status == 200
        answer = get("/api")
        assert answer.status == 401
        assert answer.header("WWW-Authenticate") == 'Bearer realm="Cognito"'

    def test_whose_tokens(self, get, pool):
        assert get("/api/mobile", pool.access_token("alice", "other")).status == 200
        assert get("/api/mobile", pool.tokens("alice", "app")["id_token"]).status == 200
        assert get("/api", pool.access_token("alice", "other")).status == 401
        assert get("/api", pool.tokens("alice", "app")["id_token"]).status == 401

    def test_pages_and_programs_in_one_place(self, get, pool):
        assert get("/app", pool.access_token("alice")).status == 200
        assert get("/app", "broken").status == 401
        assert is_login(pool, get("/app", Accept="text/html"))

    def test_machines(self, get, pool):
        assert get("/api/jobs", pool.machine_token()).status == 200
        assert get("/api", pool.machine_token()).status == 401  # the client is not listed

    def test_machines_by_client_and_scope(self, get, pool, log):
        log.allow("AH01631", "AH01629")
        assert get("/api/reports", pool.machine_token()).status == 200
        assert get("/api/reports", pool.access_token("alice")).status == 403
        answer = get("/api/reports", pool.machine_token(scope="orders/write"))
        assert answer.status == 403
        assert answer.header("WWW-Authenticate") == \
            'Bearer realm="Cognito", error="insufficient_scope", scope="orders/read"'

    def test_machines_are_no_users(self, start, pool, backend, browsers, log):
        log.expect("AH01629")
        lines = [line for line in EXAMPLES["Machines"] if "RemoteUser" not in line]
        lines = [line.replace("user machine:machine", "valid-user") for line in lines]
        site = Site(start(site_conf(pool).add(*lines, f"ProxyPass / {backend.url}/")), pool)
        answer = site.browser(browsers).request(
            "GET", site.url("/api/jobs"), {"Authorization": f"Bearer {pool.machine_token()}"})
        assert answer.status == 403

    def test_from_a_401_to_a_token(self, get, pool):
        where = re.search(r'resource_metadata="([^"]+)"', get("/mcp").header("WWW-Authenticate"))
        found = get(where[1].removeprefix(ORIGIN)).json()
        assert found["resource"] == f"{ORIGIN}/mcp"
        assert found["authorization_servers"] == [ORIGIN]
        server = get("/.well-known/oauth-authorization-server").json()
        assert server["code_challenge_methods_supported"] == ["S256"]
        assert get("/mcp", pool.access_token("alice")).status == 200


SPA = "https://spa.example.test"
PREFLIGHT = {"Origin": SPA, "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "authorization"}


class TestPreflights:
    """They are answered as the configuration says, without an identity, and open nothing."""

    def test_httpd_answers_them(self, site, browsers, backend):
        backend.clear()
        answer = site.browser(browsers).request("OPTIONS", site.url("/api/web/x"), PREFLIGHT)
        assert answer.status == 204 and not backend.seen
        assert answer.header("Access-Control-Allow-Origin") == SPA
        assert "Authorization" in answer.header("Access-Control-Allow-Headers")
        assert not answer.set_cookies and not answer.header("WWW-Authenticate")

    def test_a_script_can_read_what_follows(self, get, pool):
        for answer in (get("/api/web", pool.access_token("alice"), Origin=SPA),
                       get("/api/web", Origin=SPA), get("/api/web", "broken", Origin=SPA)):
            assert answer.status in (200, 401)
            assert answer.header("Access-Control-Allow-Origin") == SPA
            assert answer.header("Access-Control-Expose-Headers") == "WWW-Authenticate"

    @pytest.mark.parametrize("method, headers", [
        ("OPTIONS", {"Origin": SPA}), ("GET", PREFLIGHT), ("POST", PREFLIGHT), ("HEAD", PREFLIGHT)])
    def test_nothing_else_comes_in_with_them(self, site, browsers, backend, method, headers):
        backend.clear()
        browser = site.browser(browsers)
        assert browser.request(method, site.url("/api/web"), headers).status == 401
        assert not backend.seen

    def test_the_application_answers_them(self, site, browsers, backend, pool):
        backend.clear()
        browser = site.browser(browsers)
        token = {"Authorization": f"Bearer {pool.access_token('alice')}"}
        for more in ({}, token):
            answer = browser.request("OPTIONS", site.url("/api/app"), {**PREFLIGHT, **more})
            assert answer.status == 200
        assert [seen.method for seen in backend.seen] == ["OPTIONS", "OPTIONS"]
        for seen in backend.seen:
            names = {name.lower() for name, _ in seen.headers}
            assert "authorization" not in names
            assert not any(name.startswith("x-cognito") for name in names)

    def test_other_methods_need_a_token_there(self, site, browsers, backend, pool):
        backend.clear()
        browser = site.browser(browsers)
        for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"):
            assert browser.request(method, site.url("/api/app"), PREFLIGHT).status == 401
        assert not backend.seen
        token = {"Authorization": f"Bearer {pool.access_token('alice')}"}
        assert browser.request("GET", site.url("/api/app"), token).status == 200

    @pytest.mark.parametrize("path", ["/api", "/app", "/mcp", "/api/jobs"])
    def test_without_configuration_they_are_refused(self, site, browsers, backend, path):
        backend.clear()
        answer = site.browser(browsers).request("OPTIONS", site.url(path), PREFLIGHT)
        assert answer.status == 401 and not backend.seen


class TestPreflightsBesideSessions:
    """A browser sends none with cookies, but a cookie would not make one of them somebody's."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = site_conf(pool).load("headers")
        conf.location("/both", "AuthType Cognito", "CognitoAccept session bearer",
                      "CognitoExport both", "CognitoTokens access", "<RequireAny>",
                      "Require method OPTIONS", "Require valid-user", "</RequireAny>",
                      'RequestHeader set X-Seen "%{COGNITO_SUB}e %{REMOTE_USER}e"')
        return Site(start(conf.add(f"ProxyPass / {backend.url}/")), pool)

    def test_they_carry_no_identity(self, site, browsers, backend, pool):
        browser = site.browser(browsers)
        site.sign_in(browser, "/both")
        assert any(n.lower() == "x-cognito-sub" for n, _ in backend.seen[-1].headers)
        backend.clear()
        token = {"Authorization": f"Bearer {pool.access_token('alice')}"}
        for more in ({}, token):
            answer = browser.request("OPTIONS", site.url("/both"), {**PREFLIGHT, **more})
            assert answer.status == 200
        for seen in backend.seen:
            told = {name.lower(): value for name, value in seen.headers}
            assert told["x-seen"] == "(null) (null)"
            assert not [name for name in told if name.startswith("x-cognito")]
            assert "authorization" not in told and "cookie" not in told
