"""The contract of the token endpoint: one test for each quirk."""

import time

import pytest
import requests
from cognito_emulator import testing
from steps import (
    AUTH,
    CALLBACK,
    PUBLIC,
    VERIFIER,
    ask_token,
    challenge,
    new_code,
    redeem,
    refresh,
    revoke,
    tokens,
    user_info,
)


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


def test_a_wrong_verifier_is_invalid_request_and_then_invalid_grant(pool):
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    assert redeem(pool, code, code_verifier="w" * 43).json() == {"error": "invalid_request"}
    assert redeem(pool, code, code_verifier=VERIFIER).json() == {"error": "invalid_grant"}


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


def test_a_secret_for_a_public_client_is_invalid_client(pool):
    answer = refresh(pool, "x", auth=(PUBLIC, "secret"))
    assert answer.json()["error"] == "invalid_client"


def test_a_confidential_client_without_secret_is_invalid_client(pool):
    answer = refresh(pool, "x", auth=None, client_id=testing.CLIENT_ID)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_basic_and_client_id_in_the_body_may_come_together(pool):
    assert redeem(pool, new_code(pool), auth=AUTH, client_id=testing.CLIENT_ID).status_code == 200
