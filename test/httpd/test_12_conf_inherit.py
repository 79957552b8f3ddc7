"""What a host, a client and a place inherit, override and switch back. Hosts and clients are
seen in the line that each start logs about them, and at the redirect to the hosted UI; places
by what a signed-in user gets there."""
import re

import pytest

from harness.conf import Conf, section_lines
from harness.server import Server
from harness.site import Site, is_login, site_conf

CA = "/etc/ssl/certs/ca-certificates.crt"
POOL = "CognitoUserPool eu-west-1_Outer0001"
DOMAIN = "CognitoDomain https://auth.example.test"
CLIENT = "CognitoClientID outer"
BASE = "CognitoBaseURL https://outer.example.test"
PROTECTED = section_lines("Location", "/", "AuthType Cognito", "Require valid-user")


def vhost(name, *lines):
    return section_lines("VirtualHost", "*", f"ServerName {name}.example.test", *lines)


def client(name, *lines):
    return section_lines("CognitoClient", f'"{name}"', *lines)


def settings(server):
    """Name of a host -> all that its start said about it."""
    with open(server.path("error.log"), encoding="utf-8") as file:
        lines = [line.split("] ", 3)[-1] for line in file if re.search(r"COG401[1-46]", line)]
    found, pending = {}, []
    for line in lines:
        pending.append(line)
        if "COG4014" in line:
            text = "".join(pending)
            host = re.search(r"virtual host (\w+)\.example\.test", text)
            found[host[1] if host else "main"] = text
            pending = []
    return found


# ---- hosts ----

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

COMPLETE = [POOL, DOMAIN, CLIENT, BASE]


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


# ---- clients ----

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
    found = settings(start(conf, allowed=["COG4022"]))
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


# ---- the redirect to the hosted UI ----

def redirect_of(browsers, server, name, path="/"):
    origin = f"https://{name}.example.test"
    browser = browsers()
    browser.route(origin, server.port)
    answer = browser.navigate(origin + path)
    assert answer.status in (302, 303), answer
    return answer


class TestRedirect:
    @pytest.fixture(scope="class")
    def server(self, start):
        conf = Conf().add(
            *COMPLETE, *PROTECTED, "CognitoLoginParam lang de", "CognitoLoginParam prompt login",
            *vhost("outer", "ServerAdmin x"),
            *vhost("own", BASE.replace("outer", "own"), "CognitoClientID inner",
                   "CognitoDomain https://inner.example.test", "CognitoScope openid inner",
                   "CognitoEndpoint authorize https://elsewhere.test/go",
                   "CognitoPath /auth", "CognitoCookie name=own samesite=none",
                   "CognitoLoginParam lang fr", "CognitoLoginParam max_age 900",
                   *client("staff", "CognitoClientID staff", "CognitoLoginParam lang it",
                           "CognitoEndpoint authorize https://staff.test/go"),
                   *section_lines("Location", "/staff", "CognitoUse staff"),
                   *section_lines("Location", "/staff/in", "CognitoLoginParam lang es",
                                  'CognitoLoginParam login_hint "%{req:X-Hint}"'),
                   *section_lines("Location", "/staff/in/back", "CognitoUse default",
                                  "CognitoLoginParam lang", "CognitoLoginParam prompt none"),
                   *section_lines("Location", "/staff/unknown", "CognitoLoginParam lang en")))
        return start(conf)

    def test_a_host_that_sets_nothing_has_what_the_server_has(self, server, browsers):
        answer = redirect_of(browsers, server, "outer")
        assert answer.location.startswith("https://auth.example.test/oauth2/authorize?")
        query = answer.query
        assert (query["client_id"], query["scope"]) == ("outer", "openid email profile")
        assert query["redirect_uri"] == "https://outer.example.test/.cognito/callback"
        assert (query["lang"], query["prompt"]) == ("de", "login")
        cookie, = answer.set_cookies
        assert re.match(r"__Host-cognito_login_\w+=\S+; Path=/; HttpOnly; Secure; SameSite=Lax",
                        cookie.replace("-", "_").replace("__Host_", "__Host-"))

    def test_a_host_has_what_it_sets(self, server, browsers):
        answer = redirect_of(browsers, server, "own")
        assert answer.location.startswith("https://elsewhere.test/go?")
        query = answer.query
        assert (query["client_id"], query["scope"]) == ("inner", "openid inner")
        assert query["redirect_uri"] == "https://own.example.test/auth/callback"
        assert (query["lang"], query["prompt"], query["max_age"]) == ("fr", "login", "900")
        cookie, = answer.set_cookies
        assert cookie.startswith("__Host-own_login_")
        assert "; Path=/; HttpOnly; Secure; SameSite=None" in cookie

    def test_a_place_uses_its_client(self, server, browsers):
        answer = redirect_of(browsers, server, "own", "/staff/x")
        assert answer.location.startswith("https://staff.test/go?")
        query = answer.query
        assert (query["client_id"], query["scope"]) == ("staff", "openid inner")
        assert (query["lang"], query["prompt"], query["max_age"]) == ("it", "login", "900")

    def test_a_place_goes_before_its_client_name_by_name(self, server, browsers):
        query = redirect_of(browsers, server, "own", "/staff/in/x").query
        assert (query["lang"], query["prompt"], query["max_age"]) == ("es", "login", "900")
        assert "login_hint" not in query  # its expression gives nothing

    def test_an_expression_is_evaluated_for_the_request(self, server, browsers):
        origin = "https://own.example.test"
        browser = browsers()
        browser.route(origin, server.port)
        answer = browser.navigate(origin + "/staff/in", headers={"X-Hint": "a b&c=d\u00e9"})
        assert answer.query["login_hint"].startswith("a b&c=d")

    def test_a_place_switches_back(self, server, browsers):
        answer = redirect_of(browsers, server, "own", "/staff/in/back")
        assert answer.query["client_id"] == "inner"
        assert answer.query["prompt"] == "none"
        assert "lang" not in answer.query


# ---- places, as a user sees them ----

class TestPlaces:
    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = site_conf(pool).cgi()
        conf.protect("/", "CognitoRemoteUser name 's/ .*//' sub", "CognitoClaims email name",
                     "CognitoUnauthenticated 401")
        conf.location("/cgi/env/heir", "Require valid-user")
        conf.location("/cgi/env/own", "CognitoRemoteUser email", "CognitoClaims cognito:* !*username",
                      "CognitoUnauthenticated login")
        conf.location("/cgi/env/own/none", "CognitoExport none", "CognitoUnauthenticated auto")
        conf.location("/cgi/env/own/none/back", "CognitoExport env", "CognitoClaims default",
                      "CognitoRemoteUser cognito:username email sub",
                      "CognitoUnauthenticated 401")
        conf.location("/cgi/env/missing", "CognitoRemoteUser custom:none s/a/b/ email S sub")
        return Site(start(conf, allowed=["COG402[01]"]), pool)

    @pytest.fixture(scope="class")
    def alice(self, site, class_browser):
        answer = site.to_callback(class_browser, "/cgi/env/own")
        assert class_browser.follow(answer).status == 303
        return class_browser

    @pytest.fixture(scope="class")
    def class_browser(self, site, oracle):
        from harness.client import Client
        client = Client()
        client.route(site.origin, site.server.port)
        oracle.secrets.watch(lambda: client.jar.secrets)
        yield client
        client.close()

    def environment(self, site, alice, path):
        answer = alice.navigate(site.url(path))
        assert answer.status == 200, answer
        pairs = dict(p.split("=", 1) for p in answer.text.split("\0") if "=" in p)
        return pairs.get("REMOTE_USER"), {n for n in pairs if n.startswith("COGNITO_")}

    def test_a_place_inherits(self, site, alice):
        user, names = self.environment(site, alice, "/cgi/env/heir")
        assert (user, names) == ("Alice", {"COGNITO_EMAIL", "COGNITO_NAME"})

    def test_a_place_overrides(self, site, alice):
        user, names = self.environment(site, alice, "/cgi/env/own")
        assert (user, names) == ("alice@example.com", {"COGNITO_GROUPS"})

    def test_a_place_exports_nothing(self, site, alice):
        assert self.environment(site, alice, "/cgi/env/own/none") == ("alice@example.com", set())

    def test_a_place_switches_back(self, site, alice):
        user, names = self.environment(site, alice, "/cgi/env/own/none/back")
        assert user == "alice"
        assert names >= {"COGNITO_EMAIL", "COGNITO_NAME", "COGNITO_USERNAME", "COGNITO_GROUPS",
                         "COGNITO_SUB"}
        assert not names & {"COGNITO_ISS", "COGNITO_AUD", "COGNITO_EXP", "COGNITO_NONCE"}

    def test_a_claim_that_is_missing_is_passed_over(self, site, alice):
        assert self.environment(site, alice, "/cgi/env/missing")[0] == "alice@example.com"

    @pytest.mark.parametrize("path, is_sent, is_fetched", [
        ("/heir", False, False), ("/own", True, True), ("/own/none", True, False),
        ("/own/none/back", False, False)])
    def test_who_is_not_signed_in_is_treated_as_the_place_says(self, site, browsers, path,
                                                               is_sent, is_fetched):
        browser = site.browser(browsers)
        url = site.url("/cgi/env" + path)
        assert is_login(site.pool, browser.navigate(url)) == is_sent
        assert is_login(site.pool, browser.fetch(url)) == is_fetched


class TestSessionTimeout:
    """Its effect over time is tested in test/unit/session; here, that it arrives."""

    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = site_conf(pool).cgi()
        conf.add("CognitoSessionTimeout 1h 2h").protect("/")
        conf.location("/cgi/env/short", "CognitoSessionTimeout 1s 1s")
        conf.location("/cgi/env/short/back", "CognitoSessionTimeout 1h 12h")
        return Site(start(conf, allowed=["COG402[01]"]), pool)

    def test_a_place_may_end_a_session_sooner(self, site, browsers):
        import time
        browser = site.browser(browsers)
        site.sign_in(browser, "/cgi/env")
        time.sleep(2.1)
        assert browser.navigate(site.url("/cgi/env")).status == 200
        assert is_login(site.pool, browser.navigate(site.url("/cgi/env/short")))
        assert browser.navigate(site.url("/cgi/env/short/back")).status == 200


class TestHtaccess:
    @pytest.fixture(scope="class")
    def server(self, start):
        conf = Conf().add(*COMPLETE, *section_lines(
            "Directory", "{root}/htdocs", "AllowOverride AuthConfig"))
        conf.add(*client("staff", "CognitoClientID staff"))
        rules = "AuthType Cognito\nRequire valid-user\n"
        for name, lines in {
                "good": "CognitoUse staff\nCognitoLoginParam lang de\nCognitoClaims email\n"
                        "CognitoRemoteUser email s/@.*//\nCognitoSessionTimeout 1h 2h\n"
                        "CognitoExport none\nCognitoUnauthenticated login\n",
                "unknown": "CognitoUse nobody\n", "bad": "CognitoUse a_b\n",
                "secret": "CognitoClientSecret file:/etc/passwd\n",
                "key": "CognitoSecret file:/etc/passwd\n", "client": "CognitoClientID other\n",
                "resource": "CognitoResource https://outer.example.test/resource/\n",
                "audience": "CognitoAssertion on audience=https://other.internal\n",
                "alb": "CognitoBackend alb signer=arn:aws:x\n",
                "pomerium": "CognitoBackend pomerium\n",
                "section": "<CognitoClient x>\nCognitoClientID x\n</CognitoClient>\n",
                "file": "CognitoLoginParam lang \"%{file:/etc/hostname}\"\n"}.items():
            conf.file(f"htdocs/{name}/.htaccess", rules + lines)
            conf.file(f"htdocs/{name}/index.html", "protected\n")
        return start(conf)

    def visit(self, server, browsers, path):
        origin = "https://outer.example.test"
        browser = browsers()
        browser.route(origin, server.port)
        return browser.navigate(origin + path)

    def test_what_is_about_a_place_may_stand_there(self, server, browsers):
        answer = self.visit(server, browsers, "/good/")
        assert answer.query["client_id"] == "staff" and answer.query["lang"] == "de"

    @pytest.mark.parametrize("name, text", [
        ("audience", "CognitoAssertion: 'audience=https://other.internal' may not stand in a "),
        ("alb", "CognitoBackend: 'alb' has this host sign who the user is, and may not stand in"),
        ("pomerium", "CognitoBackend: 'pomerium' has this host sign who the user is, and may not")])
    def test_what_this_host_signs_is_not_for_its_author_to_say(self, server, browsers, log, name,
                                                               text):
        """It could vouch for the visitors of one backend to another one."""
        log.expect(text)
        assert self.visit(server, browsers, f"/{name}/").status == 500

    @pytest.mark.parametrize("name", ["secret", "key", "client", "resource", "section"])
    def test_what_is_about_a_host_or_a_client_may_not(self, server, browsers, log, name):
        log.expect("not allowed here")
        assert self.visit(server, browsers, f"/{name}/").status == 500

    def test_a_bad_value_closes_the_place(self, server, browsers, log):
        log.expect("CognitoUse: 'a_b' is not a client's name")
        assert self.visit(server, browsers, "/bad/").status == 500

    def test_an_unknown_client_closes_the_place(self, server, browsers, log):
        log.expect("COG3001: misconfigured: .*CognitoUse")
        assert self.visit(server, browsers, "/unknown/").status == 500

    def test_an_expression_reads_no_files(self, server, browsers, log):
        log.allow("CognitoLoginParam")
        answer = self.visit(server, browsers, "/file/")
        assert answer.status == 500 or "lang" not in answer.query
