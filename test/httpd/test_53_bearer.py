"""API clients with a token in the Authorization header: RFC 6750 to the letter."""
import pytest

from harness.bearer import REALM, Api, api, site
from harness.site import ORIGIN, Site, is_login, site_conf, stays_alive

__all__ = ["api", "site"]

INVALID = REALM + ', error="invalid_token", error_description="'
MALFORMED = REALM + ', error="invalid_request", error_description="'
POISON = "eyJhbGciOiJSUzI1NiJ9.e30.A="


def challenge(answer):
    return answer.header("WWW-Authenticate")


def is_refused(answer, status=401):
    """By us, without a redirect, a cookie or a page."""
    assert answer.status == status, answer
    assert not answer.set_cookies and not answer.location
    assert answer.header("Content-Type") == "application/json"
    assert answer.header("Cache-Control") == "no-store"
    return True


class TestAnswers:
    def test_C01_without_credentials_there_is_no_error_code(self, api):
        answer = api.get("/api")
        assert is_refused(answer) and challenge(answer) == REALM

    def test_a_token_lets_its_user_in(self, api, pool, backend):
        backend.clear()
        answer = api.get("/api/x?y=1", pool.access_token("alice"))
        assert answer.status == 200 and backend.seen[-1].target == "/api/x?y=1"
        assert answer.header("Cache-Control") == "private"
        assert not answer.set_cookies

    def test_C02_an_expired_token(self, api, pool):
        pool.mutate("ac-exp-past")
        answer = api.get("/api", pool.access_token("alice"))
        assert is_refused(answer)
        assert challenge(answer) == INVALID + 'token is past its expiry time"'
        assert answer.json()["error"] == "invalid_token"

    @pytest.mark.parametrize("value", [
        "Bearer", "Bearer T,U", "Bearer T U", "Bearer\tT", 'Bearer "T"', "Bearer T=U",
        "Bearer T\u00e9", "bearer T\u0001"])
    def test_C04_malformed_headers(self, site, browser, value):
        raw = f"GET /api HTTP/1.1\r\nHost: app.example.test\r\nConnection: close\r\n" \
              f"Authorization: {value}\r\n\r\n"
        answer = browser.raw(ORIGIN, raw.encode("latin-1"))
        assert answer.startswith(b"HTTP/1.1 400 ")
        if "\u0001" not in value:
            assert b"WWW-Authenticate: " + MALFORMED.encode() in answer

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer ", "bEaReR"])
    def test_C04_the_scheme_is_found_in_any_case(self, api, pool, scheme):
        token = pool.access_token("alice")
        answer = api.get("/api", headers={"Authorization": f"{scheme} {token}"})
        assert answer.status == 200

    def test_C04_a_token_of_100_kB(self, api):
        assert api.get("/api", "x" * 100000).status == 400

    def test_C03_two_lines(self, api, pool):
        token = pool.access_token("alice")
        for other in ("Bearer " + token, "Basic YTpi"):
            pairs = [("Authorization", other), ("Authorization", f"Bearer {token}")]
            answer = api.browser.request("GET", api.site.url("/api"), pairs)
            assert is_refused(answer, 400) and challenge(answer).startswith(MALFORMED)

    def test_C03_header_and_query(self, api, pool):
        answer = api.get("/api?a=b&access_token=x", pool.access_token("alice"))
        assert is_refused(answer, 400) and challenge(answer).startswith(MALFORMED)

    def test_B09_a_token_in_the_query_or_in_a_form_is_none(self, site, browser, backend, pool, browsers):
        backend.clear()
        browsers()
        answer = browser.request("GET", site.url("/api?access_token=not-a-real-token-at-all"))
        assert is_refused(answer) and challenge(answer) == REALM
        answer = browser.request("POST", site.url("/api"), body={"access_token": "not-real"})
        assert is_refused(answer) and challenge(answer) == REALM
        assert not backend.seen

    def test_C05_the_realm_is_quoted(self, start, pool, backend, browsers):
        conf = site_conf(pool)
        conf.protect("/api", "CognitoAccept bearer", 'AuthName "a \\"b\\" c"')
        site = Site(start(conf), pool)
        answer = Api(site, site.browser(browsers)).get("/api")
        assert challenge(answer) == 'Bearer realm="a \\"b\\" c"'

    def test_the_realm_has_a_default(self, start, pool, backend, browsers):
        conf = site_conf(pool).protect("/api", "CognitoAccept bearer")
        site = Site(start(conf), pool)
        assert challenge(Api(site, site.browser(browsers)).get("/api")) == \
            'Bearer realm="Cognito"'

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
    def test_C06_nobody_is_sent_to_the_login(self, site, browser, method):
        for headers in ({}, {"Authorization": "Bearer x.y.z"}):
            answer = browser.navigate(site.url("/api"), method, headers=headers)
            assert answer.status == 401 and not answer.location and not answer.set_cookies

    def test_C10_other_schemes_are_no_credentials(self, api):
        for value in ("Basic YWxpY2U6eA==", "DPoP a.b.c", "Negotiate abc", "Digest username=\"a\""):
            answer = api.get("/api", headers={"Authorization": value})
            assert is_refused(answer) and challenge(answer) == REALM

    def test_a_right_that_is_missing_is_403(self, api, pool, log):
        log.allow("AH01631")
        answer = api.get("/api/group", pool.access_token("alice"))
        assert is_refused(answer, 403) and challenge(answer) == REALM
        assert api.get("/api/group", pool.access_token("bob")).status == 200


    def test_C02_a_scope_that_is_missing(self, api, pool, log):
        log.allow("AH01631")
        answer = api.get("/api/scope", pool.access_token("alice"))
        assert is_refused(answer, 403)
        assert challenge(answer) == \
            REALM + ', error="insufficient_scope", scope="orders/write orders/admin"'
        assert answer.json()["error"] == "insufficient_scope"
        token = pool.access_token("alice", scopes=["openid", "orders/write"])
        assert api.get("/api/scope", token).status == 200

    def test_C02_a_page_is_never_the_answer_to_a_token(self, site, browser, pool, log):
        log.allow("AH01631")
        token = pool.access_token("alice")
        answer = browser.navigate(site.url("/api/scope"),
                                  headers={"Authorization": f"Bearer {token}"})
        assert is_refused(answer, 403)

    def test_a_machine_may_have_what_is_granted_to_its_client(self, api, pool, log, backend):
        log.allow("AH01631")
        backend.clear()
        assert api.get("/api/client", pool.machine_token()).status == 200
        answer = api.get("/api/client", pool.access_token("alice"))
        assert is_refused(answer, 403) and challenge(answer) == REALM
        assert len(backend.seen) == 1


class TestWhoseTokens:
    def test_B14_those_of_the_own_client(self, api, pool):
        other = pool.access_token("alice", "other")
        answer = api.get("/api", other)
        assert is_refused(answer)
        assert challenge(answer) == INVALID + 'token was issued for another app client"'
        assert api.get("/api/any", other).status == 200
        assert api.get("/api/other", pool.access_token("alice")).status == 401

    def test_those_of_another_pool_are_not(self, api, staff, log):
        log.expect("COG3215")
        assert is_refused(api.get("/api", staff.access_token("sam", "staff")))

    def test_O10_ID_tokens_where_they_are_welcome(self, api, pool):
        token = pool.tokens("alice", "app", ["openid"])["id_token"]
        assert is_refused(api.get("/api", token))
        assert api.get("/api/id", token).status == 200
        assert api.get("/api/any", token).status == 200
        assert is_refused(api.get("/api/id", pool.access_token("alice")))

    def test_J09_nothing_else_that_we_issue_is_a_token(self, site, browser):
        site.sign_in(browser)
        for cookie in browser.jar.all().values():
            answer = browser.request("GET", site.url("/api"),
                                     {"Authorization": f"Bearer {cookie.value}"}, cookies=False)
            assert answer.status in (400, 401)

    def test_B17_a_machine_is_no_user(self, api, pool, log):
        log.expect("AH01629")
        answer = api.get("/api/other", pool.machine_token())
        assert is_refused(answer, 403) and challenge(answer) == REALM

    def test_B17_unless_the_place_says_so(self, api, pool, backend):
        assert api.get("/api/machine", pool.machine_token()).status == 200
        assert api.get("/api/machine", pool.access_token("alice")).status == 200


class TestBoth:
    """C09: where both are accepted, the token decides."""

    def test_the_token_decides(self, site, browser, api, pool):
        site.sign_in(browser)
        seen = api.environment(pool.access_token("bob"))
        assert seen["REMOTE_USER"] == "bob" and "COGNITO_EMAIL" not in seen
        assert site.user(browser) == "alice"

    def test_a_broken_token_is_not_healed_by_a_session(self, site, browser, api):
        site.sign_in(browser)
        answer = api.get("/both", "broken")
        assert is_refused(answer) and challenge(answer).startswith(INVALID)
        assert api.get("/both").status == 200
        assert api.get("/both", headers={"Authorization": "Basic YTpi"}).status == 200

    def test_people_are_sent_to_the_login(self, site, browser, pool):
        assert is_login(pool, site.visit(browser, "/both"))

    def test_programs_are_asked_for_a_token(self, api):
        answer = api.get("/both")
        assert answer.status == 401 and challenge(answer) == REALM

    def test_sessions_do_not_count_where_only_tokens_do(self, site, browser, api):
        site.sign_in(browser)
        assert is_refused(api.get("/api"))

    def test_tokens_do_not_count_where_only_sessions_do(self, api, pool):
        token = pool.access_token("alice")
        for path in ("/secure", "/both/sessions"):
            answer = api.get(path, token)
            assert answer.status == 401 and challenge(answer) == "Cognito"

    def test_pass_lets_unknown_in_but_no_broken_token(self, api, pool):
        assert api.get("/pass").status == 200
        assert api.get("/pass", headers={"Authorization": "Basic YTpi"}).status == 200
        assert api.get("/pass", pool.access_token("alice")).status == 200
        assert is_refused(api.get("/pass", "broken"))


class TestExport:
    def test_a_token_and_a_session_look_alike(self, site, browser, api, pool):
        seen = api.environment(pool.access_token("alice"))
        site.sign_in(browser)
        session = site.environment(browser)
        for name in ("REMOTE_USER", "AUTH_TYPE", "COGNITO_SUB", "COGNITO_USERNAME",
                     "COGNITO_GROUPS"):
            assert seen[name] == session[name], name
        assert seen["COGNITO_CLIENT_ID"] == "app"
        assert seen["COGNITO_SCOPE"] == "openid orders/read"
        assert not {"COGNITO_VERSION", "COGNITO_TOKEN_USE", "COGNITO_EXP"} & set(seen)

    def test_C08_the_token_reaches_neither_backend_nor_script(self, api, pool, backend):
        token = pool.access_token("alice")
        backend.clear()
        for path in ("/api", "/both", "/pass"):
            assert api.get(path, token).status == 200
        assert all(seen.header("Authorization") is None for seen in backend.seen)
        assert "HTTP_AUTHORIZATION" not in api.environment(token)
        assert token[-40:] not in backend.text()

    def test_C08_other_credentials_do_not_reach_it_where_tokens_are_taken(self, site, browser, backend):
        site.sign_in(browser)
        basic = {"Authorization": "Basic YTpi"}
        backend.clear()
        assert browser.request("GET", site.url("/both"), basic).status == 200
        assert browser.request("GET", site.url("/secure"), basic).status == 200
        assert [s.header("Authorization") for s in backend.seen] == [None, "Basic YTpi"]


class TestMalice:
    """What a stranger may send."""

    def test_the_poison_leaves_every_child_alive(self, site, api):
        alive = stays_alive(site.server)
        for path in ("/api", "/both", "/pass"):
            for token in (POISON, POISON + "=", "." + POISON, POISON * 3, "." * 8000, "=", "a.b.c"):
                assert api.get(path, token).status in (400, 401)
        assert alive()

    def test_row_64_no_twin_of_a_known_token_is_known(self, api, pool):
        token = pool.access_token("alice")
        for _ in range(40):  # each child knows it
            assert api.get("/api", token).status == 200
            api.browser.close()
        last = "A" if token[-1] != "A" else "B"
        for twin in (token + "=", token + "==", token + "=.evil", token + "A", token[:-1],
                     token[:-1] + last, token.replace(".", "..", 1), token + "%3D"):
            for _ in range(4):
                assert api.get("/api", twin).status in (400, 401), twin
                api.browser.close()

    def test_row_18_a_token_of_the_same_keys_for_another_is_refused(self, api, pool):
        for name in ("ac-client-other", "ac-iss-other", "ac-client-in-aud", "ac-client-missing"):
            pool.mutate(name)
            assert is_refused(api.get("/api", pool.access_token("alice")))
            pool.clear_mutations()

    @pytest.fixture(autouse=True)
    def odd_issuers(self, log):
        log.allow("COG3215")
