"""The pages that a person sees."""

from urllib.parse import urlencode, urlsplit

import pytest
import requests
from cognito_emulator import testing
from cognito_emulator.hosted_ui import Browser, FormReader, words
from steps import CALLBACK, authorize, get, params_of, refresh, sign_in, tokens


def page_url(pool, path: str, **params) -> str:
    query = {
        "client_id": testing.CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        **params,
    }
    return f"{pool.domain}{path}?{urlencode(query)}"


def forms(answer) -> list:
    reader = FormReader(answer.url)
    reader.feed(answer.text)
    return reader.forms


def test_the_form_has_the_fields_of_the_classic_hosted_ui(pool, browser):
    answer = get(page_url(pool, "/login", state="s"), browser)
    (form,) = forms(answer)
    assert (form.name, form.method) == ("cognitoSignInForm", "POST")
    assert set(form.fields) == {"_csrf", "cognitoAsfData", "username", "password"}
    assert form.action == answer.url
    assert form.fields["_csrf"] == browser.cookies["XSRF-TOKEN"]


def test_signing_in_sets_the_cookie_for_an_hour(pool, browser):
    form = forms(get(page_url(pool, "/login"), browser))[0]
    typed = {**form.fields, "username": "alice", "password": testing.PASSWORD}
    answer = browser.post(form.action, data=typed, allow_redirects=False)
    cookies = answer.raw.headers.getlist("Set-Cookie")
    (cookie,) = [c for c in cookies if c.startswith("cognito=")]
    value, _, attributes = cookie.partition("; ")
    assert attributes == "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"
    assert 650 < len(value) < 800


@pytest.mark.parametrize(
    ("username", "password"), [("alice", "wrong"), ("nobody", testing.PASSWORD), ("alice", "")]
)
def test_a_wrong_password_stays_on_the_page_and_tells_nothing(pool, username, password):
    with pytest.raises(AssertionError, match="Incorrect username or password."):
        url = pool.authorize_url(redirect_uri=CALLBACK)
        pool.sign_in(requests.Session(), url, username, password)


def test_a_disabled_user_is_told_so_on_the_page(pool):
    pool.change_user("alice", enabled=False)
    with pytest.raises(AssertionError, match="User is disabled."):
        sign_in(pool)


def test_an_email_address_serves_as_user_name(pool):
    assert sign_in(pool, username="alice@example.com").startswith(CALLBACK)


def test_a_post_without_csrf_token_is_refused(pool, browser):
    get(page_url(pool, "/login"), browser)
    typed = {"username": "alice", "password": testing.PASSWORD, "_csrf": "guess"}
    answer = browser.post(page_url(pool, "/login"), data=typed, allow_redirects=False)
    assert answer.status_code == 403


def test_forms_in_two_tabs_are_both_good(pool, browser):
    """As with every cookie-to-form token of this kind: a second page takes the cookie's."""
    first = forms(get(page_url(pool, "/login"), browser))[0]
    second = forms(get(page_url(pool, "/login"), browser))[0]
    assert first.fields["_csrf"] == second.fields["_csrf"] == browser.cookies["XSRF-TOKEN"]
    typed = {**first.fields, "username": "alice", "password": testing.PASSWORD}
    answer = browser.post(first.action, data=typed, allow_redirects=False)
    assert answer.headers["Location"].startswith(CALLBACK)


def test_the_form_is_good_for_five_minutes(pool, browser):
    form = forms(get(page_url(pool, "/login"), browser))[0]
    pool.set_clock(301)
    typed = {**form.fields, "username": "alice", "password": testing.PASSWORD}
    answer = browser.post(form.action, data=typed, allow_redirects=False)
    assert params_of(answer.headers["Location"])["error"] == "Something went wrong"


def test_going_to_login_with_a_session_offers_to_sign_in_as_somebody(pool, browser):
    sign_in(pool, browser)
    answer = get(page_url(pool, "/login"), browser)
    assert "Sign in as alice" in words(answer)
    chosen = pool.sign_in(browser, page_url(pool, "/login", state="s"), "ignored")
    assert params_of(chosen)["state"] == "s"


def test_the_chooser_lets_a_different_user_sign_in(pool, browser):
    sign_in(pool, browser)
    form = forms(get(page_url(pool, "/login"), browser))[0]
    answer = browser.post(form.action, data={**form.fields, "choice": "other"})
    assert 'name="password"' in answer.text


def test_login_hint_fills_the_user_name(pool):
    (form,) = forms(get(page_url(pool, "/login", login_hint="alice")))
    assert form.fields["username"] == "alice"


def test_lang_is_kept_in_a_cookie(pool, browser):
    answer = get(page_url(pool, "/login", lang="de"), browser)
    assert '<html lang="de">' in answer.text
    assert browser.cookies["lang"] == "de"


def test_providers_of_the_client_have_buttons(pool):
    text = words(get(page_url(pool, "/login")))
    assert "Continue with Google" in text
    assert "Continue with Example-SAML" in text


def test_nothing_typed_is_reflected_as_markup(pool, browser):
    url = page_url(pool, "/login", state='"><script>x</script>', login_hint='"><b>y</b>')
    text = get(url, browser).text
    assert "<script>x" not in text and "<b>y" not in text


def test_pages_load_nothing_from_elsewhere(pool):
    for path in ("/login", "/signup", "/forgotPassword"):
        text = get(page_url(pool, path)).text
        assert "src=" not in text and "@import" not in text and "https://" not in text


def test_signing_up_ends_at_the_callback(pool, browser):
    walk = Browser(browser, (pool.domain,))
    form = walk.form(walk.open(page_url(pool, "/signup", state="s")))
    typed = {"username": "carol", "email": "carol@example.com", "password": "Correct-horse-1"}
    answer = walk.submit(form, typed)
    assert "Confirm your account" in answer.text
    code = pool.user("carol")["code"]
    confirm = [f for f in forms(answer) if "code" in f.fields][0]
    walk.submit(confirm, {"code": code})
    assert params_of(walk.left)["state"] == "s"
    assert pool.user("carol")["attributes"]["email_verified"] == "true"


def test_an_unconfirmed_user_is_sent_to_confirmation(pool):
    pool.add_user("carol", password=testing.PASSWORD, confirmed=False)
    with pytest.raises(AssertionError, match="Confirm your account"):
        sign_in(pool, username="carol")


def test_a_short_password_or_a_taken_name_is_refused_at_sign_up(pool, browser):
    walk = Browser(browser, (pool.domain,))
    form = walk.form(walk.open(page_url(pool, "/signup")))
    typed = {"username": "carol", "email": "carol@example.com", "password": "short"}
    assert "Password not long enough" in walk.submit(form, typed).text
    form = walk.form(walk.open(page_url(pool, "/signup")))
    taken = {**typed, "username": "alice", "password": "long-enough-1"}
    assert "User already exists" in walk.submit(form, taken).text


def test_a_forgotten_password_can_be_set_anew(pool, browser):
    walk = Browser(browser, (pool.domain,))
    form = walk.form(walk.open(page_url(pool, "/forgotPassword")))
    answer = walk.submit(form, {"username": "alice"})
    code = pool.user("alice")["code"]
    assert code in words(answer)
    wrong = walk.submit(walk.form(answer), {"code": "000", "password": "Brand-new-1"})
    assert "Invalid verification code" in wrong.text
    done = walk.submit(walk.form(wrong), {"code": code, "password": "Brand-new-1"})
    assert urlsplit(done.url).path == "/login"
    url = pool.authorize_url(redirect_uri=CALLBACK)
    assert pool.sign_in(requests.Session(), url, "alice", "Brand-new-1").startswith(CALLBACK)


def test_a_user_disabled_later_meets_a_page_in_spite_of_the_cookie(pool, browser):
    sign_in(pool, browser)
    pool.change_user("alice", enabled=False)
    answer = authorize(pool, browser)
    assert params_of(answer.headers["Location"])["error"] == "User is disabled"
    pool.set_quirks(disabled_user_cookie="redirect")
    answer = authorize(pool, browser)
    assert answer.headers["Location"].startswith(f"{CALLBACK}?error_description=User+is+disabled")


def test_disabling_a_user_stops_refresh_until_enabled_again(pool):
    answer = tokens(pool)
    pool.change_user("alice", enabled=False)
    assert refresh(pool, answer["refresh_token"]).json() == {"error": "invalid_grant"}
    pool.change_user("alice", enabled=True)
    assert refresh(pool, answer["refresh_token"]).status_code == 200
