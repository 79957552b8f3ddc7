"""The contract of what a browser meets, from authorize to logout: one test for each quirk."""

from urllib.parse import urlencode, urlsplit

import pytest
import requests
from cognito_emulator import testing
from steps import (
    CALLBACK,
    LOGGED_OUT,
    VERIFIER,
    authorize,
    challenge,
    claims_of,
    get,
    logout,
    params_of,
    redeem,
    refresh,
    sign_in,
    user_info,
)


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
