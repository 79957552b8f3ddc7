"""/oauth2/token, /oauth2/userInfo and /oauth2/revoke in detail."""

import base64
from urllib.parse import quote_plus

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
    claims_of,
    new_code,
    redeem,
    refresh,
    revoke,
    tokens,
    user_info,
)

ODD_SECRET = "a:b+c%2Fd /\u00fc"


def basic(client_id: str, secret: str) -> dict:
    value = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {value}"}


def ask_with(pool, headers: dict) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    return requests.post(f"{pool.domain}/oauth2/token", data=form, headers=headers)


@pytest.mark.parametrize("encode", [str, quote_plus], ids=["raw", "form-encoded"])
def test_basic_credentials_may_be_raw_or_form_encoded(pool, encode):
    pool.change_client(secrets=[ODD_SECRET])
    answer = ask_with(pool, basic(testing.CLIENT_ID, encode(ODD_SECRET)))
    assert answer.json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(("mode", "encode"), [("raw", quote_plus), ("form", str)])
def test_basic_credentials_may_be_limited_to_one_form(pool, mode, encode):
    pool.change_client(secrets=[ODD_SECRET])
    pool.set_quirks(basic_decoding=mode)
    answer = ask_with(pool, basic(testing.CLIENT_ID, encode(ODD_SECRET)))
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic eA==", "Bearer x", ""])
def test_malformed_basic_is_invalid_client(pool, value):
    assert ask_with(pool, {"Authorization": value}).json()["error"] == "invalid_client"


def test_two_active_secrets_both_work(pool):
    pool.change_client(secrets=["first0secret", "second0secret"])
    for secret in ("first0secret", "second0secret"):
        answer = refresh(pool, "x", auth=(testing.CLIENT_ID, secret))
        assert answer.json() == {"error": "invalid_grant"}


def test_the_secret_may_come_in_the_body(pool):
    form = {"client_id": testing.CLIENT_ID, "client_secret": testing.CLIENT_SECRET}
    assert redeem(pool, new_code(pool), auth=None, **form).status_code == 200


def test_a_public_client_sends_its_client_id(pool):
    code = new_code(pool, client_id=PUBLIC)
    assert redeem(pool, code, auth=None, client_id=PUBLIC).status_code == 200


def test_an_unknown_client_is_invalid_client(pool):
    answer = refresh(pool, "x", auth=("unknown", "x"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "authorization_code", "redirect_uri": CALLBACK}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": "y"}, "invalid_grant"),
    ],
)
def test_errors_of_requests(pool, form, error):
    answer = ask_token(pool, **form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_parameters_may_come_in_the_query(pool):
    query = {"grant_type": "authorization_code", "code": new_code(pool), "redirect_uri": CALLBACK}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{pool.domain}/oauth2/token", params=query, headers=headers, auth=AUTH)
    assert answer.status_code == 200


def test_the_right_verifier_is_accepted(pool):
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    assert redeem(pool, code, code_verifier=VERIFIER).status_code == 200


def test_a_missing_or_needless_verifier_is_invalid_request(pool):
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    assert redeem(pool, code).json() == {"error": "invalid_request"}
    assert redeem(pool, new_code(pool), code_verifier=VERIFIER).json() == {
        "error": "invalid_request"
    }


def test_pkce_may_be_unchecked_to_try_the_nonce_alone(pool):
    pool.set_quirks(pkce_check=False)
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    assert redeem(pool, code, code_verifier="w" * 43).status_code == 200


def test_a_failed_client_authentication_burns_the_code_only_if_wanted(pool):
    wrong = (testing.CLIENT_ID, "wrong")
    code = new_code(pool)
    redeem(pool, code, auth=wrong)
    assert redeem(pool, code).status_code == 200
    pool.set_quirks(client_failure_burns_code=True)
    code = new_code(pool)
    redeem(pool, code, auth=wrong)
    assert redeem(pool, code).json() == {"error": "invalid_grant"}


def test_a_wrong_verifier_may_spare_the_code(pool):
    pool.set_quirks(pkce_failure_burns_code=False)
    code = new_code(pool, code_challenge=challenge(), code_challenge_method="S256")
    redeem(pool, code, code_verifier="w" * 43)
    assert redeem(pool, code, code_verifier=VERIFIER).status_code == 200


def test_reuse_of_a_code_may_revoke_its_tokens(pool):
    pool.set_quirks(code_reuse_revokes=True)
    code = new_code(pool)
    answer = redeem(pool, code).json()
    redeem(pool, code)
    assert refresh(pool, answer["refresh_token"]).json() == {"error": "invalid_grant"}


def test_reuse_of_a_rotated_refresh_token_may_revoke_the_family(pool):
    pool.set_quirks(refresh_reuse_revokes=True)
    pool.change_client(refresh_rotation=True)
    old = tokens(pool)["refresh_token"]
    new = refresh(pool, old).json()["refresh_token"]
    refresh(pool, old)
    assert refresh(pool, new).json() == {"error": "invalid_grant"}


def test_without_openid_there_is_no_id_token_and_no_user_info(pool):
    answer = tokens(pool, scope="orders/read")
    assert "id_token" not in answer
    refused = user_info(pool, answer["access_token"])
    assert refused.status_code == 401
    assert "Access token does not contain openid scope" in refused.text


def test_an_attribute_that_the_client_may_not_read_makes_the_grant_invalid(pool):
    pool.change_client(read_attributes=["email"])
    code = new_code(pool, scope="openid email")
    assert redeem(pool, code).json() == {"error": "invalid_grant"}
    assert redeem(pool, new_code(pool, scope="openid")).status_code == 200


def test_a_refresh_token_belongs_to_its_client(pool):
    token = tokens(pool)["refresh_token"]
    answer = refresh(pool, token, auth=None, client_id=PUBLIC)
    assert answer.json() == {"error": "invalid_grant"}


def test_a_refresh_token_ends_with_its_lifetime(pool):
    pool.change_client(refresh_token_sec=3600)
    token = tokens(pool)["refresh_token"]
    pool.set_clock(3601)
    assert refresh(pool, token).json() == {"error": "invalid_grant"}


def test_a_lifetime_of_0_is_the_usual_one(pool):
    pool.change_client(refresh_token_sec=0)
    token = tokens(pool)["refresh_token"]
    pool.set_clock(29 * 86400)
    assert refresh(pool, token).status_code == 200
    pool.set_clock(31 * 86400)
    assert refresh(pool, token).json() == {"error": "invalid_grant"}


def test_refresh_sees_new_attributes_and_groups_and_keeps_what_is_bound(pool):
    first = tokens(pool, nonce="n")
    pool.change_user("alice", groups=["staff"], attributes={"name": "Alice Other"})
    pool.set_clock(50)
    second = refresh(pool, first["refresh_token"]).json()
    old, new = claims_of(first["id_token"]), claims_of(second["id_token"])
    assert (new["name"], new["cognito:groups"]) == ("Alice Other", ["staff"])
    for name in ("sub", "auth_time", "origin_jti", "aud", "iss"):
        assert new[name] == old[name]
    assert new["iat"] >= old["iat"] + 50
    assert new["jti"] != old["jti"]
    assert "nonce" not in new


def test_refresh_may_keep_the_nonce(pool):
    pool.set_quirks(nonce_after_refresh=True)
    token = tokens(pool, nonce="n")["refresh_token"]
    assert claims_of(refresh(pool, token).json()["id_token"])["nonce"] == "n"


def test_client_credentials_give_an_access_token_of_the_client(pool):
    answer = ask_token(pool, grant_type="client_credentials", scope="orders/read").json()
    assert list(answer) == ["access_token", "expires_in", "token_type"]
    claims = claims_of(answer["access_token"])
    assert claims["sub"] == claims["client_id"] == testing.CLIENT_ID
    assert (claims["scope"], claims["version"]) == ("orders/read", 2)
    assert "username" not in claims


def test_client_credentials_with_a_foreign_scope_are_refused_or_ignored(pool):
    answer = ask_token(pool, grant_type="client_credentials", scope="orders/write")
    assert answer.json() == {"error": "invalid_scope"}
    pool.set_quirks(foreign_scope_m2m="ignored")
    answer = ask_token(pool, grant_type="client_credentials", scope="orders/write")
    assert claims_of(answer.json()["access_token"])["scope"] == ""


def test_client_credentials_need_the_flow(pool):
    pool.change_client(flows=["code"])
    answer = ask_token(pool, grant_type="client_credentials")
    assert answer.json() == {"error": "unauthorized_client"}


@pytest.mark.parametrize("header", [{}, {"Authorization": "x"}, {"Authorization": "Basic eDp5"}])
def test_user_info_without_bearer_is_400_with_a_bare_challenge(pool, header):
    answer = requests.get(f"{pool.domain}/oauth2/userInfo", headers=header)
    assert answer.status_code == 400
    assert answer.headers["WWW-Authenticate"] == (
        'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"'
    )


def test_user_info_with_a_dead_token_is_401_with_a_bare_challenge(pool):
    answer = user_info(pool, "x.y.z")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == (
        'error="invalid_token", error_description="Access token is expired, disabled, or deleted,'
        ' or the user has globally signed out."'
    )


def test_user_info_is_refused_after_expiry(pool):
    token = tokens(pool)["access_token"]
    pool.set_clock(3601)
    assert user_info(pool, token).status_code == 401


def test_user_info_has_strings_and_a_username_but_no_groups(pool):
    pool.change_user("alice", attributes={"custom:level": 7})
    answer = user_info(pool, tokens(pool)["access_token"])
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    claims = answer.json()
    assert claims["username"] == "alice"
    assert claims["custom:level"] == "7"
    assert not [name for name in claims if name.startswith("cognito:")]
    assert all(isinstance(value, str) for value in claims.values())


def test_revocation_kills_all_tokens_of_the_sign_in(pool):
    answer = tokens(pool)
    done = revoke(pool, token=answer["refresh_token"])
    assert (done.status_code, done.content) == (200, b"")
    assert refresh(pool, answer["refresh_token"]).json() == {"error": "invalid_grant"}
    assert user_info(pool, answer["access_token"]).status_code == 401


def test_revocation_of_a_token_that_was_rotated_out_kills_its_successors(pool):
    pool.change_client(refresh_rotation=True, refresh_grace_sec=60)
    old = tokens(pool)["refresh_token"]
    new = refresh(pool, old).json()["refresh_token"]
    assert revoke(pool, token=old).status_code == 200
    assert refresh(pool, new).json() == {"error": "invalid_grant"}


def test_a_public_client_that_does_not_name_itself_is_401_at_revocation(pool):
    answer = revoke(pool, auth=None, token="x")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_revocation_of_an_unknown_or_dead_token_is_200(pool):
    token = tokens(pool)["refresh_token"]
    for one in (token, token, "a.b.c.d.e", "unknown"):
        assert (revoke(pool, token=one).status_code, revoke(pool, token=one).content) == (200, b"")


def test_revocation_of_other_kinds_of_tokens_is_unsupported(pool):
    answer = revoke(pool, token=tokens(pool)["access_token"])
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_token_type"})


def test_revocation_without_token_or_switched_off_is_invalid_request(pool):
    assert revoke(pool).json() == {"error": "invalid_request"}
    pool.change_client(revocation=False)
    assert revoke(pool, token="x").json() == {"error": "invalid_request"}


def test_revocation_by_a_public_client_takes_its_client_id(pool):
    assert revoke(pool, auth=None, client_id=PUBLIC, token="x").status_code == 200


def test_without_revocation_tokens_have_no_jti(pool):
    pool.change_client(revocation=False)
    answer = tokens(pool)
    for name in ("id_token", "access_token"):
        assert not {"jti", "origin_jti"} & set(claims_of(answer[name]))
