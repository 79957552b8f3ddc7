"""docs/recipes/appsmith.md, with an OIDC client as Appsmith's (backends/appsmith.mjs)."""
import json
import re

import pytest

from harness.pool import SECRET
from harness.recipe import CLIENT, POOL, Recipe, recipe_conf
from harness.site import Site, is_login

RECIPE = Recipe("appsmith")
ORIGIN = "https://apps.example.com"
DOMAIN = "https://my-prefix.auth.eu-west-1.amazoncognito.com"
ISSUER = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"
JWKS = ISSUER + "/.well-known/jwks.json"


class TestAppsmith:
    @pytest.fixture(scope="class")
    def site(self, start, start_node, oracle, amazon, backend):
        RECIPE.register(amazon, secrets=[SECRET])
        amazon.add_user("eve", password=amazon.password_of("eve"), attributes={
            "email": "eve@example.org", "email_verified": "true"})
        oracle.secrets.add(SECRET)
        text = RECIPE.block("Configuration")
        written = dict(re.findall(r"CognitoEndpoint +(\w+) +(\S+)", text))
        here = {kind: url.replace(DOMAIN, amazon.domain).replace(JWKS, amazon.jwks)
                for kind, url in written.items()}
        node = start_node("appsmith.mjs", issuer=ISSUER, client=CLIENT, secret=SECRET, **here)
        conf = recipe_conf(amazon, text, {
            DOMAIN: amazon.domain, JWKS: amazon.jwks, "http://127.0.0.1:8080": node.url,
            "http://127.0.0.1:9000": backend.url}).secret("client-secret", SECRET + "\n")
        return Site(start(conf, allowed=["loopback"]), amazon, ORIGIN)

    @pytest.fixture
    def alice(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/applications")
        return browser

    def to_appsmith(self, site, browser, path="/"):
        """From a page to Appsmith's own sign-in and back; nobody is asked."""
        answer = browser.follow(browser.navigate(ORIGIN + path))
        while answer.location.startswith(site.pool.domain):
            answer = browser.follow(answer)
        assert answer.location.startswith(ORIGIN + "/login/oauth2/code/oidc?"), answer
        return browser.follow(answer)

    def test_both_sign_ins_with_one_question_and_no_discovery(self, site, browsers, amazon):
        amazon.clear_requests()
        browser = site.browser(browsers)
        redirect = browser.follow(browser.navigate(ORIGIN + "/"))
        assert is_login(amazon, redirect)  # "/" leads to Appsmith's sign-in, behind ours
        site.sign_in(browser, "/applications")
        answer = self.to_appsmith(site, browser)
        assert answer.location == ORIGIN + "/applications", answer
        assert browser.fetch(ORIGIN + "/api/v1/users/me").json() == {
            "email": "alice@example.com", "name": "Alice Example"}
        assert not amazon.requests("discovery")
        assert len(amazon.requests("userinfo")) == 2 and len(amazon.requests("token")) == 2

    def test_the_sign_in_page_is_left_out_unless_it_has_an_error(self, site, alice):
        assert self.to_appsmith(site, alice, "/user/login").location == ORIGIN + "/applications"
        assert alice.navigate(ORIGIN + "/user/login?error=true&message=x").status == 200
        assert alice.navigate(ORIGIN + "/").status == 200  # there is a SESSION now

    def test_no_client_says_where_appsmith_is(self, alice, site):
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http",
                  "Forwarded": "host=evil.example", "X-Forwarded-Port": "81"}
        answer = alice.navigate(ORIGIN + "/oauth2/authorization/oidc", headers=forged)
        assert answer.query["redirect_uri"] == ORIGIN + "/login/oauth2/code/oidc"
        assert answer.query["state"].endswith("@origin=" + ORIGIN)
        seen = alice.fetch(ORIGIN + "/x", headers=forged).json()["headers"]
        assert "evil" not in json.dumps(seen) and seen["x-forwarded-for"] == "127.0.0.1"

    @pytest.mark.parametrize("path", ["/user/login?error=x", "/applications", "/api/v1/users/me"])
    def test_nothing_is_open(self, site, browsers, path):
        assert site.browser(browsers).fetch(ORIGIN + path).status == 401

    def test_another_domain_does_not_come_in(self, site, browsers, log):
        log.expect("AH01631")
        browser = site.browser(browsers)
        answer = browser.follow(site.to_callback(browser, "/applications", "eve"))
        assert browser.follow(answer).status == 403

    def test_a_datasource_does_what_its_user_may(self, site, browsers, amazon, backend, log):
        log.expect("AH01631")
        program = site.browser(browsers)
        backend.clear()
        ask = {"Authorization": "Bearer " + amazon.access_token("alice", CLIENT, ["openid"])}
        assert program.request("GET", ORIGIN + "/datasource/orders/list", ask).status == 200
        assert backend.seen[0].target == "/list"
        assert backend.seen[0].header("X-Cognito-Username") == "alice"
        assert backend.seen[0].header("Authorization") is None
        ask = {"Authorization": "Bearer " + amazon.access_token("bob", CLIENT, ["openid"])}
        assert program.request("GET", ORIGIN + "/datasource/orders/list", ask).status == 403
        assert program.request("GET", ORIGIN + "/datasource/orders/list", {}).status == 401
        assert len(backend.seen) == 1
