"""docs/how-to.md: each configuration, in a virtual host of its own, lets in whom the page says."""
import os
import re

import pytest

from harness.conf import TOP, Conf
from harness.recipe import endpoints
from harness.site import CALLBACK, SIGNED_OUT, Site, is_login, key_file

with open(os.path.join(TOP, "docs", "how-to.md"), encoding="utf-8") as file:
    PAGE = file.read()

EXAMPLES = re.findall(r"```apache\n(.*?)```\n((?:<!-- try: [^\n]* -->\n)*)", PAGE, re.DOTALL)
# number of the example, path, who, what they get, a text in it
TRIES = [(number, path, *re.fullmatch(r"(\w+)=(\w+)(?::(.*))?", one).groups(""))
         for number, (_, tries) in enumerate(EXAMPLES)
         for path, *rest in map(str.split, re.findall(r"<!-- try: (.*) -->", tries)) for one in rest]


def origin(number):
    return f"https://how-to-{number}.example.test"


def adapted(number, text, backend, pool, staff):
    """With the emulator for Amazon, and a backend that shows what it is asked."""
    text = text.replace("https://app.example.com", origin(number))
    text = text.replace("domain=example.com", f"domain={origin(number).partition('//')[2]}")
    text = text.replace("file:/etc/cognito/cookie-secret", "file:{root}/keys")
    text = re.sub("CognitoUserPool +[$].*", f"CognitoIssuer {pool.issuer}", text)
    text = re.sub(r"ProxyPass http://127.0.0.1:8080", f"ProxyPass {backend.url}", text)
    return text.replace("    CognitoUserPool     eu-west-1_StaffPool", "\n".join(
        ["    CognitoUserPool eu-west-1_StaffPool", *endpoints(staff, False)])).splitlines()


def test_every_example_is_tried():
    assert len(EXAMPLES) == PAGE.count("```apache") > 6 and all(tries for _, tries in EXAMPLES)


class TestExamples:
    @pytest.fixture(scope="class")
    def server(self, start, pool, staff, trusted):
        conf = Conf().load("remoteip").secret("keys", key_file()).cgi()
        conf.add("CognitoSecret file:{root}/keys", "AliasMatch . {root}/cgi/env")
        conf.section("Directory", '"{root}/cgi"', "SetHandler cgi-script", "Options ExecCGI")
        for number, (text, _) in enumerate(EXAMPLES):
            lines = adapted(number, text, trusted, pool, staff)
            if "CognitoBaseURL" not in text:
                lines.insert(0, f"CognitoBaseURL {origin(number)}")
            if "CLIENT_ID" in text:
                conf.environment.update(CLIENT_ID="secret", CLIENT_SECRET=pool.secret_of("secret"),
                                        SEAL_KEY=key_file().strip(), BASE_URL=origin(number))
            else:
                lines[:0] = [f"CognitoIssuer {pool.issuer}", "CognitoClientID app"]
            conf.vhost(origin(number).partition("//")[2], *lines)
        hosts = [origin(number) for number in range(len(EXAMPLES))]
        for client in ("app", "secret"):
            pool.change_client(client, callback_urls=[o + CALLBACK for o in hosts],
                               logout_urls=[o + SIGNED_OUT for o in hosts])
        return start(conf, allowed=["loopback"])

    @pytest.fixture(scope="class")
    def jars(self):
        return {}

    @pytest.fixture
    def ask(self, server, pool, browsers, jars):
        """ask(number, path, who) is the answer."""
        def go(number, path, who):
            site = Site(server, pool, origin(number))
            browser = site.browser(browsers)
            if who == "script":
                return browser.fetch(site.url(path))
            if (number, who) in jars:
                browser.jar = jars[number, who]
            elif who != "nobody":
                site.visit(browser, "/.cognito/login?return_to=/")
                answer = browser.follow(site.to_callback(browser, "/.cognito/login?return_to=/", who))
                assert answer.status == 303, answer
                jars[number, who] = browser.jar
            return browser.navigate(site.url(path))
        return go

    @pytest.mark.parametrize("number, path, who, result, text", TRIES)
    def test_is_true(self, ask, pool, staff, trusted, log, number, path, who, result, text):
        log.allow("AH01629", "AH01630", "AH01631")
        answer = ask(number, path, who)
        if result == "login":
            assert is_login(pool, answer) or is_login(staff, answer), answer
            assert text in answer.location
            return
        assert answer.status == int(result), answer
        assert text in answer.text, answer.text
