"""Sign-in through simulated identity providers."""

import json
from urllib.parse import quote, urlencode, urlsplit

import pytest
import requests
from cognito_emulator import testing
from cognito_emulator.hosted_ui import Browser
from steps import CALLBACK, authorize, claims_of, get, params_of, redeem, sign_in, user_info


def enter(pool, browser, provider, subject="1083", attributes=None, **params) -> str:
    """Gives the callback's URL."""
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider=provider, **params)
    return pool.sign_in_federated(browser, url, subject, attributes or {"email": "d@example.com"})


def id_claims(pool, url: str) -> dict:
    return claims_of(redeem(pool, params_of(url)["code"]).json()["id_token"])


@pytest.mark.parametrize("provider", ["Google", "Example-OIDC", "Example-SAML"])
def test_the_user_is_named_after_provider_and_subject(pool, browser, provider):
    url = enter(pool, browser, provider, state="s", nonce="n")
    assert params_of(url)["state"] == "s"
    claims = id_claims(pool, url)
    assert claims["cognito:username"] == f"{provider}_1083"
    assert claims["nonce"] == "n"
    assert claims["email"] == "d@example.com"


def test_the_name_of_the_provider_may_be_in_lower_case(pool, browser):
    pool.set_quirks(federated_username="lower-case")
    assert id_claims(pool, enter(pool, browser, "Google"))["cognito:username"] == "google_1083"


def test_facebook_leaves_its_fragment(pool, browser):
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider="Facebook")
    way = Browser(browser, (pool.domain, pool.idp))
    form = way.form(way.open(url))
    answer = browser.post(form.action, data={"subject": "1083"}, allow_redirects=False)
    assert answer.headers["Location"].endswith("#_=_")


def test_prompt_goes_to_the_provider(pool, browser):
    answer = authorize(pool, browser, identity_provider="Google", prompt="login consent")
    assert params_of(answer.headers["Location"])["prompt"] == "login consent"


def test_the_user_is_put_into_a_group_of_the_provider(pool, browser):
    claims = id_claims(pool, enter(pool, browser, "Google"))
    assert claims["cognito:groups"] == [f"{testing.POOL_ID}_Google"]


def test_identities_are_an_array_in_the_id_token_and_text_in_user_info(pool, browser):
    url = enter(pool, browser, "Example-OIDC")
    answer = redeem(pool, params_of(url)["code"]).json()
    (identity,) = claims_of(answer["id_token"])["identities"]
    assert identity["userId"] == "1083"
    assert identity["providerName"] == "Example-OIDC"
    assert identity["providerType"] == "OIDC"
    assert identity["issuer"] == "https://idp.example.com"
    text = user_info(pool, answer["access_token"]).json()["identities"]
    assert json.loads(text) == [identity]


def test_a_second_sign_in_is_the_same_user_with_new_attributes(pool):
    first = id_claims(pool, enter(pool, requests.Session(), "Google"))
    later = {"email": "new@example.com"}
    second = id_claims(pool, enter(pool, requests.Session(), "Google", attributes=later))
    assert second["sub"] == first["sub"]
    assert second["email"] == "new@example.com"


def test_a_linked_user_keeps_name_and_sub(pool, browser):
    pool.link_identity("alice", "Google", "1083")
    claims = id_claims(pool, enter(pool, browser, "Google"))
    assert claims["cognito:username"] == "alice"
    assert claims["identities"][0]["primary"] == "false"


def test_a_missing_required_attribute_is_an_error_at_the_callback(pool, browser):
    url = enter(pool, browser, "Example-OIDC", attributes={"name": "x"}, state="s")
    assert params_of(url) == {
        "error_description": "attributes required: [email]",
        "state": "s",
        "error": "invalid_request",
    }


def test_cancelling_at_the_provider_is_access_denied(pool, browser):
    walk = Browser(browser, (pool.domain, pool.idp))
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider="Google", state="s")
    walk.submit(walk.form(walk.open(url)), {"choice": "cancel"})
    assert params_of(walk.left)["error"] == "access_denied"
    assert params_of(walk.left)["state"] == "s"


def test_an_error_may_be_made_up_on_the_way_back(pool, browser):
    text = "Already found an entry for username Google_1083"
    pool.fail("idpresponse", error="invalid_request", error_description=text, times=1)
    assert params_of(enter(pool, browser, "Google"))["error_description"] == text
    assert "code" in params_of(enter(pool, browser, "Google"))


def test_an_idp_identifier_finds_its_provider(pool):
    answer = authorize(pool, idp_identifier="example.com")
    assert urlsplit(answer.headers["Location"]).path == f"/{pool.id}/Example-OIDC/authorize"


def test_an_unknown_provider_is_a_page(pool):
    answer = authorize(pool, identity_provider="google")
    assert params_of(answer.headers["Location"])["error"].startswith("Login option is not")


def test_a_client_with_one_provider_goes_straight_there(pool):
    pool.change_client(identity_providers=["Google"])
    assert "/Google/authorize" in authorize(pool).headers["Location"]


def test_login_hint_goes_to_oidc_and_google_but_not_to_saml(pool):
    for provider, is_sent in (("Google", True), ("Example-OIDC", True), ("Example-SAML", False)):
        answer = authorize(pool, identity_provider=provider, login_hint="d@example.com")
        assert ("login_hint" in params_of(answer.headers["Location"])) == is_sent


def test_a_session_of_another_provider_does_not_serve(pool, browser):
    sign_in(pool, browser)
    answer = authorize(pool, browser, identity_provider="Google")
    assert "/Google/authorize" in answer.headers["Location"]


def test_a_session_serves_only_clients_that_allow_its_provider(pool, browser):
    enter(pool, browser, "Google")
    pool.change_client(identity_providers=["COGNITO"])
    assert urlsplit(authorize(pool, browser).headers["Location"]).path == "/login"


def test_an_answer_in_another_browser_is_refused(pool, browser):
    url = pool.authorize_url(redirect_uri=CALLBACK, identity_provider="Google")
    state = params_of(get(url, browser).headers["Location"])["state"]
    answer = get(f"{pool.domain}/oauth2/idpresponse?code=x&state={state}")
    assert urlsplit(answer.headers["Location"]).path == "/error"


def test_idp_initiated_saml_ends_at_the_callback_without_state(pool, browser):
    wanted = {
        "client_id": testing.CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "identity_provider": "Example-SAML",
        "scope": "openid email",
    }
    start = f"{pool.idp}/{quote('Example-SAML')}/start?{urlencode(wanted)}"
    walk = Browser(browser, (pool.domain, pool.idp))
    answer = walk.submit(walk.form(walk.open(start)), {"subject": "1083"})
    walk.submit(walk.form(answer), {})
    assert list(params_of(walk.left)) == ["code"]


def test_a_wrong_relay_state_is_a_page(pool):
    answer = requests.post(
        f"{pool.domain}/saml2/idpresponse",
        data={"SAMLResponse": "x", "RelayState": "y"},
        allow_redirects=False,
    )
    error = params_of(answer.headers["Location"])["error"]
    assert error == "Invalid relayState from identity provider"
