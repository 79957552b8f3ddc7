"""Debian's mod_auth_openidc, a relying party that knows nothing of Cognito, uses the emulator.

Its standard sign-out fails, as it does at Cognito: discovery names /logout as the
end_session_endpoint, but that knows neither `id_token_hint` nor `post_logout_redirect_uri`.
The way round is an OIDCProviderEndSessionEndpoint with Cognito's own parameters in its query.
"""

import re
from urllib.parse import quote, urlsplit

import pytest
import requests
from cognito_emulator import testing
from private_httpd import PrivateHttpd
from tools import need

RELYING_PARTY = """
OIDCProviderMetadataURL {discovery}
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {url}/inside/callback
OIDCCryptoPassphrase judge-and-nothing-else
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim cognito:username
OIDCPassClaimsAs environment
{logout}
<Location "/inside">
    AuthType openid-connect
    Require valid-user
    Header always set X-User "expr=%{{REMOTE_USER}}"
    Header always set X-Email "%{{OIDC_CLAIM_email}}e"
    Header always set X-Groups "%{{OIDC_CLAIM_cognito-groups}}e"
</Location>
"""


def relying_party(pool, logout: str = ""):
    """A private httpd whose protected page is /inside/."""

    def configure(url: str) -> str:
        callback, bye = f"{url}/inside/callback", f"{url}/bye.html"
        pool.change_client(callback_urls=[callback], logout_urls=[bye])
        filled = logout.format(domain=pool.domain, out=quote(bye, safe=""))
        return RELYING_PARTY.format(
            discovery=pool.discovery,
            client_id=testing.CLIENT_ID,
            secret=testing.CLIENT_SECRET,
            url=url,
            logout=filled,
        )

    httpd = PrivateHttpd(need("apache2", "apache2-bin"), configure)
    httpd.page("inside/page.html", "the inside")
    httpd.page("bye.html", "good bye")
    return httpd


@pytest.fixture(scope="module")
def pool():
    with testing.start(testing.simple_config(), in_process=True) as emulator:
        yield emulator.pool()


@pytest.fixture(scope="module")
def plain_httpd(pool):
    """Set up as for any provider."""
    httpd = relying_party(pool)
    httpd.start()
    yield httpd
    httpd.stop()


COGNITO_LOGOUT = (
    f'OIDCProviderEndSessionEndpoint "{{domain}}/logout?client_id={testing.CLIENT_ID}'
    '&logout_uri={out}"'
)


@pytest.fixture
def cognito_httpd(pool):
    """Set up with Cognito's own form of sign-out."""
    httpd = relying_party(pool, COGNITO_LOGOUT)
    httpd.start()
    yield httpd
    httpd.stop()


def sign_in(pool, httpd, browser: requests.Session) -> requests.Response:
    start = browser.get(f"{httpd.url}/inside/page.html", allow_redirects=False)
    assert start.status_code == 302, httpd.error_log()
    callback = pool.sign_in(browser, start.headers["Location"], "alice")
    return browser.get(callback)


def sign_out(httpd, browser: requests.Session) -> requests.Response:
    after = quote(f"{httpd.url}/bye.html", safe="")
    url = f"{httpd.url}/inside/callback?logout={after}"
    return browser.get(url, allow_redirects=False)


def test_a_foreign_relying_party_signs_a_user_in(pool, plain_httpd):
    pool.reset()
    page = sign_in(pool, plain_httpd, requests.Session())
    assert page.text == "the inside", plain_httpd.error_log()
    assert page.headers["X-User"].startswith("alice")
    assert page.headers["X-Email"] == "alice@example.com"
    assert page.headers["X-Groups"] == "admins,staff"
    asked = pool.requests("authorize")[0].params
    assert asked["code_challenge_method"] == "S256"
    assert pool.requests("token")[0].form["code_verifier"]
    assert pool.requests("userinfo")[0].status == 200


@pytest.mark.parametrize("row", ["id-nonce-other", "id-iss-other", "sig-flip-middle", "alg-none"])
def test_a_foreign_relying_party_refuses_a_mutated_id_token(pool, plain_httpd, row):
    pool.reset()
    pool.mutate(row)
    page = sign_in(pool, plain_httpd, requests.Session())
    pool.reset()
    assert "the inside" not in page.text
    assert page.headers.get("X-User", "") == ""


def test_the_standard_sign_out_ends_on_a_misleading_page(pool, plain_httpd):
    browser = requests.Session()
    sign_in(pool, plain_httpd, browser)
    leave = sign_out(plain_httpd, browser)
    assert urlsplit(leave.headers["Location"]).path == "/logout"
    assert "id_token_hint=" in leave.headers["Location"]
    page = browser.get(leave.headers["Location"])
    assert page.status_code == 400
    assert re.search("Missing required parameter client_id|&#39;redirect_uri&#39; is", page.text)


def test_cognitos_form_of_sign_out_signs_out_at_both_ends(pool, cognito_httpd):
    browser = requests.Session()
    assert sign_in(pool, cognito_httpd, browser).text == "the inside", cognito_httpd.error_log()
    leave = sign_out(cognito_httpd, browser)
    assert "logout_uri=" in leave.headers["Location"]
    assert browser.get(leave.headers["Location"]).text == "good bye"
    again = browser.get(f"{cognito_httpd.url}/inside/page.html")
    assert urlsplit(again.url).path == "/login"
    assert "Sign in as" not in again.text
