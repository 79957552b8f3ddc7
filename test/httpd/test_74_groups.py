"""Users in many groups: a place says which of them its application is told (CognitoGroups)."""

import pytest

from harness.jwt import jwt_claims
from harness.site import Site, site_conf

GROUPS = ["admins", "a,b", "orders-read", "orders-write", "orders-old"]
MANY = [f"{number:03}-{'x' * 100}" for number in range(45)]  # 4.7 kB
TOO_MANY = [f"{number:03}-{'x' * 100}" for number in range(85)]  # 8.9 kB
# what Cognito allows: 100 groups of a user, names of 128 characters, each of them up to 3 bytes
LONG = [f"{number:03}{'x' * 125}" for number in range(100)]
WIDE = [f"{number:03}{chr(0x7fa4) * 125}" for number in range(100)]
DIALECTS = {"oauth2-proxy": "X-Forwarded-Groups", "authelia": "Remote-Groups",
            "pomerium": "X-Pomerium-Claim-Groups", "grafana": "X-WEBAUTH-GROUPS",
            "openidc": "OIDC_CLAIM_cognito-groups"}


@pytest.fixture(scope="class")
def site(start, pool, backend):
    for group in {*GROUPS, *MANY, *TOO_MANY} - {"admins"}:
        pool.call("POST", "/groups", {"name": group})
    for name, groups in {"erika": GROUPS, "max": MANY, "moritz": TOO_MANY}.items():
        pool.add_user(name, password=pool.password_of(name), groups=groups,
                      attributes={"email": f"{name}@example.com"})
    conf = site_conf(pool).cgi().add("CognitoExport headers", "CognitoSession store").protect("/")
    conf.location("/some", "CognitoGroups orders-* !*-old")
    conf.location("/some/back", "CognitoGroups all")
    conf.location("/but", "CognitoGroups !orders-*")
    conf.location("/none", "CognitoGroups nobody")
    conf.location("/none/named", "CognitoClaims email cognito:groups")
    conf.location("/none/required", "Require cognito-group admins")
    conf.location("/signed", "CognitoGroups orders-* !*-old", "CognitoAssertion on")
    conf.location("/few", "CognitoGroups 00*")
    conf.location("/cgi/env", "CognitoExport env", "CognitoGroups orders-read a,?")
    for name in DIALECTS:
        conf.location(f"/{name}", f"CognitoBackend {name}", "CognitoGroups orders-read")
    conf.add("ProxyPass /cgi/ !", f"ProxyPass / {backend.url}/")
    return Site(start(conf, allowed=["loopback"]), pool)


class TestGroups:
    @pytest.fixture
    def told(self, site, browsers, backend):
        """told(user, path, header): what the backend heard of this user."""
        def ask(user, path, header="X-Cognito-Groups", status=200):
            if user not in signed_in:
                signed_in[user] = site.browser(browsers)
                site.sign_in(signed_in[user], "/cgi/env", user)
            backend.clear()
            answer = signed_in[user].navigate(site.url(path))
            assert answer.status == status, answer
            return backend.seen[-1].header(header) if backend.seen else None
        signed_in = {}
        return ask

    def test_are_those_that_the_place_names(self, told):
        assert set(told("erika", "/x").split(",")) == {"a%2Cb", *GROUPS} - {"a,b"}
        assert set(told("erika", "/some").split(",")) == {"orders-read", "orders-write"}
        assert set(told("erika", "/some/back").split(",")) == {"a%2Cb", *GROUPS} - {"a,b"}
        assert set(told("erika", "/but").split(",")) == {"admins", "a%2Cb"}

    def test_are_missing_where_none_is_left(self, told):
        assert told("erika", "/none") is None
        assert told("erika", "/none/named") == ""

    def test_are_all_there_for_require(self, told):
        assert told("erika", "/none/required") is None

    def test_are_the_same_in_every_form(self, told, site, browsers):
        assert {name: told("erika", f"/{name}", header) for name, header in DIALECTS.items()} == \
            {name: "orders-read" for name in DIALECTS}
        claims = jwt_claims(told("erika", "/signed", "X-Cognito-Assertion"))
        assert set(claims["cognito:groups"]) == {"orders-read", "orders-write"}
        browser = site.browser(browsers)
        site.sign_in(browser, "/cgi/env", "erika")
        assert set(site.environment(browser)["COGNITO_GROUPS"].split(",")) == \
            {"orders-read", "a%2Cb"}

    def test_that_are_many_are_handed_on_with_a_warning(self, told, log):
        log.expect("COG4300: groups of \\d+ bytes")
        assert set(told("max", "/x").split(",")) == set(MANY)
        assert len(told("max", "/few").split(",")) == 10

    def test_that_are_too_many_are_never_cut(self, told, log):
        log.expect("COG4220: header X-Cognito-Groups")
        log.allow("COG4300", "COG3001: header_too_long")
        assert told("moritz", "/x", status=500) is None
        assert len(told("moritz", "/few").split(",")) == 10


class TestAllThatCognitoAllows:
    """Such a user has tokens of 17 kB, 51 kB or more, and a session that no cookie holds."""

    @pytest.fixture(scope="class", params=["latin", "wide"])
    def names(self, request):
        return {"latin": LONG, "wide": WIDE}[request.param]

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend, names):
        for group in names:
            pool.call("POST", "/groups", {"name": group})
        pool.add_user("erika", password=pool.password_of("erika"), groups=names,
                      attributes={"email": "erika@example.com"})
        conf = site_conf(pool).cgi().protect("/", "CognitoAccept session bearer")
        conf.add("LimitRequestFieldSize 200000", "LimitRequestLine 200000")
        conf.location("/last", f'Require cognito-group "{names[-1]}"')
        conf.location("/other", f'Require cognito-group "{names[-1]}x"')
        conf.location("/headers", "CognitoExport headers", "CognitoGroups 09?*")
        # of such users the tokens may be too much even for the store
        conf.location("/cgi/env/tokens", "CognitoTokens id access")
        return Site(start(conf.add("ProxyPass /cgi/ !", f"ProxyPass / {backend.url}/"),
                          allowed=["loopback", "COG4300"]), pool)

    def test_signs_in(self, site, browsers, backend, names, log):
        log.expect("AH01631: user erika")
        browser = site.browser(browsers)
        site.sign_in(browser, "/last", "erika")
        assert len(browser.jar.header(site.url())) < 3000
        assert browser.navigate(site.url("/other")).status == 403
        backend.clear()
        assert browser.navigate(site.url("/headers")).status == 200
        assert len(backend.seen[-1].header("X-Cognito-Groups").split(",")) == 10
        assert set(site.environment(browser)["COGNITO_GROUPS"].split(",")) == set(names)
        answer = browser.fetch(site.url("/.cognito/session"))
        assert set(answer.json()["groups"]) == set(names)

    def test_gets_no_more_tokens_than_the_store_takes(self, site, browsers, names, log):
        browser = site.browser(browsers)
        site.sign_in(browser, "/last", "erika")
        answer = browser.navigate(site.url("/cgi/env/tokens"))
        assert answer.status == 200
        lengths = [len(line) for line in answer.text.split("\0") if "_TOKEN=" in line]
        if names is WIDE:
            log.expect("COG4222: no ID token", "COG4222: no access token")
            assert lengths == []
        else:
            assert len(lengths) == 2 and min(lengths) > 16384

    def test_comes_with_a_token(self, site, browsers, pool, log):
        log.expect("AH01631: user erika")
        token = pool.tokens("erika", "app", ["openid"])["access_token"]
        assert len(token) > 16384
        for path, status in (("/last", 200), ("/last", 200), ("/other", 403)):
            answer = site.browser(browsers).fetch(
                site.url(path), headers={"Authorization": f"Bearer {token}"})
            assert answer.status == status, answer
