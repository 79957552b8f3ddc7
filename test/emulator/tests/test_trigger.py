"""What a pre token generation trigger may do to tokens, by the version of its event."""

import pytest
from cognito_emulator import testing
from steps import CALLBACK, ask_token, claims_of, refresh, tokens, user_info


def access_claims(pool, **params) -> dict:
    return claims_of(tokens(pool, **params)["access_token"])


def test_claims_of_an_access_token_may_be_of_any_type_and_may_go(pool):
    wanted = {"tenant": {"id": 7}, "roles": ["a", "b"], "cognito:groups": None}
    pool.change_user("alice", access_claims=wanted)
    answer = tokens(pool)
    claims = claims_of(answer["access_token"])
    assert (claims["tenant"], claims["roles"]) == ({"id": 7}, ["a", "b"])
    assert "cognito:groups" not in claims
    again = claims_of(refresh(pool, answer["refresh_token"]).json()["access_token"])
    assert again["tenant"] == {"id": 7}
    assert "tenant" not in claims_of(answer["id_token"])


def test_scopes_of_an_access_token_may_be_added_and_suppressed(pool):
    pool.change_user("alice", add_scopes=["orders/admin"], suppress_scopes=["email"])
    assert access_claims(pool, scope="openid email")["scope"] == "openid orders/admin"


def test_without_openid_in_the_end_there_is_no_user_info(pool):
    pool.change_user("alice", suppress_scopes=["openid"])
    assert user_info(pool, tokens(pool, scope="openid email")["access_token"]).status_code == 401


@pytest.mark.parametrize(
    "name", ["sub", "client_id", "scope", "token_use", "exp", "version", "cognito:username"]
)
def test_what_is_reserved_stays(pool, name):
    before = access_claims(pool).get(name)
    pool.change_user("alice", access_claims={name: "x"})
    after = access_claims(pool).get(name)
    assert after != "x"
    assert name == "exp" or after == before


def test_the_audience_may_be_the_client_and_nothing_else(pool):
    pool.change_user("alice", access_claims={"aud": "https://evil.example.com"})
    assert "aud" not in access_claims(pool)
    pool.change_user("alice", access_claims={"aud": testing.CLIENT_ID})
    assert access_claims(pool)["aud"] == testing.CLIENT_ID
    bound = "https://api.example.com"
    assert access_claims(pool, resource=bound)["aud"] == bound


def test_some_claims_of_an_id_token_can_be_no_objects(pool):
    pool.change_user("alice", claims={"email_verified": ["x"], "address": {"a": 1}, "more": [1]})
    claims = claims_of(tokens(pool)["id_token"])
    assert claims["email_verified"] is True
    assert "address" not in claims
    assert claims["more"] == [1]


def test_machines_have_claims_of_their_own(pool):
    pool.change_client(machine_claims={"tier": "gold", "sub": "x"})
    answer = ask_token(pool, grant_type="client_credentials", scope="orders/read").json()
    claims = claims_of(answer["access_token"])
    assert (claims["tier"], claims["sub"]) == ("gold", testing.CLIENT_ID)


def test_the_lite_plan_has_none_of_it_but_the_id_tokens():
    config = testing.simple_config(callback_urls=[CALLBACK])
    config["pools"][0]["plan"] = "lite"
    config["pools"][0]["users"][0].update(
        claims={"a": "1"}, access_claims={"b": "2"}, add_scopes=["orders/read"]
    )
    with testing.start(config, in_process=True) as running:
        answer = tokens(running.pool(), scope="openid")
    assert claims_of(answer["id_token"])["a"] == "1"
    claims = claims_of(answer["access_token"])
    assert "b" not in claims and claims["scope"] == "openid"
