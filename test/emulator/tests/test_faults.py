"""Faults: each kind does on the wire what it says."""

import socket
import time
from urllib.parse import urlsplit

import pytest
import requests
from cognito_emulator import testing
from cognito_emulator.damage import DAMAGES
from steps import ask_token, get, new_code, params_of, redeem, sign_in, tokens

RESET = requests.exceptions.ConnectionError


def jwks(pool, **options) -> requests.Response:
    return get(pool.jwks, **options)


def raw_get(url: str, limit: int = 10**6, deadline: float = 5) -> bytes:
    """The bytes of an answer, up to a limit, over a connection that closes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=deadline) as sock:
        head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        sock.sendall(head.encode())
        data = b""
        while len(data) < limit and (more := sock.recv(65536)):
            data += more
    return data


def test_a_status_replaces_the_answer_for_so_many_requests(pool):
    pool.fail("jwks", status=500, times=2)
    assert [jwks(pool).status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_lasts_until_it_is_healed(pool):
    pool.fail("jwks", status=404)
    assert [jwks(pool).status_code for _ in range(3)] == [404] * 3
    pool.heal("jwks")
    assert jwks(pool).status_code == 200


def test_a_fault_may_let_some_requests_pass_first(pool):
    pool.fail("jwks", status=500, skip=1, times=1)
    assert [jwks(pool).status_code for _ in range(3)] == [200, 500, 200]


def test_faults_are_of_one_endpoint_or_of_all(pool):
    pool.fail("jwks", status=500, times=1)
    assert get(pool.discovery).status_code == 200
    pool.fail("*", status=503)
    assert get(pool.discovery).status_code == 503


def test_a_fault_may_be_of_one_method(pool):
    pool.fail("login", status=500, method="POST", times=1)
    with pytest.raises(AssertionError):
        sign_in(pool)
    assert sign_in(pool)


def test_a_delay_comes_before_the_work(pool):
    pool.fail("token", delay=0.3, times=1)
    start = time.monotonic()
    assert redeem(pool, new_code(pool)).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_a_late_answer_has_done_its_work(pool):
    code = new_code(pool)
    pool.fail("token", late=5, times=1)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "x"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{pool.domain}/oauth2/token", data=form, timeout=0.2)
    assert len(pool.wait_for_requests("token")) == 1


def test_a_hanging_request_is_in_the_log_and_ends_when_healed(pool):
    pool.fail("jwks", hang=True, times=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        jwks(pool, timeout=0.2)
    assert pool.wait_for_requests("jwks")[0].status is None
    assert jwks(pool).status_code == 200


@pytest.mark.parametrize("when", ["at-once", "after-work", "in-body"])
def test_a_reset_is_seen_as_such(pool, when):
    pool.fail("jwks", reset=when, times=1)
    with pytest.raises((RESET, requests.exceptions.ChunkedEncodingError)):
        jwks(pool)
    assert jwks(pool).status_code == 200


def test_a_reset_after_work_has_used_up_the_code(pool):
    code = new_code(pool)
    pool.fail("token", reset="after-work", times=1)
    with pytest.raises(RESET):
        redeem(pool, code)
    assert redeem(pool, code).json() == {"error": "invalid_grant"}


def test_a_status_without_work_leaves_the_code_alone(pool):
    code = new_code(pool)
    pool.fail("token", status=500, times=1)
    assert redeem(pool, code).status_code == 500
    assert redeem(pool, code).status_code == 200


def test_a_status_with_work_uses_it_up(pool):
    code = new_code(pool)
    pool.fail("token", status=500, work=True, times=1)
    answer = redeem(pool, code)
    assert (answer.status_code, "id_token" in answer.json()) == (500, True)
    assert redeem(pool, code).status_code == 400


def test_body_and_content_type_and_headers_may_be_given(pool):
    headers = {"X-One": "1", "Set-Cookie": ["a=1", "b=2"]}
    pool.fail("jwks", body="<p>", content_type="text/html", headers=headers, times=1)
    answer = jwks(pool)
    assert (answer.text, answer.headers["Content-Type"]) == ("<p>", "text/html")
    assert answer.headers["X-One"] == "1"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_headers_may_be_taken_away(pool):
    pool.fail("jwks", headers={"Content-Type": None}, times=1)
    answer = jwks(pool)
    assert "Content-Type" not in answer.headers
    assert "keys" in answer.json()


def test_a_redirect_goes_where_it_is_told(pool):
    pool.fail("discovery", redirect="http://169.254.169.254/", status=307, times=1)
    answer = get(pool.discovery)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://169.254.169.254/")


def test_members_of_the_json_may_be_set_and_removed(pool):
    changes = {"json_set": {"token_type": "mac", "expires_in": None}}
    pool.fail("token", json_remove=["refresh_token"], times=1, **changes)
    answer = tokens(pool)
    assert (answer["token_type"], answer["expires_in"]) == ("mac", None)
    assert "refresh_token" not in answer and "id_token" in answer


def test_another_issuer_in_discovery(pool):
    pool.fail("discovery", json_set={"issuer": "https://evil.example"}, times=1)
    assert get(pool.discovery).json()["issuer"] == "https://evil.example"


@pytest.mark.parametrize("name", sorted(DAMAGES))
def test_each_damage_changes_the_body(pool, name):
    good = jwks(pool).content
    pool.fail("jwks", broken=name, times=1)
    assert jwks(pool).content != good


def test_a_drip_is_slow(pool):
    pool.fail("jwks", drip=4000, times=1)
    start = time.monotonic()
    assert jwks(pool).status_code == 200
    assert 0.15 < time.monotonic() - start < 3


def test_a_body_may_be_padded_to_a_size(pool):
    pool.fail("jwks", size=3_000_000, times=1)
    answer = jwks(pool)
    assert len(answer.content) == 3_000_000
    assert "keys" in answer.json()


def test_headers_may_be_big_and_many(pool):
    pool.fail("jwks", header_size=100_000, header_count=500, times=1)
    head = raw_get(pool.jwks).partition(b"\r\n\r\n")[0]
    assert len(head) > 100_000
    assert head.count(b"X-Padding-") == 500


@pytest.mark.parametrize("what", ["body", "headers"])
def test_an_endless_answer_does_not_end(pool, what):
    pool.fail("jwks", endless=what, times=1)
    assert len(raw_get(pool.jwks, limit=3_000_000)) >= 3_000_000


def test_a_wrong_content_length(pool):
    pool.fail("jwks", content_length=100000, times=1)
    data = raw_get(pool.jwks)
    assert b"Content-Length: 100000" in data
    assert len(data) < 10000


def test_gzip_and_a_gzip_bomb(pool):
    pool.fail("jwks", gzip="plain", times=1)
    answer = jwks(pool)
    assert answer.headers["Content-Encoding"] == "gzip" and "keys" in answer.json()
    pool.fail("jwks", gzip="bomb", times=1)
    assert len(raw_get(pool.jwks)) < 1_000_000


def test_an_oauth_error_at_authorize_travels_with_state(pool, browser):
    pool.fail("authorize", error="server_error", error_description="a b", times=1)
    url = sign_in(pool, browser, state="s")
    assert params_of(url) == {"error_description": "a b", "state": "s", "error": "server_error"}


def test_an_oauth_error_at_token_is_json(pool):
    pool.fail("token", error="invalid_grant", status=401, times=1)
    answer = ask_token(pool)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_grant"})


def test_user_info_may_have_another_sub(pool):
    pool.fail("userinfo", json_set={"sub": "evil"}, times=1)
    header = {"Authorization": f"Bearer {tokens(pool)['access_token']}"}
    answer = requests.get(f"{pool.domain}/oauth2/userInfo", headers=header)
    assert answer.json()["sub"] == "evil"


def test_an_unknown_fault_is_refused_with_a_reason(pool):
    with pytest.raises(testing.ControlError, match="unknown member 'colour'"):
        pool.fail("token", colour="blue")
    with pytest.raises(testing.ControlError, match="endpoint: 'tokens' is not one of"):
        pool.fail("tokens", status=500)


def test_keep_alive_serves_several_requests_on_one_connection(pool):
    with requests.Session() as session:
        for _ in range(4):
            session.get(pool.jwks)
        pools = session.get_adapter(pool.jwks).poolmanager.pools
        assert [pools[key].num_connections for key in pools.keys()] == [1]
