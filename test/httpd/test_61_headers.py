"""What a backend is told of its user: X-Cognito-* headers, here and nowhere else."""
import base64
import urllib.parse

import pytest

from harness.site import is_login, ordinary_conf, pick_identity
from harness.told import ALICE, OWN, told

__all__ = ["told"]


def text_of(octets):
    """A value as a backend that knows of UTF-8 reads it."""
    return octets.encode("latin-1").decode("utf-8")


class TestHeaders:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("headers", "env")
        conf.location("/secure", "CognitoExport headers")
        conf.location("/secure/env", "CognitoExport env")
        conf.location("/secure/none", "CognitoExport none")
        conf.location("/secure/few", "CognitoClaims email cognito:* !cognito:username")
        conf.location("/secure/named", "CognitoClaims email custom:tenant nick* custom:* !custom:x",
                      "CognitoClaims custom:x")
        conf.location("/secure/untold", "CognitoClaims email custom:x !custom:x")
        conf.location("/pass", "AuthType Cognito", "CognitoUnauthenticated pass",
                      "Require all granted", "CognitoExport headers")
        for way in ("headers", "both", "env"):
            conf.location(f"/cgi/env/{way}", f"CognitoExport {way}")
        conf.location("/secure/edited", "RequestHeader set X-Cognito-Tenant acme",
                      "RequestHeader unset X-Cognito-Sub",
                      'RequestHeader edit X-Cognito-Email "@.*$" ""')
        return run(conf)

    def test_each_claim_is_a_header(self, alice, told):
        headers = told(alice, "/secure")
        assert set(headers) == ALICE
        assert headers["x_cognito_username"] == "alice" and len(headers["x_cognito_sub"]) == 36
        assert headers["x_cognito_email"] == "alice@example.com"
        assert headers["x_cognito_email_verified"] == "true"
        assert headers["x_cognito_name"] == "Alice Example"
        assert headers["x_cognito_groups"] == "admins,staff"

    def test_names_are_written_as_documented(self, alice, told, backend):
        told(alice, "/secure")
        assert {"X-Cognito-Sub", "X-Cognito-Email-Verified", "X-Cognito-Groups"} <= \
            {name for name, _ in backend.seen[-1].headers}

    @pytest.mark.parametrize("path", ["/secure/env", "/secure/none", "/public"])
    def test_no_other_place_is_told(self, alice, told, path):
        assert told(alice, path) == {}

    def test_nobody_is_told_of_where_everybody_passes(self, alice, nobody, told):
        assert told(nobody, "/pass") == {}
        assert set(told(alice, "/pass")) == ALICE

    def test_a_place_may_want_fewer(self, alice, told):
        assert set(told(alice, "/secure/few")) == {"x_cognito_email", "x_cognito_groups"}

    def test_what_is_named_and_missing_is_told_as_empty(self, alice, told, backend):
        headers = told(alice, "/secure/named")
        assert headers == {"x_cognito_email": "alice@example.com", "x_cognito_custom_tenant": "",
                           "x_cognito_custom_x": ""}
        assert ("X-Cognito-Custom-Tenant", "") in backend.seen[-1].headers

    def test_what_is_taken_out_again_is_not(self, alice, told):
        assert set(told(alice, "/secure/untold")) == {"x_cognito_email"}

    def test_a_script_sees_them_as_httpd_has_it(self, site, alice):
        env = self.env(site, alice, "headers")
        assert env["HTTP_X_COGNITO_EMAIL"] == "alice@example.com"
        assert env["HTTP_X_COGNITO_GROUPS"] == "admins,staff" and env["REMOTE_USER"] == "alice"
        assert not [name for name in env if name.startswith("COGNITO_")]

    def test_both_are_both_and_env_alone_is_alone(self, site, alice):
        env = self.env(site, alice, "both")
        for name in ("SUB", "EMAIL", "USERNAME", "GROUPS", "NAME", "EMAIL_VERIFIED"):
            assert env["HTTP_X_COGNITO_" + name] == env["COGNITO_" + name]
        env = self.env(site, alice, "env")
        assert not [name for name in env if name.startswith("HTTP_X_COGNITO")]

    def env(self, site, browser, path):
        answer = browser.navigate(site.url(f"/cgi/env/{path}"))
        assert answer.status == 200, answer
        return answer.variables

    def test_the_administrator_has_the_last_word(self, alice, told):
        headers = told(alice, "/secure/edited")
        assert headers["x_cognito_email"] == "alice" and headers["x_cognito_tenant"] == "acme"
        assert "x_cognito_sub" not in headers

    def test_users_on_one_connection_are_not_mixed_up(self, site, browsers, told, alice):
        bob = site.browser(browsers)
        site.sign_in(bob, user="bob")
        jars = {"alice": alice.jar, "bob": bob.jar, None: browsers().jar}
        for name in ["alice", "bob", None, "bob", "alice", None] * 5:
            alice.jar = jars[name]
            if name:
                assert told(alice, "/secure")["x_cognito_username"] == name
            assert told(alice, "/pass").get("x_cognito_username") == name

    def test_nobody_reaches_the_backend(self, site, nobody, backend):
        backend.clear()
        assert is_login(site.pool, nobody.navigate(site.url("/secure")))
        assert nobody.fetch(site.url("/secure")).status == 401 and not backend.seen


ODD = {"name": "J\u00fcrgen O'Ne\u00efl \U0001f600", "nickname": "J\u00fcrgen", "given_name": " alice",
       "family_name": "Evil\r\nX-Cognito-Sub: evil", "locale": "=?utf-8?Q?a?=", "profile": "alice ",
       "website": "100%, a", "zoneinfo": "a\u00a0", "custom:empty": "", "custom:controls": "a\x01\x7fb"}
GROUPS = ["a,admins", " admins", "staff ", "\u00a0admins", "100%", "M\u00fcnchen", "DOMAIN\\x", "a b"]


class TestValues:
    """H26: one rule for every value that a header cannot carry as it is."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        for group in GROUPS:
            pool.call("POST", "/groups", {"name": group})
        pool.add_user("odd", password=pool.password_of("odd"), groups=GROUPS,
                      attributes={"email": "odd@example.com", **ODD})
        conf = ordinary_conf(pool, backend)
        conf.location("/secure", "CognitoExport headers")
        for encoding in ("utf-8", "latin1", "base64", "percent"):
            conf.location(f"/secure/{encoding}", f"CognitoExport headers encoding={encoding}")
        conf.location("/secure/percent/back", "CognitoExport headers")
        return run(conf)

    @pytest.fixture
    def odd(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, user="odd")
        return browser

    @pytest.mark.parametrize("path", ["/secure", "/secure/utf-8", "/secure/percent/back"])
    def test_utf_8_is_the_default(self, odd, told, path):
        headers = told(odd, path)
        assert text_of(headers["x_cognito_name"]) == ODD["name"]
        assert text_of(headers["x_cognito_zoneinfo"]) == ODD["zoneinfo"]
        assert headers["x_cognito_locale"] == ODD["locale"]
        assert headers["x_cognito_website"] == ODD["website"]
        assert headers["x_cognito_custom_empty"] == ""

    def test_no_line_is_broken(self, odd, told, backend):
        headers = told(odd, "/secure")
        assert headers["x_cognito_family_name"] == "Evil  X-Cognito-Sub: evil"
        assert headers["x_cognito_custom_controls"] == "a  b"
        assert "\n" not in backend.seen[-1].head.replace("\r\n", "")

    def test_nobody_passes_for_another_by_white_space(self, odd, told, log):
        log.expect("COG4221: header X-Cognito-Given-Name is sent empty",
                   "COG4221: header X-Cognito-Profile is sent empty")
        headers = told(odd, "/secure")
        assert headers["x_cognito_given_name"] == "" and headers["x_cognito_profile"] == ""

    def test_latin1(self, odd, told, log):
        log.expect("COG4221: header X-Cognito-Name is sent empty",
                   "COG4221: header X-Cognito-Zoneinfo is sent empty")
        headers = told(odd, "/secure/latin1")
        assert headers["x_cognito_nickname"] == "J\u00fcrgen"
        assert headers["x_cognito_name"] == "" and headers["x_cognito_zoneinfo"] == ""

    def test_base64_carries_everything(self, odd, told):
        headers = {name: base64.b64decode(value, validate=True).decode()
                   for name, value in told(odd, "/secure/base64").items()}
        for claim in ("name", "given_name", "zoneinfo", "website"):
            assert headers["x_cognito_" + claim] == ODD[claim]

    def test_percent_carries_everything(self, odd, told):
        headers = told(odd, "/secure/percent")
        assert all(value.isascii() and " " not in value for value in headers.values())
        for claim in ("name", "given_name", "zoneinfo", "website"):
            assert urllib.parse.unquote(headers["x_cognito_" + claim]) == ODD[claim]

    @pytest.mark.parametrize("path", ["/secure/utf-8", "/secure/percent"])
    def test_lists_are_split_and_decoded(self, odd, told, path):
        value = text_of(told(odd, path)["x_cognito_groups"])
        assert sorted(urllib.parse.unquote(one) for one in value.split(",")) == sorted(GROUPS)

    @pytest.mark.parametrize("path", ["/secure/utf-8", "/secure/percent"])
    def test_no_group_forges_another(self, odd, told, path):
        """Whoever only splits, with or without trimming."""
        value = text_of(told(odd, path)["x_cognito_groups"])
        found = {one.strip() for one in value.split(",")}
        assert not {"a", "admins", "staff"} & found and len(found) == len(GROUPS)
        assert ("DOMAIN\\x" in found) and ("M\u00fcnchen" in found or "percent" in path)


class TestFederatedUser:
    """Who comes by an identity provider is told with its name, and with the id there."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.location("/secure", "CognitoExport headers", "CognitoLoginParam identity_provider EntraID")
        conf.location("/cgi/env", "CognitoRemoteUser cognito:username s/^EntraID_//i")
        return run(conf)

    def test_the_provider_and_the_id_there(self, site, nobody, told):
        answer = nobody.follow(pick_identity(nobody, site.begin(nobody), "fred", site.pool))
        assert nobody.follow(answer).status == 200
        found = told(nobody, "/secure")
        assert found["x_cognito_idp_name"] == "EntraID" and found["x_cognito_idp_user_id"] == "fred"
        assert found["x_cognito_username"].lower() == "entraid_fred"
        assert not [name for name in found if "identities" in name]
        env = site.environment(nobody)
        assert env["REMOTE_USER"] == "fred"
        assert (env["COGNITO_IDP_NAME"], env["COGNITO_IDP_USER_ID"]) == ("EntraID", "fred")

    def test_nobody_can_say_to_come_from_there(self, site, nobody, told):
        answer = nobody.follow(pick_identity(nobody, site.begin(nobody), "fred", site.pool))
        assert nobody.follow(answer).status == 200
        truth = told(nobody, "/secure")
        assert told(nobody, "/secure", headers={
            "X-Cognito-Idp-Name": "Evil", "X_Cognito_Idp_User_Id": "evil"}) == truth


class TestNames:
    """H27: no claim takes the name of another one."""

    def test_by_folding(self, run, pool, backend, browsers):
        pool.add_user("fold", password=pool.password_of("fold"), attributes={
            "email": "fold@example.com", "custom:a-b": "1", "custom:a_b": "2", "custom:a.b": "3",
            "custom:sub": "evil", "custom:x y": "4"})
        conf = ordinary_conf(pool, backend)
        conf.location("/secure", "CognitoExport headers")
        site = run(conf)
        browser = site.browser(browsers)
        site.sign_in(browser, user="fold")
        backend.clear()
        assert browser.navigate(site.url("/secure")).status == 200
        found = backend.seen[-1].folded(OWN)
        assert len(found["x_cognito_sub"][0]) == 36 and found["x_cognito_custom_sub"] == ["evil"]
        assert "x_cognito_custom_a_b" not in found
        assert found["x_cognito_custom_x_y"] == ["4"]

    @pytest.fixture(autouse=True)
    def collisions(self, log):
        log.allow("COG2001")


class TestTooLong:
    """Nothing is cut: what does not fit is an error that says so."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        for length in (8190 - len("X-Cognito-Custom-Long: "), 8191 - len("X-Cognito-Custom-Long: ")):
            pool.add_user(f"long{length}", password=pool.password_of("x"), attributes={
                "email": "long@example.com", "custom:long": "x" * length})
        conf = ordinary_conf(pool, backend)
        conf.add("LimitRequestFieldSize 32768")
        conf.location("/secure", "CognitoExport headers")
        conf.location("/secure/short", "CognitoClaims email")
        return run(conf)

    @pytest.fixture(autouse=True)
    def other_logs(self, log):
        log.allow("COG302")

    def test_a_line_of_8190_bytes_passes(self, site, browsers, told):
        browser = site.browser(browsers)
        site.sign_in(browser, user="long8167")
        assert told(browser, "/secure")["x_cognito_custom_long"] == "x" * 8167

    def test_a_longer_one_is_an_error(self, site, browsers, backend, told, log):
        browser = site.browser(browsers)
        site.sign_in(browser, path="/secure/short", user="long8168")
        log.expect("COG4220: header X-Cognito-Custom-Long of 8191 bytes is longer than 8190",
                   "COG3001: header_too_long: .* remedy: export less")
        backend.clear()
        answer = browser.navigate(site.url("/secure"))
        assert answer.status == 500 and "This page cannot be shown" in answer.text
        assert answer.header("Cache-Control") == "no-store" and not backend.seen
        assert browser.fetch(site.url("/secure")).json()["error"] == "header_too_long"
        assert told(browser, "/secure/short") == {"x_cognito_email": "long@example.com"}
