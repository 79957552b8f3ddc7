"""The control API and its client: request log, administration, configuration."""

import copy
import http.client
import json
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from cognito_emulator import testing
from cognito_emulator.config import ConfigError, parse
from steps import CALLBACK, claims_of, get, new_code, params_of, redeem, sign_in, tokens

EMULATOR = Path(__file__).resolve().parents[1]


def test_the_log_keeps_requests_byte_for_byte(pool):
    body = "grant_type=x&code=a%20b&code=c"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Odd": "a  b"}
    connection = http.client.HTTPConnection(urlsplit(pool.domain).netloc)
    connection.request("POST", "/oauth2/token?q=%41", body, headers)
    connection.getresponse().read()
    connection.close()
    (seen,) = pool.requests("token")
    assert (seen.method, seen.target) == ("POST", "/oauth2/token?q=%41")
    assert seen.body == body
    assert seen.form["code"] == "a b"
    assert seen.raw["form"] == [["grant_type", "x"], ["code", "a b"], ["code", "c"]]
    assert ("X-Odd", "a  b") in seen.header_list
    assert seen.status == 400


def test_the_log_can_be_filtered_and_cleared(pool):
    get(pool.jwks)
    get(pool.discovery)
    assert [r.endpoint for r in pool.requests()] == ["jwks", "discovery"]
    (first,) = pool.requests("jwks")
    assert [r.endpoint for r in pool.requests(after=first.number)] == ["discovery"]
    pool.clear_requests()
    assert pool.requests() == []


def test_a_whole_sign_in_is_seen_at_its_endpoints(pool):
    tokens(pool)
    assert [r.endpoint for r in pool.requests()] == ["authorize", "login", "login", "token"]


def test_every_code_and_token_is_listed_as_issued(pool):
    code = new_code(pool)
    answer = redeem(pool, code).json()
    names = ("access_token", "id_token", "refresh_token")
    assert pool.issued() == [code, *(answer[name] for name in names)]
    assert pool.issued(after=3) == [answer["refresh_token"]]


def test_httpx_signs_in_as_well_as_requests(pool):
    with httpx.Client() as client:
        url = pool.authorize_url(redirect_uri=CALLBACK, state="s")
        assert params_of(pool.sign_in(client, url, "alice"))["state"] == "s"


def test_reset_restores_users_and_clients(pool):
    pool.add_user("carol", password="x")
    pool.change_client(callback_urls=[])
    pool.reset(state=True)
    assert sign_in(pool)
    with pytest.raises(testing.ControlError):
        pool.user("carol")


def test_a_client_can_be_added(pool):
    pool.add_client("another", callback_urls=[CALLBACK])
    answer = redeem(pool, new_code(pool, client_id="another"), auth=None, client_id="another")
    assert claims_of(answer.json()["id_token"])["aud"] == "another"


def test_a_user_can_be_deleted(pool):
    answer = tokens(pool)
    pool.delete_user("alice")
    header = {"Authorization": f"Bearer {answer['access_token']}"}
    assert requests.get(f"{pool.domain}/oauth2/userInfo", headers=header).status_code == 401


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"secrets": ["a", "b", "c"]}, "at most two secrets"),
        ({"callback_urls": ["http://x/#f"]}, "no absolute URI without fragment"),
        ({"callback_urls": ["http://app.example.com/back"]}, "http is for localhost"),
        ({"callback_urls": ["http://localhost.example.com/"]}, "http is for localhost"),
        ({"logout_urls": ["http://app.localhost/"]}, "http is for localhost"),
        ({"logout_urls": [f"https://x/{n}" for n in range(101)]}, "at most 100 URLs"),
        ({"access_token_sec": 86401}, "access_token_sec is 1 to 86400"),
        ({"refresh_token_sec": 315360001}, "refresh_token_sec is 0 to 315360000"),
        ({"flows": ["implicit", 1]}, "str is needed"),
        ({"refresh_grace_sec": 61}, "refresh_grace_sec is 0 to 60"),
        ({"colour": "blue"}, "unknown member 'colour'"),
    ],
)
def test_a_wrong_change_of_a_client_is_refused(pool, change, text):
    with pytest.raises(testing.ControlError, match=text):
        pool.change_client(**change)


def test_a_callback_may_be_what_cognito_takes(pool):
    plain = ["http://localhost:3000/back", "http://localhost", "http://127.0.0.1:1/"]
    more = ["http://[::1]/", "https://app.example.com/back?x=1", "myapp://back"]
    pool.change_client(callback_urls=[*plain, *more])


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (["id"], "nounderscore", "write it as eu-west-1_AbC123dEf"),
        (["plan"], "lite", "not part of the Lite plan"),
        (["issuer"], "new", "'new' is not one of original, updated"),
        (["clients", 0, "id"], "a b", "letters, digits"),
        (["clients", 0, "flows"], ["code", "device"], "'device' is not one of"),
        (["users", 0, "groups"], "admins", "a list is needed"),
        (["users", 1, "username"], "alice", "two users have the same name"),
        (["quirks"], {"basic_decoding": "x"}, "'x' is not one of both, raw, form"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_place(path, value, text):
    document = copy.deepcopy(testing.simple_config())
    place = document["pools"][0]
    place["issuer"] = "updated"
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ConfigError, match=text):
        parse(document)


def test_a_wrong_file_stops_the_program_with_a_message(tmp_path):
    path = tmp_path / "pool.json"
    path.write_text('{"pools": [{}]}')
    run = subprocess.run(
        [sys.executable, "-m", "cognito_emulator", str(path)],
        cwd=EMULATOR,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "configuration.pools[0]: member 'id' is missing" in run.stderr


def test_the_example_configuration_is_right():
    document = json.loads((EMULATOR / "cognito_emulator" / "example.json").read_text())
    (pool,) = parse(document).pools
    assert {user.username for user in pool.users} >= {"alice", "bob"}


def test_a_hundred_sign_ins_at_once_all_succeed(pool):
    results = []

    def one(number: int) -> None:
        url = sign_in(pool, state=str(number))
        answer = redeem(pool, params_of(url)["code"])
        results.append((params_of(url)["state"] == str(number), answer.status_code))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [(True, 200)] * 100
