"""https, and certificates that are no good."""

import ssl

import pytest
import requests
from cognito_emulator import testing
from steps import CALLBACK, params_of


@pytest.fixture(scope="module")
def emulator():
    config = testing.simple_config(callback_urls=[CALLBACK])
    with testing.start(config, tls=True, in_process=True) as running:
        yield running


@pytest.fixture
def browser(emulator):
    """Trusts the CA of the emulator and nobody else, whatever the environment says."""
    session = requests.Session()
    session.trust_env = False
    session.verify = emulator.ca_file
    yield session
    emulator.use_certificate("good")


def test_everything_is_https_and_cookies_are_secure(emulator, browser):
    pool = emulator.pool()
    for url in (pool.issuer, pool.domain, pool.idp):
        assert url.startswith("https://")
    answer = browser.get(pool.authorize_url(redirect_uri=CALLBACK))
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    url = pool.sign_in(browser, pool.authorize_url(redirect_uri=CALLBACK), "alice")
    assert params_of(url)["code"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("expired", "certificate has expired"),
        ("not-yet-valid", "certificate is not yet valid"),
        ("self-signed", "self.signed certificate"),
        ("wrong-host", "IP address mismatch|doesn't match"),
        ("unknown-ca", "unable to get local issuer|signature failure"),
    ],
)
def test_a_bad_certificate_is_refused_by_clients(emulator, browser, kind, reason):
    emulator.use_certificate(kind)
    with pytest.raises(requests.exceptions.SSLError, match=reason):
        browser.get(emulator.pool().discovery)


def test_no_connection_outlives_its_certificate(emulator, browser):
    assert browser.get(emulator.pool().discovery).status_code == 200  # kept for the next one
    emulator.use_certificate("expired")
    with pytest.raises(requests.exceptions.SSLError):
        browser.get(emulator.pool().discovery)


def test_a_certificate_may_be_of_one_listener(emulator, browser):
    emulator.use_certificate("expired", listener="domain")
    assert browser.get(emulator.pool().discovery).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        browser.get(emulator.pool().domain)


def test_an_old_version_of_tls_can_be_all_there_is(emulator, browser):
    emulator.use_certificate("good", max_version="TLSv1.1")
    with pytest.raises(requests.exceptions.SSLError, match="(?i)version|alert|legacy|protocol"):
        browser.get(emulator.pool().discovery)


def test_own_certificates_can_be_used(emulator, tmp_path):
    from cognito_emulator.tls import Authority

    authority = Authority(str(tmp_path))
    ca_file, cert = authority.write(), authority.issue("good", ["127.0.0.1"])
    tls = {"cert_file": cert, "key_file": cert, "ca_file": ca_file}
    with testing.start(testing.simple_config(), tls=tls, in_process=True) as running:
        assert running.ca_file == ca_file
        session = requests.Session()
        session.trust_env = False
        session.verify = ca_file
        assert session.get(running.pool().discovery).status_code == 200


def test_a_reset_over_tls_is_no_clean_end(emulator, browser):
    pool = emulator.pool()
    pool.fail("jwks", reset="in-body", times=1)
    with pytest.raises((requests.exceptions.ConnectionError,
                        requests.exceptions.ChunkedEncodingError, ssl.SSLError, ValueError)):
        browser.get(pool.jwks).json()
