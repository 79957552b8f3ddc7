"""/oauth2/authorize: parameters, errors, silent sign-in."""

from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from cognito_emulator import testing
from steps import (
    CALLBACK,
    PUBLIC,
    authorize,
    claims_of,
    get,
    new_code,
    params_of,
    redeem,
    sign_in,
    tokens,
)


def location(answer) -> str:
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_it_goes_to_login_with_the_same_query(pool):
    url = pool.authorize_url(redirect_uri=CALLBACK, state="a b&c", scope="openid email")
    query = urlsplit(url).query
    assert location(get(url)) == f"{pool.domain}/login?{query}"


def test_state_comes_back_as_it_was_sent(pool):
    state = "a b&c=d+e%20\u00fc"
    assert params_of(sign_in(pool, state=state))["state"] == state


def test_a_redirect_uri_with_a_query_gets_an_ampersand(pool):
    uri = CALLBACK + "?tenant=blue"
    assert sign_in(pool, redirect_uri=uri).startswith(uri + "&code=")


def test_a_missing_redirect_uri_is_a_page(pool):
    answer = authorize(pool, redirect_uri=None)
    error = params_of(location(answer))["error"]
    assert error == "Required String parameter 'redirect_uri' is not present"


def test_the_default_redirect_uri_serves_a_client_with_one_provider(pool):
    pool.change_client(PUBLIC, default_redirect_uri=CALLBACK)
    url = pool.authorize_url(PUBLIC)
    assert pool.sign_in(requests.Session(), url, "alice").startswith(CALLBACK)


@pytest.mark.parametrize("client_id", ["unknown", "noflows", "noproviders"])
def test_an_unknown_client_or_one_without_flows_or_providers_is_a_page(pool, client_id):
    answer = authorize(pool, client_id=client_id)
    assert location(answer) == f"{pool.domain}/error?error=invalid_request&client_id={client_id}"


def test_no_response_type_is_invalid_request(pool):
    assert location(authorize(pool, response_type=None)) == f"{CALLBACK}?error=invalid_request"


@pytest.mark.parametrize("kind", ["id_token", "token id_token", "code token", "none"])
def test_other_response_types_are_invalid_request(pool, kind):
    assert params_of(location(authorize(pool, response_type=kind)))["error"] == "invalid_request"


def test_a_flow_that_is_off_is_unauthorized_client_with_a_trailing_space(pool):
    answer = authorize(pool, client_id=PUBLIC, response_type="token")
    assert location(answer) == (
        f"{CALLBACK}?error_description=Client+is+not+enabled+for+OAuth2.0+flows+"
        "&error=unauthorized_client"
    )


@pytest.mark.parametrize("scope", ["openid foreign/scope", "openid offline_access", "email"])
def test_a_foreign_scope_or_email_without_openid_is_invalid_scope(pool, scope):
    answer = authorize(pool, scope=scope, state="s")
    assert params_of(location(answer)) == {"state": "s", "error": "invalid_scope"}


def test_foreign_scopes_may_be_ignored(pool):
    pool.set_quirks(unknown_scope="ignored")
    answer = tokens(pool, scope="openid foreign/scope")
    assert claims_of(answer["access_token"])["scope"] == "openid"


def test_the_errors_order_may_be_that_of_the_documentation(pool):
    pool.set_quirks(error_order="error-first")
    answer = authorize(pool, client_id=PUBLIC, response_type="token", state="s")
    names = [name for name, _ in parse_qsl(urlsplit(location(answer)).query)]
    assert names == ["error", "error_description", "state"]


def test_no_scope_asks_for_all_scopes_of_the_client(pool):
    scope = claims_of(tokens(pool)["access_token"])["scope"]
    assert scope == "openid email phone profile aws.cognito.signin.user.admin orders/read"


def test_a_state_of_json_is_refused(pool):
    answer = authorize(pool, state='{"return": "/x"}')
    assert urlsplit(location(answer)).path == "/error"


def test_a_live_session_answers_without_a_page(pool, browser):
    sign_in(pool, browser)
    assert location(authorize(pool, browser, state="s")).startswith(f"{CALLBACK}?code=")


def test_a_session_serves_other_clients_of_the_pool(pool, browser):
    sign_in(pool, browser)
    assert location(authorize(pool, browser, client_id=PUBLIC)).startswith(f"{CALLBACK}?code=")


def test_prompt_none_without_session_is_login_required(pool):
    answer = authorize(pool, prompt="none", state="s")
    assert location(answer) == f"{CALLBACK}?state=s&error=login_required"


def test_prompt_login_asks_again_and_keeps_the_old_session_until_then(pool, browser):
    sign_in(pool, browser)
    assert urlsplit(location(authorize(pool, browser, prompt="login"))).path == "/login"
    assert location(authorize(pool, browser)).startswith(CALLBACK)


@pytest.fixture
def classic():
    config = testing.simple_config(callback_urls=[CALLBACK])
    config["pools"][0]["ui"] = "classic"
    with testing.start(config, in_process=True) as running:
        yield running.pool()


def test_the_classic_hosted_ui_ignores_prompt(classic, browser):
    answer = authorize(classic, prompt="none")
    assert urlsplit(location(answer)).path == "/login"
    sign_in(classic, browser)
    assert location(authorize(classic, browser, prompt="login")).startswith(CALLBACK)


def test_the_classic_hosted_ui_ignores_lang(classic, browser):
    url = authorize(classic, browser, lang="de").headers["Location"]
    assert '<html lang="en">' in get(url, browser).text
    assert "lang" not in browser.cookies


def test_the_classic_hosted_ui_ignores_max_age(classic, browser):
    sign_in(classic, browser)
    classic.set_clock(120)
    assert location(authorize(classic, browser, max_age="60")).startswith(CALLBACK)
    classic.set_quirks(classic_max_age=True)
    assert urlsplit(location(authorize(classic, browser, max_age="60"))).path == "/login"


def test_max_age_asks_again_when_the_sign_in_is_older(pool, browser):
    sign_in(pool, browser)
    pool.set_clock(120)
    assert location(authorize(pool, browser, max_age="300")).startswith(CALLBACK)
    assert urlsplit(location(authorize(pool, browser, max_age="60"))).path == "/login"


def test_auth_time_is_that_of_the_password_not_of_the_silent_sign_in(pool, browser):
    first = redeem(pool, params_of(sign_in(pool, browser))["code"]).json()
    pool.set_clock(100)
    code = params_of(location(authorize(pool, browser)))["code"]
    second = redeem(pool, code).json()
    old, new = claims_of(first["id_token"]), claims_of(second["id_token"])
    assert new["auth_time"] == old["auth_time"]
    assert new["iat"] >= old["iat"] + 100


def test_acr_values_give_acr_and_amr(pool):
    levels = "urn:cognito:loa:4 urn:cognito:loa:1"
    claims = claims_of(tokens(pool, acr_values=levels)["id_token"])
    assert (claims["acr"], claims["amr"]) == ("urn:cognito:loa:1", ["pwd"])


def test_a_resource_becomes_the_audience_of_the_access_token_and_stays_on_refresh(pool):
    answer = tokens(pool, resource="https://api.example.com")
    assert claims_of(answer["access_token"])["aud"] == "https://api.example.com"
    form = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    auth = (testing.CLIENT_ID, testing.CLIENT_SECRET)
    again = requests.post(f"{pool.domain}/oauth2/token", data=form, auth=auth).json()
    assert claims_of(again["access_token"])["aud"] == "https://api.example.com"


@pytest.mark.parametrize("resource", ["http://api.example.com", "orders"])
def test_a_resource_must_be_https_localhost_or_a_custom_scheme(pool, resource):
    answer = authorize(pool, resource=resource)
    assert params_of(location(answer))["error"] == "invalid_request"


def test_the_implicit_flow_puts_tokens_into_the_fragment(pool):
    url = sign_in(pool, response_type="token", scope="openid", state="s")
    members = parse_qsl(urlsplit(url).fragment)
    assert [name for name, _ in members] == [
        "id_token",
        "access_token",
        "token_type",
        "expires_in",
        "state",
    ]
    assert urlsplit(url).query == ""


def test_unknown_parameters_are_ignored(pool):
    assert sign_in(pool, response_mode="form_post", foo="bar").startswith(f"{CALLBACK}?code=")


def test_a_code_belongs_to_its_client(pool):
    code = new_code(pool)
    answer = redeem(pool, code, auth=None, client_id=PUBLIC)
    assert answer.json() == {"error": "invalid_grant"}


def test_an_unknown_path_is_a_404_page(pool):
    assert get(f"{pool.domain}/authorize").status_code == 404
    assert get(f"{pool.domain}/oauth2/userinfo").status_code == 404
