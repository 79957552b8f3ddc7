"""Require cognito-…: who gets in and who does not, whatever the rules are combined with."""
import pytest

from harness.authz import (but_not, enter, is_denied, one, refusals_of_httpd, require_all,
                           require_any, require_none, run)
from harness.conf import section_lines
from harness.site import is_login, ordinary_conf

__all__ = ["enter", "refusals_of_httpd", "run"]

ALL = {"alice", "bob", "mallory", "fred"}

# what stands in the section, and who gets in
RULES = [
    ("group", one("cognito-group admins"), {"alice"}),
    ("group of several", one("cognito-group ops staff"), {"alice"}),
    ("group of nobody", one("cognito-group ops"), set()),
    ("group whose name looks like two", one('cognito-group "a,admins"'), {"mallory"}),
    ("group by an expression", one("cognito-group adm%{tolower:INS}"), {"alice"}),
    ("group by an expression that is empty", one("cognito-group %{env:nothing}"), set()),
    ("group by the other value", one("cognito-group %{env:nothing} staff"), {"alice"}),
    ("not group", but_not("cognito-group admins"), {"bob", "mallory", "fred"}),
    ("not group by nothing", but_not("cognito-group %{env:nothing}"), set()),

    ("scope", one("cognito-scope email"), ALL),
    ("scope of several", one("cognito-scope orders/read profile"), ALL),
    ("scope not granted", one("cognito-scope orders/read"), set()),
    ("scope in part", one("cognito-scope open"), set()),
    ("not scope", but_not("cognito-scope orders/read"), ALL),
    ("not scope granted", but_not("cognito-scope email"), set()),

    ("profile", one("cognito-profile name email"), {"alice"}),
    ("profile with a number and a list", one("cognito-profile level tags"), {"alice"}),
    ("profile with an empty list", one("cognito-profile none"), set()),
    ("not profile that is missing", but_not("cognito-profile custom:nothing"), set()),
    ("not profile that is there", but_not("cognito-profile email"), set()),

    ("claim", one("cognito-claim custom:tenant acme"), {"alice"}),
    ("claim of several", one("cognito-claim custom:tenant other acme"), {"alice"}),
    ("claim in another case", one("cognito-claim custom:tenant ACME"), set()),
    ("claim with a space", one('cognito-claim name "Alice Example"'), {"alice"}),
    ("claim that is missing", one("cognito-claim custom:nothing x"), set()),
    ("number", one("cognito-claim level 5"), {"alice"}),
    ("boolean", one("cognito-claim flag true"), {"alice"}),
    ("list", one("cognito-claim tags red"), {"alice"}),
    ("element with a comma", one("cognito-claim tags a,b"), {"alice"}),
    ("part of an element", one("cognito-claim tags b"), set()),
    ("empty list", one("cognito-claim none red"), set()),
    ("object", one('cognito-claim object "{\\"a\\":1}"'), set()),
    ("mixed list", one("cognito-claim mixed red"), set()),
    ("protocol's claim", one("cognito-claim token_use id"), ALL),
    ("not claim", but_not("cognito-claim custom:tenant acme"), {"bob"}),
    ("not claim that is missing", but_not("cognito-claim custom:nothing x"), set()),
    ("not object", but_not("cognito-claim object x"), set()),
    ("not mixed list", but_not("cognito-claim mixed x"), set()),
    ("not in an empty list", but_not("cognito-claim none red"), {"alice"}),

    ("pattern", one("cognito-claim custom:tenant ~ ^ac.e$"), {"alice"}),
    ("pattern with spaces", one('cognito-claim name ~ "^Alice Ex"'), {"alice"}),
    ("pattern without anchors", one("cognito-claim email ~ @example"), {"alice", "bob"}),
    ("pattern without regard to case", one("cognito-claim custom:tenant ~ (?i)^ACME$"), {"alice"}),
    ("pattern on a list", one("cognito-claim tags ~ ^a,b$"), {"alice"}),
    ("pattern on a missing claim", one("cognito-claim custom:nothing ~ .*"), set()),
    ("pattern on an object", one("cognito-claim object ~ .*"), set()),
    # CVE-2017-15715: the value is `a` and a line feed
    ("end before a line feed", one("cognito-claim lines ~ ^a$"), set()),
    ("not pattern", but_not("cognito-claim custom:tenant ~ ^ac.e$"), {"bob"}),

    ("client", one("cognito-client app"), ALL),
    ("client of several", one("cognito-client other app"), ALL),
    ("other client", one("cognito-client other"), set()),
    ("not client", but_not("cognito-client other"), ALL),

    ("provider", one("cognito-provider EntraID"), {"fred"}),
    ("native users", one("cognito-provider COGNITO"), {"alice", "bob", "mallory"}),
    ("provider or native", one("cognito-provider EntraID COGNITO"), ALL),
    ("provider in another case", one("cognito-provider entraid"), set()),
    ("not provider", but_not("cognito-provider EntraID"), {"alice", "bob", "mallory"}),
    ("not native", but_not("cognito-provider COGNITO"), {"fred"}),

    # CVE-2026-40574: mallory's address has two @, bob's is not verified, fred has none
    ("domain", one("cognito-email-domain example.com"), {"alice"}),
    ("domain in capitals", one("cognito-email-domain EXAMPLE.com"), {"alice"}),
    ("domain behind the last @", one("cognito-email-domain corp.test"), set()),
    ("domain behind the first @", one("cognito-email-domain evil.test"), set()),
    ("domain above", one("cognito-email-domain le.com"), set()),
    ("domains below", one("cognito-email-domain *.example.com"), set()),
    ("not domain", but_not("cognito-email-domain other.test"), {"alice"}),
    ("not domain of a user", but_not("cognito-email-domain example.com"), set()),

    ("all", require_all("Require cognito-group admins", "Require cognito-claim flag true"),
     {"alice"}),
    ("all but one", require_all("Require cognito-group admins", "Require user bob"), set()),
    ("any", require_any("Require cognito-group admins", "Require user bob"), {"alice", "bob"}),
    ("any, one cannot be judged", require_any("Require cognito-claim custom:nothing x",
                                              "Require user bob"), {"bob"}),
    ("none", require_all("Require valid-user", *require_none("Require cognito-group admins",
                                                             "Require user bob")),
     {"mallory", "fred"}),
    ("none, one cannot be judged",
     require_all("Require valid-user", *require_none("Require cognito-claim custom:nothing x",
                                                     "Require user bob")), set()),
    ("none of none", require_all("Require valid-user", *require_none(
        *require_all("Require valid-user", "Require not cognito-group admins"))), {"alice"}),
    ("beside an expression",
     require_all("Require cognito-group admins staff",
                 "Require expr \"%{REMOTE_USER} != '' && reqenv('COGNITO_NAME') =~ /^Alice/\""),
     {"alice"}),
    ("beside valid-user", ["Require valid-user", "Require cognito-group admins"], ALL),
    ("an alias", one("our-admins"), {"alice"}),
    ("not an alias", but_not("our-admins"), {"bob", "mallory", "fred"}),
    ("not an alias that cannot be judged", but_not("our-nothing"), set()),
    ("limited to methods", [*section_lines("LimitExcept", "POST", "Require cognito-group admins")],
     {"alice"}),
]
NAMES = [name for name, _, _ in RULES]


def path_of(name):
    return "/r/" + name.replace(" ", "-").replace(",", "").replace("'", "").replace("@", "at")


class TestRules:
    """W06: each type, each combination, with each user. CVE-2021-21411: none is without effect."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.protect("/entra", "CognitoLoginParam identity_provider EntraID")
        conf.section("AuthzProviderAlias", "cognito-group our-admins admins")
        conf.section("AuthzProviderAlias", 'cognito-claim our-nothing "custom:nothing x"')
        for name, lines, _ in RULES:
            conf.location(path_of(name), "AuthType Cognito", *lines)
        return run(conf, "COG4029")

    @pytest.mark.parametrize("name", NAMES)
    def test_who_gets_in(self, site, enter, backend, name):
        _, _, expected = RULES[NAMES.index(name)]
        people = {user: enter(user) for user in sorted(ALL)}
        backend.clear()
        let_in = set()
        for user, browser in people.items():
            answer = browser.navigate(site.url(path_of(name)))
            assert answer.status == 200 or is_denied(answer), (user, answer)
            let_in |= {user} if answer.status == 200 else set()
        assert let_in == expected and len(backend.seen) == len(expected)

    @pytest.mark.parametrize("name", NAMES)
    def test_nobody_is_asked_to_sign_in(self, site, browsers, backend, name):
        backend.clear()
        answer = site.browser(browsers).navigate(site.url(path_of(name)))
        assert is_login(site.pool, answer) and not backend.seen

    def test_a_script_without_the_right_gets_json(self, site, enter):
        answer = enter("bob").fetch(site.url(path_of("group")))
        assert answer.status == 403 and answer.json()["error"] == "forbidden"

    @pytest.mark.parametrize("user_agent", ["ELB-HealthChecker/2.0", "kube-probe/1.29", "GoogleHC/1.0"])
    def test_no_user_agent_is_let_in(self, site, browsers, user_agent):
        """CVE-2026-34457"""
        answer = site.browser(browsers).navigate(site.url(path_of("group")),
                                                 headers={"User-Agent": user_agent})
        assert is_login(site.pool, answer)

    @pytest.mark.parametrize("path", ["/r/group?x=/public", "/r/group/../group"])
    def test_the_path_alone_decides(self, site, enter, path):
        """CVE-2026-41059, CVE-2025-54576"""
        assert is_denied(enter("bob").navigate(site.url(path)))

    def test_a_fragment_in_the_request_line_opens_nothing(self, site, browsers, backend):
        """CVE-2026-41059: the whole target, as no browser sends it"""
        backend.clear()
        answer = site.browser(browsers).raw(
            site.origin, b"GET /r/group#/public HTTP/1.1\r\nHost: app.example.test\r\n"
            b"Connection: close\r\n\r\n")
        assert b" 200 " not in answer.split(b"\r\n")[0] and not backend.seen

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FOO"])
    def test_every_method_is_refused(self, site, enter, backend, method):
        backend.clear()
        assert enter("bob").request(method, site.url(path_of("group"))).status == 403
        assert not backend.seen

    def test_who_was_let_in_elsewhere_is_not_let_in_here(self, site, enter):
        bob = enter("bob")
        assert bob.navigate(site.url("/secure")).status == 200
        assert is_denied(bob.navigate(site.url(path_of("group"))))
        assert bob.navigate(site.url("/secure")).status == 200


class TestWrongTypes:
    """W06: tokens whose claims are not what the rule is about."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        for kind, rule in {"group": "cognito-group admins", "groups": 'cognito-group "staff,admins"',
                           "domain": "cognito-email-domain example.com"}.items():
            conf.protect(f"/{kind}", require=rule)
            conf.location(f"/not/{kind}", "AuthType Cognito", *but_not(rule))
        return run(conf)

    @pytest.mark.parametrize("token, path, status", [
        ("id-ok", "/group", 200), ("id-ok", "/not/group", 403),
        ("id-groups-string", "/group", 403), ("id-groups-string", "/not/group", 403),
        ("id-groups-mixed", "/group", 403), ("id-groups-mixed", "/not/group", 403),
        ("id-groups-comma", "/group", 403), ("id-groups-comma", "/not/group", 200),
        ("id-groups-comma", "/groups", 200), ("id-groups-newline", "/group", 403),
        ("id-email-verified-string", "/domain", 200),
        ("id-email-verified-string", "/not/domain", 403)])
    def test_count_for_nobody(self, site, browsers, pool, token, path, status):
        pool.mutate(token)
        browser = site.browser(browsers)
        site.sign_in(browser)
        assert browser.navigate(site.url(path)).status == status


class TestTokens:
    """The same rules for who comes with a token in place of a session."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        bearer = ["AuthType Cognito", "CognitoAccept bearer", "CognitoBearerTokenUse access id",
                  "CognitoBearerClient app machine"]
        for name, lines, *_ in self.RULES:
            conf.location(f"/api/{name}", *bearer, *lines)
        return run(conf)

    # who gets in: by an access token, by an ID token, and the machine
    RULES = [
        ("group", one("cognito-group admins"), {"access", "id"}),
        ("not-group", require_all("Require not cognito-group admins", "Require all granted"),
         {"machine"}),
        ("scope", one("cognito-scope openid"), {"access"}),
        ("machine-scope", one("cognito-scope orders/read"), {"machine"}),
        ("client", one("cognito-client app"), {"access", "id"}),
        ("machine", one("cognito-client machine"), {"machine"}),
        ("domain", one("cognito-email-domain example.com"), {"id"}),
        # an access token names no provider, and so it is none of a native user
        ("native", one("cognito-provider COGNITO"), {"id"}),
        ("not-entra", require_all("Require all granted", "Require not cognito-provider EntraID"),
         {"id"}),
        ("tenant", one("cognito-claim custom:tenant acme"), {"id"}),
        ("user", one("cognito-claim cognito:username alice"), {"access", "id"}),
    ]

    @pytest.fixture
    def tokens(self, pool):
        found = pool.tokens("alice", "app", ["openid", "profile"])
        return {"access": found["access_token"], "id": found["id_token"],
                "machine": pool.machine_token()}

    @pytest.mark.parametrize("name, expected", [(name, who) for name, _, who in RULES])
    def test_who_gets_in(self, site, browsers, tokens, backend, name, expected):
        browser = site.browser(browsers)
        backend.clear()
        found = {who: browser.request("GET", site.url(f"/api/{name}"),
                                      {"Authorization": f"Bearer {token}"}).status
                 for who, token in tokens.items()}
        assert found == {who: 200 if who in expected else 403 for who in tokens}
        assert len(backend.seen) == len(expected)
