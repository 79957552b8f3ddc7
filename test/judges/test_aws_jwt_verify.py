"""Amazon's own verifier looks at the emulator's tokens, good and mutated."""

import pytest
import requests
from cognito_emulator import testing
from cognito_emulator.mutation_table import ROWS
from node import Node

CALLBACK = "http://localhost:1/callback"


@pytest.fixture(scope="module")
def judge(node_modules):
    one = Node(node_modules, "verify.js")
    yield one
    one.close()


def start_pool(form: str):
    """A pool whose tokens name Amazon's host, since the verifier knows no other."""
    config = testing.simple_config(callback_urls=[CALLBACK])
    config["pools"][0].update(issuer=form, issuer_claim="amazon")
    return testing.start(config, in_process=True)


@pytest.fixture(scope="module", params=["original", "updated"])
def pool(request):
    with start_pool(request.param) as emulator:
        yield emulator.pool()


@pytest.fixture(scope="module")
def spoiled_pool():
    with start_pool("original") as emulator:
        yield emulator.pool()


def tokens_of_a_sign_in(pool) -> dict:
    url = pool.authorize_url(redirect_uri=CALLBACK, scope="openid email", nonce="N-0nce")
    code = pool.sign_in(requests.Session(), url, "alice").partition("code=")[2]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    auth = (testing.CLIENT_ID, testing.CLIENT_SECRET)
    return requests.post(f"{pool.domain}/oauth2/token", data=form, auth=auth).json()


def verdict(judge, pool, use: str, token: str) -> dict:
    jwks = requests.get(pool.jwks).json()
    return judge.ask(
        jwt=token, use=use, clientId=testing.CLIENT_ID, userPoolId=pool.id, jwks=jwks
    )


@pytest.mark.parametrize("use", ["id", "access"])
def test_tokens_of_a_sign_in_are_accepted(judge, pool, use):
    token = tokens_of_a_sign_in(pool)[f"{use}_token"]
    assert verdict(judge, pool, use, token) == {"ok": True}


@pytest.mark.parametrize("use", ["id", "access"])
def test_refreshed_tokens_are_accepted(judge, pool, use):
    form = {"grant_type": "refresh_token"}
    form["refresh_token"] = tokens_of_a_sign_in(pool)["refresh_token"]
    auth = (testing.CLIENT_ID, testing.CLIENT_SECRET)
    answer = requests.post(f"{pool.domain}/oauth2/token", data=form, auth=auth).json()
    assert verdict(judge, pool, use, answer[f"{use}_token"]) == {"ok": True}


@pytest.mark.parametrize("use", ["id", "access"])
def test_tokens_are_accepted_after_a_key_rotation(judge, pool, use):
    pool.rotate_keys()
    token = tokens_of_a_sign_in(pool)[f"{use}_token"]
    assert verdict(judge, pool, use, token) == {"ok": True}


@pytest.mark.parametrize("row", [r for r in ROWS if r.judge != "either"], ids=lambda r: r.name)
def test_a_mutated_token_is_judged_as_the_table_says(judge, spoiled_pool, row):
    spoiled_pool.mutate(row.name)
    token = tokens_of_a_sign_in(spoiled_pool)[f"{row.use}_token"]
    got = verdict(judge, spoiled_pool, row.use, token)
    spoiled_pool.clear_mutations()
    assert got["ok"] == (row.judge == "accept"), got


def test_the_table_has_rows_of_each_kind():
    judged = [row for row in ROWS if row.judge == "reject"]
    assert len(judged) > 100
    kinds = {row.name.partition("-")[0] for row in judged}
    assert len(kinds) == 9
