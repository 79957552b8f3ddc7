"""A pool with a custom domain and a prefix domain: both serve, and discovery names one."""

from urllib.parse import urlsplit

import pytest
import requests
from cognito_emulator import testing
from steps import CALLBACK, LOGGED_OUT, claims_of, get, params_of


@pytest.fixture(scope="module")
def both():
    config = testing.simple_config(
        callback_urls=[CALLBACK], logout_urls=[LOGGED_OUT], identity_providers=["COGNITO", "Google"]
    )
    pool = config["pools"][0]
    pool["domain"], pool["prefix_domain"] = {"host": "127.0.0.1"}, {"host": "127.0.0.2"}
    pool["providers"] = [{"name": "Google", "type": "Google"}]
    with testing.start(config, in_process=True) as running:
        yield running.pool()


def by_prefix(both, **params) -> str:
    url = both.authorize_url(redirect_uri=CALLBACK, **params)
    return url.replace(both.domain, both.prefix_domain)


def test_discovery_names_the_custom_domain_alone(both):
    document = get(both.discovery).json()
    hosts = {urlsplit(url).netloc for name, url in document.items() if name.endswith("_endpoint")}
    assert hosts == {urlsplit(both.domain).netloc}


def test_the_prefix_domain_signs_in_and_keeps_to_itself(both):
    browser = requests.Session()
    login = get(by_prefix(both), browser).headers["Location"]
    assert login.startswith(f"{both.prefix_domain}/login?")
    back = both.sign_in(browser, by_prefix(both), "alice")
    form = {
        "grant_type": "authorization_code",
        "code": params_of(back)["code"],
        "redirect_uri": CALLBACK,
    }
    auth = (testing.CLIENT_ID, testing.CLIENT_SECRET)
    answer = requests.post(f"{both.prefix_domain}/oauth2/token", data=form, auth=auth, timeout=20)
    assert claims_of(answer.json()["id_token"])["iss"] == both.issuer
    assert get(by_prefix(both), browser).headers["Location"].startswith(CALLBACK)
    other = both.authorize_url(redirect_uri=CALLBACK)
    assert get(other, browser).headers["Location"].startswith(f"{both.domain}/login?")


def test_a_provider_sends_back_to_the_domain_that_the_user_came_from(both):
    browser = requests.Session()
    url = by_prefix(both, identity_provider="Google")
    assert both.sign_in_federated(browser, url, "1083").startswith(f"{CALLBACK}?code=")
    assert [c.domain for c in browser.cookies if c.name == "cognito"] == ["127.0.0.2"]


def test_a_prefix_domain_alone_is_refused():
    config = testing.simple_config()
    config["pools"][0].update(domain=None, prefix_domain={})
    with pytest.raises(ValueError, match="has it in 'domain'"):
        testing.start(config, in_process=True)
