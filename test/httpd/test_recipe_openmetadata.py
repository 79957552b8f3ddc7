"""docs/recipes/openmetadata.md, with a backend that takes tokens as OpenMetadata's filters do."""
import json

import jwt
import pytest
import requests
import yaml

from harness.backend import Backend
from harness.client import Client
from harness.recipe import CLIENT, Recipe, recipe_conf
from harness.site import Site, is_login
from harness.waiting import wait_for

RECIPE = Recipe("openmetadata")
ORIGIN = "https://metadata.example.com"
SIGNED = "https://signed.example.com"  # the page's second configuration
HEADERS = "https://headers.example.com"  # and its third


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
        self.algorithm = self.settings.get("tokenValidationAlgorithm", "RS256")
        self.domain = settings["authorizerConfiguration"]["principalDomain"]
        self.fetch = fetch

    def verify(self, token):
        kid = jwt.get_unverified_header(token)["kid"]
        for key in (key for url in self.settings["publicKeyUrls"] for key in self.fetch(url)):
            if key.key_id == kid:
                return jwt.decode(token, key.key, algorithms=[self.algorithm],
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


def key_fetcher(pool, client):
    """The user pool's keys come from the emulator, ours from httpd; OpenMetadata has none here."""
    def fetch(url):
        if "/api/v1/" in url:
            return []
        answer = requests.get(pool.jwks, timeout=20) if "amazonaws" in url else client.fetch(
            url.replace(ORIGIN, SIGNED))
        return jwt.PyJWKSet.from_dict(answer.json()).keys
    return fetch


@pytest.fixture(scope="class")
def filter_client():
    client = Client()
    yield client
    client.close()


@pytest.fixture(scope="class")
def signed_backend(oracle):
    backend = Backend()
    yield backend
    problems = oracle.end_backend(backend)
    backend.close()
    assert not problems


@pytest.fixture(scope="class")
def server(start, amazon, trusted, backend, signed_backend, filter_client):
    RECIPE.register(amazon, {ORIGIN: [SIGNED, HEADERS]})
    amazon.add_user("eve", password=amazon.password_of("eve"), attributes={
        "email": "eve@example.org", "email_verified": "true"})
    amazon.change_user("bob", attributes={"email_verified": "false"})
    settings = yaml.safe_load(RECIPE.block("By the ID token", "yaml"))
    assert settings["authenticationConfiguration"]["callbackUrl"] == ORIGIN + "/callback"
    assert settings["authenticationConfiguration"]["clientId"] == CLIENT
    fetch = key_fetcher(amazon, filter_client)
    trusted.respond = Filter(settings, fetch).respond
    signed_backend.respond = Filter(
        yaml.safe_load(RECIPE.block("By a signed assertion", "yaml")), fetch).respond
    backend.respond = by_header  # the harness sees to it that no token comes there
    address = "http://127.0.0.1:8585"
    conf = recipe_conf(amazon, RECIPE.block("By the ID token"), {address: trusted.url})
    other = recipe_conf(amazon, RECIPE.block("By a header"),
                        {address: backend.url, ORIGIN[8:]: HEADERS[8:]})
    signed = recipe_conf(amazon, RECIPE.block("By a signed assertion"),
                         {address: signed_backend.url, ORIGIN[8:]: SIGNED[8:]})
    server = start(conf.add(*other.lines[1:], *signed.lines[1:]), allowed=["loopback"])
    filter_client.route(SIGNED, server.port)
    return server


def wait_for_line(server, line):
    """This server calls the user as OpenMetadata does."""
    wait_for(lambda: line in server.logged()["access.log"], f"{line} in the access log")


class TestOpenMetadata:
    @pytest.fixture(scope="class")
    def site(self, server, amazon):
        return Site(server, amazon, ORIGIN)

    @pytest.fixture(scope="class")
    def signed(self, server, amazon):
        return Site(server, amazon, SIGNED)

    @pytest.fixture(scope="class")
    def with_headers(self, server, amazon):
        return Site(server, amazon, HEADERS)

    @pytest.fixture
    def alice(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/")
        return browser

    def test_the_api_gets_a_token_that_its_filter_takes(self, alice, server):
        answer = alice.fetch(ORIGIN + "/api/v1/users/loggedInUser")
        assert answer.json() == {"name": "alice", "teams": ["admins", "staff"], "as": None}
        wait_for_line(server, " alice GET /api/v1/users/loggedInUser 200\n")

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

    def test_by_a_signed_assertion_that_names_the_same_user(self, signed, browsers,
                                                            signed_backend):
        browser = signed.browser(browsers)
        signed.sign_in(browser, "/")
        signed_backend.clear()
        answer = browser.fetch(SIGNED + "/api/v1/users/loggedInUser",
                               headers={"Authorization": "Bearer a.b.c"})
        assert answer.json() == {"name": "alice", "teams": ["admins", "staff"], "as": None}
        token = signed_backend.seen[0].header("Authorization").removeprefix("Bearer ")
        said = jwt.decode(token, options={"verify_signature": False})
        assert said["iss"] == said["aud"] == SIGNED and said["email"] == "alice@example.com"

    @pytest.mark.parametrize("user", ["eve", "bob"])
    @pytest.mark.parametrize("way", ["site", "signed", "with_headers"])
    def test_other_domains_and_unverified_addresses_stay_out(self, request, way, user, browsers,
                                                             trusted, signed_backend, backend,
                                                             log):
        log.expect("AH01631")
        site = request.getfixturevalue(way)
        browser = site.browser(browsers)
        trusted.clear()
        signed_backend.clear()
        backend.clear()
        answer = browser.follow(site.to_callback(browser, "/", user))
        assert browser.follow(answer).status == 403
        assert not trusted.seen + signed_backend.seen + backend.seen

    def test_by_a_header_the_callback_stays(self, with_headers, browsers, amazon, backend):
        browser = with_headers.browser(browsers)
        redirect = with_headers.begin(browser, "/explore")
        assert is_login(amazon, redirect) and redirect.query["redirect_uri"] == HEADERS + "/callback"
        assert with_headers.sign_in(browser, "/explore").json() == {"name": "alice", "as": None}
        wait_for_line(with_headers.server, " alice GET /explore 200\n")  # not alice@example.com
        forged = {"X-Auth-Params-Email": "admin@example.com", "X-Auth_Params-Email": "x@y",
                  "X-Impersonate-User": "admin"}
        answer = browser.fetch(HEADERS + "/api/v1/x", headers=forged)
        assert answer.json() == {"name": "alice", "as": None}
        assert backend.seen[-1].folded("x_auth_params_email") == {
            "x_auth_params_email": ["alice@example.com"]}
