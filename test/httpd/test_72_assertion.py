"""What backends are told in signed form (CognitoAssertion), and the keys to verify it."""
import json
import os
import re
import subprocess

import pytest
from jwcrypto import jwk, jws

from harness.client import Client
from harness.jwt import jwt_claims, jwt_header
from harness.site import ORIGIN, key_file, site_conf

DOCS = os.path.join(os.path.dirname(__file__), "../../docs/backends.md")
NAMES = "x_cognito_assertion|x_identity_token|x_ht_token|authorization"
JWKS = "/.cognito/jwks.json"


def key_set(site, browser):
    answer = browser.fetch(site.url(JWKS))
    assert answer.status == 200, answer
    return answer.json()["keys"]


def verified(jwt, keys):
    """What a JWT says, verified as a backend does that has the key set and nothing else."""
    header = jwt_header(jwt)
    assert header == {"alg": "ES256", "typ": "JWT", "kid": header["kid"]}
    key, = [key for key in keys if key["kid"] == header["kid"]]
    token = jws.JWS()
    token.allowed_algs = ["ES256"]
    token.deserialize(jwt, jwk.JWK(**key))
    return json.loads(token.payload)


def browser_of(site, oracle):
    browser = Client()
    browser.route(site.origin, site.server.port)
    oracle.secrets.watch(lambda: browser.jar.secrets)
    return browser


@pytest.fixture(scope="class")
def nobody(site, oracle):
    browser = browser_of(site, oracle)
    yield browser
    browser.close()


@pytest.fixture(scope="class")
def alice(site, oracle):
    browser = browser_of(site, oracle)
    site.sign_in(browser, "/plain")
    yield browser
    browser.close()


@pytest.fixture
def told(site, backend):
    """told(browser, path): {folded name: value} of the signed headers that the backend got."""
    return lambda browser, path, headers=(): backend.told(browser, site.url(path), NAMES, headers)


@pytest.fixture
def jwt(told):
    """jwt(browser, path): the one in X-Cognito-Assertion."""
    def ask(browser, path="/a", headers=()):
        found = told(browser, path, headers)
        assert set(found) == {"x_cognito_assertion"}, found
        return found["x_cognito_assertion"]
    return ask


def assertion_conf(pool, backend):
    conf = site_conf(pool).cgi().load("rewrite")
    conf.add("CognitoAccept session bearer", "CognitoRemoteUser cognito:username username sub")
    conf.protect("/").location("/plain", "CognitoAssertion off")
    conf.location("/a", "CognitoAssertion on")
    conf.location("/a/few", "CognitoClaims email")
    conf.location("/a/off", "CognitoAssertion off")
    conf.location("/a/named", "CognitoAssertion on header=X-Identity-Token audience=orders ttl=1m")
    conf.location("/a/named/anew", "CognitoAssertion on")
    conf.location("/a/auth", "CognitoAssertion on header=authorization")
    conf.location("/a/both", "CognitoExport both")
    conf.location("/a/denied", "Require cognito-group nobody")
    conf.location("/open", "Require all granted", "CognitoAssertion on")
    conf.location("/pass", "Require all granted", "CognitoUnauthenticated pass",
                  "CognitoAssertion on header=X-Identity-Token")
    conf.location("/cgi/env", "CognitoAssertion on")
    conf.section("Directory", '"{root}/htdocs"', "AllowOverride All")
    conf.file("htdocs/ht/.htaccess", "CognitoAssertion on header=X-Ht-Token\nRewriteEngine on\n"
              f"RewriteRule ^x$ {backend.url}/ht [P]\nRewriteRule ^y$ /open\n")
    return conf.add("ProxyPass /cgi/ !", "ProxyPass /ht/ !", f"ProxyPass / {backend.url}/")


class TestAssertion:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        return run(assertion_conf(pool, backend))

    def test_says_who_the_user_is(self, site, alice, jwt, pool):
        claims = verified(jwt(alice), key_set(site, alice))
        assert claims["iss"] == claims["aud"] == ORIGIN
        assert claims["email"] == "alice@example.com" and claims["cognito:username"] == "alice"
        assert claims["exp"] - claims["iat"] == 300
        assert isinstance(claims["cognito:groups"], list)
        assert not {"sid", "nbf", "token_use", "nonce", "auth_time"} & set(claims)

    def test_is_signed_once_for_a_session_in_a_process(self, site, alice, jwt):
        with open(site.server.path("error.log"), encoding="utf-8", errors="replace") as file:
            file.seek(0, os.SEEK_END)
            seen = {jwt(alice) for _ in range(20)}
            signed = re.findall(r"\[pid (\d+).*COG3500: ", file.read())
        assert len(signed) == len(set(signed)) and len(signed) <= len(seen)
        assert len({jwt_claims(one)["jti"] for one in seen}) == len(seen)

    def test_says_what_the_place_exports(self, alice, jwt):
        assert set(jwt_claims(jwt(alice, "/a/few"))) == {"iss", "aud", "sub", "iat", "exp", "jti",
                                                        "email"}

    def test_is_where_the_place_wants_it(self, site, alice, told):
        assert told(alice, "/a/off") == {} and told(alice, "/plain") == {}
        found = told(alice, "/a/named")
        claims = verified(found.pop("x_identity_token"), key_set(site, alice))
        assert found == {} and claims["aud"] == "orders" and claims["exp"] - claims["iat"] == 60
        assert set(told(alice, "/a/named/anew")) == {"x_cognito_assertion"}
        found = told(alice, "/a/auth", {"Authorization": "Basic eDp5"})
        assert set(found) == {"authorization"} and found["authorization"].startswith("Bearer ey")
        verified(found["authorization"][7:], key_set(site, alice))

    def test_goes_along_with_other_headers(self, alice, told, backend):
        assert set(told(alice, "/a/both")) == {"x_cognito_assertion"}
        assert backend.seen[-1].header("X-Cognito-Email") == "alice@example.com"

    def test_is_for_scripts_too(self, site, alice):
        verified(site.environment(alice)["HTTP_X_COGNITO_ASSERTION"], key_set(site, alice))

    def test_says_who_comes_with_a_token(self, site, nobody, jwt, pool):
        token = pool.access_token("alice")
        claims = verified(jwt(nobody, headers={"Authorization": f"Bearer {token}"}),
                          key_set(site, nobody))
        assert claims["sub"] == jwt_claims(token)["sub"] and claims["cognito:username"] == "alice"
        assert claims["exp"] <= jwt_claims(token)["exp"]

    def test_says_nothing_of_nobody(self, site, nobody, told, alice, backend, log):
        assert told(nobody, "/open") == {} and told(nobody, "/pass") == {}
        assert set(told(alice, "/pass")) == {"x_identity_token"}
        log.allow("AH01631")
        backend.clear()
        assert alice.navigate(site.url("/a/denied")).status == 403 and not backend.seen

    @pytest.mark.parametrize("name", ["X-Cognito-Assertion", "X-Identity-Token"])
    def test_nobody_can_say_it_instead(self, alice, nobody, told, name):
        """H01 to H07, H20 and H21 for these headers, here and at every other place of the host."""
        forms = {name, name.upper(), name.lower(), name.replace("-", "_"), name.replace("-", "."),
                 re.sub("-", "_", name, count=1)}
        for form in forms:
            evil = {form: "evil", "Connection": f"close, {form}, {name}", "X-Innocent": "1"}
            assert "evil" not in str(told(alice, "/a/named", evil)), form
            assert set(told(alice, "/a/named", evil)) == {"x_identity_token"}, form
            assert set(told(alice, "/a", evil)) == {"x_cognito_assertion"}, form
            for who in (alice, nobody):
                assert told(who, "/open", evil) == {}, form
            assert told(nobody, "/pass", evil) == {}, form

    def test_nobody_can_say_it_where_a_htaccess_names_it(self, alice, told):
        for form in ("X-Ht-Token", "X_Ht_Token", "x.ht.token"):
            evil = {form: "evil", "Connection": "X-Ht-Token"}
            found = told(alice, "/ht/x", evil)
            assert set(found) == {"x_ht_token"} and found["x_ht_token"].startswith("ey")

    def test_is_not_left_for_where_a_request_is_redirected_to(self, alice, told):
        """H19"""
        assert told(alice, "/ht/y") == {}

    def test_is_there_for_every_method_and_for_upgrades(self, site, alice, backend):
        """H23"""
        for method, headers in [("POST", {}), ("OPTIONS", {}), ("BREW", {}),
                                ("GET", {"Upgrade": "websocket", "Connection": "Upgrade"})]:
            backend.clear()
            assert alice.request(method, site.url("/a"), headers).status == 200
            assert jwt_header(backend.seen[-1].header("X-Cognito-Assertion"))["alg"] == "ES256"

    def test_keys_are_for_all_and_for_an_hour(self, site, nobody, backend):
        """Whatever Require says at their place, and no backend is asked for them."""
        backend.clear()
        answer = nobody.fetch(site.url(JWKS), headers={"Origin": "https://other.example"})
        assert answer.header("Cache-Control") == "public, max-age=3600"
        assert answer.header("Access-Control-Allow-Origin") == "*"
        assert answer.header("Content-Type") == "application/json" and not answer.set_cookies
        keys = answer.json()["keys"]
        assert len(keys) == 3 and all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
                                      for key in keys)
        answer = nobody.fetch(site.url("/.cognito/" + keys[0]["kid"]))
        assert answer.status == 200 and answer.text.startswith("-----BEGIN PUBLIC KEY-----")
        assert nobody.fetch(site.url("/.cognito/00000000-0000-8000-8000-000000000000")).status == 404
        assert nobody.request("POST", site.url(JWKS)).status == 405
        assert not backend.seen

    def test_the_log_holds_none(self, site, alice, jwt):
        text = jwt(alice)
        with open(site.server.path("error.log"), encoding="utf-8", errors="replace") as file:
            log = file.read()
        assert "COG3500: assertion for session" in log and text.split(".")[2] not in log


class TestKeys:
    def pem(self, curve="P-256"):
        return subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                               f"ec_paramgen_curve:{curve}"], check=True, capture_output=True,
                              text=True).stdout

    def conf(self, pool, backend, *lines, **secrets):
        conf = site_conf(pool)
        for name, text in secrets.items():
            conf.secret(name, text)
        conf.protect("/", "CognitoAssertion on", *lines)
        return conf.add(f"ProxyPass / {backend.url}/")

    def signed(self, site, browsers, backend):
        browser = site.browser(browsers)
        backend.clear()
        site.sign_in(browser, "/")
        return backend.seen[-1].header("X-Cognito-Assertion"), key_set(site, browser)

    def test_of_our_own_outlive_a_restart_and_a_new_secret(self, run, pool, backend, browsers):
        old = key_file()
        conf = self.conf(pool, backend, keys=old)
        jwt, keys = self.signed(run(conf), browsers, backend)
        again = run(self.conf(pool, backend, keys=old))
        assert key_set(again, again.browser(browsers)) == keys
        conf = self.conf(pool, backend, keys=key_file(), before=old)
        conf.lines[0] = "CognitoSecret file:{root}/keys file:{root}/before"
        newer, more = self.signed(run(conf), browsers, backend)
        assert verified(jwt, more) and verified(newer, more) and len(more) == 6
        assert jwt_header(newer)["kid"] not in {key["kid"] for key in keys}

    def test_of_a_server_that_has_made_its_own_secret_stay(self, run, pool, backend, browsers):
        conf = self.conf(pool, backend)
        conf.lines.remove("CognitoSecret file:{root}/keys")
        site = run(conf)
        keys = key_set(site, site.browser(browsers))
        site.server.graceful()
        assert key_set(site, site.browser(browsers)) == keys
        assert site.server.stop() == []
        site.server.start()
        assert key_set(site, site.browser(browsers)) == keys

    def test_may_be_given(self, run, pool, backend, browsers):
        old, new = self.pem(), self.pem()
        conf = self.conf(pool, backend, new=new, old=old)
        conf.add("CognitoAssertionKey file:{root}/new file:{root}/old")
        jwt, keys = self.signed(run(conf), browsers, backend)
        assert verified(jwt, keys) and len(keys) == 2
        assert jwt_header(jwt)["kid"] == keys[0]["kid"]
        public = jwk.JWK.from_pem(new.encode()).export_public(as_dict=True)
        assert (public["x"], public["y"]) == (keys[0]["x"], keys[0]["y"])


def test_the_documented_example_works(run, pool, backend, browsers):
    with open(DOCS, encoding="utf-8") as file:
        section = file.read().split("\n## Signed assertions")[1].split("\n## ")[0]
    example = re.search(r"```apache\n(.*?)```", section, flags=re.S)[1]
    conf = site_conf(pool)
    conf.add(*re.sub(r"http://127\.0\.0\.1:\d+", backend.url, example).splitlines())
    site = run(conf)
    browser = site.browser(browsers)
    site.sign_in(browser, re.search('<Location "(.*)"', example)[1] + "x")
    claims = verified(backend.seen[-1].header("X-Cognito-Assertion"), key_set(site, browser))
    assert claims["aud"] == re.search(r"audience=(\S+)", example)[1]
