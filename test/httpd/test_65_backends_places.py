"""Where a dialect is spoken, and where an access token is handed on."""
import pytest

from harness.dialects import HEARD, USER, ask, erika
from harness.jwt import jwt_claims
from harness.site import OTHER, site_conf

__all__ = ["erika"]

CLAIMS = "sub email name cognito:* email_verified custom:* family_name"


class TestPlaces:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        pool.add_user(password=pool.password_of("erika"), **USER)
        conf = site_conf(pool).cgi().load("headers", "rewrite")
        conf.add("CognitoExport env").protect("/", f"CognitoClaims {CLAIMS}")
        conf.location("/a", "CognitoBackend authelia")
        conf.location("/a/env", "CognitoExport env")
        conf.location("/a/own", "CognitoBackend cognito", "CognitoExport headers")
        conf.location("/a/latin1", "CognitoExport headers encoding=latin1")
        conf.location("/a/few", "CognitoClaims email")
        conf.location("/g", "CognitoBackend grafana")
        conf.location("/open", "Require all granted", "CognitoBackend grafana")
        conf.location("/pass", "CognitoUnauthenticated pass", "Require all granted",
                      "CognitoBackend grafana")
        conf.location("/forwarded", "RequestHeader set X-WEBAUTH-USER late")
        conf.location("/cgi/env", "CognitoBackend openidc")
        conf.location("/cgi/env/headers", "CognitoExport headers")
        conf.location("/cgi/env/plain", "CognitoBackend cognito")
        conf.location("/cgi/env/none", "CognitoExport none")
        conf.location("/hto", "Require all granted")
        conf.section("Directory", '"{root}/htdocs"', "AllowOverride All")
        conf.file("htdocs/ht/.htaccess", "CognitoBackend vouch\nRewriteEngine on\n"
                  f"RewriteRule ^x$ {backend.url}/ht [P]\nRewriteRule ^y$ /cgi/env/plain\n")
        conf.file("htdocs/hto/.htaccess", "CognitoBackend vouch\n"
                  f"RewriteEngine on\nRewriteRule ^x$ {backend.url}/hto [P]\n")
        for path in ("/a", "/g", "/open", "/pass", "/forwarded"):
            conf.add(f"ProxyPass {path} {backend.url}{path}")
        site = run(conf)
        site.way_in = "/a"
        return site

    @pytest.fixture
    def nobody(self, site, browsers):
        return site.browser(browsers)

    def test_the_inner_setting_holds(self, site, erika, backend):
        assert set(ask(site, erika, backend, "/a")) == set(HEARD["authelia"][0])
        assert ask(site, erika, backend, "/a/env") == {}
        assert ask(site, erika, backend, "/a/own")["X-Cognito-Email"] == "erika@example.com"
        assert set(ask(site, erika, backend, "/a/few")) == {"Remote-User", "Remote-Email"}

    def test_naming_a_backend_is_to_tell_it_something(self, site, erika, backend):
        assert set(ask(site, erika, backend, "/g")) == set(HEARD["grafana"][0])

    def test_it_may_have_another_encoding(self, site, erika, backend):
        backend.clear()
        assert erika.navigate(site.url("/a/latin1")).status == 200
        assert backend.seen[-1].header("Remote-Name") == "Erika M\u00fcller"

    def test_nobody_is_told_of_where_nobody_signs_in(self, site, erika, nobody, backend):
        evil = {"X_WEBAUTH_USER": "evil", "Remote-Groups": "evil"}
        assert ask(site, erika, backend, "/open", evil) == {}
        assert ask(site, nobody, backend, "/pass", evil) == {}
        assert set(ask(site, erika, backend, "/pass", evil)) == set(HEARD["grafana"][0])

    def test_the_administrator_may_say_it_too(self, site, erika, backend):
        """H17"""
        heard = ask(site, erika, backend, "/forwarded", {"X-WEBAUTH_USER": "evil"})
        assert heard == {"X-WEBAUTH-USER": "late"}

    def variables(self, site, browser, path):
        answer = browser.navigate(site.url(path))
        assert answer.status == 200, answer
        return {name: value for name, value in answer.variables.items()
                if "OIDC" in name or "COGNITO" in name}

    def test_openidc_has_variables(self, site, erika):
        assert self.variables(site, erika, "/cgi/env") == {
            "OIDC_CLAIM_email": "erika@example.com", "OIDC_CLAIM_email_verified": "1",
            "OIDC_CLAIM_name": "Erika M\u00fcller", "OIDC_CLAIM_family_name": "M\u00fcller",
            "OIDC_CLAIM_cognito_username": "erika", "OIDC_CLAIM_cognito_groups": "admins,staff",
            "OIDC_CLAIM_custom_tenantId": "acme",
            "OIDC_CLAIM_sub": self.variables(site, erika, "/cgi/env")["OIDC_CLAIM_sub"]}
        assert self.variables(site, erika, "/cgi/env/headers") == {}
        assert self.variables(site, erika, "/cgi/env/none") == {}
        assert "COGNITO_EMAIL" in self.variables(site, erika, "/cgi/env/plain")

    def test_an_htaccess_file_may_name_one(self, site, erika, nobody, backend):
        evil = {"X_Vouch_User": "evil", "X-Vouch-Other": "evil", "Connection": "X-Vouch-User"}
        heard = ask(site, erika, backend, "/ht/x", evil)
        assert heard["X-Vouch-User"] == "erika" and "evil" not in repr(heard)
        assert heard["X-Vouch-IdP-Claims-Groups"] == '"admins","staff"'
        assert ask(site, erika, backend, "/hto/x", evil) == {}
        assert ask(site, nobody, backend, "/hto/x", evil) == {}

    def test_a_redirect_takes_nothing_along(self, site, erika):
        answer = erika.navigate(site.url("/ht/y"))
        assert answer.status == 200 and "VOUCH" not in answer.text


class TestTokenOfALoadBalancer:
    """`alb` hands the access token on as a load balancer does, in its one header; a
    CognitoTokens that is in force decides alone."""

    TOKEN = "x-amzn-oidc-accesstoken"
    PATHS = {"/alb": {TOKEN}, "/alb/both": {TOKEN}, "/alb/env": set(), "/alb/nothing": set(),
             "/alb/grafana": set(), "/alb/own": set(), "/alb/none": set(), "/alb/id": set(),
             "/alb/access": {TOKEN}, "/none/alb": set(), "/id/alb": set(), "/access/alb": {TOKEN},
             "/headers": set()}

    @pytest.fixture(scope="class", params=["cookie", "store"])
    def site(self, request, run, pool, trusted):
        conf = site_conf(pool).cgi().add(f"CognitoSession {request.param}").protect("/")
        conf.location("/headers", "CognitoExport headers")
        conf.location("/alb", "CognitoBackend alb", "CognitoAccept session bearer",
                      "CognitoBearerTokenUse access id")
        conf.location("/alb/both", "CognitoExport both")
        conf.location("/alb/env", "CognitoExport env")
        conf.location("/alb/nothing", "CognitoExport none")
        conf.location("/alb/grafana", "CognitoBackend grafana")
        conf.location("/alb/own", "CognitoBackend cognito", "CognitoExport both")
        for tokens in ("none", "id", "access"):
            conf.location(f"/{tokens}", f"CognitoTokens {tokens}")
            conf.location(f"/{tokens}/alb", "CognitoBackend alb")
            conf.location(f"/alb/{tokens}", f"CognitoTokens {tokens}")
        conf.location("/cgi/env", "CognitoBackend alb", "CognitoExport both")
        conf.location("/cgi/env/asked", "CognitoTokens access")
        site = run(conf.add("ProxyPass /cgi/ !", f"ProxyPass / {trusted.url}/"))
        site.way_in = "/headers"
        return site

    @pytest.fixture
    def alice(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, path=site.way_in)
        return browser

    def tokens(self, site, browser, trusted, path, headers=()):
        """Headers with raw tokens that the backend got."""
        heard = ask(site, browser, trusted, path, headers)
        return {name for name, value in heard.items() if value == "TOKEN"}

    def test_each_place_by_its_own_settings(self, site, alice, trusted):
        found = {path: self.tokens(site, alice, trusted, path) for path in self.PATHS}
        assert found == self.PATHS

    def test_it_is_the_users_own(self, site, alice, trusted, pool):
        ask(site, alice, trusted, "/alb")
        token = trusted.seen[-1].header(self.TOKEN)
        claims = jwt_claims(token)
        assert claims["token_use"] == "access" and claims["username"] == "alice"
        assert token in pool.issued()

    def test_it_is_no_variable(self, site, alice):
        text = alice.navigate(site.url("/cgi/env")).text
        assert "COGNITO_EMAIL=alice@example.com" in text and "COGNITO_ACCESS_TOKEN" not in text
        assert "HTTP_X_AMZN_OIDC_ACCESSTOKEN=ey" in text
        assert "COGNITO_ACCESS_TOKEN=ey" in alice.navigate(site.url("/cgi/env/asked")).text

    def test_who_brings_one_has_it_handed_on(self, site, browsers, trusted, pool, log):
        nobody = site.browser(browsers)
        tokens = pool.tokens("bob", "app", ["openid"])
        evil = {self.TOKEN: "evil", "Authorization": f"Bearer {tokens['access_token']}"}
        assert self.tokens(site, nobody, trusted, "/alb", evil) == {self.TOKEN}
        assert trusted.seen[-1].header(self.TOKEN) == tokens["access_token"]
        log.expect("COG4222: no access token to hand on")
        evil["Authorization"] = f"Bearer {tokens['id_token']}"
        assert self.tokens(site, nobody, trusted, "/alb", evil) == set()
        assert trusted.seen[-1].header(self.TOKEN) is None

    def test_it_makes_cookies_longer_only_where_it_is_sent(self, run, pool, browsers, trusted):
        sizes = []
        for lines in ([], ["CognitoTokens none"]):
            conf = site_conf(pool).add(*lines).protect("/", "CognitoBackend alb")
            site = run(conf.add(f"ProxyPass / {trusted.url}/"))
            browser = site.browser(browsers)
            site.sign_in(browser, "/x")
            sizes.append(len(browser.jar.header(site.url())))
        assert sizes[1] + 500 < sizes[0] < sizes[1] + 2500, sizes


class TestOtherHosts:
    """Where no place speaks a dialect, its headers are the administrator's."""

    def test_what_a_proxy_in_front_says_passes(self, run, pool, backend, browsers):
        conf = site_conf(pool).add(f"ProxyPass / {backend.url}/").protect("/secure")
        conf.vhost("app.example.test", f"ProxyPass / {backend.url}/")
        conf.vhost("other.example.test", f"CognitoBaseURL {OTHER}", "CognitoBackend grafana")
        site = run(conf)
        browser = site.browser(browsers)
        sent = {"X-Forwarded-User": "theirs", "X-Webauth-User": "theirs", "OIDC_CLAIM_sub": "theirs",
                "X-Auth-Request-Email": "theirs", "Remote-Groups": "theirs"}
        assert ask(site, browser, backend, "/open", sent) == sent
