"""Each example of docs/authorization.md does what the page says."""
import os
import re

import pytest

from harness.conf import TOP
from harness.site import Site, is_login, ordinary_conf, pick_identity, type_password
from harness.waiting import wait_for

with open(os.path.join(TOP, "docs", "authorization.md"), encoding="utf-8") as page:
    PAGE = page.read()

TYPES = ["group", "scope", "claim", "client", "provider", "email-domain", "auth-age", "profile"]
EXAMPLE = re.compile(r"```apache\n(.*?)```\n((?:<!-- try: [^\n]* -->\n)*)", re.DOTALL)
EXAMPLES = [(text, re.findall(r"<!-- try: (.*) -->", tries)) for text, tries in
            EXAMPLE.findall(PAGE)]
# path, who, what they get, a text in it
TRIES = [(path, *re.fullmatch(r"(\w+)=(\w+)(?::(.*))?", one).groups(""))
         for _, tries in EXAMPLES for path, *rest in map(str.split, tries) for one in rest]


def test_every_example_is_tried():
    assert len(EXAMPLES) > 10 and all(tries for _, tries in EXAMPLES)
    assert len(TRIES) > 40


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_an_example(name):
    assert any(f"Require cognito-{name} " in text for text, _ in EXAMPLES)


def people(pool):
    pool.change_user("alice", attributes={"custom:tenant": "acme"})
    pool.change_user("bob", attributes={"custom:tenant": "umbrella", "email_verified": "false"})


class TestExamples:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).load("rewrite", "headers")
        conf.protect("/entra", "CognitoLoginParam identity_provider EntraID")
        for text, _ in EXAMPLES:
            conf.add(*text.replace(" logs/", " {root}/").splitlines())
        people(pool)
        site = Site(start(conf, allowed=["loopback"]), pool)
        site.jars = {}
        return site

    @pytest.fixture
    def browser_of(self, site, browsers):
        def make(user):
            browser = site.browser(browsers)
            if user == "later":  # alice, an hour after she has typed her password
                site.pool.set_clock(-3000)
                type_password(browser, site.begin(browser), "alice", site.pool)
                site.pool.set_clock(0)
                site.sign_in(browser)
            elif user in site.jars:
                browser.jar = site.jars[user]
            elif user == "fred":
                answer = browser.follow(pick_identity(browser, site.begin(browser, "/entra"),
                                                      "fred", site.pool))
                assert browser.follow(answer).status == 200
            elif user != "nobody":
                site.sign_in(browser, user=user)
            site.jars[user] = browser.jar
            return browser
        return make

    @pytest.mark.parametrize("path, user, result, text", TRIES)
    def test_is_true(self, site, browser_of, log, path, user, result, text):
        log.allow("AH01629", "AH01630", "AH01631")
        answer = browser_of(user).navigate(site.url(path))
        if result in ("login", "anew"):
            assert is_login(site.pool, answer)
            assert ("prompt=login" in answer.location) == (result == "anew")
            return
        assert answer.status == int(result)
        text = text.replace("_", " ")
        name, _, logged = text.partition(".log:")
        if logged:
            wait_for(lambda: logged in log_of(site, name), f"{logged} in the log")
        elif result == "302":
            assert answer.location.endswith(text)
        else:
            assert text in answer.text


def log_of(site, name):
    with open(site.server.path(name + ".log"), encoding="utf-8") as file:
        return file.read()
