"""docs/recipes/mlspace.md, with a backend that verifies tokens as MLSpace's authorizer does."""
import json

import jwt
import pytest
import requests

from harness.recipe import CLIENT, POOL, Recipe, recipe_conf
from harness.site import Site, is_login, is_refusal

RECIPE = Recipe("mlspace")
ORIGIN = "https://mlspace.example.com"
API = "https://abc123.execute-api.eu-west-1.amazonaws.com"


class Authorizer:
    """By PyJWT: the key that the token names out of the issuer's key set, RS256, aud and exp.
    Asked by the issuer's internal address, as with INTERNAL_OIDC_URL."""

    def __init__(self, pool, audience):
        self.keys = jwt.PyJWKClient(requests.get(pool.discovery, timeout=20).json()["jwks_uri"])
        self.audience = audience

    def user(self, token):
        key = self.keys.get_signing_key_from_jwt(token).key
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=self.audience)
        return {"username": claims["preferred_username"], "name": claims["name"],
                "iss": claims["iss"]}

    def respond(self, seen):
        kind, _, token = (seen.header("Authorization") or "").partition(" ")
        try:
            assert kind == "Bearer"
            return 200, [], json.dumps(self.user(token)).encode()
        except (AssertionError, KeyError, jwt.InvalidTokenError) as refusal:
            return 403, [], repr(refusal).encode()


class TestMlspace:
    @pytest.fixture(scope="class")
    def site(self, start, amazon, trusted):
        RECIPE.register(amazon)
        amazon.change_user("bob", attributes={"preferred_username": "bob"})
        trusted.respond = Authorizer(amazon, CLIENT).respond
        conf = recipe_conf(amazon, RECIPE.block("Configuration"), {API: trusted.url})
        return Site(start(conf.load("alias"), allowed=["loopback"]), amazon, ORIGIN)

    def test_a_sign_in_ends_at_the_application(self, site, browsers, amazon):
        browser = site.browser(browsers)
        redirect = browser.follow(browser.navigate(ORIGIN + "/"))  # "/" moves to /Prod/
        assert is_login(amazon, redirect)
        assert redirect.query["client_id"] == CLIENT
        assert redirect.query["scope"] == "openid profile email"
        assert redirect.query["code_challenge_method"] == "S256" and redirect.query["nonce"]
        amazon.clear_requests()
        answer = site.sign_in(browser, "/Prod/current-user")
        assert answer.json() == {"username": "alice", "name": "Alice Example",
                                 "iss": f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"}
        call = amazon.requests("token")[0]
        assert "authorization" not in call.headers and call.form["client_id"] == CLIENT

    def test_a_call_of_a_script_carries_the_token_of_this_server(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/Prod/")
        answer = browser.fetch(ORIGIN + "/Prod/dataset",
                               headers={"Authorization": "Bearer of.some.page"})
        assert answer.status == 200 and answer.json()["username"] == "alice"

    @pytest.mark.parametrize("path", ["/", "/Prod/", "/Prod/current-user"])
    def test_nothing_is_open(self, site, browsers, trusted, path):
        trusted.clear()
        answer = site.browser(browsers).fetch(ORIGIN + path)
        assert answer.status in (301, 302, 401) and not trusted.seen

    def test_who_has_no_name_is_told_so(self, site, browsers, trusted, log):
        log.expect("AH01631")
        browser = site.browser(browsers)
        trusted.clear()
        answer = browser.follow(site.to_callback(browser, "/Prod/", "bob"))
        answer = browser.follow(answer)
        assert is_refusal(answer) and answer.status == 403
        assert "Your profile is incomplete" in answer.text and "<code>name</code>" in answer.text
        assert not trusted.seen

    def test_an_ended_sign_in_is_ended_at_the_user_pool(self, site, browsers, amazon):
        browser = site.browser(browsers)
        site.sign_in(browser, "/Prod/")
        answer = browser.navigate(ORIGIN + "/.cognito/logout", site="same-origin")
        assert answer.location.startswith(amazon.domain + "/logout?")
        assert answer.query["logout_uri"] == ORIGIN + "/.cognito/signed-out"
        assert browser.follow(answer).location == ORIGIN + "/.cognito/signed-out"
        assert browser.fetch(ORIGIN + "/Prod/current-user").status == 401

    def test_a_token_of_another_client_would_not_do(self, amazon):
        """The judge is one: it refuses what is not for MLSpace."""
        amazon.add_client("another", scopes=["openid", "profile"], callback_urls=[ORIGIN + "/x"])
        token = amazon.tokens("alice", "another")["id_token"]
        with pytest.raises(jwt.InvalidAudienceError):
            Authorizer(amazon, CLIENT).user(token)
