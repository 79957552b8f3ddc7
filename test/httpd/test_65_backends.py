"""The header dialects of other products: each example of docs/backends.md, and what a backend
that knows the product makes of the headers."""
import json
import os
import re

import pytest

from harness.backend import Backend
from harness.jwt import jwt_claims, jwt_header
from harness.site import OTHER, site_conf

DOCS = os.path.join(os.path.dirname(__file__), "../../docs/backends.md")
USER = {"username": "erika", "groups": ["admins", "staff"], "attributes": {
    "email": "erika@example.com", "email_verified": "true", "name": "Erika M\u00fcller",
    "preferred_username": "erika.m", "family_name": "M\u00fcller", "custom:tenantId": "acme"}}
CLAIMS = "sub email name cognito:* email_verified custom:* family_name"

# what each backend hears of her, and of somebody who has nothing but a name and an address
HEARD = {
    "oauth2-proxy": ({"X-Forwarded-User": "SUB", "X-Forwarded-Email": "erika@example.com",
                      "X-Forwarded-Preferred-Username": "erika.m",
                      "X-Forwarded-Groups": "admins,staff", "X-Auth-Request-User": "SUB",
                      "X-Auth-Request-Email": "erika@example.com",
                      "X-Auth-Request-Preferred-Username": "erika.m",
                      "X-Auth-Request-Groups": "admins,staff"},
                     {"X-Forwarded-User", "X-Forwarded-Email", "X-Auth-Request-User",
                      "X-Auth-Request-Email"}),
    "authelia": ({"Remote-User": "erika", "Remote-Groups": "admins,staff",
                  "Remote-Name": "Erika M\u00fcller", "Remote-Email": "erika@example.com"},
                 {"Remote-User", "Remote-Email"}),
    "vouch": ({"X-Vouch-User": "erika@example.com",
               "X-Vouch-IdP-Claims-Email": "erika@example.com",
               "X-Vouch-IdP-Claims-Name": "Erika M\u00fcller",
               "X-Vouch-IdP-Claims-Groups": '"admins","staff"'},
              # the example names the claims, so that what is missing is empty
              {"X-Vouch-User", "X-Vouch-IdP-Claims-Email", "X-Vouch-IdP-Claims-Name",
               "X-Vouch-IdP-Claims-Groups"}),
    "openidc": ({"OIDC_CLAIM_sub": "SUB", "OIDC_CLAIM_email": "erika@example.com",
                 "OIDC_CLAIM_email_verified": "1", "OIDC_CLAIM_name": "Erika M\u00fcller",
                 "OIDC_CLAIM_family_name": "M\u00fcller", "OIDC_CLAIM_cognito-username": "erika",
                 "OIDC_CLAIM_cognito-groups": "admins,staff",
                 "OIDC_CLAIM_preferred_username": "erika.m",
                 "OIDC_CLAIM_custom-tenantId": "acme"},
                {"OIDC_CLAIM_sub", "OIDC_CLAIM_email", "OIDC_CLAIM_email_verified",
                 "OIDC_CLAIM_cognito-username"}),
    "alb": ({"x-amzn-oidc-identity": "SUB", "x-amzn-oidc-data": "JWT",
             "x-amzn-oidc-accesstoken": "TOKEN"},
            {"x-amzn-oidc-identity", "x-amzn-oidc-data", "x-amzn-oidc-accesstoken"}),
    "pomerium": ({"X-Pomerium-Jwt-Assertion": "JWT",
                  "X-Pomerium-Claim-Email": "erika@example.com",
                  "X-Pomerium-Claim-Name": "Erika M\u00fcller",
                  "X-Pomerium-Claim-Groups": "admins,staff"},
                 {"X-Pomerium-Jwt-Assertion", "X-Pomerium-Claim-Email", "X-Pomerium-Claim-Name",
                  "X-Pomerium-Claim-Groups"}),
    "openmetadata": ({"X-Auth-Params-Email": "erika@example.com"}, {"X-Auth-Params-Email"}),
    "librechat": ({"Remote-User": "erika", "Remote-Email": "erika@example.com"},
                  {"Remote-User", "Remote-Email"}),
    "grafana": ({"X-WEBAUTH-USER": "erika", "X-WEBAUTH-NAME": "Erika M\u00fcller",
                 "X-WEBAUTH-EMAIL": "erika@example.com", "X-WEBAUTH-GROUPS": "admins,staff"},
                {"X-WEBAUTH-USER", "X-WEBAUTH-EMAIL"}),
}
DIALECTS = ("x_forwarded_(user|email|groups|preferred.*|access.*)|x_auth_request_.*|remote_.*|"
            "x_vouch_.*|oidc_.*|x_auth_params_.*|x_webauth_.*|x_cognito.*|"
            "x_amzn_oidc_.*|x_pomerium_.*")


def sections():
    """{preset: (its table's headers, its example)} as the documentation has them."""
    with open(DOCS, encoding="utf-8") as file:
        parts = re.split(r"^### ", file.read().split("\n## Backends that know")[1], flags=re.M)
    found = {}
    for part in parts[1:]:
        rows = re.findall(r"^\| (`.*?) \| (?!.*CognitoTokens)", part, flags=re.M)
        found[part.split("\n")[0]] = (
            {name for row in rows for name in re.findall("`([^`]+)`", row)},
            re.search(r"```apache\n(.*?)```", part, flags=re.S)[1])
    return found


def test_the_documentation_has_an_example_for_each():
    assert set(sections()) == set(HEARD)


@pytest.fixture
def erika(site, browsers):
    browser = site.browser(browsers)
    site.sign_in(browser, path=site.way_in, user="erika")
    return browser


def kind(value):
    """JWT for one that we have signed, TOKEN for one of Cognito's; all else as it is."""
    if not re.fullmatch(r"ey[\w-]+=*\.[\w-]+=*\.[\w-]+=*", value):
        return value
    return {"ES256": "JWT", "RS256": "TOKEN"}[jwt_header(value)["alg"]]


def ask(site, browser, backend, path, headers=()):
    """What the backend heard: {name: value} of all dialects, as written."""
    backend.clear()
    answer = browser.navigate(site.url(path), headers=headers)
    assert answer.status == 200, answer
    pairs = [(name, kind(value.encode("latin-1").decode()))
             for name, value in backend.seen[-1].headers
             if re.fullmatch(DIALECTS, re.sub("[^a-z0-9]", "_", name.lower()))]
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)


@pytest.fixture(params=sorted(HEARD), scope="class")
def preset(request):
    return request.param


class TestExamples:
    @pytest.fixture(scope="class")
    def backend(self):
        """One that may see tokens; nobody searches it for secrets."""
        backend = Backend()
        yield backend
        backend.close()

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend, preset):
        example = sections()[preset][1]
        conf = site_conf(pool)
        conf.add(*re.sub(r"http://127\.0\.0\.1:\d+", backend.url, example).splitlines())
        pool.add_user(password=pool.password_of("erika"), **USER)
        conf.location("/open", "Require all granted", f"ProxyPass {backend.url}/open")
        site = run(conf)
        site.way_in = re.search('<Location "(.*)"', example)[1] + "x"
        return site

    def test_says_what_is_documented(self, site, erika, backend, preset):
        heard = ask(site, erika, backend, site.way_in)
        expected, _ = HEARD[preset]
        subs = {name for name, value in expected.items() if value == "SUB"}
        assert {n: "SUB" if n in subs else v for n, v in heard.items()} == expected
        assert all(len(heard[name]) == 36 for name in subs)
        documented = sections()[preset][0]
        heard = {name: value for name, value in heard.items() if value != "TOKEN"}
        assert all(any(re.fullmatch(re.escape(d).replace("…", ".*"), name) for d in documented)
                   for name in heard)
        assert all(any(re.fullmatch(re.escape(d).replace("…", ".*"), name) for name in heard)
                   for d in documented)

    def test_says_nothing_of_what_is_not_there(self, site, browsers, backend, preset):
        browser = site.browser(browsers)
        site.sign_in(browser, path=site.way_in, user="bob")
        heard = ask(site, browser, backend, site.way_in)
        assert set(heard) == HEARD[preset][1]

    def test_nobody_can_say_it_instead(self, site, erika, browsers, backend, preset):
        """H01 to H07, H20 and H21 for this dialect, here and at every other place of the host."""
        truth = ask(site, erika, backend, site.way_in)
        nobody = site.browser(browsers)
        names = [*HEARD[preset][0], *documented_families(preset)]
        for name in [n for one in names for n in spellings(one)]:
            evil = {name: "evil", "Connection": ", ".join(names), "X-Innocent": "1"}
            assert ask(site, erika, backend, site.way_in, evil) == truth, name
            assert ask(site, erika, backend, "/open", evil) == {}, name
            assert ask(site, nobody, backend, "/open", evil) == {}, name
            assert backend.seen[-1].header("X-Innocent") == "1"


def documented_families(preset):
    return {"alb": ["x-amzn-oidc-other"], "pomerium": ["X-Pomerium-Routing-Key"],
            "oauth2-proxy": ["X-Forwarded-Access-Token", "X-Auth-Request-Other"],
            "vouch": ["X-Vouch-IdP-IdToken"], "openidc": ["OIDC_access_token"],
            "grafana": ["X-WEBAUTH-ROLE"]}.get(preset, [])


def spellings(name):
    return {name, name.upper(), name.lower(), name.replace("-", "_"), name.replace("_", "-"),
            name.replace("-", "."), re.sub("[-_]", "!", name), re.sub("[-_]", "-", name, count=1)}


class TestKeys:
    """Where a dialect has its keys they are for everybody, whatever Require says, and nobody
    else is asked for them."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = site_conf(pool).load("rewrite")
        conf.add("RewriteEngine on", f"RewriteRule ^/.well-known/(.*) {backend.url}/$1 [P]")
        conf.location("/.well-known", "Require all denied")
        conf.protect("/p", "CognitoBackend pomerium")
        return run(conf.add(f"ProxyPass / {backend.url}/"))

    def test_pomerium(self, site, browsers, backend):
        nobody = site.browser(browsers)
        backend.clear()
        for path in ("/.well-known/pomerium/jwks.json", "/.cognito/jwks.json"):
            answer = nobody.fetch(site.url(path))
            assert answer.status == 200 and len(answer.json()["keys"]) == 3
        assert not backend.seen


class TestLists:
    """However a product takes a list apart, it finds the groups that there are, and no more."""

    GROUPS = ["a,admins", " admins", "x admins", '["admins"]', 'a","admins', "\u00a0admins",
              "y\u2003admins", "100%", "plain"]
    PATHS = {"oauth2-proxy": "X-Forwarded-Groups", "authelia": "Remote-Groups",
             "vouch": "X-Vouch-IdP-Claims-Groups", "openidc": "OIDC_CLAIM_cognito-groups",
             "grafana": "X-WEBAUTH-GROUPS"}

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        for group in self.GROUPS:
            pool.call("POST", "/groups", {"name": group})
        pool.add_user("erika", password=pool.password_of("erika"), groups=self.GROUPS,
                      attributes={"email": "erika@example.com"})
        conf = site_conf(pool)
        for name in self.PATHS:
            conf.protect(f"/{name}", f"CognitoBackend {name}")
            conf.protect(f"/{name}/percent", "CognitoExport headers encoding=percent")
        site = run(conf.add(f"ProxyPass / {backend.url}/"))
        site.way_in = "/grafana"
        return site

    @pytest.mark.parametrize("encoding", ["", "/percent"])
    @pytest.mark.parametrize("name", PATHS)
    def test_no_group_forges_another(self, site, erika, backend, name, encoding):
        value = ask(site, erika, backend, f"/{name}{encoding}")[self.PATHS[name]]
        found = {"grafana": grafana_splits, "vouch": quoted}.get(name, splits)(value)
        assert "admins" not in found and '"admins"' not in found
        assert "plain" in found and len(found) == len(self.GROUPS)


def splits(value):
    return [one.strip() for one in value.split(",")]


def quoted(value):
    assert value[0] == value[-1] == '"'
    return [one.strip() for one in value[1:-1].split('","')]


def grafana_splits(value):
    """util.SplitString: JSON where it begins with [, else at commas and all white space."""
    return json.loads(value) if value.strip().startswith("[") else value.replace(",", " ").split()


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
        pairs = [pair.split("=", 1) for pair in answer.text.split("\0") if "=" in pair]
        return {name: value for name, value in pairs if "OIDC" in name or "COGNITO" in name}

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
