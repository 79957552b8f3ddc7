"""Users in many groups: a place says which of them its application is told (CognitoGroups)."""
import base64
import json

import pytest

from harness.site import Site, site_conf

GROUPS = ["admins", "a,b", "orders-read", "orders-write", "orders-old"]
MANY = [f"{number:03}-{'x' * 100}" for number in range(45)]  # 4.7 kB
TOO_MANY = [f"{number:03}-{'x' * 100}" for number in range(85)]  # 8.9 kB
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
        body = told("erika", "/signed", "X-Cognito-Assertion").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
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
