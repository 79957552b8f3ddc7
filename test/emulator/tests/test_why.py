"""What Cognito does not say, the log of requests does: why something was refused."""

import pytest
from cognito_emulator import testing
from steps import AUTH, CALLBACK, PUBLIC, ask_token, authorize, challenge, logout, new_code
from steps import redeem, refresh, revoke, tokens


def why(pool, endpoint: str) -> str:
    return pool.requests(endpoint)[-1].why


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"redirect_uri": CALLBACK + "/"}, f"its callback URLs are: {CALLBACK}, "),
        ({"client_id": "nobody"}, "client nobody is unknown"),
        ({"client_id": "noflows"}, "no code or implicit flow"),
        ({"response_type": "id_token"}, "response_type is 'id_token'"),
        ({"code_challenge": "x"}, "S256 go together"),
        ({"scope": "openid orders/admin"}, "may not ask for orders/admin"),
        ({"scope": "email"}, "email needs openid"),
        ({"state": "[1]"}, "state is JSON"),
        ({"resource": "http://a"}, "resource is to be one URL"),
        ({"identity_provider": "google"}, "'google' is none of them"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_at_authorize(pool, params, text):
    authorize(pool, **params)
    assert text in why(pool, "authorize")


def test_of_a_code(pool):
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    redeem(pool, code, redirect_uri=CALLBACK + "/")
    assert f"at authorize it was {CALLBACK}" in why(pool, "token")
    redeem(pool, code, code_verifier="w" * 43)
    assert "code_verifier does not fit" in why(pool, "token")
    redeem(pool, code)
    assert why(pool, "token") == "the code has been used"
    late = new_code(pool)
    pool.set_clock(301)
    redeem(pool, late)
    assert why(pool, "token") == "the code is older than five minutes"
    pool.set_clock(0)
    pool.change_client(read_attributes=["email"])
    redeem(pool, new_code(pool, scope="openid email"))
    assert "may not read email_verified" in why(pool, "token")


def test_of_a_refresh_token(pool):
    pool.change_client(refresh_rotation=True)
    token = tokens(pool)["refresh_token"]
    refresh(pool, token)
    refresh(pool, token)
    assert why(pool, "token") == "the refresh token was replaced by another"
    pool.sign_out_everywhere("alice")
    refresh(pool, token)
    assert why(pool, "token") == "the refresh token is revoked"


@pytest.mark.parametrize(
    ("auth", "form", "text"),
    [
        (None, {}, "no client is named"),
        (None, {"client_id": AUTH[0]}, f"the secret of client {AUTH[0]} is missing"),
        (None, {"client_id": AUTH[0], "client_secret": "x"}, "is wrong"),
        (None, {"client_id": PUBLIC, "client_secret": "x"}, "a client that has none"),
        ((AUTH[0], "x"), {}, "Basic does not name a client and its secret"),
    ],
)
def test_of_a_client(pool, auth, form, text):
    ask_token(pool, auth=auth, grant_type="refresh_token", refresh_token="x", **form)
    assert text in why(pool, "token")
    revoke(pool, auth=auth, token="x", **form)
    assert text in why(pool, "revoke")


def test_no_secret_is_told(pool):
    ask_token(pool, auth=(AUTH[0], "guess-1"), grant_type="refresh_token", refresh_token="x")
    assert "guess-1" not in why(pool, "token") and AUTH[1] not in why(pool, "token")


def test_at_logout(pool):
    logout(pool, client_id=testing.CLIENT_ID, logout_uri="http://localhost:1/other")
    assert "its sign-out URLs are: http://localhost:1/signed-out" in why(pool, "logout")
    logout(pool, client_id=testing.CLIENT_ID, post_logout_redirect_uri="x")
    assert "other parameters are not looked at" in why(pool, "logout")


def test_what_is_right_needs_no_words(pool):
    tokens(pool)
    assert why(pool, "authorize") is None and why(pool, "token") is None
