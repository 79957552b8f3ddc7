"""What a rule sees of a session: claims that it keeps, values for a pattern, values of
the request."""
import pytest

from harness.authz import (TRIGGER, but_not, enter, is_denied, one, refusals_of_httpd, run,
                           with_htaccess)
from harness.site import ordinary_conf, site_conf, stays_alive
from harness.waiting import timed, within

__all__ = ["enter", "refusals_of_httpd", "run"]


class TestPatterns:
    """Patterns that would not come to an end are a no, in bounded time."""

    EVIL = {"plus": "^(a+)+$", "alternatives": "^(a|aa)+$", "lookahead": "^(?=(a+)+$)a",
            "backreference": r"^(a*)*\1$"}

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).add("RegexDefaultOptions +ICASE -DOLLAR_ENDONLY")
        for name, pattern in self.EVIL.items():
            conf.protect(f"/r/{name}", require=f'cognito-claim wild ~ "{pattern}"')
            conf.location(f"/not/{name}", "AuthType Cognito",
                          *but_not(f'cognito-claim wild ~ "{pattern}"'))
        conf.protect("/long", require="cognito-claim long ~ x")
        conf.location("/not-long", "AuthType Cognito", *but_not("cognito-claim long ~ y"))
        conf.protect("/case", require="cognito-claim custom:tenant ~ ^ACME$")
        conf.location("/cgi/env", "CognitoRemoteUser wild s/^(a+)+$/root/ email")
        site = run(conf)
        pool.change_user("alice", claims={**TRIGGER, "long": "x" * 1025})
        return site

    @pytest.fixture(autouse=True)
    def little_room(self, log):
        log.allow("COG3020")

    @pytest.mark.parametrize("name", EVIL)
    @pytest.mark.parametrize("place", ["/r/", "/not/"])
    def test_a_catastrophic_pattern_denies(self, site, enter, log, place, name):
        log.expect("COG4251: .*is too much work for the pattern: a+!")
        alice = enter("alice")
        alive = stays_alive(site.server)
        answer = within(2, lambda: timed(lambda: alice.navigate(site.url(place + name))))
        assert is_denied(answer) and alive()

    def test_a_catastrophic_substitution_gives_no_name(self, site, enter, log):
        log.expect("COG4223: CognitoRemoteUser: wild is too much work for its pattern")
        alice = enter("alice")
        assert within(2, lambda: timed(lambda: site.user(alice))) == "alice@example.com"

    @pytest.mark.parametrize("path", ["/long", "/not-long"])
    def test_a_long_value_is_not_matched(self, site, enter, log, path):
        log.expect("COG4251: .*is too long for a pattern")
        assert is_denied(enter("alice").navigate(site.url(path)))

    def test_options_of_the_server_do_not_change_a_pattern(self, site, enter):
        assert is_denied(enter("alice").navigate(site.url("/case")))


LATE = {"claim": one("cognito-claim flag true"), "not": but_not("cognito-claim birthdate 1"),
        "provider": one("cognito-provider COGNITO"), "group": but_not("cognito-group ops"),
        "scope": one("cognito-scope email"), "domain": one("cognito-email-domain example.com")}


class TestKeptClaims:
    """A claim that a Require names is in the session, whatever CognitoClaims exports."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = with_htaccess(ordinary_conf(pool, backend).add("CognitoClaims sub"), LATE)
        for name, rule in self.NAMED.items():
            conf.protect(f"/cgi/env/{name}", require=rule)
        return run(conf)

    NAMED = {"group": "cognito-group admins", "claim": "cognito-claim custom:tenant acme",
             "noise": "cognito-claim token_use id", "pattern": "cognito-claim level ~ ^5$",
             "domain": "cognito-email-domain example.com", "scope": "cognito-scope openid",
             "provider": "cognito-provider COGNITO", "client": "cognito-client app"}

    @pytest.mark.parametrize("name", NAMED)
    def test_it_is_kept_and_not_exported(self, site, enter, name):
        answer = enter("alice").navigate(site.url(f"/cgi/env/{name}"))
        assert answer.status == 200
        assert {v.split("=")[0] for v in answer.text.split("\0") if v.startswith("COGNITO_")} == \
            {"COGNITO_SUB"}

    @pytest.mark.parametrize("name", ["provider", "group"])
    def test_htaccess_may_use_what_others_have_named(self, site, enter, name):
        assert enter("alice").navigate(site.url(f"/files/{name}/x")).status == 200


class TestClaimsNotKept:
    """What a session lacks only because nobody knew of the line says nothing about its user."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        return run(with_htaccess(ordinary_conf(pool, backend).add("CognitoClaims sub"), LATE))

    @pytest.mark.parametrize("name, claim", [
        ("claim", "flag"), ("not", "birthdate"), ("provider", "idp_name"),
        ("group", "cognito:groups"), ("scope", "scope"), ("domain", "email_verified")])
    def test_htaccess_is_closed_then(self, site, enter, log, name, claim):
        log.expect(f"COG4252: .*: sessions do not keep {claim}, so nobody gets in")
        assert is_denied(enter("alice").navigate(site.url(f"/files/{name}/x")))


class TestExpressions:
    """Values that depend on the request are looked at for each request."""

    @pytest.fixture(scope="class")
    def site(self, run, pool):
        conf = site_conf(pool).load("rewrite", "env", "dir", "include", "mime").protect("/secure")
        conf.file("htdocs/secure", "secure")
        conf.section("LocationMatch", '"^/t/(?<TENANT>[^/]+)"', "AuthType Cognito",
                     'Require cognito-claim custom:tenant "%{env:MATCH_TENANT}"')
        conf.section("LocationMatch", '"^/g/(?<TENANT>[^/]*)"', "AuthType Cognito",
                     'Require cognito-group "%{env:MATCH_TENANT}"')
        conf.section("Directory", '"{root}/htdocs"', "RewriteEngine on",
                     "RewriteRule ^t/acme/jump$ /t/evil/page", "AllowOverride None",
                     "Options +Includes", "AddType text/html .shtml",
                     "AddOutputFilter INCLUDES .shtml")
        conf.protect("/closed", "ErrorDocument 403 /closed/denied", require="cognito-group none")
        conf.add("TypesConfig /dev/null").file("htdocs/closed/denied", "words for members")
        conf.file("htdocs/t/acme/around.shtml", 'around <!--#include virtual="/t/evil/page" -->')
        for tenant in ("acme", "evil", "a b"):
            conf.file(f"htdocs/t/{tenant}/page", tenant)
            conf.file(f"htdocs/g/{tenant}/page", tenant)
        conf.file("htdocs/g/admins/page", "admins")
        return run(conf)

    def test_the_path_names_the_tenant(self, site, enter):
        alice = enter("alice")
        assert alice.navigate(site.url("/t/acme/page")).text == "acme"
        assert is_denied(alice.navigate(site.url("/t/evil/page")))
        assert is_denied(enter("bob").navigate(site.url("/t/acme/page")))

    def test_a_redirect_inside_does_not_lead_around_it(self, site, enter):
        assert enter("alice").navigate(site.url("/t/acme/jump")).status == 403

    def test_nor_does_an_included_page(self, site, enter, log):
        log.allow("unable to include")
        text = enter("alice").navigate(site.url("/t/acme/around.shtml")).text
        assert "around" in text and "evil" not in text

    def test_an_error_document_in_a_place_is_for_those_who_may_see_it(self, site, enter, log):
        log.expect("AH01631")
        answer = enter("alice").navigate(site.url("/closed/x"))
        assert answer.status == 403 and "members" not in answer.text

    @pytest.mark.parametrize("path", ["/g/admins%20x/page", "/g/x%20admins/page", "/g//page",
                                      "/g/%2a/page", "/g/admins%00/page"])
    def test_no_value_becomes_two_or_a_pattern(self, site, enter, path):
        alice = enter("alice")
        assert alice.navigate(site.url("/g/admins/page")).status == 200
        assert alice.navigate(site.url(path)).status in (400, 403, 404)
