"""The emulator as a process of its own."""

import requests
from cognito_emulator import testing

CALLBACK = "http://localhost:1/callback"


def test_a_process_signs_a_user_in_over_http():
    with testing.start(testing.simple_config(callback_urls=[CALLBACK])) as emulator:
        pool = emulator.pool()
        url = pool.authorize_url(redirect_uri=CALLBACK, state="s")
        location = pool.sign_in(requests.Session(), url, "alice")
        assert location.startswith(f"{CALLBACK}?code=")
    assert emulator.process.returncode == 0


def test_a_process_signs_a_user_in_over_https():
    with testing.start(testing.simple_config(callback_urls=[CALLBACK]), tls=True) as emulator:
        pool = emulator.pool()
        browser = requests.Session()
        browser.trust_env = False
        browser.verify = emulator.ca_file
        url = pool.authorize_url(redirect_uri=CALLBACK, state="s")
        assert pool.sign_in(browser, url, "alice").startswith(f"{CALLBACK}?code=")
