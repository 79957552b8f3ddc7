"""The examples of docs/signing-in.md, run as they stand there."""
import os
import re

import pytest

from harness.conf import TOP
from harness.site import Site, site_conf, type_password

with open(os.path.join(TOP, "docs/signing-in.md"), encoding="utf-8") as file:
    PAGE = file.read()

EXAMPLES = {part.splitlines()[0]: "".join(re.findall(r"^```apache\n(.*?)^```", part,
                                                     re.MULTILINE | re.DOTALL)).splitlines()
            for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
LINKS = re.findall(r'href="(/\.cognito/login\?[^"]*)"', PAGE)


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = site_conf(pool).load("rewrite")
    conf.file("conf/realms.txt", "acme.example EntraID\n")
    for lines in EXAMPLES.values():
        conf.add(*lines)
    return Site(start(conf.add(f"ProxyPass / {backend.url}/")), pool)


@pytest.fixture
def asked(site, browsers):
    """What the user pool is asked for when somebody comes to `path`."""
    def ask(path, **headers):
        query = site.visit(site.browser(browsers), path, headers=headers).query
        return {name: query[name] for name in ("identity_provider", "idp_identifier", "lang")
                if name in query}
    return ask


class TestExamples:
    def test_there_are_as_many_as_are_tried_here(self):
        assert [heading for heading, lines in EXAMPLES.items() if lines] == [
            "One provider for a place", "From the request",
            "The provider that an e-mail address belongs to", "Forms that come too late"]

    @pytest.mark.parametrize("link, path", zip(LINKS, ["/signup", "/forgotPassword",
                                                       "/oauth2/authorize"], strict=True))
    def test_links_to_the_login(self, site, browsers, pool, link, path):
        answer = site.browser(browsers).navigate(site.url(link.replace("&amp;", "&")))
        assert answer.location.startswith(f"{pool.domain}{path}?")

    def test_another_account(self, site, browsers, pool):
        link = re.search(r'href="(/\.cognito/logout\?[^"]*)"', PAGE)[1]
        browser = site.browser(browsers)
        site.sign_in(browser, "/shop")
        answer = browser.navigate(site.url(link), site="same-origin")
        while not answer.location.startswith(f"{pool.domain}/oauth2/authorize?"):
            answer = browser.follow(answer)
        answer = browser.follow(type_password(browser, answer, "bob", pool))
        assert answer.location == site.url("/shop") and browser.follow(answer).status == 200

    def test_one_provider_for_a_place(self, asked):
        assert asked("/staff") == {"lang": "de", "identity_provider": "EntraID"}
        assert asked("/staff/fr") == {"lang": "fr", "identity_provider": "EntraID"}
        assert asked("/shop") == {}

    def test_from_the_request(self, asked):
        assert asked("/speaks", **{"X-Language": "ja"}) == {"lang": "ja"}
        assert asked("/speaks") == {}
        assert asked("/tenants/acme/x") == {"lang": "de", "idp_identifier": "acme"}

    @pytest.mark.parametrize("path", ["/portal", "/partners"])
    def test_the_provider_that_an_e_mail_address_belongs_to(self, asked, path):
        found = {"lang": "de", "identity_provider": "EntraID"}
        assert asked(path + "?email=ann%40acme.example") == found
        assert asked(path + "?a=b&email=ann@acme.example") == found
        assert asked(path + "?email=ann%40acme.example.evil") == {"lang": "de"}
        assert asked(path) == {"lang": "de"}

    @pytest.mark.parametrize("path, size, is_kept", [
        ("/payments", 10, False), ("/wiki", 150000, True), ("/wiki", 200000, False)])
    def test_forms_that_come_too_late(self, site, browsers, path, size, is_kept):
        browser = site.browser(browsers)
        site.sign_in(browser, "/shop")
        cookies = browser.jar.copy()
        browser.follow_all(browser.navigate(site.url("/.cognito/logout"), site="same-origin"))
        browser.jar = cookies  # a session that has ended
        answer = browser.navigate(site.url(path), method="POST", site="same-origin",
                                  body={"x": "\u00fc" * (size // 6)})
        answer = browser.follow(answer)
        while answer.status == 302:
            answer = browser.follow(answer)
        answer = browser.submit(answer, username="alice", password=site.pool.password_of("alice"))
        page = browser.follow(answer)
        assert page.status == 200
        assert ("You are signed in again" if is_kept else "Your form was not sent") in page.text
