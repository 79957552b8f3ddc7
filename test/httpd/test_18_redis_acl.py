"""The ACL that docs/sessions.md recommends for the user of the store lets the module do all that it
does there, with every kind of key that it has."""
import glob
import json
import os
import re
import time
import urllib.parse

import pytest

from harness.conf import TOP
from harness.redis import documented_rights
from harness.server import read_text
from harness.site import Site, is_login, ordinary_conf, type_password

PASSWORD = "s3cr3t%s of the store"
LIFE = 2  # seconds of an ID token
ONLY_READ = {"health", "doctor"}


def kinds_of_keys():
    """As the source names them."""
    text = "".join(read_text(path) for path in glob.glob(os.path.join(TOP, "src", "**", "*.c"),
                                                         recursive=True))
    return set(re.findall(r'#define \w*KEY +"cognito:(\w+)', text)) | \
        set(re.findall(r'"cognito:(\w+):%', text))


@pytest.fixture(scope="class")
def redis(start_redis):
    return start_redis(user="cognito", password=PASSWORD, appendonly="yes")


@pytest.fixture(scope="class")
def sites(start, pool, backend, redis):
    def make(session):
        conf = ordinary_conf(pool, backend).secret("password", PASSWORD + "\n").add(
            f"CognitoSession {session}",
            f"CognitoStore redis://cognito:file:password@127.0.0.1:{redis.port}/1")
        return Site(start(conf), pool)

    return [make("cookie"), make("store")]


def written(redis):
    """The kinds of keys that commands have changed, as the append-only file has them."""
    text = "".join(read_text(path) for path in glob.glob(redis.path("appendonlydir/*.aof")))
    return set(re.findall(r"\bcognito:(\w+):", text))


def post(site, browser):
    return browser.navigate(site.url("/secure/notes"), method="POST", site="same-origin",
                            body=urllib.parse.urlencode({"note": "x"}),
                            headers={"Content-Type": "application/x-www-form-urlencoded"})


def renew(site, browser):
    assert site.user(browser) == "alice"


def leave(site, browser):
    """Here and at the user pool; the browser keeps its cookies, as a copy would."""
    cookies = browser.jar.copy()
    browser.follow_all(browser.navigate(site.url("/.cognito/logout"), site="same-origin"))
    browser.jar = cookies
    browser.jar.drop("cognito")
    assert is_login(site.pool, site.visit(browser))


def keep_a_form(site, browser):
    answer = post(site, browser)
    assert is_login(site.pool, answer)
    page = browser.follow(type_password(browser, answer, "alice", site.pool))
    assert "You are signed in again" in page.text


class TestTheRecommendedAcl:
    def test_is_no_more_than_the_keys_of_the_module(self):
        assert [right for right in documented_rights()[0].split() if right[0] in "~&%"] == \
            ["~cognito:*"]

    def test_is_enough_for_all_that_is_kept(self, sites, redis, browsers):
        pool = sites[0].pool
        pool.change_client("app", id_token_sec=LIFE, access_token_sec=LIFE)
        everybody = [(site, site.browser(browsers)) for site in sites]
        for site, browser in everybody:
            site.sign_in(browser)
        time.sleep(LIFE + 0.5)  # the end of a token: only real time brings it
        pool.change_client("app", id_token_sec=3600, access_token_sec=3600)
        for site, browser in everybody:
            renew(site, browser)
            leave(site, browser)
            keep_a_form(site, browser)
            assert site.visit(browser, "/.cognito/health").status == 200
        assert written(redis) == kinds_of_keys() - ONLY_READ
        assert redis.ask("ACL", "LOG") == []

    def test_is_enough_for_the_doctor(self, sites, redis):
        _, said, problems = sites[0].server.ask("CHECK_COGNITO_JSON")
        found = [f for g in json.loads(said)["groups"] for f in g["findings"]
                 if f["check"] == "store"]
        assert [f["result"] for f in found] == ["ok"], said + problems
        assert "answers" in found[0]["text"]
        assert redis.ask("ACL", "LOG") == []
