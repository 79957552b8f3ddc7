"""Where a rule holds: sections, clients, internal requests, and every other way to the
same file."""
import pytest

from harness.authz import (but_not, enter, is_denied, one, refusals_of_httpd, require_all,
                           require_any, run, with_htaccess)
from harness.conf import section_lines
from harness.site import is_login, ordinary_conf, site_conf, type_password

__all__ = ["enter", "refusals_of_httpd", "run"]


class TestSections:
    """AuthMerging, inheritance, .htaccess, <If>, places that are open or of another AuthType."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("auth_basic", "authn_file", "authz_host", "dir")
        with_htaccess(conf, {"a": one("cognito-group admins"),
                             "b": but_not("cognito-claim custom:nothing x"),
                             "wrong": one("cognito-group")})
        conf.protect("/m", require="cognito-group admins")
        conf.location("/m/replaced", "Require user bob")
        conf.location("/m/and", "AuthMerging And", "Require user bob")
        conf.location("/m/or", "AuthMerging Or", "Require user bob")
        conf.location("/m/if", *section_lines("If", "\"%{REQUEST_URI} =~ /special/\"",
                                              "Require user bob"))
        conf.location("/m/open", "Require all granted")
        conf.location("/banned", "AuthType Cognito",
                      *require_all("Require all granted", "Require not cognito-group admins"))
        conf.location("/banned/pass", "CognitoUnauthenticated pass")
        conf.location("/either", "AuthType Cognito",
                      *require_any("Require cognito-group admins", "Require ip 127.0.0.1"))
        conf.location("/basic", "AuthType Basic", "AuthName basic", "AuthBasicProvider file",
                      "AuthUserFile {root}/users", "Require cognito-group admins")
        conf.location("/basic-not", "AuthType Basic", "AuthName basic", "AuthBasicProvider file",
                      "AuthUserFile {root}/users", *but_not("cognito-group ops"))
        conf.location("/forbidden", "AuthzSendForbiddenOnFailure On")
        conf.protect("/forbidden", require="cognito-group ops")
        conf.file("users", "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n")
        return run(conf)

    @pytest.mark.parametrize("path, expected", [
        ("/m/x", {"alice"}), ("/m/replaced", {"bob"}), ("/m/and", set()),
        ("/m/or", {"alice", "bob"}), ("/m/if/ordinary", {"alice"}), ("/m/if/special", {"bob"}),
        ("/m/open", {"alice", "bob", "nobody"}), ("/files/a/x", {"alice"}), ("/files/b/x", set()),
        ("/banned", {"bob"}), ("/banned/pass", {"bob", "nobody"}), ("/forbidden", set()),
        ("/either", {"alice", "bob", "nobody"})])
    def test_what_holds_where(self, site, enter, browsers, path, expected):
        let_in = {u for u in ("alice", "bob") if enter(u).navigate(site.url(path)).status == 200}
        answer = site.browser(browsers).navigate(site.url(path))
        assert let_in | ({"nobody"} if answer.status == 200 else set()) == expected
        assert answer.status == 200 or is_login(site.pool, answer)

    def test_forbidden_on_failure_shows_our_page_too(self, site, enter):
        assert is_denied(enter("alice").navigate(site.url("/forbidden")))

    @pytest.mark.parametrize("path", ["/basic", "/basic-not"])
    def test_a_session_counts_for_no_other_authtype(self, site, enter, log, path):
        log.expect("COG4254: Require (not )?cognito-group .* where AuthType is not Cognito")
        alice = enter("alice")
        basic = {"Authorization": "Basic YWxpY2U6c2VjcmV0"}
        assert alice.navigate(site.url("/secure")).status == 200
        assert alice.navigate(site.url(path), headers=basic).status in (401, 403, 500)

    def test_a_wrong_line_in_htaccess_closes_the_folder(self, site, enter, log):
        log.expect("Require cognito-group: a value is missing")
        assert enter("alice").navigate(site.url("/files/wrong/x")).status == 500


class TestClients:
    """The session of another client does not count, even when a rule looks elsewhere."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, staff, backend):
        conf = ordinary_conf(pool, backend)
        conf.section("CognitoClient", '"staff"', f"CognitoIssuer {staff.issuer}",
                     "CognitoClientID staff")
        conf.protect("/staff", "CognitoUse staff", require="cognito-group staff")
        conf.protect("/staff/admins", "CognitoUse staff", require="cognito-group admins")
        conf.protect("/staff/client", "CognitoUse staff", require="cognito-client staff")
        conf.protect("/staff/app", "CognitoUse staff", require="cognito-client app")
        conf.protect("/app/admins", require="cognito-group admins")
        conf.location("/app/looks", "AuthType Cognito",
                      *require_all("Require cognito-group admins",
                                   "Require expr \"%{REMOTE_USER} != '' && -U '/staff/admins'\"",
                                   "Require cognito-group staff"))
        conf.location("/app/may", "AuthType Cognito",
                      *require_all("Require cognito-group admins",
                                   "Require expr \"%{REMOTE_USER} != '' && -U '/staff/client'\"",
                                   "Require cognito-group admins"))
        site = run(conf, "COG4027")
        site.staff = staff
        return site

    @pytest.fixture
    def both(self, site, enter):
        """alice at the one client, sam at the other, in one browser."""
        browser = enter("alice")
        answer = browser.navigate(site.url("/staff"))
        if answer.status != 200:
            answer = browser.follow(type_password(browser, answer, "sam", site.staff))
            assert browser.follow(answer).status == 200
        return browser

    @pytest.fixture(autouse=True)
    def little_room(self, log):
        log.allow("COG3020")

    def test_each_place_sees_its_own_user(self, site, both):
        assert both.navigate(site.url("/app/admins")).status == 200
        assert both.navigate(site.url("/staff/client")).status == 200
        assert is_denied(both.navigate(site.url("/staff/admins")))
        assert is_denied(both.navigate(site.url("/staff/app")))

    def test_a_look_at_another_place_sees_the_user_of_that_place(self, site, both):
        assert is_denied(both.navigate(site.url("/app/looks")))
        assert both.navigate(site.url("/app/may")).status == 200


class TestInternalRequests:
    """Includes, indexes and error documents are for those who may have them."""

    @pytest.fixture(scope="class")
    def site(self, run, pool):
        conf = site_conf(pool).load("include", "mime", "dir", "alias")
        conf.add("TypesConfig /dev/null", "ErrorDocument 404 /admins/lost.html")
        conf.protect("/secure").protect("/admins", require="cognito-group admins")
        conf.protect("/fresh", require="cognito-auth-age 15m")
        conf.section("Directory", '"{root}/htdocs"', "Options +Includes", "DirectoryIndex index.html",
                     "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml")
        conf.section("Directory", '"{root}/htdocs/pages"', "AuthType Cognito", "Require valid-user",
                     *section_lines("Files", "index.html", "Require cognito-group admins"))
        for path, text in {"secure/page.shtml": '[<!--#include virtual="/admins/part.html" -->]',
                           "secure/late.shtml": '[<!--#include virtual="/fresh/part.html" -->]',
                           "admins/part.html": "admins", "fresh/part.html": "fresh",
                           "admins/lost.html": "lost", "pages/index.html": "index", "pages/x": "x"}.items():
            conf.file(f"htdocs/{path}", text)
        return run(conf)

    @pytest.fixture(autouse=True)
    def how_httpd_speaks_of_it(self, log):
        log.allow("AH01373", "unable to include")

    def text(self, site, browser, path):
        return browser.navigate(site.url(path)).text

    def test_an_include_is_for_who_may_have_it(self, site, enter):
        path = "/secure/page.shtml"
        assert self.text(site, enter("alice", path), path) == "[admins]"
        answer = enter("bob", path).navigate(site.url(path))
        assert answer.status == 200 and "admins" not in answer.text and answer.text[0] == "["

    def test_an_include_sends_nobody_to_a_sign_in(self, site, browsers, pool):
        browser = site.browser(browsers)
        pool.set_clock(-3000)
        type_password(browser, site.begin(browser), "alice", pool)
        pool.set_clock(0)
        site.sign_in(browser, "/secure/late.shtml")
        answer = browser.navigate(site.url("/secure/late.shtml"))
        assert answer.status == 200 and answer.location is None and "fresh" not in answer.text
        browser.navigate(site.url("/fresh/part.html"))  # asks, as it should

    def test_an_index_is_for_who_may_have_it(self, site, enter):
        path = "/secure/page.shtml"
        assert self.text(site, enter("alice", path), "/pages/") == "index"
        bob = enter("bob", path)
        assert self.text(site, bob, "/pages/x") == "x"
        assert bob.navigate(site.url("/pages/")).status == 403

    def test_so_is_an_error_document(self, site, enter, browsers):
        path = "/secure/page.shtml"
        assert self.text(site, enter("alice", path), "/nothing") == "lost"
        for browser in (enter("bob", path), site.browser(browsers)):
            answer = browser.navigate(site.url("/nothing"))
            assert answer.status == 404 and "lost" not in answer.text and not answer.location


class TestWaysToAFile:
    """Rows 88, 92 and 94 of security.md: modules that find files by other names, and the old
    words of mod_access_compat."""

    PATHS = ["/secure", "/secure/", "//secure/a.html", "/./secure/a.html", "/x/../secure/a.html",
             "/%73ecure/a.html", "/x/%2e%2e/secure/a.html", "/x/.%2e/secure/a.html",
             "/x/%%32%65%%32%65/secure/a.html", "///secure///a.html", "/secure;x/a.html",
             "/secure%2fa.html", "/secure%00/a.html", "/SECURE/a.html", "/Secure/a.html",
             "/secure%3f/a.html", "/secure\\a.html", "/secure%5ca.html", "/secure%20/a.html",
             "/secure./a.html", "/secure/a", "/secure/A.html", "/secure/a.htm", "/secur/a.html",
             "/secure/a.html/", "/secure/a.html/x", "/secure/a.html;x", "/x/y", "/x/passed",
             "/x/nothing", "http://other.example/secure/a.html", "/secure/a.html?/public",
             "/secure/a.html#/public"]

    @pytest.fixture(scope="class")
    def site(self, run, pool):
        conf = site_conf(pool).load("dir", "negotiation", "mime", "speling", "autoindex", "rewrite",
                                    "alias", "access_compat", "authz_host")
        conf.protect("/secure").protect("/ask").add("TypesConfig /dev/null")
        conf.section("Directory", '"{root}/htdocs"', "Options +MultiViews +Indexes",
                     "CheckSpelling on", "AddType text/html .html",
                     "FallbackResource /secure/a.html")
        conf.section("Directory", '"{root}/htdocs/x"', "RewriteEngine on",
                     "RewriteRule ^y$ /secure/a.html [L]", "RewriteRule ^passed$ /secure/a.html [PT]")
        for name in ("secure/a.html", "secure/index.html"):
            conf.file(f"htdocs/{name}", "protected")
        for name in ("x/z.html", "ask", "any", "any-far", "all", "all-far"):
            conf.file(f"htdocs/{name}", name)
        for name, where in {"any": "127.0.0.1", "any-far": "192.0.2.1", "all": "127.0.0.1",
                            "all-far": "192.0.2.1"}.items():
            conf.protect(f"/{name}", f"Satisfy {name[:3]}", "Order deny,allow", "Deny from all",
                         f"Allow from {where}")
        return run(conf)

    @pytest.fixture(autouse=True)
    def how_httpd_speaks_of_it(self, log):
        log.allow("AH10244", "AH00026", "AH00027", "AH01797")

    def get(self, site, browser, path):
        head = (f"GET {path} HTTP/1.1\r\nHost: app.example.test\r\nAccept: text/html\r\n"
                "Connection: close\r\n\r\n")
        return browser.raw(site.origin, head.encode()).decode("latin-1")

    def test_none_leads_around_the_sign_in(self, site, browsers):
        browser = site.browser(browsers)
        for path in self.PATHS:
            answer = self.get(site, browser, path)
            assert answer.startswith("HTTP/1.1 ") and "protected" not in answer, path

    def test_who_has_signed_in_finds_the_file(self, site, enter):
        alice = enter("alice", "/ask")
        for path in ("/secure/a.html", "/secure/a", "/x/y", "/x/passed", "/x/nothing"):
            assert alice.follow_all(alice.navigate(site.url(path))).text == "protected", path

    @pytest.mark.parametrize("name, nobody, alice", [
        ("any", 200, 200), ("any-far", 302, 200), ("all", 302, 200), ("all-far", 403, 403)])
    def test_the_old_words_mean_what_they_meant(self, site, enter, browsers, name, nobody, alice):
        assert site.browser(browsers).navigate(site.url(f"/{name}")).status == nobody
        assert enter("alice", "/ask").navigate(site.url(f"/{name}")).status == alice


class TestParametersOfAPath:
    """A servlet container takes /app;x for /app; httpd does not."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = site_conf(pool).section("LocationMatch", '"^/app([;/]|$)"', "AuthType Cognito",
                                       "Require valid-user")
        return run(conf.add(f"ProxyPass / {backend.url}/"))

    @pytest.mark.parametrize("path", ["/app", "/app/", "/app;x", "/app;x/y", "/app/;x", "//app;x",
                                      "/%61pp;x", "/x/../app;x", "/app%3bx", "/./app;x=1/y"])
    def test_the_pattern_of_the_documentation_covers_them(self, site, browsers, backend, path):
        backend.clear()
        answer = site.browser(browsers).navigate(site.url(path))
        assert is_login(site.pool, answer) and not backend.seen
