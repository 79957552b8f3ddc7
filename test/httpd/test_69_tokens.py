"""Raw tokens for backends that take Cognito's own: where a place asks for them, and nowhere
else."""

import pytest

from harness.jwt import jwt_claims
from harness.site import SESSION, Site, site_conf
from harness.waiting import wait_for

NAMES = ("x_cognito_(id|access)_token|x_forwarded_access_token|x_auth_request_access_token|"
         "x_vouch_idp_(access|id)token|oidc_(id|access)_token|oidc_access_token_expires|authorization")
LIFE = 8  # seconds of a token; renewed after 6


@pytest.fixture
def alice(site, browsers):
    browser = site.browser(browsers)
    site.sign_in(browser, "/none")
    return browser


@pytest.fixture
def told(site, trusted):
    """told(browser, path): the headers with tokens that the backend got."""
    return lambda browser, path, headers=(): trusted.told(browser, site.url(path), NAMES, headers)


def kind(value):
    """id or access, behind `Bearer ` or not."""
    return jwt_claims(value.removeprefix("Bearer "))["token_use"]


def tokens_conf(pool, trusted):
    conf = site_conf(pool).cgi().load("include", "mime", "rewrite")
    conf.add("TypesConfig /dev/null").protect("/")
    conf.location("/none", "CognitoExport both")
    conf.location("/headers", "CognitoExport headers", "CognitoTokens id access")
    conf.location("/headers/none", "CognitoTokens none")
    conf.location("/headers/access", "CognitoTokens access")
    conf.location("/env", "CognitoTokens id access")
    conf.location("/export-none", "CognitoExport none", "CognitoTokens id access")
    for name in ("oauth2-proxy", "vouch", "openidc", "grafana"):
        conf.location(f"/{name}", f"CognitoBackend {name}", "CognitoTokens id access")
    for token in ("id", "access"):
        conf.location(f"/bearer/{token}", f"CognitoTokens {token} as=bearer",
                      "CognitoAccept session bearer", "CognitoBearerTokenUse id access")
    conf.location("/bearer/headers", "CognitoTokens id as=bearer", "CognitoExport both")
    conf.location("/bearer/pass", "CognitoTokens access as=bearer", "CognitoUnauthenticated pass",
                  "Require all granted")
    conf.location("/open", "Require all granted")
    conf.location("/cgi/env", "CognitoTokens access")
    conf.location("/cgi/env/id", "CognitoTokens id")
    conf.location("/cgi/env/openidc", "CognitoBackend openidc", "CognitoTokens id access")
    conf.location("/cgi/env/bearer", "CognitoTokens access as=bearer")
    conf.location("/cgi/away", "CognitoExport both", "CognitoTokens id access")
    conf.file("cgi/away", "#!/bin/sh\nprintf 'Location: /cgi/env/open\\r\\n\\r\\n'\n")
    conf.location("/cgi/env/plain", "CognitoTokens none")
    conf.location("/cgi/env/open", "Require all granted")
    conf.location("/pages", "CognitoExport both", "CognitoTokens id access")
    conf.section("Directory", '"{root}/htdocs"', "Options +Includes", "AddType text/html .shtml",
                 "AddOutputFilter INCLUDES .shtml", "AllowOverride All")
    conf.file("htdocs/pages/p.shtml", "".join(
        f'<!--#include virtual="/{path}" -->' for path in ("open", "none", "cgi/env/open",
                                                           "cgi/env/plain")))
    conf.file("htdocs/pages/moved/.htaccess",
              "RewriteEngine on\nRewriteRule ^x$ /cgi/env/plain\nRewriteRule ^y$ /open\n")
    return conf.add(*(f"ProxyPass {path} !" for path in ("/cgi/", "/pages/")),
                    f"ProxyPass / {trusted.url}/")


class TestTokens:
    @pytest.fixture(scope="class", params=["cookie", "store"])
    def site(self, request, run, pool, trusted):
        return run(tokens_conf(pool, trusted).add(f"CognitoSession {request.param}"))

    def test_each_token_is_a_header(self, site, alice, told, pool):
        found = told(alice, "/headers")
        assert {name: kind(value) for name, value in found.items()} == {
            "x_cognito_id_token": "id", "x_cognito_access_token": "access"}
        assert jwt_claims(found["x_cognito_id_token"])["cognito:username"] == "alice"
        assert jwt_claims(found["x_cognito_access_token"])["username"] == "alice"
        assert set(found.values()) <= set(pool.issued())

    @pytest.mark.parametrize("path, names", [
        ("/none", set()), ("/headers/none", set()), ("/export-none", set()), ("/env", set()),
        ("/open", set()), ("/grafana", set()), ("/headers/access", {"x_cognito_access_token"}),
        ("/oauth2-proxy", {"x_forwarded_access_token", "x_auth_request_access_token"}),
        ("/vouch", {"x_vouch_idp_idtoken", "x_vouch_idp_accesstoken"}),
        ("/openidc", {"oidc_id_token", "oidc_access_token", "oidc_access_token_expires"})])
    def test_each_backend_hears_what_it_knows(self, alice, told, path, names):
        found = told(alice, path)
        assert set(found) == names
        end = found.pop("oidc_access_token_expires", None)
        assert end is None or int(end) == jwt_claims(found["oidc_access_token"])["exp"]
        assert all(kind(value) == ("id" if "id" in name.replace("oidc", "").replace("idp", "")
                                   else "access") for name, value in found.items())

    @pytest.mark.parametrize("token", ["id", "access"])
    def test_as_bearer(self, alice, told, trusted, token):
        found = told(alice, f"/bearer/{token}")
        assert set(found) == {"authorization"} and found["authorization"].startswith("Bearer ey")
        assert kind(found["authorization"]) == token
        assert not trusted.seen[-1].folded("x_cognito.*")

    def test_as_bearer_beside_headers(self, alice, told, trusted):
        found = told(alice, "/bearer/headers")
        assert set(found) == {"authorization"} and kind(found["authorization"]) == "id"
        assert trusted.seen[-1].header("X-Cognito-Username") == "alice"

    def test_a_client_says_nothing_in_our_place(self, alice, nobody, told):
        evil = {"Authorization": "Basic evil", "X-Cognito-Access-Token": "evil",
                "X_Cognito_Id_Token": "evil", "Connection": "Authorization, X-Cognito-Id-Token"}
        assert kind(told(alice, "/bearer/access", evil)["authorization"]) == "access"
        assert {kind(v) for v in told(alice, "/headers", evil).values() if v != "Basic evil"} == \
            {"id", "access"}
        assert told(nobody, "/bearer/pass", evil) == {}
        assert told(nobody, "/open", evil) == {"authorization": "Basic evil"}

    @pytest.mark.parametrize("use", ["id", "access"])
    def test_who_brings_a_token_has_it_handed_on(self, site, nobody, told, pool, use, log):
        token = pool.tokens("bob", "app", ["openid"])[f"{use}_token"]
        found = told(nobody, f"/bearer/{use}", {"Authorization": f"Bearer {token}"})
        assert found == {"authorization": f"Bearer {token}"}
        log.expect("COG4222: no (ID|access) token to hand on")
        other = {"id": "access", "access": "id"}[use]
        assert told(nobody, f"/bearer/{other}", {"Authorization": f"Bearer {token}"}) == {}

    def variables(self, site, browser, path):
        answer = browser.navigate(site.url(path))
        assert answer.status == 200, answer
        return {name: kind(value) for name, value in answer.variables.items()
                if name.lower().endswith("_token") or name == "HTTP_AUTHORIZATION"}

    def test_each_token_is_a_variable(self, site, alice):
        assert self.variables(site, alice, "/cgi/env") == {"COGNITO_ACCESS_TOKEN": "access"}
        assert self.variables(site, alice, "/cgi/env/id") == {"COGNITO_ID_TOKEN": "id"}
        assert self.variables(site, alice, "/cgi/env/openidc") == {
            "OIDC_id_token": "id", "OIDC_access_token": "access"}
        for path in ("/cgi/env/bearer", "/cgi/env/plain", "/cgi/env/open"):
            assert self.variables(site, alice, path) == {}

    def test_when_it_ends_is_a_variable_too(self, site, alice):
        found = alice.navigate(site.url("/cgi/env/openidc")).variables
        token = jwt_claims(found["OIDC_access_token"])
        assert int(found["OIDC_access_token_expires"]) == token["exp"]

    def test_nothing_is_left_for_what_a_page_includes(self, site, alice, trusted):
        trusted.clear()
        answer = alice.navigate(site.url("/pages/p.shtml"))
        assert answer.status == 200 and "COGNITO_EMAIL=alice@example.com" in answer.text
        assert "eyJ" not in answer.text and "eyJ" not in trusted.text() and len(trusted.seen) == 2

    def test_nor_for_where_it_is_redirected_to(self, site, alice, trusted):
        trusted.clear()
        answer = alice.navigate(site.url("/cgi/away"))  # a script's own internal redirect
        assert answer.status == 200 and "REDIRECT_URL=/cgi/away" in answer.text
        assert "eyJ" not in answer.text and "alice@example.com" not in answer.text
        answer = alice.navigate(site.url("/pages/moved/x"))
        assert answer.status == 200 and "COGNITO_EMAIL=" in answer.text
        assert "eyJ" not in answer.text
        assert alice.navigate(site.url("/pages/moved/y")).status == 200
        assert "eyJ" not in trusted.text()


class TestKept:
    """Tokens are kept only where somebody wants them."""

    def test_what_nobody_wants_is_not_kept(self, run, pool, browsers, trusted):
        sizes = []
        for lines in ([], ["CognitoTokens access"]):
            conf = site_conf(pool).protect("/none", *lines).add(f"ProxyPass / {trusted.url}/")
            site = run(conf)
            browser = site.browser(browsers)
            site.sign_in(browser, "/none")
            sizes.append(len(browser.jar.header(site.url())))
        assert sizes[0] < 2500 and sizes[0] + 500 < sizes[1], sizes

    def test_who_signed_in_before_has_none_until_then(self, run, pool, browsers, trusted, log):
        conf = site_conf(pool).protect("/", "CognitoExport headers")
        conf.add(f"ProxyPass / {trusted.url}/")
        site = run(conf)
        browser = site.browser(browsers)
        site.sign_in(browser, "/none")
        site.server.write(conf.add("CognitoTokens access"))
        site.server.graceful()
        browser.close()
        trusted.clear()
        log.expect("COG4222: no access token to hand on")
        assert browser.navigate(site.url("/x")).status == 200
        assert trusted.seen[-1].header("X-Cognito-Email") == "alice@example.com"
        assert trusted.seen[-1].header("X-Cognito-Access-Token") is None
        browser.jar.drop(SESSION)
        site.sign_in(browser, "/none")
        assert kind(trusted.seen[-1].header("X-Cognito-Access-Token")) == "access"

    def test_an_htaccess_file_gets_what_is_kept(self, run, pool, browsers, trusted, log):
        conf = site_conf(pool).protect("/", "CognitoExport headers").load("rewrite")
        conf.location("/elsewhere", "CognitoTokens access")
        conf.section("Directory", '"{root}/htdocs"', "AllowOverride All")
        conf.file("htdocs/ht/.htaccess", "CognitoTokens id access\nRewriteEngine on\n"
                  f"RewriteRule .* {trusted.url}/ht [P]\n")
        site = run(conf.add(f"ProxyPass /none {trusted.url}/none"))
        browser = site.browser(browsers)
        site.sign_in(browser, "/none")
        trusted.clear()
        log.expect("COG4222: no ID token to hand on")
        assert browser.navigate(site.url("/ht/x")).status == 200
        assert kind(trusted.seen[-1].header("X-Cognito-Access-Token")) == "access"
        assert trusted.seen[-1].header("X-Cognito-Id-Token") is None

    def test_a_store_that_cannot_be_read_is_no_answer(self, start, pool, browsers, trusted,
                                                      start_redis, log):
        redis = start_redis()
        conf = site_conf(pool).protect("/", "CognitoTokens access", "CognitoExport headers")
        conf.location("/none", "CognitoTokens none")
        conf.add(f"CognitoStore redis://127.0.0.1:{redis.port}", "CognitoSession store",
                 f"ProxyPass / {trusted.url}/")
        site = Site(start(conf, allowed=["loopback", "COG22", "COG3312"]), pool)
        browser = site.browser(browsers)
        site.sign_in(browser, "/none")
        assert browser.navigate(site.url("/x")).status == 200
        trusted.clear()
        redis.stop()
        log.allow("COG2|COG3")
        assert browser.navigate(site.url("/x")).status == 503 and not trusted.seen


class TestRenewal:
    @pytest.fixture(scope="class", params=["cookie", "store"])
    def site(self, request, run, pool, trusted):
        return run(tokens_conf(pool, trusted).add(f"CognitoSession {request.param}"))

    def test_the_request_that_renews_hands_on_the_new_tokens(self, site, browsers, told, pool):
        pool.change_client("app", id_token_sec=LIFE, access_token_sec=LIFE)
        browser = site.browser(browsers)
        site.sign_in(browser, "/none")
        before = renewals(pool)
        old = told(browser, "/headers")
        new = wait_for(lambda: self.renewed(told, browser, pool, before), "a renewal", LIFE, 0.2)
        assert not set(new.values()) & set(old.values())
        assert all(jwt_claims(new[name])["exp"] > jwt_claims(old[name])["exp"] for name in old)

    def renewed(self, told, browser, pool, before):
        found = told(browser, "/headers")
        return found if renewals(pool) > before else None


def renewals(pool):
    return len([one for one in pool.requests("token")
                if one.form.get("grant_type") == "refresh_token"])
