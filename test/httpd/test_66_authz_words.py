"""What is said of a rule: to those whom it keeps out, and to the administrator who
writes a wrong one."""
import pytest

from harness.authz import but_not, enter, is_denied, refusals_of_httpd, require_any, run
from harness.conf import Conf
from harness.server import Server
from harness.site import site_conf

__all__ = ["enter", "refusals_of_httpd", "run"]


class TestExplanation:
    """Which rule, which value: for the admin in the log, for others where the admin wishes."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = site_conf(pool).load("include", "mime", "alias").cgi()
        conf.add("TypesConfig /dev/null").protect("/secure").protect("/cgi/")
        conf.file("htdocs/secure", "secure")
        conf.section("Directory", '"{root}/htdocs"', "Options +Includes",
                     "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml")
        conf.file("htdocs/denied.shtml", 'you need <!--#echo var="REDIRECT_COGNITO_DENIED" -->, '
                  '<!--#echo var="REDIRECT_COGNITO_EMAIL" -->')
        conf.protect("/group", require="cognito-group ops <b>")
        conf.protect("/page", "ErrorDocument 403 /denied.shtml", require="cognito-group ops <b>")
        text = 'ErrorDocument 403 "You need %{reqenv:COGNITO_DENIED}."'
        conf.protect("/text", text, require="cognito-group ops")
        conf.location("/any", "AuthType Cognito", text,
                      *require_any("Require cognito-group ops", "Require cognito-scope orders/read",
                                   "Require user root"))
        conf.location("/not", "AuthType Cognito", text, *but_not("cognito-group admins"))
        conf.location("/stuck", "AuthType Cognito", text, *but_not("cognito-claim gone x"))
        conf.protect("/user", text, require="user root")
        conf.protect("/profile", require="cognito-profile name birthdate")
        conf.location("/two", "AuthType Cognito",
                      *require_any("Require cognito-profile birthdate", "Require cognito-group ops"))
        conf.location("/cgi/env/any", *require_any("Require cognito-group ops", "Require valid-user"))
        return run(conf, "COG4029")

    @pytest.mark.parametrize("path, line", [
        ("/group", "Require cognito-group ops <b>: fails, cognito:groups is admins,staff$"),
        ("/not", "Require not cognito-group admins: holds, cognito:groups is admins,staff$"),
        ("/stuck", "Require not cognito-claim gone x: cannot be judged, gone is missing: -$"),
        ("/any", "Require cognito-scope orders/read: fails, scope is openid email profile$")])
    def test_each_decision_is_in_the_log(self, site, enter, log, path, line):
        log.expect("COG4250: " + line)
        assert enter("alice").navigate(site.url(path)).status == 403

    def test_our_own_page_tells_nothing_by_itself(self, site, enter):
        answer = enter("alice").navigate(site.url("/group"))
        assert is_denied(answer) and "ops" not in answer.text

    def test_who_lacks_a_detail_of_the_profile_is_told_which(self, site, enter, log):
        log.expect("COG4250: Require cognito-profile name birthdate: cannot be judged, "
                   "the profile lacks: birthdate$", "COG3001: profile: ")
        browser = enter("alice")
        answer = browser.navigate(site.url("/profile"))
        assert answer.status == 403 and "<code>birthdate</code>" in answer.text
        assert "Your profile is incomplete" in answer.text and "Sign out" in answer.text
        assert browser.fetch(site.url("/profile")).json()["error"] == "profile"

    def test_who_lacks_more_than_that_is_told_nothing(self, site, enter):
        answer = enter("alice").navigate(site.url("/two"))
        assert is_denied(answer) and "birthdate" not in answer.text

    @pytest.mark.parametrize("path, text", [
        ("/text", "You need cognito-group ops."),
        ("/any", "You need cognito-group ops;cognito-scope orders/read."),
        ("/not", "You need not cognito-group admins."),
        ("/stuck", "You need not cognito-claim gone x."),
        ("/user", "You need .")])
    def test_an_error_document_may_tell(self, site, enter, path, text):
        answer = enter("alice").navigate(site.url(path))
        assert answer.status == 403 and answer.text == text

    def test_a_page_may_tell_and_still_knows_no_claim(self, site, enter):
        answer = enter("alice").navigate(site.url("/page"))
        assert answer.status == 403
        assert answer.text == "you need cognito-group ops &lt;b&gt;, (none)"

    def test_who_is_let_in_has_no_such_variable(self, site, enter):
        answer = enter("alice").navigate(site.url("/cgi/env/any"))
        assert answer.status == 200 and "COGNITO_DENIED" not in answer.text


# what stands behind Require, and what is said in front of "; write Require TYPE …"
WRONG = [
    ("cognito-group", "a value is missing"),
    ('cognito-group ""', "'' is empty"),
    ("cognito-group " + "g " * 101, "'g' is one too many, at most 100 may stand here"),
    ("cognito-group " + "g" * 2049, "is too long"),
    ('cognito-scope "a b"', "'a b' is not a scope"),
    ("cognito-scope \u00fc", "is not a scope"),
    ("cognito-claim", "the name of a claim is missing"),
    ("cognito-claim email", "a value is missing"),
    ("cognito-claim custom:* x", "'custom:*' is not the name of a claim"),
    ("cognito-claim !email x", "'!email' is not the name of a claim"),
    ("cognito-claim email ~", "a regular expression is missing"),
    ("cognito-claim level != 5", "'!=' is no comparison: values stand behind the name alone"),
    ("cognito-claim level = 5", "'=' is no comparison: values stand behind the name alone"),
    ("cognito-claim level !~ 5", "'!~' is no comparison: values stand behind the name alone"),
    ("cognito-claim email ~^a$", "'~^a$' has no space behind the ~"),
    ("cognito-claim email ~ (a", "'(a' is not a regular expression"),
    ("cognito-claim email ~ a b", "'b' stands behind the regular expression, which needs quotes "
     "when it holds spaces"),
    ("cognito-client a;b", "'a;b' is not the id of an app client"),
    ("cognito-provider", "a value is missing"),
    ("cognito-email-domain @example.com", "'@example.com' is not a domain"),
    ("cognito-email-domain .example.com", "'.example.com' is not a domain"),
    ("cognito-email-domain a*.example.com", "'a*.example.com' is not a domain"),
    ("cognito-email-domain localhost", "'localhost' is not a domain"),
    ("cognito-email-domain \u00fc.example.com", "is not a domain"),
    ("cognito-auth-age", "a duration is missing"),
    ("cognito-auth-age 900", "'900' is not a duration"),
    ("cognito-auth-age 0s", "'0s' is not a duration"),
    ("cognito-auth-age 15m 1h", "'1h' is one too many"),
    ("cognito-profile", "the name of a claim is missing"),
    ("cognito-profile custom:*", "'custom:*' is not the name of a claim"),
    ("cognito-profile %{env:X}", "'%{env:X}' is not the name of a claim"),
]


class TestWrongLines:
    """W06, CVE-2021-21411: what cannot be right stops the start and says what would be."""

    def said(self, *lines):
        server = Server(Conf().location("/x", *lines))
        try:
            return server.check()
        finally:
            server.remove()

    @pytest.mark.parametrize("line, problem", WRONG, ids=[w[0][:40] for w in WRONG])
    def test_stops_the_start(self, line, problem):
        code, output = self.said(f"Require {line}")
        name = line.split()[0]
        assert code != 0 and f"Require {name}: " in output
        assert f"{problem}; write Require {name} " in output

    @pytest.mark.parametrize("value", ["%{env:X", "%{nothing:X}", "%{env:X} %{"])
    def test_a_wrong_expression_stops_the_start(self, value):
        code, output = self.said(f"Require cognito-group {value}")
        assert code != 0 and "is not an expression: " in output

    @pytest.mark.parametrize("name", ["cognito-groups", "cognito", "cognito-emaildomain"])
    def test_an_unknown_type_stops_the_start(self, name):
        code, output = self.said(f"Require {name} x")
        assert code != 0 and f"Unknown Authz provider: {name}" in output
