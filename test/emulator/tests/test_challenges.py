"""What the hosted UI asks after a right password: a second factor, a new password."""

import pytest
import requests
from cognito_emulator import testing
from cognito_emulator.hosted_ui import Browser, shown_code, words
from steps import CALLBACK, claims_of, get, params_of, redeem, sign_in

LEVEL = "urn:cognito:loa:{}"


def after_password(pool, http_client, **params):
    """(a browser at the page behind the password, that page)"""
    browser = Browser(http_client, (pool.domain,))
    answer = browser.open(pool.authorize_url(redirect_uri=CALLBACK, **params))
    typed = {"username": "alice", "password": testing.PASSWORD}
    return browser, browser.submit(browser.form(answer, "cognitoSignInForm"), typed)


def id_claims(pool, url: str) -> dict:
    return claims_of(redeem(pool, params_of(url)["code"]).json()["id_token"])


@pytest.mark.parametrize(
    ("kind", "text", "method"),
    [
        ("sms", "sent to your phone", "sms"),
        ("email", "sent to your e-mail address", "email_otp"),
        ("totp", "authenticator app", "otp"),
    ],
)
def test_a_second_factor_is_asked_for_and_named_in_amr(pool, browser, kind, text, method):
    pool.change_user("alice", mfa=kind)
    way, page = after_password(pool, browser, state="s", acr_values=LEVEL.format(2))
    assert text in words(page) and way.left is None
    assert "cognito" not in browser.cookies
    way.submit(way.form(page), {"code": shown_code(page)})
    assert params_of(way.left)["state"] == "s"
    claims = id_claims(pool, way.left)
    assert claims["acr"] == LEVEL.format(2)
    assert claims["amr"] == ["pwd", method, "mfa"]


def test_the_first_level_that_is_reached_counts(pool):
    both = f"urn:other {LEVEL.format(2)} {LEVEL.format(1)}"
    assert id_claims(pool, sign_in(pool, acr_values=both))["acr"] == LEVEL.format(1)
    pool.change_user("alice", mfa="sms")
    assert id_claims(pool, sign_in(pool, acr_values=both))["acr"] == LEVEL.format(2)
    one = id_claims(pool, sign_in(pool, acr_values=LEVEL.format(1)))
    assert (one["acr"], one["amr"]) == (LEVEL.format(1), ["pwd", "sms", "mfa"])
    assert "acr" not in id_claims(pool, sign_in(pool))


def test_a_silent_sign_in_keeps_how_it_was_done(pool, browser):
    pool.change_user("alice", mfa="sms")
    sign_in(pool, browser)
    url = pool.authorize_url(redirect_uri=CALLBACK, acr_values=LEVEL.format(2))
    silent = id_claims(pool, get(url, browser).headers["Location"])
    assert silent["amr"] == ["pwd", "sms", "mfa"]


def test_a_session_steps_up_where_its_user_can(pool, browser):
    sign_in(pool, browser)
    wanted = f"{LEVEL.format(2)} {LEVEL.format(1)}"
    url = pool.authorize_url(redirect_uri=CALLBACK, acr_values=wanted)
    assert id_claims(pool, get(url, browser).headers["Location"])["acr"] == LEVEL.format(1)
    pool.change_user("alice", mfa="totp")
    login = get(url, browser).headers["Location"]
    assert login.startswith(f"{pool.domain}/login?")
    assert id_claims(pool, pool.sign_in(browser, url, "alice"))["acr"] == LEVEL.format(2)
    assert get(url, browser).headers["Location"].startswith(CALLBACK)


def test_a_session_that_is_too_low_is_no_session_for_prompt_none(pool, browser):
    sign_in(pool, browser)
    pool.change_user("alice", mfa="totp")
    url = pool.authorize_url(redirect_uri=CALLBACK, acr_values=LEVEL.format(2), prompt="none")
    assert params_of(get(url, browser).headers["Location"])["error"] == "login_required"


def test_a_wrong_code_is_asked_for_again_and_the_old_page_is_of_no_use(pool, browser):
    pool.change_user("alice", mfa="totp")
    way, page = after_password(pool, browser)
    form = way.form(page)
    again = way.submit(form, {"code": "wrong"})
    assert "Invalid code" in words(again) and way.left is None
    assert "Something went wrong" in way.submit(form, {"code": shown_code(again)}).url.replace(
        "+", " "
    )
    way.submit(way.form(again), {"code": pool.user("alice")["code"]})
    assert way.left.startswith(CALLBACK)


def test_three_minutes_are_all_that_there_is(pool, browser):
    pool.change_user("alice", mfa="email")
    way, page = after_password(pool, browser)
    pool.set_clock(181)
    way.submit(way.form(page), {"code": shown_code(page)})
    assert way.left is None and "cognito" not in browser.cookies


def test_one_step_does_not_stand_for_the_other(pool, browser):
    pool.change_user("alice", mfa="email", temporary=True)
    way, page = after_password(pool, browser)
    form = way.form(page, "cognitoNewPasswordForm")
    form.action = form.action.replace("/changePassword", "/mfa")
    way.submit(form, {"code": "1"})
    assert way.left is None and "cognito" not in browser.cookies


def test_a_temporary_password_must_be_changed(pool):
    pool.change_user("alice", temporary=True)
    url = pool.authorize_url(redirect_uri=CALLBACK, state="s")
    with pytest.raises(AssertionError, match="Change your password"):
        pool.sign_in(requests.Session(), url, "alice")
    back = pool.sign_in(requests.Session(), url, "alice", new_password="Looking-2-glass")
    assert params_of(back)["state"] == "s"
    assert pool.sign_in(requests.Session(), url, "alice", "Looking-2-glass").startswith(CALLBACK)
    with pytest.raises(AssertionError, match="Incorrect username or password"):
        pool.sign_in(requests.Session(), url, "alice")


def test_a_new_password_that_is_too_short_is_refused(pool, browser):
    pool.change_user("alice", temporary=True)
    way, page = after_password(pool, browser)
    again = way.submit(way.form(page), {"password": "short"})
    assert "not long enough" in words(again)
    way.submit(way.form(again), {"password": "Looking-2-glass"})
    assert way.left.startswith(CALLBACK)


def test_a_new_password_comes_before_the_second_factor(pool):
    pool.change_user("alice", temporary=True, mfa="sms")
    url = pool.authorize_url(redirect_uri=CALLBACK)
    back = pool.sign_in(requests.Session(), url, "alice", new_password="Looking-2-glass")
    assert back.startswith(CALLBACK)


def test_an_unknown_factor_is_refused(pool):
    with pytest.raises(testing.ControlError, match="'passkey' is not one of sms, email, totp"):
        pool.change_user("alice", mfa="passkey")
