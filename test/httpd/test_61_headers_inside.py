"""X-Cognito-* headers of requests that httpd makes itself, and in other protocols than HTTP."""
import pytest

from harness.site import site_conf
from harness.told import ALICE, OWN


class TestInternalRequests:
    """Subrequests, internal redirects and error documents are places of their own. The status
    of a proxied error document is the backend's."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = site_conf(pool).load("dir", "include", "mime", "rewrite", "headers", "negotiation")
        conf.add("TypesConfig /dev/null", "RewriteEngine on",
                 "RewriteRule ^/inner/(.*) /secure/$1 [PT]",
                 "RewriteCond %{LA-U:REMOTE_USER} (.+)",
                 "RewriteRule ^/secure/ahead - [E=AHEAD:%1]",
                 "ErrorDocument 403 /open/denied", "ErrorDocument 404 /open/lost",
                 "ErrorDocument 410 /secure/gone-page",
                 "Redirect gone /files/gone", "RequestHeader set X-Cognito-Early kept early")
        conf.load("alias")
        conf.protect("/secure", "CognitoExport headers")
        conf.protect("/roots", "CognitoExport headers", require="user root")
        conf.protect("/closed", "CognitoExport none")
        conf.protect("/files", "CognitoExport headers")
        conf.section("Directory", '"{root}/htdocs"', "Options +Includes", "AllowOverride All",
                     "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml",
                     "DirectoryIndex index.shtml")
        conf.file("htdocs/files/page.shtml",
                  '<!--#include virtual="/open/part" -->|<!--#include virtual="/secure/part" -->|'
                  '<!--#include virtual="/closed/part" -->|<!--#include virtual="/open/part" -->')
        conf.file("htdocs/plain/page.shtml", '<!--#include virtual="/secure/part" -->|'
                  '<!--#include virtual="/open/part" -->')
        conf.file("htdocs/files/moved/.htaccess",
                  "RewriteEngine on\nRewriteRule ^open$ /open/moved\nRewriteRule ^secure$ /secure/moved\n"
                  "RewriteRule ^none$ /closed/moved\n")
        for path in ("/open", "/secure", "/closed", "/roots"):
            conf.add(f"ProxyPass {path} {backend.url}{path}")
        return run(conf)

    def seen(self, site, browser, backend, path, status=200):
        """The requests that the backend got: {path: user name or None}."""
        backend.clear()
        answer = browser.navigate(site.url(path))
        assert answer.status == status, answer
        found = {}
        for one in backend.seen:
            assert one.header("X-Cognito-Early") == "kept", one.head
            names = one.folded(OWN)
            del names["x_cognito_early"]
            assert set(names) in (set(), ALICE) and all(len(v) == 1 for v in names.values()), names
            found[one.target] = names.get("x_cognito_username", [None])[0]
        return found

    def test_each_included_part_is_told_what_its_place_wants(self, site, alice, backend):
        assert self.seen(site, alice, backend, "/files/page.shtml") == {
            "/open/part": None, "/secure/part": "alice", "/closed/part": None}
        assert self.seen(site, alice, backend, "/plain/page.shtml") == {
            "/secure/part": "alice", "/open/part": None}

    def test_a_redirect_on_the_way_takes_nothing_along(self, site, alice, backend):
        assert self.seen(site, alice, backend, "/files/moved/open") == {"/open/moved": None}
        assert self.seen(site, alice, backend, "/files/moved/none") == {"/closed/moved": None}
        assert self.seen(site, alice, backend, "/files/moved/secure") == {"/secure/moved": "alice"}

    def test_a_rewritten_url_is_told_as_what_it_becomes(self, site, alice, backend):
        assert self.seen(site, alice, backend, "/inner/x") == {"/secure/x": "alice"}

    def test_a_look_ahead_leaves_no_trace(self, site, alice, backend):
        assert self.seen(site, alice, backend, "/secure/ahead") == {"/secure/ahead": "alice"}

    def test_h28_the_error_document_of_a_refusal_knows_nobody(self, site, alice, backend, log):
        log.expect("AH01631")
        assert self.seen(site, alice, backend, "/roots/x") == {"/open/denied": None}

    def test_so_does_that_of_a_missing_page(self, site, alice, backend):
        assert self.seen(site, alice, backend, "/files/nothing") == {"/open/lost": None}

    def test_a_protected_error_document_knows_its_user(self, site, alice, nobody, backend):
        assert self.seen(site, alice, backend, "/files/gone") == {"/secure/gone-page": "alice"}
        assert self.seen(site, nobody, backend, "/files/gone", 410) == {}


class TestGateways:
    """Other protocols than HTTP carry the same headers."""

    @pytest.fixture(params=["fastcgi", "scgi", "uwsgi", "ajp"], scope="class")
    def protocol(self, request):
        return request.param

    @pytest.fixture(scope="class")
    def behind(self, gateway, protocol):
        return gateway(protocol)

    @pytest.fixture(scope="class")
    def site(self, run, pool, behind, protocol):
        conf = site_conf(pool).load({"fastcgi": "proxy_fcgi"}.get(protocol, "proxy_" + protocol))
        conf.protect("/secure", "CognitoExport headers").protect("/both", "CognitoExport both")
        return run(conf.add(f"ProxyPass / {behind.url}/"))

    def told(self, site, browser, behind, protocol, path, **how):
        behind.seen.clear()
        answer = browser.request(how.pop("method", "GET"), site.url(path), **how)
        assert answer.status == 200, answer
        found = behind.seen[-1]
        if protocol == "ajp":
            return {"HTTP_" + n.upper().replace("-", "_"): v for n, v in found.items()}
        return found

    def test_headers_arrive(self, site, alice, behind, protocol):
        found = self.told(site, alice, behind, protocol, "/secure",
                          headers={"X_Cognito_Sub": "evil", "X-Cognito-Other": "evil",
                                   "Connection": "close, X-Cognito-Email"})
        assert found["HTTP_X_COGNITO_USERNAME"] == "alice" and "evil" not in repr(found)
        assert found["HTTP_X_COGNITO_EMAIL"] == "alice@example.com"
        assert {n for n in found if n.startswith("HTTP_X_COGNITO")} == \
            {"HTTP_" + name.upper() for name in ALICE}

    def test_variables_arrive_where_the_protocol_has_them(self, site, alice, behind, protocol):
        found = self.told(site, alice, behind, protocol, "/both")
        assert found["HTTP_X_COGNITO_SUB"]
        if protocol != "ajp":
            assert found["COGNITO_SUB"] == found["HTTP_X_COGNITO_SUB"]

    def test_an_open_place_knows_nobody(self, site, alice, behind, protocol):
        found = self.told(site, alice, behind, protocol, "/open", headers={"X-Cognito-A": "evil"})
        assert not [n for n in found if "COGNITO" in n]
