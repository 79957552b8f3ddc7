"""Every way to spoil a token, over HTTP: no session, an error page, and children that live."""
import pytest

from cognito_emulator.mutation_table import MUTATIONS

from harness.site import SESSION, Site, is_refusal, ordinary_conf, stays_alive

POISON = "eyJhbGciOiJSUzI1NiJ9.e30.A="
ID_TOKENS = [n for n, m in MUTATIONS.items() if m.use == "id" and m.jwks is None]
KEY_SETS = [n for n, m in MUTATIONS.items() if m.use == "id" and m.jwks is not None]


def judge(site, browser, pool, log, name):
    """The answer must be what the table says of a strict relying party."""
    strict, alive = MUTATIONS[name].strict, stays_alive(site.server)
    seen = len(pool.requests("token"))
    pool.mutate(name)
    answer = browser.follow(site.to_callback(browser))
    accepted = answer.status == 303 and bool(browser.jar.all(SESSION))
    assert accepted or (is_refusal(answer) and not browser.jar.all(SESSION)), answer
    assert len(pool.requests("token")) == seen + 1 and alive()
    if strict != "either":
        assert accepted == (strict == "accept"), answer
    if not accepted:
        log.expect(r"COG3001: (token_|jwks|idp_|session_too_large|no_user_name)")
    log.allow(r"COG2\d{3}", r"COG3[02]\d\d")


class TestMutations:
    """The table of the emulator; security.md names the rows."""

    @pytest.mark.parametrize("name", ID_TOKENS)
    def test_a_spoiled_id_token_is_refused(self, site, browser, pool, log, name):
        judge(site, browser, pool, log, name)

    def test_the_table_is_not_empty(self):
        assert len(ID_TOKENS) > 100 and len(KEY_SETS) > 5


class TestKeySets:
    """Rows that spoil the key set: each on a server that has seen no other."""

    @pytest.mark.parametrize("name", KEY_SETS)
    def test_a_spoiled_key_set_is_refused(self, start, pool, backend, browsers, log, name):
        site = Site(start(ordinary_conf(pool, backend)), pool)
        judge(site, site.browser(browsers), pool, log, name)


class TestPoison:
    """A token that makes a careless base64 decoder abort."""

    def test_as_id_token(self, site, browser, pool, log):
        log.expect("COG3001.*token_malformed")
        alive = stays_alive(site.server)
        pool.fail("token", json_set={"id_token": POISON})
        assert is_refusal(browser.follow(site.to_callback(browser)))
        assert alive()

    @pytest.mark.parametrize("names", [["access_token"], ["refresh_token"],
                                       ["access_token", "refresh_token", "id_token"]])
    def test_as_another_token(self, site, browser, pool, log, names):
        log.allow("COG3001")
        alive = stays_alive(site.server)
        pool.fail("token", json_set={name: POISON for name in names})
        answer = browser.follow(site.to_callback(browser))
        assert answer.status == 303 or is_refusal(answer)
        assert alive()

    @pytest.mark.parametrize("path", [
        "/secure?access_token=POISON", "/.cognito/callback?code=POISON&state=POISON",
        "/.cognito/callback?error=POISON&state=POISON", "/.cognito/login?return_to=POISON",
        "/.cognito/logout?return_to=POISON&confirm=POISON", "/.cognito/signed-out?x=POISON"])
    def test_in_a_url(self, site, browser, log, path):
        log.allow(r"COG3\d\d\d")
        alive = stays_alive(site.server)
        site.visit(browser, path.replace("POISON", POISON))
        assert alive()

    @pytest.mark.parametrize("name", ["session", "session.1", "tokens", "login_eyJhbGci", "return"])
    def test_in_a_cookie(self, site, browser, log, name):
        log.allow(r"COG3\d\d\d")
        alive = stays_alive(site.server)
        for value in (POISON, "1" + POISON, "4" + POISON, POISON + POISON):
            cookie = {"Cookie": f"__Host-cognito_{name}={value}"}
            for path in ("/secure", "/.cognito/logout", "/.cognito/signed-out",
                         "/.cognito/callback?code=a&state=b", "/.cognito/login"):
                browser.request("GET", site.url(path), cookie)
        assert alive()

    def test_in_the_authorization_header(self, site, browser):
        alive = stays_alive(site.server)
        answer = site.visit(browser, headers={"Authorization": "Bearer " + POISON})
        assert answer.status != 200 and alive()


class TestTwoIssuers:
    """A pool may be switched to its new issuer: both are configured, each has its own keys."""

    @pytest.fixture(scope="class", params=["the first", "the second"])
    def site(self, request, start, pool, backend):
        both = [pool.issuer, pool.not_served_at]
        if request.param == "the second":
            both.reverse()
        conf = ordinary_conf(pool, backend).add(f"CognitoDomain {pool.domain}")
        conf.lines = [f"CognitoIssuer {' '.join(both)}" if line.startswith("CognitoIssuer ")
                      else line for line in conf.lines]
        return Site(start(conf), pool)

    def test_tokens_of_either_are_accepted(self, site, browser, log):
        log.allow("COG3210")  # the emulator serves one of them only
        assert site.sign_in(browser).status == 200
