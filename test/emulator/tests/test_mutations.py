"""The table of mutations. What they do is judged in test/judges; here that each does something."""

import pytest
from cognito_emulator import testing
from cognito_emulator.claims import at_hash
from cognito_emulator.mutation_table import MUTATIONS, ROWS
from steps import claims_of, get, header_of, refresh, tokens


def test_names_are_unique():
    assert len(MUTATIONS) == len(ROWS)


def test_a_mutation_is_of_the_next_tokens_only(pool):
    pool.mutate("id-iss-other", times=1)
    assert claims_of(tokens(pool)["id_token"])["iss"] != pool.issuer
    assert claims_of(tokens(pool)["id_token"])["iss"] == pool.issuer


def test_a_mutation_may_be_moved_to_access_tokens(pool):
    pool.mutate("kid-unknown", token="access", times=1)
    published = {key["kid"] for key in get(pool.jwks).json()["keys"]}
    answer = tokens(pool)
    assert header_of(answer["id_token"])["kid"] in published
    assert header_of(answer["access_token"])["kid"] not in published


def test_a_mutation_may_wait_for_a_refresh(pool):
    pool.mutate("id-sub-other", grant="refresh_token")
    first = tokens(pool)
    second = refresh(pool, first["refresh_token"]).json()
    assert claims_of(first["id_token"])["sub"] != claims_of(second["id_token"])["sub"]


def test_at_hash_fits_a_mutated_access_token(pool):
    """So that only one thing is wrong at a time."""
    pool.mutate("ac-exp-past", times=1)
    answer = tokens(pool)
    assert claims_of(answer["id_token"])["at_hash"] == at_hash(answer["access_token"])


def test_a_mutation_of_keys_changes_the_jwks_until_cleared(pool):
    pool.mutate("key-1024", times=1)
    kid = header_of(tokens(pool)["id_token"])["kid"]
    keys = {key["kid"]: key for key in get(pool.jwks).json()["keys"]}
    assert len(keys[kid]["n"]) < 200
    pool.clear_mutations()
    assert all(len(key["n"]) == 342 for key in get(pool.jwks).json()["keys"])


def test_an_unknown_mutation_is_refused_with_a_reason(pool):
    with pytest.raises(testing.ControlError, match="'id-foo' is not one of id-ok"):
        pool.mutate("id-foo")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_makes_an_answer(pool, row):
    pool.mutate(row.name, times=1)
    assert isinstance(pool.tokens("alice")[f"{row.use}_token"], str)
