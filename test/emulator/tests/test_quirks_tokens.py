"""The contract of tokens and userInfo: one test for each quirk."""

import json
import time

from steps import CALLBACK, claims_of, get, header_of, params_of, part, redeem, tokens, user_info


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


def test_a_federated_sign_in_without_nonce_gets_one(pool, browser):
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider="Google")
    first = params_of(pool.sign_in_federated(browser, url, "1083"))["code"]
    assert claims_of(redeem(pool, first).json()["id_token"])["nonce"]
    silent = params_of(get(url, browser).headers["Location"])["code"]
    assert "nonce" not in claims_of(redeem(pool, silent).json()["id_token"])


def test_a_local_sign_in_without_nonce_gets_none(pool):
    assert "nonce" not in claims_of(tokens(pool)["id_token"])


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


def test_a_refresh_token_looks_like_a_jwe_of_nearly_two_kilobytes(pool):
    token = tokens(pool)["refresh_token"]
    assert token.startswith("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.")
    assert token.count(".") == 4
    assert 1700 < len(token) < 1900
