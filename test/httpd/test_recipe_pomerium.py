"""docs/recipes/pomerium.md: from a ConfigMap, with backends that verify as Pomerium does, and as
the applications behind Pomerium do."""
import json

import jwt
import pytest
import requests
import yaml

from harness.client import origin_of
from harness.conf import Conf
from harness.pool import SECRET
from harness.recipe import CLIENT, POOL, Recipe, recipe_conf
from harness.server import Server
from harness.site import Site

RECIPE = Recipe("pomerium")
ORIGIN = "https://app.example.com"
INNER = "https://inner.example.com"
PREFIX = "https://my-prefix.auth.eu-west-1.amazoncognito.com"
CUSTOM = "https://auth.example.com"


class Pomerium:
    """A route with bearer_token_format idp_identity_token: signature, issuer, its client as aud."""

    def __init__(self, pool):
        self.keys = jwt.PyJWKSet.from_dict(requests.get(pool.jwks, timeout=20).json())

    def respond(self, seen):
        kind, _, token = (seen.header("Authorization") or "").partition(" ")
        try:
            assert kind == "Bearer"
            key = self.keys[jwt.get_unverified_header(token)["kid"]].key
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=CLIENT,
                                issuer=f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}")
            user = {"email": claims["email"], "host": seen.header("Host")}
            return 200, [], json.dumps(user).encode()
        except (AssertionError, KeyError, jwt.InvalidTokenError) as refusal:
            return 401, [], repr(refusal).encode()


@pytest.fixture(scope="class")
def server(start, oracle, amazon, backend, trusted):
    cookie_secret = "c29tZS1jb29raWUtc2VjcmV0LW9mLTMyLWJ5dGVzISE="
    RECIPE.register(amazon, secrets=[SECRET])
    oracle.secrets.add(SECRET, cookie_secret)
    for name in ("bob", "carol", "eve"):
        amazon.add_user(name, password=amazon.password_of(name), attributes={
            "email_verified": "true",
            "email": f"{name}@example.{'org' if name == 'eve' else 'com'}"})
    trusted.respond = Pomerium(amazon).respond
    conf = recipe_conf(amazon, RECIPE.block("In its place"), {})
    inner = recipe_conf(amazon, RECIPE.block("In front of it"),
                        {"https://pomerium.internal": trusted.url})
    conf.add(*inner.lines[1:])
    conf.environment = {**yaml.safe_load(RECIPE.block("The ConfigMap", "yaml"))["data"],
                        "BACKEND": backend.url, "IDP_CLIENT_SECRET": SECRET,
                        "COOKIE_SECRET": cookie_secret}
    return start(conf, allowed=["loopback"])


@pytest.mark.parametrize("line", ["CognitoUserPool ${USER_POOL}", "CognitoDomain ${DOMAIN}",
                                  "CognitoClientID ${IDP_CLIENT_ID}",
                                  "CognitoBaseURL https://${SITE_HOST}"])
def test_a_variable_that_is_not_set_stops_the_start(line):
    assert line.split() in [words.split() for words in RECIPE.block("In its place").splitlines()]
    server = Server(Conf().add(line))
    code, said = server.check()
    server.remove()
    assert code != 0 and "AH00111" in said and line.split()[0] in said


class Place(Site):
    """One of the hosts. Its domain is the emulator's, under the name that browsers see."""

    def __init__(self, server, pool, origin, domain):
        super().__init__(server, pool, origin)
        self.domain = domain

    def browser(self, browsers):
        client = super().browser(browsers)
        client.route(self.domain, self.pool.domain.rpartition(":")[2])
        return client

    def begin(self, browser, path="/"):
        redirect = self.visit(browser, path)
        assert redirect.status == 302
        assert redirect.location.startswith(self.domain + "/oauth2/authorize?"), redirect
        return redirect

    def to_callback(self, browser, path="/", user="alice"):
        answer = browser.follow(self.begin(browser, path))
        while answer.status == 302 and origin_of(answer.location) != self.origin:
            answer = browser.follow(answer)
        if answer.status == 200:
            answer = browser.submit(answer, username=user, password=self.pool.password_of(user))
        assert answer.location.startswith(self.origin + "/oauth2/callback?"), answer
        return answer


class TestInItsPlace:
    @pytest.fixture(scope="class")
    def sites(self, server, amazon):
        return {"place": Place(server, amazon, ORIGIN, PREFIX),
                "inner": Place(server, amazon, INNER, CUSTOM)}

    @pytest.fixture
    def site(self, sites):
        return sites["place"]

    @pytest.fixture
    def inner(self, sites):
        return sites["inner"]

    def test_settings_come_from_the_environment(self, site, browsers, amazon):
        browser = site.browser(browsers)
        redirect = site.begin(browser)
        assert redirect.query["client_id"] == CLIENT and redirect.query["nonce"]
        assert redirect.query["redirect_uri"] == ORIGIN + "/oauth2/callback"
        assert redirect.query["code_challenge_method"] == "S256"
        amazon.clear_requests()
        assert site.sign_in(browser, "/").status == 200
        assert amazon.requests("token")[0].headers["authorization"].startswith("Basic ")

    @pytest.mark.parametrize("user, status", [("alice", 200), ("bob", 200), ("carol", 403),
                                              ("eve", 403)])
    def test_the_policy_is_the_same(self, site, browsers, user, status, log):
        log.allow("AH01630", "AH01631")
        browser = site.browser(browsers)
        answer = browser.follow(site.to_callback(browser, "/x", user))
        assert browser.follow(answer).status == status
        assert browser.fetch(ORIGIN + "/x", method="DELETE").status == 403
        assert browser.fetch(ORIGIN + "/public/x").status == 200

    def test_who_is_not_signed_in(self, site, browsers, backend):
        backend.clear()
        browser = site.browser(browsers)
        assert browser.fetch(ORIGIN + "/").status == 401 and not backend.seen
        assert browser.fetch(ORIGIN + "/public/x").status == 200

    @pytest.mark.parametrize("user, groups, name", [("alice", ["admins", "staff"], "Alice Example"),
                                                    ("bob", [], "")])
    def test_an_application_behind_it_does_not_notice(self, site, browsers, backend, user, groups,
                                                      name):
        """It verifies the assertion by the keys of the well-known place, and reads headers."""
        browser = site.browser(browsers)
        keys = site.browser(browsers).fetch(ORIGIN + "/.well-known/pomerium/jwks.json").json()
        site.sign_in(browser, "/", user)
        backend.clear()
        forged = {"X-Pomerium-Jwt-Assertion": "a.b.c", "X_Pomerium_Claim_Email": "root@example.com"}
        assert browser.fetch(ORIGIN + "/x", headers=forged).status == 200
        seen = backend.seen[0]
        assertion, email = seen.header("X-Pomerium-Jwt-Assertion"), f"{user}@example.com"
        key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(assertion)["kid"]]
        claims = jwt.decode(assertion, key.key, algorithms=["ES256"], audience="app.example.com",
                            issuer="app.example.com", options={"require": ["exp", "iat", "jti"]})
        assert claims["email"] == email and claims["groups"] == groups and claims["name"] == name
        assert claims["sub"] == claims["user"] and claims["exp"] - claims["iat"] <= 300
        assert seen.folded("x_pomerium_claim_email") == {"x_pomerium_claim_email": [email]}
        assert (seen.header("X-Pomerium-Claim-Groups") or "") == ",".join(groups)

    def test_no_client_says_who_it_is_where_nobody_signs_in(self, site, browsers, backend):
        backend.clear()
        forged = {"X-Pomerium-Jwt-Assertion": "a.b.c", "X_Pomerium_Claim_Email": "root@example.com"}
        assert site.browser(browsers).fetch(ORIGIN + "/public/x", headers=forged).status == 200
        assert not backend.seen[0].folded("x_pomerium.*")

    def test_its_sign_out_ends_the_session(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/")
        answer = browser.navigate(ORIGIN + "/.pomerium/sign_out", site="same-origin")
        answer = browser.follow(answer)
        assert answer.location.startswith(PREFIX + "/logout?")
        assert answer.query["logout_uri"] == ORIGIN + "/.cognito/signed-out"
        assert browser.fetch(ORIGIN + "/").status == 401

    def test_in_front_of_it_the_id_token_does(self, inner, browsers, trusted):
        browser = inner.browser(browsers)
        answer = inner.sign_in(browser, "/")
        assert answer.json() == {"email": "alice@example.com", "host": "inner.example.com"}
        forged = {"X-Pomerium-Authorization": "x", "Authorization": "Pomerium x"}
        assert browser.fetch(INNER + "/", headers=forged).status == 200
        assert trusted.seen[-1].header("X-Pomerium-Authorization") is None
        assert trusted.seen[-1].header("Authorization").startswith("Bearer ")
