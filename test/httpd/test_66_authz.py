"""Require cognito-…: who gets in and who does not, whatever the rules are combined with."""
import re

import pytest

from harness.conf import Conf, section_lines
from harness.server import Server
from harness.site import (Site, is_login, ordinary_conf, pick_identity, site_conf,
                          stays_alive, type_password)
from harness.waiting import timed, within

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


def add_people(pool):
    """alice, bob and mallory as the rules need them; fred comes from a provider."""
    pool.call("POST", "/groups", {"name": "a,admins"})
    pool.change_user("alice", attributes={"custom:tenant": "acme"}, claims=TRIGGER)
    pool.change_user("bob", attributes={"custom:tenant": "evil", "email_verified": "false"})
    pool.change_user("mallory", groups=["a,admins"],
                     attributes={"email": "mallory@evil.test@corp.test"})


@pytest.fixture(scope="class")
def run(start, pool):
    """run(conf) is a site with that configuration."""
    def start_site(conf):
        add_people(pool)
        site = Site(start(conf, allowed=WARNINGS), pool)
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
        return run(conf)

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

    @pytest.mark.parametrize("path", ["/long", "/not-long"])
    def test_a_long_value_is_not_matched(self, site, enter, log, path):
        log.expect("COG4251: .*is too long for a pattern")
        assert is_denied(enter("alice").navigate(site.url(path)))

    def test_options_of_the_server_do_not_change_a_pattern(self, site, enter):
        assert is_denied(enter("alice").navigate(site.url("/case")))


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
        site = run(conf)
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


LATE = {"claim": one("cognito-claim flag true"), "not": but_not("cognito-claim birthdate 1"),
        "provider": one("cognito-provider COGNITO"), "group": but_not("cognito-group ops"),
        "scope": one("cognito-scope email"), "domain": one("cognito-email-domain example.com")}


def with_htaccess(conf, folders):
    """Folders below /files whose .htaccess holds these lines."""
    conf.lines.insert(0, "ProxyPass /files !")
    conf.section("Directory", '"{root}/htdocs/files"', "AllowOverride AuthConfig")
    for name, lines in folders.items():
        conf.file(f"htdocs/files/{name}/.htaccess", "\n".join(["AuthType Cognito", *lines, ""]))
        conf.file(f"htdocs/files/{name}/x", "file")
    return conf


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
        return run(conf)

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


class TestExpressions:
    """Values that depend on the request are looked at for each request."""

    @pytest.fixture(scope="class")
    def site(self, run, pool):
        conf = site_conf(pool).load("rewrite", "env", "dir").protect("/secure")
        conf.file("htdocs/secure", "secure")
        conf.section("LocationMatch", '"^/t/(?<TENANT>[^/]+)"', "AuthType Cognito",
                     'Require cognito-claim custom:tenant "%{env:MATCH_TENANT}"')
        conf.section("LocationMatch", '"^/g/(?<TENANT>[^/]*)"', "AuthType Cognito",
                     'Require cognito-group "%{env:MATCH_TENANT}"')
        conf.section("Directory", '"{root}/htdocs"', "RewriteEngine on",
                     "RewriteRule ^t/acme/jump$ /t/evil/page", "AllowOverride None")
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

    @pytest.mark.parametrize("path", ["/g/admins%20x/page", "/g/x%20admins/page", "/g//page",
                                      "/g/%2a/page", "/g/admins%00/page"])
    def test_no_value_becomes_two_or_a_pattern(self, site, enter, path):
        alice = enter("alice")
        assert alice.navigate(site.url("/g/admins/page")).status == 200
        assert alice.navigate(site.url(path)).status in (400, 403, 404)


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
