"""What must fit together, and what happens at start: resolution, secrets, the server's own key,
warnings, restarts."""
import os
import re
import stat

import pytest

from harness.client import origin_of
from harness.conf import MODULE_DIR, Conf, section_lines
from harness.server import Server, StartFailed

POOL = "CognitoUserPool eu-west-1_AbC123dEf"
DOMAIN = "CognitoDomain https://auth.example.test"
CLIENT = "CognitoClientID app"
ORIGIN = "https://app.example.test"
BASE = f"CognitoBaseURL {ORIGIN}"
PROTECTED = section_lines("Location", "/", "AuthType Cognito", "Require valid-user")
COMPLETE = [POOL, DOMAIN, CLIENT, BASE]
KEY = "0123456789abcdef0123456789abcdef\n"


def vhost(*lines, name="app.example.test"):
    return section_lines("VirtualHost", "*:80", f"ServerName {name}", *lines)


def client(name, *lines):
    return section_lines("CognitoClient", f'"{name}"', *lines)


@pytest.fixture
def made():
    """made(*lines, **files) is a server that has not been started."""
    servers = []

    def make(*lines, **files):
        conf = Conf().add(*lines)
        for name, text in files.items():
            conf.file(name, text) if text.startswith("#!") else conf.secret(name, text)
        servers.append(Server(conf))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()
        server.remove()


def said(server):
    """What `httpd -t` says, without times and the paths of this run."""
    _, output = server.check()
    return re.sub(r"\[[^]]*\] ", "", output.replace(server.root, "ROOT"))


# ---- what must fit together ----

MISFITS = [
    ("nothing but AuthType", [*PROTECTED],
     r"main server: AuthType Cognito \(ROOT/httpd.conf:\d+\) needs an app client: "
     "write CognitoUserPool and CognitoClientID"),
    ("no client id", [POOL, BASE, *PROTECTED],
     "main server: CognitoClientID is missing: write the id of the app client"),
    ("no user pool", [CLIENT, BASE],
     "main server: the user pool is missing: write CognitoUserPool eu-west-1_AbC123dEf, "
     "or CognitoIssuer URL"),
    ("no user pool, a domain prefix", [CLIENT, BASE, "CognitoDomain my-prefix"],
     "main server: the user pool is missing"),
    ("a domain prefix beside an issuer",
     ["CognitoIssuer https://issuer.example.com", CLIENT, BASE, "CognitoDomain my-prefix"],
     "main server: CognitoDomain: 'my-prefix' is a prefix, which needs CognitoUserPool; "
     "write the whole host name"),
    ("a named client without id", [*COMPLETE, *client("x", POOL)],
     'main server: <CognitoClient "x">: CognitoClientID is missing: write the id'),
    ("no base URL", [POOL, CLIENT],
     "main server: CognitoBaseURL is missing: write CognitoBaseURL https://app.example.com, "
     "or ServerName with scheme and port, https://app.example.com:443"),
    ("a server name without scheme", [POOL, CLIENT, "ServerName app.example.test:443"],
     "main server: CognitoBaseURL is missing"),
    ("a server name with http", [POOL, CLIENT, "ServerName http://app.example.test:80"],
     "main server: ServerName: 'http://app.example.test:80' is not https, which only loopback "
     "hosts may do without; write https://app.example.com"),
    ("two schemes", [POOL, CLIENT, "CognitoBaseURL https://a.example.test http://localhost"],
     "main server: CognitoBaseURL: 'https://a.example.test' and 'http://localhost' differ in "
     "their scheme; write only https, or a virtual host for each"),
    *[(f"a callback at {name}", [*COMPLETE, "CognitoPath /auth", f"CognitoCallback /auth/{name}"],
       f"main server: CognitoCallback: '/auth/{name}' is another URL of the module; "
       "write another path") for name in ("login", "logout", "signed-out", "session", "jwks.json")],
    ("a cookie for another domain", [*COMPLETE, "CognitoCookie domain=example.com"],
     "main server: CognitoCookie: 'example.com' is not the domain of https://app.example.test; "
     "write the host's name or a parent of it, or leave domain= out"),
    ("a cookie for a host that ends alike", [*COMPLETE, "CognitoCookie domain=p.example.test"],
     "main server: CognitoCookie: 'p.example.test' is not the domain of"),
    ("a cookie that the callback does not get", [*COMPLETE, "CognitoCookie path=/app"],
     "main server: CognitoCookie: the path '/app' keeps cookies away from /.cognito; "
     "put CognitoPath and CognitoCallback below it"),
    ("a cookie that a second callback does not get",
     [*COMPLETE, "CognitoCookie path=/app", "CognitoPath /app/auth",
      "CognitoCallback /app/back /apple"],
     "main server: CognitoCookie: the path '/app' keeps cookies away from /apple;"),
    ("SameSite=None without https",
     [POOL, CLIENT, "CognitoBaseURL http://localhost", "CognitoCookie samesite=none"],
     "main server: CognitoCookie: 'samesite=none' needs https, but CognitoBaseURL is "
     "http://localhost"),
    ("an unknown client", [*COMPLETE, *section_lines("Location", "/x", "CognitoUse staff")],
     r"CognitoUse: 'staff' \(ROOT/httpd.conf:\d+\) names no client of this virtual host; "
     'write <CognitoClient "staff">, or default'),
    ("a client of another host",
     [*COMPLETE, *vhost(*client("staff", "CognitoClientID staff")),
      *vhost(*section_lines("Location", "/x", "CognitoUse staff"), name="b.example.test")],
     r"CognitoUse: 'staff' \(ROOT/httpd.conf:\d+\) names no client"),
    ("a virtual host without base URL", vhost(POOL, CLIENT, *PROTECTED),
     r"virtual host app.example.test \(ROOT/httpd.conf:\d+\): CognitoBaseURL is missing"),
    ("a virtual host without client", [*COMPLETE[:2], *vhost(BASE, *PROTECTED)],
     r"virtual host app.example.test \(ROOT/httpd.conf:\d+\): CognitoClientID is missing"),
    ("a virtual host with nothing", vhost(*PROTECTED),
     r"virtual host app.example.test \(ROOT/httpd.conf:\d+\): AuthType Cognito "
     r"\(ROOT/httpd.conf:\d+\) needs an app client"),
    ("nobody can use what the server has",
     [POOL, CLIENT, *PROTECTED, *vhost("ServerAdmin x")],
     "main server: CognitoBaseURL is missing"),
    ("a virtual host's secret that is not there",
     [*COMPLETE, *vhost("CognitoSecret file:missing")],
     r"virtual host app.example.test \(ROOT/httpd.conf:\d+\): CognitoSecret: 'file:ROOT/missing'"),
    ("a secret that is not there", [*COMPLETE, "CognitoSecret file:missing"],
     "main server: CognitoSecret: 'file:ROOT/missing' cannot be read: No such file or directory"),
    ("a client secret that is not there", [*COMPLETE, "CognitoClientSecret env:NO_SUCH_VARIABLE"],
     "main server: CognitoClientSecret: 'env:NO_SUCH_VARIABLE' is not set"),
    ("a short secret", [*COMPLETE, "CognitoSecret env:LC_ALL"],
     "main server: CognitoSecret: 'env:LC_ALL' is shorter than 32 bytes; write one with "
     "openssl rand -base64 32"),
    ("a store's password that is not there",
     [*COMPLETE, "CognitoStore rediss://:file:missing@cache"],
     "main server: CognitoStore: 'file:ROOT/missing' cannot be read: No such file or directory"),
    ("a named client's secret that is not there",
     [*COMPLETE, *client("x", "CognitoClientSecret file:/nonexistent")],
     "main server: <CognitoClient \"x\">: CognitoClientSecret: 'file:/nonexistent' cannot be read"),
]


@pytest.mark.parametrize("lines, message", [row[1:] for row in MISFITS],
                         ids=[row[0] for row in MISFITS])
def test_what_does_not_fit_together_stops_the_start(made, lines, message):
    server = made(*lines)
    assert server.check()[0] == 1
    assert re.match(f"COG4000: {message}", said(server)), said(server)
    assert len(said(server).splitlines()) == 2  # the other is httpd's


def test_what_stops_the_test_stops_the_start_too(made):
    with pytest.raises(StartFailed, match="COG4000: main server: CognitoBaseURL is missing"):
        made(POOL, CLIENT).start()


FITS = [
    ("nothing at all", []),
    ("an explicit server name", [POOL, CLIENT, "ServerName https://app.example.test:8443"]),
    ("a server name without port", [POOL, CLIENT, "ServerName https://app.example.test"]),
    ("no default client", [POOL, BASE, *client("a", "CognitoClientID a")]),
    ("a client that has all from the default one", [*COMPLETE, *client("a")]),
    ("a server's part for its virtual hosts",
     [POOL, *vhost(CLIENT, BASE, *PROTECTED), *vhost("ServerAdmin x", name="b.example.test")]),
    ("a server's section for its virtual hosts",
     [POOL, *PROTECTED, *vhost(CLIENT, BASE), *vhost(CLIENT, BASE, name="b.example.test")]),
    ("a name that a virtual host knows", [*section_lines("Location", "/x", "CognitoUse staff"),
                                          *vhost(*COMPLETE, *client("staff"))]),
    ("an issuer alone", ["CognitoIssuer https://issuer.example.com/p", CLIENT, BASE]),
    ("a cookie below a path", [*COMPLETE, "CognitoCookie path=/app", "CognitoPath /app/auth",
                               "CognitoCallback /app"]),
]


@pytest.mark.parametrize("lines", [row[1] for row in FITS], ids=[row[0] for row in FITS])
def test_what_fits_together_is_silent(made, lines):
    assert said(made(*lines)) == "Syntax OK\n"


# ---- warnings ----

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


# ---- secrets ----

def secret_file(server, name, text, mode=0o600):
    with open(server.path(name), "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(server.path(name), mode)


def test_a_relative_path_begins_at_the_server_root(made):
    server = made(*COMPLETE, "CognitoSecret file:conf/key", "CognitoClientSecret file:conf/client")
    os.mkdir(server.path("conf"))
    secret_file(server, "conf/key", KEY)
    secret_file(server, "conf/client", "client-secret\n")
    assert said(server) == "Syntax OK\n"


@pytest.mark.parametrize("mode, text, problem", [
    (0o644, KEY, "may be read or written by everybody: chmod 600"),
    (0o600, "", "is empty"),
    (0o600, "\n", "is empty"),
    (0o600, "a\0b", "holds a NUL byte"),
    (0o600, "x" * 65540, "is larger than 64 kB")],
    ids=["readable", "empty", "empty-line", "nul", "large"])
def test_a_file_that_is_no_good_for_a_secret_is_refused(made, mode, text, problem):
    server = made(*COMPLETE, "CognitoSecret file:key")
    secret_file(server, "key", text, mode)
    assert f"CognitoSecret: 'file:ROOT/key' {problem}" in said(server)


@pytest.mark.parametrize("text, problem", [
    ("x" * 40, "each source has to hold another private key on the curve P-256 in PEM form"),
    ("", "'file:ROOT/signing' is empty")])
def test_a_key_that_signs_is_one_on_its_curve(made, text, problem):
    server = made(*COMPLETE, "CognitoAssertionKey file:signing")
    secret_file(server, "signing", text)
    assert f"CognitoAssertionKey: {problem}" in said(server)


def test_a_secret_has_32_bytes_at_least(made):
    server = made(*COMPLETE, "CognitoSecret file:key")
    secret_file(server, "key", "x" * 31 + "\n")
    assert "is shorter than 32 bytes" in said(server)
    secret_file(server, "key", "x" * 32 + "\n")
    assert said(server) == "Syntax OK\n"


@pytest.mark.skipif("tsan" in os.environ.get("HTTPD_PRELOAD", ""),
                    reason="a shell crashes when libtsan is loaded into it")
def test_a_command_runs_at_the_start_but_not_for_the_test(made):
    server = made(*COMPLETE, "CognitoSecret 'exec:{root}/make-key argument'",
                  **{"make-key": "#!/bin/sh\necho run $1 >> $0.log\necho " + KEY})
    assert said(server) == "Syntax OK\n"
    assert not os.path.exists(server.path("make-key.log"))
    server.start()
    with open(server.path("make-key.log"), encoding="ascii") as file:
        assert file.read() == "run argument\n"


def test_a_command_that_fails_stops_the_start(made):
    with pytest.raises(StartFailed, match="CognitoSecret: 'exec:/bin/false' ended with exit "
                                          "status 1"):
        made(*COMPLETE, "CognitoSecret exec:/bin/false").start()


# ---- the server's own key ----

OWN_KEY = "auth_cognito.key"


def read_key(server):
    with open(server.path(OWN_KEY), encoding="ascii") as file:
        return file.read()


class TestOwnKey:
    def test_it_is_made_at_the_first_start_and_kept(self, made):
        server = made(*COMPLETE)
        assert server.check()[0] == 0
        assert not os.path.exists(server.path(OWN_KEY))
        server.start()
        key = read_key(server)
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", key)
        assert stat.S_IMODE(os.stat(server.path(OWN_KEY)).st_mode) == 0o600
        server.graceful()
        assert read_key(server) == key
        server.stop()
        server.start()
        assert read_key(server) == key
        assert not [n for n in os.listdir(server.root) if n.startswith(OWN_KEY + ".")]

    def test_two_servers_make_two_keys(self, made):
        one, two = made(*COMPLETE).start(), made(*COMPLETE).start()
        assert read_key(one) != read_key(two)

    def test_it_is_not_made_where_a_secret_is_written(self, made):
        server = made(*COMPLETE, "CognitoSecret file:key")
        secret_file(server, "key", KEY)
        server.start()
        assert not os.path.exists(server.path(OWN_KEY))

    def test_it_is_not_made_where_nobody_signs_in(self, made):
        server = made().start()
        assert not os.path.exists(server.path(OWN_KEY))

    @pytest.mark.parametrize("mode, text, problem", [
        (0o600, "short\n", "is shorter than 32 bytes"), (0o600, "", "is empty"),
        (0o604, KEY, "may be read or written by everybody: chmod 600 ROOT/" + OWN_KEY)])
    def test_it_is_never_replaced(self, made, mode, text, problem):
        server = made(*COMPLETE)
        secret_file(server, OWN_KEY, text, mode)
        message = (f"the key that seals cookies, ROOT/{OWN_KEY}, {problem}; repair it, or remove "
                   "it, which ends all sessions, or write CognitoSecret")
        assert message in said(server)
        with pytest.raises(StartFailed):
            server.start()
        assert read_key(server) == text

    def test_a_folder_that_cannot_hold_it_stops_the_start(self, made):
        server = made(*COMPLETE)
        os.symlink("missing/folder", server.path(OWN_KEY))
        with pytest.raises(StartFailed, match="the key that seals cookies"):
            server.start()


def test_a_list_of_ended_sessions_that_cannot_be_used_stops_the_start_at_once(made):
    """While there is a terminal to say so, that is, not when the configuration is read again."""
    server = made("CognitoSecret file:key", *COMPLETE, key=KEY)
    os.mkdir(server.path("auth_cognito.ended"))
    with pytest.raises(StartFailed):
        server.start()
    with open(server.path("startup.txt"), encoding="utf-8") as said_on_terminal:
        assert re.search("list of sessions that have ended.*its folder must exist",
                         said_on_terminal.read())
    # nor does the test of a configuration ask for a folder that the start may make first
    assert server.check()[0] == 0


def make_pipe(path):
    os.remove(path)
    os.mkfifo(path)


# what others may have made or may change, and how it is told
FOREIGN_FILES = [(lambda path: os.chmod(path, 0o606), "may be written by others: chmod go-w"),
                 (lambda path: os.chmod(path, 0o660), "may be written by others: chmod go-w"),
                 (make_pipe, "is not a regular file")]
if os.getuid() == 0:
    FOREIGN_FILES.append((lambda path: os.chown(path, 12345, -1), "belongs to another user"))


@pytest.mark.parametrize("spoil, problem", FOREIGN_FILES)
def test_a_list_of_ended_sessions_that_others_may_change_is_refused(made, spoil, problem):
    server = made("CognitoSecret file:key", *COMPLETE, key=KEY).start()
    server.stop()
    spoil(server.path("auth_cognito.ended"))
    with pytest.raises(StartFailed, match=f"the list of sessions that have ended, .*, {problem}"):
        server.start()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_an_own_key_that_somebody_else_has_made_is_refused(made):
    server = made(*COMPLETE)
    secret_file(server, OWN_KEY, KEY)
    os.chown(server.path(OWN_KEY), 12345, -1)
    with pytest.raises(StartFailed, match="the key that seals cookies, .*, belongs to another user"):
        server.start()


@pytest.mark.parametrize("spoil, problem", FOREIGN_FILES)
def test_keys_of_user_pools_that_others_may_change_are_not_believed(made, spoil, problem):
    server = made("CognitoSecret file:key", *COMPLETE, key=KEY).start()
    server.stop()
    spoil(server.path("auth_cognito.documents"))
    server.allowed.append("COG4112")
    server.start()
    assert f"auth_cognito.documents {problem}" in server.what_it_said()


# ---- at start ----

def registered(server):
    with open(server.path("error.log"), encoding="utf-8") as file:
        return re.findall(r"COG4010: (.*)", file.read())


def test_hosts_that_inherit_all_do_not_say_it_again(made):
    server = made(*COMPLETE, *vhost("ServerAdmin x"), *vhost("ServerAdmin y", name="b.test"))
    server.start()
    assert len(registered(server)) == 1


def test_the_urls_to_register_are_logged_at_each_start_for_each_client_and_origin(made):
    server = made(*COMPLETE[:3], f"CognitoBaseURL {ORIGIN} https://b.example.test:8443",
                  "CognitoCallback /back /old", "CognitoPath /auth", "LogLevel warn",
                  "LogLevel auth_cognito:warn", *client("staff", "CognitoClientID s1"))
    server.start()
    at = "register the callback URL {0}/back and the sign-out URL {0}/auth/signed-out at the " \
         "app client {1}"
    assert registered(server) == [
        f"client {name}: " + at.format(origin, client_id)
        for name, client_id in (("default", "app"), ("staff", "s1"))
        for origin in (ORIGIN, "https://b.example.test:8443")]


def test_restarts_follow_the_configuration_and_leave_nothing_behind(start, browsers):
    server = start(Conf().add(*COMPLETE, *PROTECTED))
    open_files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    memory = resident(server)
    for i in range(10):
        server.write(Conf().add(POOL, DOMAIN, f"CognitoClientID app{i}", BASE, *PROTECTED))
        server.graceful()
    assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= open_files
    assert resident(server) < memory + 2000
    browser = browsers()
    browser.route(ORIGIN, server.port)
    answer = browser.navigate(ORIGIN + "/")
    assert origin_of(answer.location) == "https://auth.example.test"
    assert answer.query["client_id"] == "app9"


def resident(server):
    """Kilobytes of the parent process."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
