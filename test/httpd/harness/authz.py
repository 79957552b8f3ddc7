"""Rules of Require, and people of whom some may come in. Who imports `run` and `enter` imports
`refusals_of_httpd`, too, for what httpd itself says of those who may not."""
import re

import pytest

from .conf import section_lines
from .site import Site, pick_identity

WARNINGS = ["loopback"]
REFUSALS = ["AH01629", "AH01630", "AH01631"]  # how httpd itself speaks of each refusal
WILD = "a" * 40 + "!"  # the end that no (a+)+ comes to
TRIGGER = {"level": 5, "flag": True, "tags": ["red", "a,b"], "none": [], "object": {"a": 1},
           "mixed": [1, "red"], "wild": WILD, "lines": "a\n"}


def require_all(*lines):
    return section_lines("RequireAll", "", *lines)


def require_any(*lines):
    return section_lines("RequireAny", "", *lines)


def require_none(*lines):
    return section_lines("RequireNone", "", *lines)


def one(rule):
    return [f"Require {rule}"]


def but_not(rule):
    return require_all("Require valid-user", f"Require not {rule}")


def add_people(pool):
    """alice, bob and mallory as the rules need them; fred comes from a provider."""
    pool.call("POST", "/groups", {"name": "a,admins"})
    pool.change_user("alice", attributes={"custom:tenant": "acme"}, claims=TRIGGER)
    pool.change_user("bob", attributes={"custom:tenant": "evil", "email_verified": "false"})
    pool.change_user("mallory", groups=["a,admins"],
                     attributes={"email": "mallory@evil.test@corp.test"})


@pytest.fixture(scope="class")
def run(start, pool):
    """run(conf, …) is a site with that configuration, whose start may say … too."""
    def start_site(conf, *allowed):
        add_people(pool)
        site = Site(start(conf, allowed=[*WARNINGS, *allowed]), pool)
        site.jars = {}
        return site
    return start_site


@pytest.fixture
def enter(site, browsers):
    """enter(user) is a browser where the user is signed in."""
    def sign_in(user, path="/secure"):
        browser = site.browser(browsers)
        if user in site.jars:
            browser.jar = site.jars[user]
        elif user == "fred":
            answer = browser.follow(pick_identity(browser, site.begin(browser, "/entra"),
                                                  "fred", site.pool))
            assert answer.status == 303 and browser.follow(answer).status == 200
        else:
            site.sign_in(browser, path, user)
        site.jars[user] = browser.jar
        return browser
    return sign_in


@pytest.fixture(autouse=True)
def refusals_of_httpd(log):
    log.allow(*REFUSALS)


REFUSAL = re.compile("You may not see this page|Your profile is incomplete")


def is_denied(answer):
    """Our page, without a way around it."""
    return (answer.status == 403 and REFUSAL.search(answer.text) and
            answer.location is None and answer.header("WWW-Authenticate") is None and
            not answer.set_cookies)


def with_htaccess(conf, folders):
    """Folders below /files whose .htaccess holds these lines."""
    conf.lines.insert(0, "ProxyPass /files !")
    conf.section("Directory", '"{root}/htdocs/files"', "AllowOverride AuthConfig")
    for name, lines in folders.items():
        conf.file(f"htdocs/files/{name}/.htaccess", "\n".join(["AuthType Cognito", *lines, ""]))
        conf.file(f"htdocs/files/{name}/x", "file")
    return conf
