"""Quotas: categories, what is answered beyond them, and that time gives them back."""

import pytest
import requests
from cognito_emulator.clock import Clock
from cognito_emulator.quota import Meter
from steps import AUTH, CALLBACK, authorize, ask_token, get, new_code, redeem, refresh, revoke
from steps import sign_in, tokens, user_info

TOO_MANY = {"__type": "TooManyRequestsException", "message": "Rate exceeded"}


class StoppedClock(Clock):
    def now(self) -> float:
        return self.offset_sec


def test_a_second_gives_back_what_it_took():
    clock = StoppedClock()
    meter = Meter(clock)
    assert [meter.admits([("a", 2)]) for _ in range(3)] == [True, True, False]
    assert meter.admits([("b", 1)])
    clock.offset_sec = 0.9
    assert not meter.admits([("a", 2)])
    clock.offset_sec = 1.0
    assert meter.admits([("a", 2)])


def test_what_is_refused_by_one_limit_counts_under_none():
    clock = StoppedClock()
    meter = Meter(clock)
    assert not meter.admits([("a", 1), ("b", 0)])
    assert meter.admits([("a", 1)])


def test_a_clock_that_is_set_back_does_not_lock_anybody_out():
    clock = StoppedClock()
    meter = Meter(clock)
    clock.offset_sec = 100
    assert meter.admits([("a", 1)])
    clock.offset_sec = 0
    assert meter.admits([("a", 1)])


def test_without_quotas_nothing_is_refused(pool):
    for _ in range(30):
        assert revoke(pool, token="x").status_code == 200


def test_refresh_is_user_authentication_and_redemption_has_an_allowance_of_its_own(pool):
    code, token = new_code(pool), tokens(pool)["refresh_token"]
    pool.set_quotas(user_authentication=0)
    refused = refresh(pool, token)
    assert (refused.status_code, refused.json()) == (400, TOO_MANY)
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert redeem(pool, code).status_code == 200
    pool.set_quotas(user_authentication=None)
    assert refresh(pool, token).status_code == 200


def test_a_code_that_was_not_looked_at_is_still_good(pool):
    code = new_code(pool)
    pool.set_quotas(code_redemption=0)
    assert redeem(pool, code).json() == TOO_MANY
    pool.set_quotas(code_redemption=None)
    assert redeem(pool, code).status_code == 200


def test_machines_have_a_category(pool):
    pool.set_quotas(client_authentication=0)
    answer = ask_token(pool, grant_type="client_credentials", scope="orders/read")
    assert answer.json() == TOO_MANY
    assert tokens(pool)["access_token"]


def test_revocation_has_a_category(pool):
    pool.set_quotas(user_token=0)
    assert revoke(pool, token="x").json() == TOO_MANY


def test_federation_has_a_category(pool):
    pool.set_quotas(user_federation=0)
    answer = get(f"{pool.domain}/oauth2/idpresponse?state=x&code=y")
    assert answer.status_code == 400 and "Rate exceeded" in answer.text
    assert sign_in(pool)


def test_a_browser_sees_a_page(pool):
    pool.set_quotas(user_authentication=0)
    answer = authorize(pool)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Rate exceeded" in answer.text


@pytest.mark.parametrize("quota", ["domain", "source_ip"])
def test_the_domain_and_an_address_have_limits_for_all_together(pool, quota):
    token = tokens(pool)["access_token"]
    pool.set_quotas(**{quota: 0})
    assert user_info(pool, token).json() == TOO_MANY
    assert requests.get(f"{pool.domain}/nothing", timeout=10).status_code == 400


@pytest.mark.parametrize("how", [{"auth": AUTH}, {"auth": None, "client_id": AUTH[0]}])
def test_a_client_is_known_by_either_way_to_name_it(pool, how):
    token = tokens(pool)["access_token"]
    pool.set_quotas(client=0)
    assert refresh(pool, "x", **how).json() == TOO_MANY
    assert user_info(pool, token).status_code == 200  # names no client


def test_a_user_can_be_tried_only_so_often(pool, browser):
    pool.set_quotas(user=0)
    url = pool.authorize_url(redirect_uri=CALLBACK)
    with pytest.raises(AssertionError, match="Rate exceeded"):
        pool.sign_in(browser, url, "alice")


@pytest.mark.parametrize(("shape", "text"), [("429", "Too Many Requests"), ("503", "Rate")])
def test_the_shape_is_a_quirk(pool, shape, text):
    pool.set_quirks(throttled_as=shape)
    pool.set_quotas(domain=0)
    answer = refresh(pool, "x")
    assert answer.status_code == int(shape) and text in answer.text
