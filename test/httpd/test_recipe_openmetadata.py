"""docs/recipes/openmetadata.md, with a backend that takes tokens as OpenMetadata's filters do."""
import json

import jwt
import pytest
import requests
import yaml

from harness.recipe import CLIENT, Recipe, recipe_conf
from harness.site import Site, is_login

RECIPE = Recipe("openmetadata")
ORIGIN = "https://metadata.example.com"
HEADERS = "https://headers.example.com"  # the page's second configuration


def by_header(seen):
    """CatalogOpenIdAuthorizationRequestFilter: believes what it reads."""
    name = seen.header("X-Auth-Params-Email").partition("@")[0]
    return 200, [], json.dumps({"name": name, "as": seen.header("X-Impersonate-User")}).encode()


class Refused(Exception):
    """The filter's 401."""


class Filter:
    """JwtFilter by PyJWT: a key of any of the key sets, signature and exp alone; the first of the
    claims is the name, in small letters and without its domain, which must be the right one."""

    def __init__(self, settings, fetch):
        self.settings = settings["authenticationConfiguration"]
        self.domain = settings["authorizerConfiguration"]["principalDomain"]
        self.keys = [key for url in self.settings["publicKeyUrls"] for key in fetch(url)]

    def verify(self, token):
        kid = jwt.get_unverified_header(token)["kid"]
        for key in self.keys:
            if key.key_id == kid:
                return jwt.decode(token, key.key, algorithms=["RS256"],
                                  options={"verify_aud": False})
        raise Refused("no key")

    def user(self, token):
        claims = self.verify(token)
        names = [claims[name] for name in self.settings["jwtPrincipalClaims"] if name in claims]
        name, _, domain = names[0].lower().partition("@")
        if (domain or claims["email"].partition("@")[2]) != self.domain:
            raise Refused("another domain")
        return {"name": name, "teams": claims.get("cognito:groups", [])}

    def respond(self, seen):
        kind, _, token = (seen.header("Authorization") or "").partition(" ")
        try:
            user = self.user(token) if kind == "Bearer" else {"page": seen.target}
            return 200, [], json.dumps({**user, "as": seen.header("X-Impersonate-User")}).encode()
        except (Refused, jwt.InvalidTokenError) as refusal:
            return 401, [], repr(refusal).encode()


def fetch_keys(pool):
    """The user pool's keys from the emulator; OpenMetadata's own key set is empty here."""
    def fetch(url):
        if "amazonaws" not in url:
            return []
        return jwt.PyJWKSet.from_dict(requests.get(pool.jwks, timeout=20).json()).keys
    return fetch


@pytest.fixture(scope="class")
def server(start, amazon, trusted, backend):
    RECIPE.register(amazon)
    registered = amazon.change_client(CLIENT)["callback_urls"]
    amazon.change_client(CLIENT, callback_urls=[*registered, HEADERS + "/callback"])
    amazon.add_user("eve", password=amazon.password_of("eve"), attributes={
        "email": "eve@example.org", "email_verified": "true"})
    amazon.change_user("bob", attributes={"email_verified": "false"})
    settings = yaml.safe_load(RECIPE.block("By the ID token", "yaml"))
    assert settings["authenticationConfiguration"]["callbackUrl"] in registered
    trusted.respond = Filter(settings, fetch_keys(amazon)).respond
    backend.respond = by_header  # the harness sees to it that no token comes there
    address = "http://127.0.0.1:8585"
    conf = recipe_conf(amazon, RECIPE.block("By the ID token"), {address: trusted.url})
    other = recipe_conf(amazon, RECIPE.block("By a header"),
                        {address: backend.url, ORIGIN[8:]: HEADERS[8:]})
    return start(conf.add(*other.lines[1:]), allowed=["loopback"])


class TestOpenMetadata:
    @pytest.fixture(scope="class")
    def site(self, server, amazon):
        return Site(server, amazon, ORIGIN)

    @pytest.fixture(scope="class")
    def with_headers(self, server, amazon):
        return Site(server, amazon, HEADERS)

    @pytest.fixture
    def alice(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/")
        return browser

    def test_the_api_gets_a_token_that_its_filter_takes(self, alice):
        answer = alice.fetch(ORIGIN + "/api/v1/users/loggedInUser")
        assert answer.json() == {"name": "alice", "teams": ["admins", "staff"], "as": None}

    def test_it_is_this_server_s_token_whatever_the_page_sends(self, alice):
        forged = {"Authorization": "Bearer a.b.c", "X-Impersonate-User": "admin",
                  "X-Auth-Params-Email": "admin@example.com"}
        answer = alice.fetch(ORIGIN + "/api/v1/users/loggedInUser", headers=forged)
        assert answer.json()["name"] == "alice" and answer.json()["as"] is None

    def test_pages_get_no_token(self, alice, trusted):
        trusted.clear()
        assert alice.navigate(ORIGIN + "/explore").json()["page"] == "/explore"
        assert trusted.seen[0].header("Authorization") is None

    @pytest.mark.parametrize("path", ["/", "/callback", "/api/v1/users", "/api/v1/system/version"])
    def test_nothing_is_open(self, site, browsers, trusted, path):
        trusted.clear()
        assert site.browser(browsers).fetch(ORIGIN + path).status == 401
        assert not trusted.seen

    @pytest.mark.parametrize("user", ["eve", "bob"])
    @pytest.mark.parametrize("way", ["site", "with_headers"])
    def test_other_domains_and_unverified_addresses_stay_out(self, request, way, user, browsers,
                                                             trusted, backend, log):
        log.expect("AH01631")
        site = request.getfixturevalue(way)
        browser = site.browser(browsers)
        trusted.clear()
        backend.clear()
        answer = browser.follow(site.to_callback(browser, "/", user))
        assert browser.follow(answer).status == 403 and not trusted.seen + backend.seen

    def test_by_a_header_the_callback_stays(self, with_headers, browsers, amazon, backend):
        browser = with_headers.browser(browsers)
        redirect = with_headers.begin(browser, "/explore")
        assert is_login(amazon, redirect) and redirect.query["redirect_uri"] == HEADERS + "/callback"
        assert with_headers.sign_in(browser, "/explore").json() == {"name": "alice", "as": None}
        forged = {"X-Auth-Params-Email": "admin@example.com", "X-Auth_Params-Email": "x@y",
                  "X-Impersonate-User": "admin"}
        answer = browser.fetch(HEADERS + "/api/v1/x", headers=forged)
        assert answer.json() == {"name": "alice", "as": None}
        assert backend.seen[-1].folded("x_auth_params_email") == {
            "x_auth_params_email": ["alice@example.com"]}
