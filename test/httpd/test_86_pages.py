"""The pages that people see: closed to the outside, in their language, with a way on."""
import base64
import hashlib
import os
import re

import pytest

from harness.conf import Conf, section_lines
from harness.server import Server
from harness.site import CALLBACK, SESSION, Site, is_refusal, ordinary_conf, site_conf

# what a browser sends, the language of the page, and its word for "sign out"
LANGUAGES = [
    ("en-GB,en;q=0.9", "en", "Sign out"), ("de-AT,de;q=0.9,en;q=0.8", "de", "Abmelden"),
    ("es-419,es;q=0.9", "es", "Cerrar sesión"), ("fr;q=0.7, en;q=0.3", "fr", "Se déconnecter"),
    ("ja,en-US;q=0.9,en;q=0.8", "ja", "サインアウト"), ("pt-BR", "pt-BR", "Sair"),
    ("zh-CN,zh;q=0.9", "zh-Hans", "退出登录"), ("it, nl", "en", "Sign out"), (None, "en", "Sign out"),
]


SITES_OWN = "default-src 'self'; form-action 'self'"


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = ordinary_conf(pool, backend)
    conf.protect("/admins", require="cognito-group nobody")
    conf.protect("/quiet", "LogLevel auth_cognito:warn", require="cognito-group nobody")
    conf.load("headers").location("/", f'Header always setifempty Content-Security-Policy "{SITES_OWN}"')
    return Site(start(conf), pool)


def speaking(accepted):
    return {} if accepted is None else {"Accept-Language": accepted}


def buttons(page):
    return re.findall(r'<(?:a class="button" href|form method="post" action)="([^"]*)"', page.text)


def incident_of(page):
    return re.search(r'<p class="incident">[^<]+ <code>([\w-]{8})</code></p>', page.text)[1]


def test_a_page_keeps_its_policy_beside_that_of_the_site(site, nobody, alice, log):
    """docs/pages.md: else its button could not lead to the user pool, nor its style apply."""
    log.expect("AH01631")
    assert nobody.navigate(site.url("/public")).header("Content-Security-Policy") == SITES_OWN
    page = alice.navigate(site.url("/admins"))
    assert page.status == 403 and "<form" in page.text
    assert page.header_lines("Content-Security-Policy") == [page.header("Content-Security-Policy")]
    assert "form-action" not in page.header("Content-Security-Policy")


class TestLanguages:
    @pytest.mark.parametrize("accepted, tag, word", LANGUAGES)
    def test_it_is_the_one_that_the_browser_wants_most(self, site, browser, log, accepted, tag,
                                                       word):
        log.allow("COG3001: forbidden", "AH01631")
        site.sign_in(browser)
        pages = [site.visit(browser, "/admins", headers=speaking(accepted)),
                 site.visit(browser, "/.cognito/logout", site="cross-site",
                            headers=speaking(accepted))]
        for page in pages:
            assert f'<html lang="{tag}">' in page.text
            assert page.header("Content-Language") == tag
            assert "Accept-Language" in page.header("Vary")
            assert f">{word}</button>" in page.text
        assert [page.status for page in pages] == [403, 200]

    @pytest.mark.parametrize("accepted", ["de" * 3000, "*;q=0", ";;,,;q=1", '"><script>', "de;q=9"])
    def test_what_is_none_is_english(self, site, browser, accepted):
        page = site.visit(browser, "/.cognito/signed-out", headers=speaking(accepted))
        assert page.status == 200 and '<html lang="en">' in page.text

    def test_scripts_read_the_same_in_all(self, site, browser, log):
        log.allow("COG3001: forbidden", "AH01631")
        site.sign_in(browser)
        answers = [browser.fetch(site.url("/admins"), headers=speaking(a)).json()
                   for a in ("de", "en")]
        assert len({a["message"] for a in answers}) == 1
        assert answers[0]["message"] == "You are signed in, but your account lacks the permission."


class TestAWayOn:
    """No page is a dead end where going on may help."""

    def test_who_may_not_see_it_can_sign_out(self, site, browser, log):
        log.allow("COG3001: forbidden", "AH01631")
        site.sign_in(browser)
        page = site.visit(browser, "/admins")
        assert is_refusal(page)
        assert buttons(page) == ["/.cognito/logout"] and log.find(f"incident {incident_of(page)}")

    @pytest.mark.parametrize("path, is_there", [("/admins", True), ("/quiet", False)])
    def test_it_has_a_number_where_the_log_has_it(self, site, browser, log, path, is_there):
        log.allow("COG3001: forbidden", "AH01631")
        site.sign_in(browser)
        page, answer = site.visit(browser, path), browser.fetch(site.url(path))
        assert page.status == answer.status == 403
        assert (' class="incident"' in page.text) == ("incident" in answer.json()) == is_there
        assert len(log.find("COG3001: forbidden")) == (2 if is_there else 0)

    def test_who_is_signed_out_can_sign_in(self, site, browser):
        assert buttons(site.visit(browser, "/.cognito/signed-out")) == ["/"]

    def test_a_broken_callback_leads_to_the_site(self, site, browser, log):
        log.allow("COG3001: bad_callback")
        assert buttons(site.visit(browser, CALLBACK + "?code=a&code=b")) == ["/"]


class TestOutage:
    """Nothing is known of the user pool, which does not answer."""

    @pytest.fixture
    def page(self, site, browser, pool, log):
        log.allow("COG3001: idp_busy", "COG3211")
        pool.fail("discovery", status=500)
        return site.visit(browser, "/secure?a=b")

    def test_the_page_offers_itself_once_more(self, page):
        assert page.status == 503 and int(page.header("Retry-After")) > 0
        assert buttons(page) == [""] and "?a=b" not in page.text
        assert ">Try again</a>" in page.text and incident_of(page)


class TestErrorDocument:
    """httpd's own way to say it in other words."""

    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = site_conf(pool).cgi().load("headers")
        conf.add(*(f"ErrorDocument {status} /cgi/env" for status in (400, 403, 503)))
        conf.protect("/secure").protect("/admins", require="cognito-group nobody")
        conf.protect("/quiet", "LogLevel auth_cognito:warn", require="cognito-group nobody")
        conf.protect("/text", 'ErrorDocument 403 "Call us, number %{reqenv:COGNITO_INCIDENT}."',
                     require="cognito-group nobody")
        return Site(start(conf.file("htdocs/secure", "")), pool)

    def test_it_is_told_what_has_failed_and_the_number_in_the_log(self, site, browser, log):
        log.allow("COG3001: (forbidden|bad_callback)", "AH01631")
        site.sign_in(browser)
        for path, status, error in [("/admins", 403, "forbidden"),
                                    (CALLBACK + "?code=a&code=b", 400, "bad_callback")]:
            page = site.visit(browser, path)
            told = page.variables
            assert page.status == status and told["REDIRECT_STATUS"] == str(status)
            assert told["REDIRECT_COGNITO_ERROR"] == error
            assert log.find(f"COG3001: {error}.* incident {told['REDIRECT_COGNITO_INCIDENT']}$")

    def test_it_is_told_no_number_that_the_log_lacks(self, site, browser, log):
        log.allow("AH01631")
        site.sign_in(browser)
        told = site.visit(browser, "/quiet").variables
        assert told["REDIRECT_COGNITO_ERROR"] == "forbidden"
        assert "REDIRECT_COGNITO_INCIDENT" not in told and not log.find("COG3001")

    def test_a_failed_sign_in_hands_it_no_code_and_no_session(self, site, browser, log):
        log.allow("COG3001: bad_callback")
        page = site.visit(browser, CALLBACK + "?code=S3CRET&code=b&state=STAT3")
        assert "S3CRET" not in page.text and "STAT3" not in page.text
        assert SESSION not in page.text and page.header("Cache-Control") == "no-store"

    def test_an_outage_keeps_its_retry_after(self, site, browser, pool, log):
        log.allow("COG3001: idp_busy", r"COG3\d\d\d")
        pool.fail("token", status=500)
        page = browser.follow(site.to_callback(browser))
        assert page.status == 503 and int(page.header("Retry-After")) > 0
        assert page.variables["REDIRECT_COGNITO_ERROR"] == "idp_busy"

    def test_a_text_may_hold_the_number(self, site, browser, log):
        log.allow("COG3001: forbidden", "AH01631")
        site.sign_in(browser)
        number = re.fullmatch(r"Call us, number ([\w-]{8})\.", site.visit(browser, "/text").text)[1]
        assert log.find(f"incident {number}$")


EXAMPLE = os.path.join(os.path.dirname(__file__), "../../docs/examples/error-page.html")
ALL = "{{title}}{{cause}}{{detail}}{{action}}{{button}}{{incident}}"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class TestTemplate:
    """The administrator's own page: CognitoErrorTemplate."""

    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = site_conf(pool).file("page.html", read(EXAMPLE).replace("\n", "\r\n"))
        conf.file("other.html", '<p title="{{status}} in {{lang}}">' + ALL + "{{icon}}")
        conf.add("CognitoErrorTemplate page.html").protect("/secure")
        conf.protect("/admins", require="cognito-group nobody").file("htdocs/secure", "")
        for name, lines in (("app", []), ("other", ["CognitoErrorTemplate other.html"]),
                            ("ours", ["CognitoErrorTemplate none"])):
            conf.add(*section_lines("VirtualHost", "*:{port}", f"ServerName {name}.example.test",
                                    *lines))
        return Site(start(conf), pool)

    def elsewhere(self, site, browser, name):
        return site.visit(browser, "/.cognito/signed-out",
                          headers={"Host": f"{name}.example.test", "Accept-Language": "fr"})

    def test_it_says_what_ours_would_say(self, site, browser, log):
        log.allow("COG3001: forbidden", "AH01631")
        site.sign_in(browser)
        page = site.visit(browser, "/admins", headers=speaking("de"))
        assert page.status == 403 and page.header("Content-Language") == "de"
        assert "<title>Sie dürfen diese Seite nicht sehen - Example Inc.</title>" in page.text
        assert '<html lang="de">' in page.text and "extension 4711" in page.text
        assert "<p class=\"cause\">Sie sind angemeldet, aber" in page.text
        assert buttons(page) == ["/.cognito/logout"] and "{{" not in page.text
        assert log.find(f"incident {incident_of(page)}$")

    def test_its_style_may_be_used_and_no_script(self, site, browser, log):
        page = site.visit(browser, "/.cognito/signed-out")
        style = re.search("<style>(.*?)</style>", page.text, re.DOTALL)[1].encode()
        digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
        assert b"\r" not in style
        assert page.header("Content-Security-Policy") == (
            f"default-src 'none'; style-src 'self' 'sha256-{digest}'; img-src 'self' data:; "
            "font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
        assert "incident" not in page.text.replace(".incident", "")

    def test_a_virtual_host_has_another_one_or_ours(self, site, browser):
        assert '<p title="200 in fr">Vous êtes déconnecté<' in \
            self.elsewhere(site, browser, "other").text
        ours = self.elsewhere(site, browser, "ours")
        assert "Example Inc." not in ours.text and "<main>" in ours.text


@pytest.mark.parametrize("page, problem", [
    ("<p>\n{{titel}}" + ALL, "line 2: {{titel}} is no placeholder; write {{title}} {{cause}}"),
    (ALL + "\n\n{{title", "line 3: {{ is not closed by }}"),
    (ALL.replace("{{button}}", ""), "lacks {{button}}; write {{title}} {{cause}}"),
    (ALL + '<a href="{{title}}">', "line 1: {{title}} stands inside of a tag, where only"),
    (ALL + "<style>\np{color:{{status}}}</style>", "line 2: a style cannot hold placeholders"),
    (ALL + "<STYLE>p{}", "line 1: <style> is not closed by </style>"),
    (ALL + "\n<Script src=x>", "line 2: holds a <script>, which no browser would run"),
    (ALL + "\udcff", "is no text in UTF-8"), (ALL + "\0", "is no text in UTF-8"),
    (ALL + "x" * 65536, "is larger than 64 kB"), ("", "lacks {{title}}")])
def test_a_wrong_template_stops_the_start(page, problem):
    conf = Conf().add("CognitoUserPool eu-west-1_AbC123dEf", "CognitoClientID app",
                      "CognitoBaseURL https://app.example.test", "CognitoErrorTemplate page.html")
    server = Server(conf.file("htdocs/x", ""))
    try:
        with open(os.path.join(server.root, "page.html"), "wb") as file:
            file.write(page.encode("utf-8", "surrogateescape"))
        code, output = server.check()
        assert code != 0 and f"CognitoErrorTemplate: '{server.root}/page.html' {problem}" in output
    finally:
        server.remove()


def test_the_template_in_the_documentation_is_right():
    page = re.search(r"```html\n(.*?)```", read(os.path.join(os.path.dirname(__file__),
                                                            "../../docs/pages.md")), re.DOTALL)[1]
    conf = Conf().file("page.html", page).add("CognitoErrorTemplate page.html")
    server = Server(conf)
    try:
        code, output = server.check()
        assert code == 0, output
    finally:
        server.remove()
