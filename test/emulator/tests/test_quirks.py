"""The contract: one test for each quirk of Cognito that the emulator promises."""

import base64
import json
import time
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from cognito_emulator import testing
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from steps import (
    AUTH,
    CALLBACK,
    LOGGED_OUT,
    OTHER_POOL,
    PUBLIC,
    VERIFIER,
    ask_token,
    authorize,
    challenge,
    claims_of,
    get,
    header_of,
    logout,
    new_code,
    params_of,
    part,
    redeem,
    refresh,
    revoke,
    sign_in,
    tokens,
    user_info,
)


def test_the_issuer_is_never_the_host_of_the_endpoints(pool):
    document = get(pool.discovery).json()
    issuer = urlsplit(document["issuer"]).netloc
    for name, url in document.items():
        if name.endswith("_endpoint"):
            assert urlsplit(url).netloc != issuer
    assert urlsplit(document["jwks_uri"]).netloc == issuer


def test_the_domain_serves_no_discovery(pool):
    answer = get(f"{pool.domain}/.well-known/openid-configuration")
    assert answer.status_code == 404
    assert "exist on the authorization server" in answer.text


def test_discovery_has_cognitos_members_in_order_and_nothing_of_pkce_or_grants(pool):
    assert list(get(pool.discovery).json()) == [
        "authorization_endpoint",
        "end_session_endpoint",
        "id_token_signing_alg_values_supported",
        "issuer",
        "jwks_uri",
        "response_types_supported",
        "revocation_endpoint",
        "scopes_supported",
        "subject_types_supported",
        "token_endpoint",
        "token_endpoint_auth_methods_supported",
        "userinfo_endpoint",
    ]


def test_a_pool_without_a_domain_advertises_empty_endpoints(emulator):
    document = get(emulator.pool(OTHER_POOL).discovery).json()
    assert document["authorization_endpoint"] == ""
    assert document["token_endpoint"] == ""


def test_two_rsa_keys_are_published_and_each_signs_one_kind_of_token(pool):
    keys = get(pool.jwks).json()["keys"]
    assert [list(key) for key in keys] == [["alg", "e", "kid", "kty", "n", "use"]] * 2
    assert [len(key["n"]) for key in keys] == [342, 342]
    answer = tokens(pool)
    kids = [header_of(answer[name])["kid"] for name in ("id_token", "access_token")]
    assert sorted(kids) == sorted(key["kid"] for key in keys)
    for name in ("id_token", "access_token"):
        key = next(k for k in keys if k["kid"] == header_of(answer[name])["kid"])
        JWS().deserialize(answer[name], JWK(**key))


def test_kids_are_standard_base64_with_plus_slash_and_equals_sign(pool):
    for key in get(pool.jwks).json()["keys"]:
        assert len(base64.b64decode(key["kid"], validate=True)) == 32
        assert all(char in key["kid"] for char in "+/=")


def test_the_header_is_kid_and_alg_without_typ(pool):
    answer = tokens(pool)
    for name in ("id_token", "access_token"):
        assert list(header_of(answer[name]).items())[1:] == [("alg", "RS256")]
        assert list(header_of(answer[name])) == ["kid", "alg"]


def test_slashes_are_escaped_in_the_payload(pool):
    payload = part(tokens(pool)["id_token"], 1)
    assert b'"iss":"http:\\/\\/127.0.0.1' in payload
    assert json.loads(payload)["iss"] == pool.issuer


def test_booleans_of_user_info_are_strings_but_not_those_of_the_id_token(pool):
    answer = tokens(pool)
    assert user_info(pool, answer["access_token"]).json()["email_verified"] == "true"
    assert claims_of(answer["id_token"])["email_verified"] is True


def test_invalid_client_is_400_at_token_but_401_at_revoke(pool):
    wrong = (testing.CLIENT_ID, "wrong")
    at_token = refresh(pool, "x", auth=wrong)
    assert at_token.status_code == 400
    assert at_token.json() == {
        "error": "invalid_client",
        "error_description": "invalid_client_secret",
    }
    at_revoke = revoke(pool, auth=wrong, token="x")
    assert (at_revoke.status_code, at_revoke.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/oauth2/token"),
        ("GET", "/oauth2/revoke"),
        ("POST", "/oauth2/authorize"),
        ("POST", "/oauth2/userInfo"),
        ("POST", "/logout"),
        ("DELETE", "/login"),
    ],
)
def test_a_wrong_method_is_405_with_an_empty_body(pool, method, path):
    answer = requests.request(method, pool.domain + path)
    assert (answer.status_code, answer.content) == (405, b"")


def test_a_wrong_content_type_at_token_is_405_with_an_empty_body(pool):
    for kind in ("text/plain", '"application/x-www-form-urlencoded"'):
        answer = requests.post(
            f"{pool.domain}/oauth2/token", data="x", headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.content) == (405, b"")


def test_a_json_body_at_token_is_invalid_request(pool):
    answer = requests.post(f"{pool.domain}/oauth2/token", json={"grant_type": "refresh_token"})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_the_token_answer_has_no_scope(pool):
    answer = tokens(pool)
    assert list(answer) == [
        "id_token",
        "access_token",
        "refresh_token",
        "expires_in",
        "token_type",
    ]
    assert (answer["expires_in"], answer["token_type"]) == (3600, "Bearer")


def test_refresh_gives_no_refresh_token(pool):
    first = tokens(pool)
    second = refresh(pool, first["refresh_token"]).json()
    assert list(second) == ["id_token", "access_token", "expires_in", "token_type"]
    assert refresh(pool, first["refresh_token"]).status_code == 200


def test_with_rotation_the_old_refresh_token_dies_at_once(pool):
    pool.change_client(refresh_rotation=True)
    old = tokens(pool)["refresh_token"]
    new = refresh(pool, old).json()["refresh_token"]
    assert new != old
    assert refresh(pool, old).json() == {"error": "invalid_grant"}
    assert refresh(pool, new).status_code == 200


def test_with_rotation_and_grace_the_old_refresh_token_lives_on_for_a_while(pool):
    pool.change_client(refresh_rotation=True, refresh_grace_sec=30)
    old = tokens(pool)["refresh_token"]
    assert refresh(pool, old).status_code == 200
    pool.set_clock(29)
    assert refresh(pool, old).status_code == 200
    pool.set_clock(31)
    assert refresh(pool, old).json() == {"error": "invalid_grant"}


def test_a_rotated_refresh_token_has_only_the_remaining_lifetime(pool):
    pool.change_client(refresh_rotation=True, refresh_token_sec=7200)
    old = tokens(pool)["refresh_token"]
    pool.set_clock(7000)
    new = refresh(pool, old).json()["refresh_token"]
    pool.set_clock(7300)
    assert refresh(pool, new).json() == {"error": "invalid_grant"}


def test_a_code_is_good_once(pool):
    code = new_code(pool)
    assert redeem(pool, code).status_code == 200
    again = redeem(pool, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_a_code_is_good_for_five_minutes(pool):
    early, late = new_code(pool), new_code(pool)
    pool.set_clock(295)
    assert redeem(pool, early).status_code == 200
    pool.set_clock(301)
    assert redeem(pool, late).json() == {"error": "invalid_grant"}


def test_another_redirect_uri_at_token_is_unauthorized_client(pool):
    answer = redeem(pool, new_code(pool), redirect_uri=CALLBACK + "/")
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "unauthorized_client",
        "error_description": "invalid_redirect",
    }


@pytest.mark.parametrize(
    "params",
    [
        {"code_challenge": challenge(), "code_challenge_method": "plain"},
        {"code_challenge": challenge(), "code_challenge_method": "s256"},
        {"code_challenge": challenge()},
        {"code_challenge_method": "S256"},
    ],
)
def test_pkce_is_s256_only(pool, params):
    answer = authorize(pool, state="s", **params)
    assert params_of(answer.headers["Location"]) == {"state": "s", "error": "invalid_request"}


def test_a_wrong_verifier_is_invalid_request_and_then_invalid_grant(pool):
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    assert redeem(pool, code, code_verifier="w" * 43).json() == {"error": "invalid_request"}
    assert redeem(pool, code, code_verifier=VERIFIER).json() == {"error": "invalid_grant"}


def test_redirect_mismatch_is_a_page_of_cognitos_own(pool):
    answer = authorize(pool, redirect_uri=CALLBACK + "/")
    location = answer.headers["Location"]
    assert location == f"{pool.domain}/error?error=redirect_mismatch&client_id={testing.CLIENT_ID}"
    page = get(location)
    assert page.status_code == 400
    assert "An error was encountered with the requested page." in page.text
    assert "redirect_mismatch" in page.text


def test_error_redirects_put_the_description_first_with_plus_and_newline(pool):
    text = "Invalid user attributes: email: Attribute cannot be updated.\n "
    pool.fail("login", error="invalid_request", error_description=text, times=1)
    assert sign_in(pool, state="s") == (
        f"{CALLBACK}?error_description=Invalid+user+attributes%3A+email%3A+Attribute+cannot+be"
        "+updated.%0A+&state=s&error=invalid_request"
    )


def test_a_federated_sign_in_without_nonce_gets_one(pool, browser):
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider="Google")
    first = params_of(pool.sign_in_federated(browser, url, "1083"))["code"]
    assert claims_of(redeem(pool, first).json()["id_token"])["nonce"]
    silent = params_of(get(url, browser).headers["Location"])["code"]
    assert "nonce" not in claims_of(redeem(pool, silent).json()["id_token"])


def test_a_local_sign_in_without_nonce_gets_none(pool):
    assert "nonce" not in claims_of(tokens(pool)["id_token"])


def test_a_code_may_come_unsolicited_without_state(pool):
    params = params_of(pool.unsolicited("alice"))
    assert list(params) == ["code"]
    assert redeem(pool, params["code"]).status_code == 200


def test_logout_form_a_goes_to_exactly_the_logout_uri(pool, browser):
    sign_in(pool, browser)
    answer = logout(pool, browser, client_id=testing.CLIENT_ID, logout_uri=LOGGED_OUT, state="s")
    assert (answer.status_code, answer.headers["Location"]) == (302, LOGGED_OUT)
    assert urlsplit(authorize(pool, browser).headers["Location"]).path == "/login"


def test_logout_form_b_goes_to_the_login_page(pool, browser):
    sign_in(pool, browser)
    wanted = {
        "client_id": testing.CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "s",
    }
    answer = logout(pool, browser, **wanted)
    assert urlsplit(answer.headers["Location"]).path == "/login"
    assert params_of(answer.headers["Location"]) == wanted
    assert 'name="password"' in get(answer.headers["Location"], browser).text


def test_logout_form_b_signs_in_anew_with_a_new_auth_time(pool, browser):
    first = claims_of(redeem(pool, params_of(sign_in(pool, browser))["code"]).json()["id_token"])
    pool.set_clock(60)
    query = {"redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
    pkce = {"code_challenge": challenge(), "code_challenge_method": "S256"}
    url = f"{pool.domain}/logout?" + urlencode({"client_id": testing.CLIENT_ID, **query, "state": "s", "nonce": "n", **pkce})
    params = params_of(pool.sign_in(browser, url, "alice"))
    assert params["state"] == "s"
    answer = redeem(pool, params["code"], code_verifier=VERIFIER).json()
    second = claims_of(answer["id_token"])
    assert second["nonce"] == "n" and second["auth_time"] >= first["auth_time"] + 60


@pytest.mark.parametrize(
    ("quirk", "names"),
    [
        ("documented", ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce"]),
        ("needed", ["client_id", "redirect_uri", "response_type", "scope"]),
    ],
)
def test_what_logout_form_b_passes_on_is_a_quirk(pool, browser, quirk, names):
    pool.set_quirks(logout_passes_on=quirk)
    wanted = {"client_id": testing.CLIENT_ID, "redirect_uri": CALLBACK, "response_type": "code"}
    more = {"scope": "openid", "state": "s", "nonce": "n", "code_challenge": "c", "lang": "de"}
    answer = logout(pool, browser, **wanted, **more)
    assert list(params_of(answer.headers["Location"])) == names


@pytest.mark.parametrize(
    "params",
    [
        {"logout_uri": LOGGED_OUT + "/"},
        {"logout_uri": LOGGED_OUT + "/", "redirect_uri": CALLBACK, "response_type": "code"},
        {"post_logout_redirect_uri": LOGGED_OUT},
    ],
)
def test_a_wrong_logout_says_misleadingly_that_redirect_uri_is_not_present(pool, browser, params):
    answer = logout(pool, browser, client_id=testing.CLIENT_ID, **params)
    page = get(answer.headers["Location"], browser)
    assert page.status_code == 400
    assert "Required String parameter &#39;redirect_uri&#39; is not present" in page.text


def test_standard_logout_says_that_client_id_is_missing(pool):
    answer = logout(pool, id_token_hint="x.y.z", post_logout_redirect_uri=LOGGED_OUT)
    assert urlsplit(answer.headers["Location"]).path == "/login"
    page = get(answer.headers["Location"])
    assert page.status_code == 400
    assert "Missing required parameter client_id" in page.text


def test_the_cookie_lives_one_hour_and_use_does_not_prolong_it(pool, browser):
    sign_in(pool, browser)
    pool.set_clock(3500)
    assert authorize(pool, browser).headers["Location"].startswith(CALLBACK)
    pool.set_clock(3601)
    assert urlsplit(authorize(pool, browser).headers["Location"]).path == "/login"


def test_global_sign_out_kills_tokens_but_not_the_cookie(pool, browser):
    answer = redeem(pool, params_of(sign_in(pool, browser))["code"]).json()
    assert user_info(pool, answer["access_token"]).status_code == 200
    pool.sign_out_everywhere("alice")
    assert refresh(pool, answer["refresh_token"]).json() == {"error": "invalid_grant"}
    assert user_info(pool, answer["access_token"]).status_code == 401
    assert authorize(pool, browser).headers["Location"].startswith(f"{CALLBACK}?code=")


def test_the_issuer_of_an_identity_may_be_null(pool, browser):
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider="Google")
    code = params_of(pool.sign_in_federated(browser, url, "1083"))["code"]
    (identity,) = claims_of(redeem(pool, code).json()["id_token"])["identities"]
    assert identity["issuer"] is None
    assert identity["primary"] == "true"
    assert int(identity["dateCreated"]) > 1000 * (time.time() - 60)


def test_groups_are_an_array_even_of_one(pool):
    pool.change_user("bob", groups=["staff"])
    assert claims_of(tokens(pool, username="bob")["id_token"])["cognito:groups"] == ["staff"]


def test_groups_are_absent_from_a_user_without_any(pool):
    answer = tokens(pool, username="bob")
    assert "cognito:groups" not in claims_of(answer["id_token"])
    assert "cognito:groups" not in claims_of(answer["access_token"])


def test_a_hundred_long_groups_make_a_big_token(pool):
    pool.change_user("bob", groups=[f"group-{n:03}".ljust(128, "x") for n in range(100)])
    answer = tokens(pool, username="bob")
    assert len(answer["id_token"]) > 13000
    assert len(claims_of(answer["access_token"])["cognito:groups"]) == 100


def test_rotation_of_keys_makes_a_fetched_jwks_stale(pool):
    before = {key["kid"] for key in get(pool.jwks).json()["keys"]}
    code = new_code(pool)
    pool.rotate_keys(when="next-token")
    assert {key["kid"] for key in get(pool.jwks).json()["keys"]} == before
    kid = header_of(redeem(pool, code).json()["id_token"])["kid"]
    after = {key["kid"] for key in get(pool.jwks).json()["keys"]}
    assert kid in after
    assert not before & after


def test_keys_may_be_added_switched_and_dropped_one_by_one(pool):
    old = pool.keys()["signing"]
    pool.rotate_keys("add")
    assert len(get(pool.jwks).json()["keys"]) == 4
    assert pool.keys()["signing"] == old
    pool.rotate_keys("switch")
    assert not set(pool.keys()["signing"].values()) & set(old.values())
    pool.rotate_keys("drop")
    assert len(get(pool.jwks).json()["keys"]) == 2


def test_the_updated_issuer_serves_and_the_original_answers_403(emulator):
    other = emulator.pool(OTHER_POOL)
    assert get(other.discovery).json()["issuer"] == other.issuer
    assert get(other.jwks).status_code == 200
    for path in ("openid-configuration", "jwks.json"):
        assert get(f"{other.not_served_at}/.well-known/{path}").status_code == 403


def test_the_original_issuer_serves_and_the_updated_answers_403(pool):
    assert get(pool.discovery).status_code == 200
    path = "/.well-known/openid-configuration"
    assert get(pool.not_served_at + path).status_code == 403


@pytest.mark.parametrize(
    ("mode", "status", "text"),
    [
        ("400", 400, "TooManyRequestsException"),
        ("429", 429, "Too Many Requests"),
        ("503", 503, "<h1>503</h1>"),
    ],
)
def test_throttling_comes_in_three_shapes(pool, mode, status, text):
    pool.fail("token", throttle=mode, times=1)
    answer = ask_token(pool, grant_type="refresh_token", refresh_token="x")
    assert answer.status_code == status
    assert text in answer.text
    after = ask_token(pool, grant_type="refresh_token", refresh_token="x")
    assert after.json() == {"error": "invalid_grant"}


def test_answers_of_the_domain_are_chunked(pool):
    answer = redeem(pool, new_code(pool))
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in answer.headers


def test_answers_may_trickle(pool):
    pool.fail("userinfo", drip=4000, times=1)
    start = time.monotonic()
    answer = user_info(pool, pool.tokens("alice", scopes=["openid"])["access_token"])
    assert answer.status_code == 200
    assert time.monotonic() - start > 0.1


def test_the_token_answer_carries_cognitos_headers(pool):
    headers = redeem(pool, new_code(pool)).headers
    assert headers["Content-Type"] == "application/json;charset=UTF-8"
    assert headers["Cache-Control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Server"] == "Server"
    assert len(headers["x-amz-cognito-request-id"]) == 36
    assert headers["Set-Cookie"].startswith("XSRF-TOKEN=")


def test_a_refresh_token_looks_like_a_jwe_of_nearly_two_kilobytes(pool):
    token = tokens(pool)["refresh_token"]
    assert token.startswith("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.")
    assert token.count(".") == 4
    assert 1700 < len(token) < 1900


def test_a_secret_for_a_public_client_is_invalid_client(pool):
    answer = refresh(pool, "x", auth=(PUBLIC, "secret"))
    assert answer.json()["error"] == "invalid_client"


def test_a_confidential_client_without_secret_is_invalid_client(pool):
    answer = refresh(pool, "x", auth=None, client_id=testing.CLIENT_ID)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_basic_and_client_id_in_the_body_may_come_together(pool):
    assert redeem(pool, new_code(pool), auth=AUTH, client_id=testing.CLIENT_ID).status_code == 200
