"""The contract of issuer, documents and keys: one test for each quirk."""

import base64
from urllib.parse import urlsplit

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from steps import OTHER_POOL, get, header_of, new_code, redeem, tokens


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
