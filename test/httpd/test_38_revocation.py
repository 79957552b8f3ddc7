"""Sessions that end before their time: every copy, on every host, over every kind of restart."""
import base64
import hashlib
import hmac
import json
import pathlib
import re
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.site import Site, is_login, key_file, ordinary_conf
from harness.waiting import timed, wait_for, within

KEY = "a key of 32 bytes or more for tests only"


@pytest.fixture(params=["cookie", "store"], scope="class")
def site(request, start, pool, backend):
    conf = ordinary_conf(pool, backend).add(f"CognitoSession {request.param}",
                                            "CognitoRevokeKey file:{root}/revoke-key")
    conf.secret("revoke-key", KEY + "\n")
    return Site(start(conf), pool)


def copy_of(site, browser, browsers):
    """Another browser with the same cookies."""
    thief = site.browser(browsers)
    for name, cookie in browser.jar.all("__Host-").items():
        thief.jar.put(name, cookie.value, site.url())
    return thief


def is_in(site, browser):
    """On each of many connections, so that every child is asked."""
    answers = set()
    for _ in range(12):
        browser.close()
        answers.add(site.visit(browser).status)
    assert len(answers) == 1, f"the children do not agree: {answers}"
    return answers == {200}


def sign(body, at=None, key=KEY):
    at = int(at or time.time())
    mac = hmac.new(key.encode(), f"{at}.{body}".encode(), hashlib.sha256).digest()
    return f"t={at},v1=" + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def end_user(site, client, sub, **how):
    body = json.dumps({"sub": sub})
    return client.request("POST", site.url("/.cognito/revoke"), cookies=False, body=body, headers={
        "Cognito-Signature": sign(body, **how), "Content-Type": "application/json"})


class TestSignOut:
    def test_B19_a_copied_cookie_is_dead_on_every_child(self, site, browser, browsers):
        site.sign_in(browser)
        thief = copy_of(site, browser, browsers)
        assert is_in(site, thief)
        site.visit(browser, "/.cognito/logout")
        assert not is_in(site, thief)

    def test_S06_it_stays_dead_over_restarts(self, site, browser, browsers):
        site.sign_in(browser)
        thief = copy_of(site, browser, browsers)
        site.visit(browser, "/.cognito/logout")
        site.server.graceful()
        assert not is_in(site, thief)
        site.server.stop()
        site.server.start()
        thief.close()
        assert not is_in(site, thief)

    def test_CVE_2026_73637_sign_out_and_requests_at_once(self, site, browser, browsers):
        """Requests on many connections before, during and after two sign-outs at once: each is
        let in or sent to the login, and none once a sign-out has been answered."""
        site.sign_in(browser)
        thieves = [copy_of(site, browser, browsers) for _ in range(6)]
        leavers = [browser, copy_of(site, browser, browsers)]
        is_over, late = threading.Event(), []

        def ask(thief):
            while True:
                is_late = is_over.is_set()
                answer = site.visit(thief)
                assert answer.status == 200 or is_login(site.pool, answer)
                thief.jar.drop()
                for name, value in cookies.items():
                    thief.jar.put(name, value, site.url())
                if is_late:
                    late.append(answer.status)
                    return

        cookies = {name: cookie.value for name, cookie in browser.jar.all("__Host-").items()}
        with ThreadPoolExecutor(len(thieves) + len(leavers)) as pool:
            asking = [pool.submit(ask, thief) for thief in thieves]
            leaving = [pool.submit(site.visit, one, "/.cognito/logout") for one in leavers]
            try:
                assert all(one.result().status == 303 for one in leaving)
            finally:
                is_over.set()
            for one in asking:
                one.result()
        assert len(late) == len(thieves) and 200 not in late
        assert not any(is_in(site, thief) for thief in thieves)


class TestEndOfAUser:
    def test_all_sessions_of_the_user_end_and_no_others(self, site, browser, browsers):
        site.sign_in(browser)
        second, bob = site.browser(browsers), site.browser(browsers)
        site.sign_in(second)
        site.sign_in(bob, user="bob")
        time.sleep(1.1)  # marks know seconds
        answer = end_user(site, site.browser(browsers), site.pool.user("alice")["sub"])
        assert answer.status == 200 and answer.json() == {"ended": site.pool.user("alice")["sub"]}
        assert not is_in(site, browser) and not is_in(site, second)
        assert is_in(site, bob)
        time.sleep(1.1)
        browser.jar.drop()
        site.sign_in(browser)
        assert is_in(site, browser)

    @pytest.mark.parametrize("how", [{"key": "another key of 32 bytes or more...."},
                                     {"at": 1700000000}])
    def test_nobody_else_can(self, site, browser, browsers, log, how):
        log.expect("COG3001: signature")
        site.sign_in(browser)
        answer = end_user(site, site.browser(browsers), site.pool.user("alice")["sub"], **how)
        assert answer.status == 401 and answer.json()["error"] == "signature"
        assert is_in(site, browser)

    def test_a_body_that_is_too_large_is_refused(self, site, browsers):
        client = site.browser(browsers)
        answer = client.request("POST", site.url("/.cognito/revoke"), body="x" * 5000,
                                headers={"Cognito-Signature": sign("x")}, cookies=False)
        assert answer.status == 413

    def test_other_methods_are_not(self, site, browsers):
        answer = site.visit(site.browser(browsers), "/.cognito/revoke")
        assert answer.status == 405 and answer.header("Allow") == "POST"


class TestTwoHosts:
    """Two servers with the same keys and the same Redis."""

    @pytest.fixture(scope="class")
    def sites(self, start, pool, backend, redis):
        key = key_file()
        found = []
        for _ in range(2):
            conf = ordinary_conf(pool, backend).add(f"CognitoStore redis://127.0.0.1:{redis.port}")
            conf.secret("keys", key)
            found.append(Site(start(conf), pool))
        return found

    def test_a_copied_cookie_is_dead_on_the_other_host_within_two_seconds(self, sites, browsers):
        here, there = sites

        def sign_out():
            browser = here.browser(browsers)
            here.sign_in(browser)
            thief = copy_of(there, browser, browsers)
            assert is_in(there, thief)
            return thief, timed(lambda: leave(browser, thief))[1]

        def leave(browser, thief):
            here.visit(browser, "/.cognito/logout")
            wait_for(lambda: is_login(there.pool, there.visit(thief)), "the other host to hear")

        assert not is_in(there, within(2, sign_out))

    def test_a_host_that_starts_later_knows_what_has_ended(self, sites, browsers):
        here, there = sites
        browser = here.browser(browsers)
        here.sign_in(browser)
        thief = copy_of(there, browser, browsers)
        there.server.stop()
        here.visit(browser, "/.cognito/logout")
        there.server.start()
        thief.close()
        wait_for(lambda: is_login(there.pool, there.visit(thief)), "the past to be heard", 5)

    def test_F20_a_sign_out_while_the_store_is_down_is_told_later(self, sites, browsers, redis,
                                                                  log):
        log.expect("COG3300", "COG3311")
        log.allow("COG22")  # of the store itself
        here, there = sites
        browser = here.browser(browsers)
        here.sign_in(browser)
        thief = copy_of(there, browser, browsers)
        redis.stop()
        here.visit(browser, "/.cognito/logout")
        # over a restart, too
        here.server.stop()
        here.server.start()
        assert is_in(there, thief)
        redis.start()
        wait_for(lambda: is_login(there.pool, there.visit(thief)), "the other host to hear", 10)


class TestTemplate:
    """docs/examples/end-sessions.yaml: its function, with an event as CloudTrail has it."""

    @pytest.fixture(autouse=True)
    def in_a_second_of_its_own(self):
        """What was ended in this very second ends what begins in it, too."""
        time.sleep(1.1)

    def test_its_function_ends_the_sessions(self, site, browser, monkeypatch):
        monkeypatch.setitem(sys.modules, "boto3", Boto3)
        monkeypatch.setenv("REVOKE_KEY_ARN", "arn")
        monkeypatch.setenv("REVOKE_URLS", f"http://127.0.0.1:{site.server.port}/.cognito/revoke")
        site.sign_in(browser)
        time.sleep(1.1)  # marks know seconds
        function = {}
        exec(compile(function_of_template(), "index.py", "exec"), function)
        sub = site.pool.user("alice")["sub"]
        function["handler"]({"detail": {"eventName": "AdminDisableUser",
                                        "requestParameters": {"userPoolId": site.pool.id},
                                        "additionalEventData": {"sub": sub}}}, None)
        assert not is_in(site, browser)

    def test_the_shell_of_the_page_ends_the_sessions(self, site, browser, tmp_path):
        site.sign_in(browser)
        time.sleep(1.1)
        (tmp_path / "revoke-key").write_text(KEY + "\n", encoding="ascii")
        text = (DOCS / "ending-sessions.md").read_text(encoding="utf-8")
        script = re.search(r"```\n(body=.*?)```", text, re.S)[1]
        script = script.replace("a33408e2-2071-70ef-04ae-70f524b3b6c6",
                                site.pool.user("alice")["sub"])
        script = script.replace("https://app.example.com", f"http://127.0.0.1:{site.server.port}")
        script = script.replace("curl ", "curl -sS --fail-with-body ")
        subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True, capture_output=True)
        assert not is_in(site, browser)


DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


class Boto3:
    """As much of it as the function uses."""

    @staticmethod
    def client(name):
        assert name == "secretsmanager"
        return Boto3

    @staticmethod
    def get_secret_value(SecretId):
        assert SecretId == "arn"
        return {"SecretString": KEY + "\n"}


def function_of_template():
    text = (DOCS / "examples/end-sessions.yaml").read_text(encoding="utf-8")
    block = re.search(r"ZipFile: \|\n((?: {10}.*\n|\n)+)", text)[1]
    return textwrap.dedent(block)
