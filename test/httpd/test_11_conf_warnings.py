"""What starts, but with a warning."""
import re

import pytest

from harness.conf import MODULE_DIR, section_lines
from harness.written import (BASE, CLIENT, COMPLETE, KEY, ORIGIN, POOL, PROTECTED, client, made, said,
                             vhost)

__all__ = ["made"]


def test_http_on_loopback_is_a_warning(made):
    output = said(made("CognitoIssuer http://127.0.0.1:9/pool", CLIENT,
                       "CognitoBaseURL http://localhost:8080"))
    assert output == (
        "COG4020: CognitoBaseURL http://localhost:8080 is not https: cookies go unprotected; "
        "only for development on this machine\n"
        "COG4021: client default: its user pool at http://127.0.0.1:9/pool is not "
        "https: tokens go unprotected; only for development on this machine\nSyntax OK\n")


@pytest.mark.parametrize("store, warns", [
    ("redis://cache.internal", True), ("redis://10.0.0.1:1/2", True), ("redis://[2001:db8::1]", True),
    ("rediss://cache.internal", False), ("redis://LOCALHOST", False), ("redis://127.0.0.2", False),
    ("redis://[::1]", False), ("shmcb", False),
    ("memcache:localhost,cache.internal,127.0.0.1", True), ("memcache:localhost,[::1]", False)])
def test_a_store_far_away_without_tls_is_a_warning(made, store, warns):
    output = said(made(f"CognitoStore {store}", *COMPLETE, *vhost("ServerAdmin x")))
    assert re.fullmatch(
        (r"COG4105: the store at \S+:\d+ is asked without TLS: who is on the way can read its "
         "password and undo sign-outs; write rediss://, or keep that network to yourself\n"
         if warns else "") + "Syntax OK\n", output), output


def test_an_endpoint_without_tls_is_a_warning_too_and_told_once(made):
    output = said(made(*COMPLETE, "CognitoEndpoint token http://localhost/token",
                       *vhost("ServerAdmin x")))
    assert output == (
        "COG4021: client default: its user pool at http://localhost/token is not https: tokens "
        "go unprotected; only for development on this machine\nSyntax OK\n")


@pytest.mark.parametrize("limit, warns", [(4094, True), (7995, True), (7996, False), (8190, False),
                                          (32768, False)])
def test_header_lines_that_are_too_short_for_cookies_are_a_warning(made, limit, warns):
    output = said(made(f"LimitRequestFieldSize {limit}", *COMPLETE))
    assert output == (
        f"COG4024: LimitRequestFieldSize {limit} may be too little for the cookies of sessions and "
        "logins: users whose browsers send more get nothing but 400; write 8190 or more\n"
        if warns else "") + "Syntax OK\n"


OPEN = [
    ("no Require", [], True),
    ("all granted", ["Require all granted"], True),
    ("an address", ["Require ip 10.0.0.0/8", "<RequireAny>", "Require local", "</RequireAny>"], True),
    ("no such address", ["<RequireAll>", "Require not ip 10.0.0.0/8", "Require all granted",
                         "</RequireAll>"], True),
    ("a user", ["Require valid-user"], False),
    ("not a user", ["<RequireAll>", "Require all granted", "Require not user eve",
                    "</RequireAll>"], False),
    ("an expression", ['Require expr "true"'], False),
    ("pass", ["Require all granted", "CognitoUnauthenticated pass"], False),
]


@pytest.mark.parametrize("lines, warns", [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_a_place_that_asks_nobody_is_a_warning(made, lines, warns):
    host = f"LoadModule authz_host_module {MODULE_DIR}/mod_authz_host.so"
    output = said(made(host, *COMPLETE, '<Location "/">', "AuthType Cognito", *lines,
                       "</Location>"))
    assert output.endswith("Syntax OK\n")
    assert ("COG4025" in output) == warns, output


def test_a_place_whose_require_stands_elsewhere_is_silent(made):
    output = said(made(*COMPLETE, '<Location "/">', "AuthType Cognito", "</Location>",
                       '<Location "/in">', "Require valid-user", "</Location>"))
    assert output == "Syntax OK\n"


def test_a_host_that_inherits_a_section_but_no_client_is_a_warning(made):
    output = said(made(POOL, CLIENT, *PROTECTED, *vhost(BASE),
                       *vhost("ServerAdmin x", name="b.example.test")))
    assert re.match(r"COG4023: virtual host b.example.test \(ROOT/httpd.conf:\d+\) inherits "
                    r"AuthType Cognito \(ROOT/httpd.conf:\d+\), but its requests will be refused: "
                    r"CognitoBaseURL is missing", output)
    assert output.count("COG") == 1


STAFF = "CognitoUserPool eu-west-1_StaffPool"
OWN = "CognitoCallback /staff/back"
COG4027 = (
    "COG4027: client {} is of another user pool than {}, but has the same callback {}: whoever "
    'runs one of the pools can get at codes of the other; write CognitoCallback in <CognitoClient "{}">, '
    "and register it at the app client {} alone\n")
MIXED = [
    ("two pools", client("staff", STAFF, "CognitoClientID b"),
     COG4027.format("staff", "the default client", "/.cognito/callback", "staff", "b")),
    ("two pools, told once", [*client("staff", STAFF, "CognitoClientID b"), *vhost("ServerAdmin x")],
     COG4027.format("staff", "the default client", "/.cognito/callback", "staff", "b")),
    ("one of three is alone", [*client("a", "CognitoClientID a", OWN), *client("b", STAFF, "CognitoClientID b", OWN)],
     COG4027.format("b", "client a", "/staff/back", "b", "b")),
    ("a callback each", client("staff", STAFF, "CognitoClientID b", OWN), ""),
    ("one pool", client("staff", "CognitoClientID b"), ""),
    ("a host each", vhost(STAFF, "CognitoClientID b", "CognitoBaseURL https://b.example.test"), ""),
]


@pytest.mark.parametrize("lines, warning", [row[1:] for row in MIXED], ids=[row[0] for row in MIXED])
def test_user_pools_that_share_a_callback_are_a_warning(made, lines, warning):
    """RFC 9700, 4.4; B06."""
    assert said(made(*COMPLETE, *lines)) == warning + "Syntax OK\n"


RIVALS = [
    ("another port, another client", ["CognitoClientID b", f"CognitoBaseURL {ORIGIN}:8443"], True),
    ("another port", [f"CognitoBaseURL {ORIGIN}:8443"], True),
    ("another key", [BASE, "CognitoSecret file:key"], True),
    ("another name", [f"CognitoBaseURL {ORIGIN}:8443", "CognitoCookie name=other"], False),
    ("the same site twice", [BASE], False),
    ("another host", ["CognitoBaseURL https://b.example.test"], False),
    ("the same host, but another cookie",
     [BASE, "CognitoClientID b", "CognitoCookie domain=app.example.test"], False),
]


@pytest.mark.parametrize("lines, warns", [row[1:] for row in RIVALS],
                         ids=[row[0] for row in RIVALS])
def test_hosts_that_displace_each_others_cookies_are_a_warning(made, lines, warns):
    server = made(POOL, *vhost(CLIENT, BASE), *vhost(CLIENT, *lines, name="b.example.test"),
                  key=KEY)
    output = said(server)
    assert output.endswith("Syntax OK\n")
    assert ("COG4022" in output) == warns, output
    if warns:
        assert ("write the same cookie __Host-cognito_session for app.example.test, "
                "with different contents") in output


def test_sites_of_one_domain_share_their_cookies_unless_their_clients_differ(made):
    domain = "CognitoCookie domain=example.test"
    hosts = [*vhost(BASE, domain), *vhost("CognitoBaseURL https://b.example.test", domain,
                                          name="b.example.test")]
    assert said(made(POOL, CLIENT, *hosts)) == "Syntax OK\n"
    other = vhost("CognitoBaseURL https://b.example.test", domain, "CognitoClientID b",
                  name="b.example.test")
    assert "__Secure-cognito_session for example.test" in said(made(
        POOL, CLIENT, *vhost(BASE, domain), *other))


def place(path, *lines):
    return section_lines("Location", path, "AuthType Cognito", *lines)


ADMIN = place("/admin", "Require cognito-group admins")
WHOLE = place("/", "Require valid-user")
ORDER = [
    ("the longer path first", [*ADMIN, *WHOLE], True),
    ("with quotes", [*place('"/admin"', "Require user bob"), *place('"/"', "Require valid-user")], True),
    ("in a container", [*place("/admin", *section_lines("RequireAll", "", "Require cognito-group admins",
                                                        "Require cognito-auth-age 15m")), *WHOLE], True),
    ("before a container", [*ADMIN, *place("/", *section_lines("RequireAny", "", "Require valid-user"))], True),
    ("before what is open", [*ADMIN, *section_lines("Location", "/", "Require all granted")], True),
    ("the same path twice", [*ADMIN, *place("/admin", "Require valid-user")], True),
    ("a folder and what is in it", [*place("/a/b", "Require user bob"), *place("/a/", "Require valid-user")], True),
    ("the longer path last", [*WHOLE, *ADMIN], False),
    ("another path", [*ADMIN, *place("/adm", "Require valid-user")], False),
    ("the same Require", [*place("/admin", "Require valid-user", "CognitoExport none"), *WHOLE], False),
    ("nothing of its own", [*ADMIN, *place("/", "CognitoExport none")], False),
    ("merged", [*ADMIN, *place("/", "AuthMerging And", "Require valid-user")], False),
    ("a pattern", [*section_lines("LocationMatch", "^/admin", "Require cognito-group admins"), *WHOLE], False),
    ("nothing of ours", [*section_lines("Location", "/a", "AuthType Basic", "Require user a"),
                         *section_lines("Location", "/", "AuthType Basic", "Require valid-user")], False),
]


@pytest.mark.parametrize("lines, warns", [row[1:] for row in ORDER], ids=[row[0] for row in ORDER])
def test_a_section_that_a_later_one_undoes_is_a_warning(made, lines, warns):
    output = said(made(*COMPLETE, *vhost(*lines)))
    assert output.endswith("Syntax OK\n")
    assert ("COG4026" in output) == warns, output


@pytest.mark.parametrize("later, at, remedy", [
    (WHOLE, "/", "write the section of the longer path last, or AuthMerging And in that of the shorter one"),
    (place("/admin", "Require valid-user"), "/admin",
     "write the Require lines of both in one section, or AuthMerging And in the later one"),
], ids=["a shorter path", "the same path"])
def test_it_says_which_two_sections(made, later, at, remedy):
    output = said(made(*COMPLETE, *ADMIN, *later))
    assert re.fullmatch(
        r"COG4026: Require cognito-group admins \(ROOT/httpd.conf:\d+\) does not hold in Location /admin: "
        rf"Location {at} \(ROOT/httpd.conf:\d+\) stands behind it and has a Require of its own; {remedy}\n"
        r"Syntax OK\n", output), output


BESIDE = "COG4029: Require {} (ROOT/httpd.conf:N) keeps nobody out: Require {} (ROOT/httpd.conf:N) stands beside it, " \
    "and one of them is enough; put both into <RequireAll>, or leave out the latter\n"
LIST = "COG4031: Require {} (ROOT/httpd.conf:N): '{}' is one name with a comma in it; write a space in place of the " \
    "comma for several, or quotes around the one\n"
UNASKED = "COG4032: Require {} (ROOT/httpd.conf:N) lets nobody in: there is no AuthType Cognito, so nobody can sign in; " \
    "write it beside\n"
GROUP = "Require cognito-group admins"
POINTLESS = [
    ("a group beside all users", place("/", "Require valid-user", GROUP),
     BESIDE.format("cognito-group admins", "valid-user")),
    ("a fresh sign-in", place("/", "Require cognito-auth-age 15m", "Require valid-user"),
     BESIDE.format("cognito-auth-age 15m", "valid-user")),
    ("in RequireAny", place("/", *section_lines("RequireAny", "", "Require valid-user", GROUP)),
     BESIDE.format("cognito-group admins", "valid-user")),
    ("a scope beside everybody", place("/", "Require all granted", "Require cognito-scope a/b"),
     BESIDE.format("cognito-scope a/b", "all granted")),
    ("in RequireAll", place("/", *section_lines("RequireAll", "", "Require valid-user", GROUP)), ""),
    ("what machines may meet", place("/", "Require valid-user", "Require cognito-scope a/b"), ""),
    ("two groups", place("/", GROUP, "Require cognito-group staff"), ""),
    ("a list", place("/", "Require cognito-group admins,staff"),
     LIST.format("cognito-group admins,staff", "admins,staff")),
    ("a comma alone", place("/", 'Require cognito-group "Night shift", staff'),
     LIST.format('cognito-group "Night shift", staff', ",")),
    ("a name with a comma", place("/", 'Require cognito-group "admins,staff" others'), ""),
    ("nobody is asked", section_lines("Location", "/", GROUP), UNASKED.format("cognito-group admins")),
    ("somebody else is", section_lines("Location", "/", "AuthType Basic", GROUP),
     UNASKED.format("cognito-group admins")),
    ("somewhere around", [*place("/", "Require valid-user"), *section_lines("Location", "/admin", GROUP)], ""),
]


@pytest.mark.parametrize("lines, warning", [row[1:] for row in POINTLESS], ids=[row[0] for row in POINTLESS])
def test_a_require_that_does_not_do_what_it_looks_like_is_a_warning(made, lines, warning):
    output = re.sub(r"conf:\d+", "conf:N", said(made(*COMPLETE, *lines)))
    assert output == warning + "Syntax OK\n"


@pytest.mark.parametrize("lines, warns", [
    (place("/", "Require valid-user", "Satisfy any"), True), (place("/", "Require valid-user", "Satisfy All"), False),
    (place("/", "Require valid-user", "Satisfy Any", "Deny from all"), False),
    (place("/", "Require valid-user", "Satisfy Any", "Order Deny,Allow"), True),
    (place("/", "Require valid-user", "Satisfy Any", "Order allow,deny"), False),
    ([*place("/", "Require valid-user"), *section_lines("Location", "/x", "Satisfy Any")], True),
    ([*place("/", "Require valid-user"), *section_lines("Location", "/x", "AuthType Basic", "Satisfy Any")], False),
], ids=["any", "all", "but for addresses", "by a default", "but for a default", "inside of it", "of somebody else"])
def test_a_satisfy_that_lets_everybody_in_is_a_warning(made, lines, warns):
    output = said(made(f"LoadModule access_compat_module {MODULE_DIR}/mod_access_compat.so", *COMPLETE, *lines))
    assert ("COG4033: Satisfy Any (ROOT/httpd.conf:" in output) == warns and "Syntax OK" in output, output


@pytest.mark.parametrize("outside, inside, warns", [
    (["ProxyRequests on"], [], True), (["ProxyRequests on"], ["ProxyRequests off"], False),
    (["ProxyRequests off"], ["ProxyRequests On"], True), ([], [], False)])
@pytest.mark.parametrize("section", ['Proxy "*"', "ProxyMatch ."])
def test_a_sign_in_at_a_forward_proxy_is_a_warning(made, outside, inside, warns, section):
    output = said(made(*COMPLETE, *outside, *vhost(
        *inside, f"<{section}>", "<If true>", "AuthType Cognito", "Require valid-user", "</If>",
        f"</{section.split()[0]}>")))
    assert re.fullmatch(
        (rf"COG4028: AuthType Cognito \(ROOT/httpd.conf:\d+\) in {re.escape(section)}: nobody can sign in "
         "at a forward proxy, so its requests will be refused; write ProxyRequests off, or another "
         "AuthType\n" if warns else "") + "Syntax OK\n", output), output


def test_a_location_is_none_of_a_forward_proxy(made):
    assert said(made(*COMPLETE, "ProxyRequests on", *PROTECTED)) == "Syntax OK\n"
