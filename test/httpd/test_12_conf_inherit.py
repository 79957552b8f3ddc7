"""What a host and a client inherit, override and switch back, seen in the line that each start
logs about them."""
import re

import pytest

from harness.conf import Conf, section_lines
from harness.hosts import BASE, CLIENT, COMPLETE, POOL, redirect_of, settings, vhost
from harness.server import Server
from harness.written import CA, PROTECTED, client

# outer line, what it amounts to; inner line, what it amounts to; line that switches back, what
# that amounts to (None: there is no such line, for there is no default to go back to)
HOST = [
    ("CognitoBaseURL https://outer.example.test", "base URLs https://outer.example.test,",
     "CognitoBaseURL https://inner.example.test https://two.example.test",
     "base URLs https://inner.example.test https://two.example.test,", None, None),
    ("CognitoPath /outer", "path /outer,", "CognitoPath /inner", "path /inner,",
     "CognitoPath /.cognito", "path /.cognito,"),
    ("CognitoCallback /outer", "callbacks /outer,", "CognitoCallback /inner /two",
     "callbacks /inner /two,", "CognitoCallback /.cognito/callback",
     "callbacks /.cognito/callback,"),
    ("CognitoLogoutReturn /outer /two", "sign-out returns /outer /two\n",
     "CognitoLogoutReturn /inner", "sign-out returns /inner\n",
     "CognitoLogoutReturn none", "sign-out returns none\n"),
    ("CognitoCookie name=outer", "__Host-outer_*; Path=/; HttpOnly; Secure; SameSite=Lax,",
     "CognitoCookie name=inner samesite=none",
     "__Host-inner_*; Path=/; HttpOnly; Secure; SameSite=None,",
     "CognitoCookie name=cognito", "__Host-cognito_*; Path=/; HttpOnly; Secure; SameSite=Lax,"),
    ("CognitoCookie domain=example.test samesite=none path=/.cognito",
     "__Secure-cognito_*; Path=/.cognito; Domain=example.test; HttpOnly; Secure; SameSite=None,",
     "CognitoCookie samesite=lax",
     "__Secure-cognito_*; Path=/.cognito; Domain=example.test; HttpOnly; Secure; SameSite=Lax,",
     "CognitoCookie domain= samesite=lax path=/",
     "__Host-cognito_*; Path=/; HttpOnly; Secure; SameSite=Lax,"),
    ("CognitoStore shmcb:2M", "store shmcb:2M;", "CognitoStore shmcb:4194304",
     "store shmcb:4M;", "CognitoStore shmcb", "store shmcb:32M;"),
    ("CognitoSession store", "live in the store,", "CognitoSession cookie",
     "live in the cookie,", "CognitoSession cookie", "live in the cookie,"),
    ("CognitoRefresh off", "tokens are not renewed,", "CognitoRefresh on", "tokens are renewed,",
     "CognitoRefresh on", "tokens are renewed,"),
    ("CognitoGrace 7m", "grace 420 s,", "CognitoGrace 0", "grace 0 s,",
     "CognitoGrace 15m", "grace 900 s,"),
    ("CognitoSessionTimeout 1h 20h", "at most 72000 s", "CognitoSessionTimeout 1h 30h",
     "at most 108000 s", None, None),
    ("CognitoStore dbm:outer", "/outer:32M;", "CognitoStore dbm:{root}/inner:3M",
     "/inner:3M;", "CognitoStore shmcb", "store shmcb:32M;"),
    ("CognitoStore memcache:localhost", "store memcache:localhost:11211;",
     "CognitoStore MEMCACHE:[::1],localhost:1", "store memcache:[::1]:11211,localhost:1;",
     "CognitoStore shmcb", "store shmcb:32M;"),
    ("CognitoStore rediss://outer", "store rediss://outer:6379/0;",
     "CognitoStore redis://inner:env:PATH@[::1]:1/2", "store redis://inner:env:PATH@[::1]:1/2;",
     "CognitoStore shmcb", "store shmcb:32M;"),
    ("CognitoProxy http://outer:3128", "proxy http://outer:3128,",
     "CognitoProxy https://inner", "proxy https://inner:443,",
     "CognitoProxy none", "proxy none,"),
    ("CognitoProxy http://outer:env:PATH@proxy", "proxy http://outer:env:PATH@proxy:80,",
     "CognitoProxy https://inner:env:PATH@proxy:1", "proxy https://inner:env:PATH@proxy:1,",
     "CognitoProxy http://proxy:1", "proxy http://proxy:1,"),
    (f"CognitoCAFile {CA}", f"CA file {CA},", "CognitoCAFile {root}/ca.pem",
     "/ca.pem,", "CognitoCAFile system", "CA file system,"),
    ("CognitoTimeout 3s 7s", "in 3 s, done in 7 s", "CognitoTimeout 4s 4s",
     "in 4 s, done in 4 s", "CognitoTimeout 2s 5s", "in 2 s, done in 5 s"),
    (CLIENT, "id outer,", "CognitoClientID inner", "id inner,", None, None),
    ("CognitoScope openid outer", "scope openid outer,", "CognitoScope openid inner",
     "scope openid inner,", "CognitoScope openid email profile", "scope openid email profile,"),
    ("CognitoUserInfo on", "userInfo on,", "CognitoUserInfo off", "userInfo off,",
     "CognitoUserInfo off", "userInfo off,"),
    (POOL, "amazonaws.com/eu-west-1_Outer0001,",
     "CognitoUserPool eu-west-1_Inner0001\n" + CLIENT, "amazonaws.com/eu-west-1_Inner0001,",
     None, None),
    ("CognitoIssuer https://outer.test/p\n" + CLIENT, "issuer https://outer.test/p,",
     "CognitoIssuer https://inner.test/p https://b.test/p\n" + CLIENT,
     "issuer https://inner.test/p,", POOL + "\n" + CLIENT, "amazonaws.com/eu-west-1_Outer0001,"),
    ("CognitoClientSecret env:PATH\nCognitoClientAuth post", "secret by post,",
     "CognitoClientAuth basic", "secret by basic,", "CognitoClientAuth basic", "secret by basic,"),
]


def configured(outer, inner, back):
    with open(CA, encoding="ascii") as file:
        conf = Conf().file("ca.pem", file.read())
    conf.add(*COMPLETE, *outer.split("\n"), *vhost("heir", "ServerAdmin x"),
             *vhost("own", *inner.split("\n")))
    return conf.add(*vhost("back", *back.split("\n"))) if back else conf


@pytest.mark.parametrize("row", HOST, ids=[row[0].split("\n")[0] for row in HOST])
def test_a_virtual_host_inherits_overrides_and_switches_back(start, row):
    outer, outer_text, inner, inner_text, back, back_text = row
    found = settings(start(configured(outer, inner, back), allowed=["COG4022"]))
    assert outer_text in found["main"]
    assert outer_text in found["heir"]
    assert inner_text in found["own"]
    if back:
        assert back_text in found["back"]


def test_cookies_are_sealed_with_the_secret_of_the_host(start):
    conf = Conf().secret("key", "0123456789abcdef" * 4 + "\n").add(
        *COMPLETE, *vhost("heir", "ServerAdmin x"),
        *vhost("own", "CognitoSecret file:{root}/key", "CognitoCookie name=own"))
    found = settings(start(conf))
    assert "auth_cognito.key" in found["main"] and "auth_cognito.key" in found["heir"]
    assert "sealed with CognitoSecret" in found["own"]


def test_the_room_for_cookies_follows_the_limit_of_the_header(start):
    conf = Conf().add("LimitRequestFieldSize 12000", *COMPLETE,
                      *vhost("own", "LimitRequestFieldSize 1000"),
                      *vhost("large", "LimitRequestFieldSize 100000"))
    found = settings(start(conf, allowed=["COG4024: LimitRequestFieldSize 1000 "]))
    room = {name: int(re.search(r"at most (\d+) bytes", text)[1]) for name, text in found.items()}
    assert room == {"main": 12000 - 4096, "own": 3900, "large": 15199}


DEFAULT_USER = "cognito:username email sub"


def place(path, *lines):
    return section_lines("Location", path, "AuthType Cognito", "Require valid-user", *lines)


# what a session keeps must do for all places: "!" alone is the default set
KEPT = [
    ("nothing is written", [*place("/")], "default"),
    ("all is in .htaccess files", ["CognitoRemoteUser email"], "! email"),
    ("one list for all", [*place("/", "CognitoClaims email !e* name")],
     "email !e* name " + DEFAULT_USER),
    ("a list and its user", [*place("/", "CognitoClaims !email", "CognitoRemoteUser custom:id")],
     "!email custom:id"),
    ("a list that takes out, and the default users", [*place("/", "CognitoClaims !email")],
     "!email " + DEFAULT_USER),
    ("two lists that take out",
     [*place("/a", "CognitoClaims !email"), *place("/b", "CognitoClaims !name acr")], "! acr"),
    ("two lists", [*place("/a", "CognitoClaims * !email"), *place("/b", "CognitoClaims acr")],
     "* acr " + DEFAULT_USER),
    ("a list for one of two places", [*place("/a", "CognitoClaims acr"), *place("/b")], "! acr"),
    ("a list for the server and one for a place",
     ["CognitoClaims email", *place("/a"), *place("/b", "CognitoClaims acr",
                                                  "CognitoRemoteUser acr")],
     "email acr acr " + DEFAULT_USER),
    ("a place that wants the default again",
     ["CognitoClaims acr", "CognitoRemoteUser acr", *place("/a", "CognitoClaims default")],
     "! acr acr"),
    ("lists in a section without AuthType",
     [*place("/"), *section_lines("Location", "/x", "CognitoClaims amr")], "! amr"),
]


@pytest.mark.parametrize("lines, kept", [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_a_session_keeps_what_any_place_wants(start, lines, kept):
    found = settings(start(Conf().add(*COMPLETE, *lines)))["main"]
    assert re.search("claims (.*)", found)[1] == kept


def test_a_host_keeps_what_the_servers_places_want_but_not_those_of_other_hosts(start):
    found = settings(start(Conf().add(
        *COMPLETE, *place("/", "CognitoClaims email"), *vhost("heir", "ServerAdmin x"),
        *vhost("own", *place("/x", "CognitoClaims name")))))
    assert "claims email " + DEFAULT_USER + "\n" in found["main"]
    assert "claims email " + DEFAULT_USER + "\n" in found["heir"]
    assert "claims email name " + DEFAULT_USER + "\n" in found["own"]


def clients_of(text):
    return dict(re.findall(r"client ([\w-]+): (.*)", text))


def test_a_named_client_inherits_from_the_default_one_and_from_its_namesake(start):
    conf = Conf().add(
        *COMPLETE, "CognitoScope openid default", "CognitoClientSecret env:PATH",
        *client("staff", "CognitoClientAuth post"),
        *vhost("own", "CognitoUserInfo on", *client("staff", "CognitoScope openid staff"),
               *client("guest", "CognitoClientID guest")))
    found = settings(start(conf))
    assert set(clients_of(found["main"])) == {"default", "staff"}
    assert set(clients_of(found["own"])) == {"default", "staff", "guest"}
    main, own = clients_of(found["main"])["staff"], clients_of(found["own"])["staff"]
    assert main.startswith("id outer, secret by post, scope openid default, userInfo off,")
    assert own.startswith("id outer, secret by post, scope openid staff, userInfo on,")
    assert own.endswith("cookie __Host-cognito_session_staff")
    assert clients_of(found["own"])["guest"].startswith("id guest, public, scope openid default,")


def test_a_secret_goes_to_no_other_client_and_no_other_pool(start):
    secret = "CognitoClientSecret env:PATH"
    conf = Conf().add(
        *COMPLETE, secret, *client("same", "CognitoScope openid"),
        *client("id", "CognitoClientID b"),
        *client("pool", "CognitoUserPool eu-west-1_Inner0001", "CognitoClientID outer"),
        *client("issuer", "CognitoIssuer https://inner.test/p", "CognitoClientID outer"),
        *vhost("own", "CognitoUserPool eu-west-1_Inner0001", "CognitoClientID outer",
               *client("same"), *client("own", secret)))
    found = settings(start(conf, allowed=["COG4022", "COG4027"]))
    main = {n: "secret by basic" in t for n, t in clients_of(found["main"]).items()}
    assert main == {"default": True, "same": True, "id": False, "pool": False, "issuer": False}
    own = {n: "secret by basic" in t for n, t in clients_of(found["own"]).items()}
    assert own == {"default": False, "same": False, "own": True, "id": False, "pool": False,
                   "issuer": False}


def test_another_pool_inherits_no_domain_no_endpoint_and_no_client_id(start, browsers):
    conf = Conf().add(
        *COMPLETE, "CognitoEndpoint logout https://outer.test/logout",
        *vhost("own", "CognitoUserPool eu-west-1_Inner0001", "CognitoDomain inner", CLIENT,
               BASE.replace("outer", "own"), *PROTECTED))
    server = start(conf)
    answer = redirect_of(browsers, server, "own")
    assert answer.location.startswith(
        "https://inner.auth.eu-west-1.amazoncognito.com/oauth2/authorize?")


def test_a_client_without_an_id_of_its_own_pool_stops_the_start():
    server = Server(Conf().add(*COMPLETE, *client("x", "CognitoUserPool eu-west-1_Inner0001")))
    code, output = server.check()
    server.remove()
    assert code == 1 and '<CognitoClient "x">: CognitoClientID is missing' in output


@pytest.mark.parametrize("require", [
    "cognito-group a", "cognito-scope a", "cognito-claim email a", "cognito-client a", "cognito-provider a",
    "cognito-email-domain a.test", "cognito-profile name", "cognito-auth-age 1h"])
def test_a_host_may_have_nothing_of_its_own_but_a_require(require):
    """httpd makes a host's settings at its first directive of ours, and Require is none."""
    server = Server(Conf().add(*COMPLETE, *vhost("own", *section_lines(
        "Location", "/", "AuthType Cognito", f"Require {require}"))))
    code, output = server.check()
    server.remove()
    assert code == 0 and output.endswith("Syntax OK\n"), output
