"""Sections and modules of httpd that have a say in who gets what: each as its documentation has it,
with users of ours."""
import pytest

from harness.authz import (enter, refusals_of_httpd, require_all, require_any, require_none,
                           run)
from harness.conf import section_lines
from harness.site import is_login, site_conf

__all__ = ["enter", "refusals_of_httpd", "run"]

OURS = ["AuthType Cognito", "Require valid-user"]
REFUSALS = ["AH01617", "AH01623", "AH01796"]  # as the modules of these rows speak of them
ROWS = {
    # request: what alice gets, what bob gets, what nobody gets; "in": the sign-in
    "GET /limit/x": (200, 200, 200),
    "POST /limit/x": (200, 200, "in"),
    "GET /except/x": (200, 200, 200),
    "POST /except/x": (200, 200, "in"),
    "POST /get-alone/x": (405, 405, 405),
    "GET /group/x": (200, 403, "in"),
    "GET /none-of/x": (200, 403, "in"),
    "GET /any/x": (403, 200, "in"),
    "OPTIONS /any/x": (200, 200, 200),
    "GET /type/x Cognito": (200, 200, "in"),
    "GET /type/x Basic": (401, 401, 401),
    "GET /type/x": (500, 500, 500),
    "GET /if/x": (200, 200, 200),
    "GET /if/x Cognito": (200, 200, "in"),
    "GET /open/closed/x": (200, 200, "in"),
    "GET /open/x": (200, 200, 200),
    "GET /file.secret": (200, 200, "in"),
    "GET /directory/x": (200, 200, "in"),
    "GET /listing/": (200, 200, 200),
    "GET /action/x": (200, 200, "in"),
    "GET /rewritten/forbidden": (403, 403, "in"),
    "GET /rewritten/gone": (410, 410, "in"),
    "GET /rewritten/moved": (302, 302, "in"),
    "GET /elsewhere/x": (302, 302, "in"),
    "GET /loop/x": (403, 403, "in"),
    "GET /cgi/env/secure/x": (200, 200, 200),
    "GET /secure/x": (200, 200, "in"),
}


@pytest.fixture(scope="class")
def site(run, pool):
    conf = site_conf(pool).cgi().load(
        "actions", "allowmethods", "auth_basic", "authn_file", "authz_groupfile", "authz_host",
        "autoindex", "dir", "mime", "rewrite", "setenvif").add("TypesConfig /dev/null")
    conf.add("SetEnvIf X-Kind (.+) kind=$1").file("groups", "chiefs: alice\n")
    conf.file("users", "x:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n").protect("/secure")
    conf.location("/limit", OURS[0], *section_lines("Limit", "POST", OURS[1]))
    conf.location("/except", OURS[0], *section_lines("LimitExcept", "GET", OURS[1]))
    conf.location("/get-alone", *OURS, "AllowMethods GET")
    conf.location("/group", OURS[0], "AuthGroupFile {root}/groups", "Require group chiefs")
    conf.location("/none-of", OURS[0], *require_all(
        OURS[1], *require_none("Require user bob", "Require cognito-group ops")))
    conf.location("/any", OURS[0], *require_any("Require user bob", "Require method OPTIONS"))
    conf.location("/type", 'AuthType "%{reqenv:kind}"', "AuthName x", "AuthBasicProvider file",
                  "AuthUserFile {root}/users", OURS[1])
    conf.location("/if", *section_lines("If", "\"-n req('X-Kind')\"", *OURS))
    conf.location("/open", "AuthType None", "Require all granted")
    conf.location("/open/closed", OURS[0], "AuthMerging And", OURS[1])
    conf.section("Files", '"*.secret"', *OURS)
    conf.section("Directory", '"{root}/htdocs/directory"', *OURS)
    conf.section("Directory", '"{root}/htdocs/listing"', "Options +Indexes")
    conf.location("/action", *OURS, "SetHandler show", "Action show /cgi/env virtual")
    conf.location("/rewritten", *OURS, "RewriteEngine on", "RewriteRule forbidden$ - [F]",
                  "RewriteRule gone$ - [G]", "RewriteRule moved$ /secure/x [R=302]")
    conf.location("/elsewhere", OURS[0], "Require user eve",
                  "ErrorDocument 403 https://www.example.test/sorry")
    conf.location("/loop", OURS[0], "Require user eve", "ErrorDocument 403 /loop/x")
    for place in ("limit", "except", "get-alone", "group", "none-of", "any", "type", "if", "open",
                  "open/closed", "directory", "rewritten", "elsewhere", "loop", "secure"):
        conf.file(f"htdocs/{place}/x", "x")
    for name in ("file.secret", "listing/a.secret"):
        conf.file(f"htdocs/{name}", "x")
    return run(conf)


class TestSections:
    @pytest.mark.parametrize("who", ["alice", "bob", "nobody"])
    def test_each_gets_what_is_theirs(self, site, enter, browsers, log, who):
        log.allow(*REFUSALS)
        browser = site.browser(browsers) if who == "nobody" else enter(who, "/secure/x")

        def result(row):
            method, path, kind = [*row.split(), ""][:3]
            answer = browser.navigate(site.url(path), method, site="same-origin",
                                      headers={"X-Kind": kind} if kind else {})
            return "in" if is_login(site.pool, answer) else answer.status

        column = ["alice", "bob", "nobody"].index(who)
        assert {row: result(row) for row in ROWS} == {row: ROWS[row][column] for row in ROWS}
