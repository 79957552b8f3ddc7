"""docs/recipes/librechat.md, with LibreChat's packages as the backend (backends/librechat.mjs)."""
import pytest

from harness.pool import SECRET
from harness.recipe import CLIENT, Recipe, recipe_conf
from harness.site import Site, is_login

RECIPE = Recipe("librechat")
ORIGIN = "https://chat.example.com"
HEADERS = "https://headers.example.com"  # the page's second configuration
ISSUER = ("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
          "/.well-known/openid-configuration")


@pytest.fixture(scope="class")
def server(start, start_node, oracle, pool):
    RECIPE.register(pool, {ORIGIN: [HEADERS]}, secrets=[SECRET])
    oracle.secrets.add(SECRET)
    env = dict(line.split("=", 1) for line in
               RECIPE.block("In front of LibreChat", "sh").splitlines())
    assert env["OPENID_ISSUER"] == ISSUER
    node = start_node("librechat.mjs", secret=SECRET, env={**env, "OPENID_ISSUER": pool.discovery})
    changes = {ISSUER: pool.discovery, "http://127.0.0.1:3080": node.url}
    conf = recipe_conf(pool, RECIPE.block("In front of LibreChat"), changes)
    other = recipe_conf(pool, RECIPE.block("Instead of its sign-in"),
                        {**changes, ORIGIN[8:]: HEADERS[8:]})
    conf.add(*other.lines[1:]).secret("client-secret", SECRET + "\n")
    return start(conf, allowed=["loopback"])


class TestLibreChat:
    @pytest.fixture(scope="class")
    def site(self, server, pool):
        return Site(server, pool, ORIGIN)

    @pytest.fixture(scope="class")
    def with_headers(self, server, pool):
        return Site(server, pool, HEADERS)

    def use_the_chat(self, site, browser):
        """LibreChat's own sign-in, at the same app client: nobody is asked."""
        answer = browser.follow(browser.navigate(ORIGIN + "/oauth/openid"))
        while answer.location.startswith(site.pool.domain):
            answer = browser.follow(answer)
        assert answer.status == 302 and answer.location.startswith(ORIGIN + "/oauth/openid/callback")
        answer = browser.follow(answer)
        assert answer.location == ORIGIN + "/c/new", answer
        return browser.follow(answer)

    def test_first_ours_then_its_own_sign_in_and_one_question(self, site, browsers, pool):
        browser = site.browser(browsers)
        redirect = site.begin(browser, "/")
        assert redirect.query["redirect_uri"] == ORIGIN + "/.cognito/callback"
        assert redirect.query["nonce"] and redirect.query["code_challenge_method"] == "S256"
        assert site.sign_in(browser, "/").status == 200
        assert self.use_the_chat(site, browser).status == 200
        answer = browser.fetch(ORIGIN + "/api/user")
        assert answer.json() == {"name": "Alice Example", "email": "alice@example.com"}
        calls = [call.form for call in pool.requests("token")]
        assert {call["redirect_uri"] for call in calls} >= {ORIGIN + "/.cognito/callback",
                                                            ORIGIN + "/oauth/openid/callback"}

    def test_the_page_cannot_bring_a_token_of_its_own(self, site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/")
        self.use_the_chat(site, browser)
        for token in ("a.b.c", "", "x" * 4000):
            answer = browser.fetch(ORIGIN + "/api/user", headers={"Authorization": f"Bearer {token}"})
            assert answer.status == 200 and answer.json()["name"] == "Alice Example"

    def test_a_program_comes_with_a_token(self, site, browsers, pool):
        self.use_the_chat(site, self.signed_in(site, browsers))
        program = site.browser(browsers)
        token = pool.tokens("alice", CLIENT)["id_token"]
        ask = {"Authorization": f"Bearer {token}"}
        assert program.request("GET", ORIGIN + "/api/user", ask).json()["name"] == "Alice Example"
        access = {"Authorization": "Bearer " + pool.tokens("alice", CLIENT)["access_token"]}
        for bad in (access, {"Authorization": "Bearer a.b.c"}, {**access, "Cookie": "x=y"}):
            assert program.request("GET", ORIGIN + "/api/user", bad).status == 401
        assert program.request("GET", ORIGIN + "/api/user", {}).status == 401

    @staticmethod
    def signed_in(site, browsers):
        browser = site.browser(browsers)
        site.sign_in(browser, "/")
        return browser

    def test_who_is_not_in_the_group_does_not_come_in(self, site, browsers, log):
        log.expect("AH01631")
        browser = site.browser(browsers)
        answer = browser.follow(site.to_callback(browser, "/", "bob"))
        assert browser.follow(answer).status == 403

    def test_a_sign_out_is_one_that_cognito_understands(self, site, browsers, pool):
        browser = self.signed_in(site, browsers)
        answer = browser.navigate(ORIGIN + "/.cognito/logout", site="same-origin")
        assert answer.location.startswith(pool.domain + "/logout?")
        assert answer.query["client_id"] == CLIENT
        assert answer.query["logout_uri"] == ORIGIN + "/.cognito/signed-out"
        answer = browser.follow(browser.follow(answer))
        assert answer.location == "https://www.example.com/"
        assert browser.fetch(ORIGIN + "/api/user").status == 401

    def test_the_doctor_finds_all_in_order(self, server):
        """What the page says to register is all that is needed."""
        code, said, problems = server.ask("CHECK_COGNITO")
        assert code == 0 and " 0 failed" in said, said + problems

    def test_instead_of_its_sign_in_the_callback_stays(self, with_headers, browsers, pool):
        browser = with_headers.browser(browsers)
        redirect = with_headers.begin(browser, "/c/new")
        assert is_login(pool, redirect)
        assert redirect.query["redirect_uri"] == HEADERS + "/oauth/openid/callback"
        headers = with_headers.sign_in(browser, "/c/new").json()["headers"]
        assert headers["remote-user"] == "alice" and headers["remote-email"] == "alice@example.com"
        assert "authorization" not in headers and "cookie" not in headers

    def test_nobody_sends_these_headers_but_this_server(self, with_headers, browsers):
        browser = with_headers.browser(browsers)
        with_headers.sign_in(browser, "/")
        forged = {"Remote-User": "root", "Remote_Email": "root@example.com"}
        headers = browser.fetch(HEADERS + "/", headers=forged).json()["headers"]
        assert headers["remote-user"] == "alice" and "remote_email" not in headers
        assert with_headers.browser(browsers).fetch(HEADERS + "/", headers=forged).status == 401
