"""The claims of ID and access tokens."""

import base64
import hashlib

import pytest
from steps import claims_of, new_code, redeem, tokens


def test_an_id_token_has_cognitos_claims(pool):
    claims = claims_of(tokens(pool, nonce="n", scope="openid")["id_token"])
    assert set(claims) == {
        "at_hash", "sub", "cognito:groups", "cognito:roles", "cognito:preferred_role", "email",
        "email_verified", "name", "iss", "cognito:username", "nonce", "origin_jti", "aud",
        "event_id", "token_use", "auth_time", "exp", "iat", "jti",
    }  # fmt: skip
    assert claims["token_use"] == "id"
    assert claims["exp"] == claims["iat"] + 3600
    assert claims["iss"] == pool.issuer
    assert isinstance(claims["aud"], str)


def test_an_access_token_has_cognitos_claims(pool):
    claims = claims_of(tokens(pool, scope="openid orders/read")["access_token"])
    assert set(claims) == {
        "sub", "cognito:groups", "iss", "version", "client_id", "origin_jti", "event_id",
        "token_use", "scope", "auth_time", "exp", "iat", "jti", "username",
    }  # fmt: skip
    assert (claims["version"], claims["token_use"]) == (2, "access")
    assert claims["scope"] == "openid orders/read"


def test_at_hash_is_the_left_half_of_the_hash_of_the_access_token(pool):
    answer = tokens(pool)
    digest = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert claims_of(answer["id_token"])["at_hash"] == expected


@pytest.mark.parametrize(
    ("scope", "present", "absent"),
    [
        ("openid", {"email", "name", "custom:tenant", "phone_number"}, set()),
        ("openid profile", {"email", "name", "custom:tenant", "phone_number"}, set()),
        ("openid email", {"email", "email_verified"}, {"name", "custom:tenant", "phone_number"}),
        ("openid phone", {"phone_number", "phone_number_verified"}, {"name", "email"}),
    ],
)
def test_scopes_decide_which_attributes_are_shown(pool, scope, present, absent):
    more = {"custom:tenant": "blue", "phone_number": "+1206", "phone_number_verified": "false"}
    pool.change_user("alice", attributes=more)
    claims = claims_of(tokens(pool, scope=scope)["id_token"])
    assert present <= set(claims)
    assert not absent & set(claims)


def test_unreadable_attributes_are_not_shown(pool):
    pool.change_client(read_attributes=["email", "email_verified"])
    claims = claims_of(tokens(pool, scope="openid")["id_token"])
    assert "email" in claims and "name" not in claims


def test_custom_attributes_are_strings(pool):
    pool.change_user("alice", attributes={"custom:level": 7, "custom:on": True})
    claims = claims_of(tokens(pool)["id_token"])
    assert (claims["custom:level"], claims["custom:on"]) == ("7", "true")


def test_address_and_updated_at_have_the_chosen_types(pool):
    attributes = {"address": "1 Way", "updated_at": "1700000000"}
    pool.change_user("alice", attributes=attributes)
    claims = claims_of(tokens(pool)["id_token"])
    assert (claims["address"], claims["updated_at"]) == ({"formatted": "1 Way"}, 1700000000)
    pool.set_quirks(address_claim="string", updated_at_claim="string")
    claims = claims_of(tokens(pool)["id_token"])
    assert {name: claims[name] for name in attributes} == attributes


def test_email_verified_may_come_as_a_string(pool):
    pool.set_quirks(email_verified_claim="string")
    assert claims_of(tokens(pool)["id_token"])["email_verified"] == "true"


def test_roles_and_the_preferred_role_come_of_the_groups(pool):
    claims = claims_of(tokens(pool)["id_token"])
    role = "arn:aws:iam::111122223333:role/admins"
    assert claims["cognito:roles"] == [role]
    assert claims["cognito:preferred_role"] == role
    assert claims["cognito:groups"] == ["admins", "staff"]


def test_groups_that_go_first_together_must_agree_on_the_preferred_role(pool):
    for name, role in (("one", "arn:aws:iam::1:role/one"), ("two", "arn:aws:iam::1:role/two")):
        pool.call("POST", "/groups", {"name": name, "precedence": 0, "role_arn": role})
    pool.change_user("bob", groups=["one", "two", "admins"])
    claims = claims_of(tokens(pool, username="bob")["id_token"])
    assert len(claims["cognito:roles"]) == 3
    assert "cognito:preferred_role" not in claims


def test_direct_tokens_are_those_of_initiate_auth(pool):
    answer = pool.tokens("alice")
    assert set(answer) >= {"id_token", "access_token", "refresh_token"}
    assert claims_of(answer["access_token"])["scope"] == "aws.cognito.signin.user.admin"
    assert "at_hash" not in claims_of(answer["id_token"])


def test_lifetimes_are_those_of_the_client(pool):
    pool.change_client(access_token_sec=300, id_token_sec=600)
    answer = tokens(pool)
    assert answer["expires_in"] == 300
    for name, lifetime in (("access_token", 300), ("id_token", 600)):
        claims = claims_of(answer[name])
        assert claims["exp"] - claims["iat"] == lifetime


def test_the_clock_moves_the_times_of_tokens(pool):
    pool.set_clock(-600)
    early = claims_of(tokens(pool)["id_token"])["iat"]
    pool.set_clock(600)
    late = claims_of(tokens(pool)["id_token"])["iat"]
    assert 1195 < late - early < 1260


def test_a_sub_is_the_same_in_every_run(pool):
    claims = claims_of(redeem(pool, new_code(pool)).json()["id_token"])
    assert claims["sub"] == "c4a84b03-7662-13f2-b604-6b138b2639d0"


def test_a_trigger_adds_claims_of_any_type_and_leaves_some_out(pool):
    added = {"level": 5, "tags": ["a", 1], "cognito:groups": ["night"], "name": None}
    pool.change_user("alice", claims=added)
    claims = claims_of(tokens(pool)["id_token"])
    assert (claims["level"], claims["tags"], claims["cognito:groups"]) == (5, ["a", 1], ["night"])
    assert "name" not in claims


@pytest.mark.parametrize("name", ["sub", "aud", "auth_time", "cognito:username", "identities"])
def test_a_trigger_cannot_change_what_is_reserved(pool, name):
    before = claims_of(tokens(pool)["id_token"]).get(name)
    pool.change_user("alice", claims={name: "evil"})
    after = claims_of(tokens(pool)["id_token"]).get(name)
    assert after != "evil" and (after is None) == (before is None)
