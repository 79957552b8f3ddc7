"""What must fit together, or httpd does not start."""
import re

import pytest

from harness.conf import section_lines
from harness.server import StartFailed
from harness.written import BASE, CLIENT, COMPLETE, DOMAIN, POOL, PROTECTED, client, made, said, vhost

__all__ = ["made"]

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
     "http://localhost; write https there, or samesite=lax here"),
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
     r"virtual host app.example.test \(ROOT/httpd.conf:\d+\): CognitoSecret: 'file:ROOT/missing' "
     r"cannot be read: No such file or directory \(ROOT/httpd.conf:\d+\)\n"),
    ("a secret that is not there", [*COMPLETE, "CognitoSecret file:missing"],
     "main server: CognitoSecret: 'file:ROOT/missing' cannot be read: No such file or directory"
     r" \(ROOT/httpd.conf:\d+\)\n"),
    ("one of two lines that are not there",
     [*COMPLETE, "CognitoSecret file:missing", "CognitoSecret file:missing"],
     "main server: CognitoSecret: 'file:ROOT/missing' cannot be read: No such file or directory\n"),
    ("a secret that is not there, beside that of another host",
     [*COMPLETE, "CognitoSecret file:missing",
      *vhost("CognitoSecret env:LC_ALL"),
      *vhost("CognitoSecret env:NO_SUCH_VARIABLE", name="b.example.test")],
     r"virtual host b.example.test \(ROOT/httpd.conf:\d+\): CognitoSecret: "
     r"'env:NO_SUCH_VARIABLE' is not set \(ROOT/httpd.conf:\d+\)\n"),
    ("a client secret that is not there", [*COMPLETE, "CognitoClientSecret env:NO_SUCH_VARIABLE"],
     "main server: CognitoClientSecret: 'env:NO_SUCH_VARIABLE' is not set"),
    ("a short secret", [*COMPLETE, "CognitoSecret env:LC_ALL"],
     "main server: CognitoSecret: 'env:LC_ALL' is shorter than 32 bytes; write one with "
     "openssl rand -base64 32"),
    ("a store's password that is not there",
     [*COMPLETE, "CognitoStore rediss://:file:missing@cache"],
     "main server: CognitoStore: 'file:ROOT/missing' cannot be read: No such file or directory"),
    ("a client certificate that is not there",
     [*COMPLETE, "CognitoStore rediss://cache cert=file:missing"],
     "main server: CognitoStore: 'file:ROOT/missing' cannot be read: No such file or directory"),
    ("a client certificate that is none", [*COMPLETE, "CognitoStore rediss://cache cert=env:PATH"],
     "main server: CognitoStore: 'cert=env:PATH' holds no certificate in PEM form"),
    ("a proxy's password that is not there",
     [*COMPLETE, "CognitoProxy http://svc:file:missing@proxy:3128"],
     "main server: CognitoProxy: 'file:ROOT/missing' cannot be read: No such file or directory"),
    ("a proxy's password that everybody may read",
     [*COMPLETE, "CognitoProxy http://svc:file:httpd.conf@proxy:3128"],
     "main server: CognitoProxy: 'file:ROOT/httpd.conf' may be read or written by everybody"),
    ("a named client's secret that is not there",
     [*COMPLETE, *client("x", "CognitoClientSecret file:/nonexistent")],
     "main server: <CognitoClient \"x\">: CognitoClientSecret: 'file:/nonexistent' cannot be read"
     r".* \(ROOT/httpd.conf:\d+\)\n"),
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


def test_one_file_may_make_several_hosts(made):
    """Each is a section of its own, although all stand in the same line of the same file."""
    host = "\n".join(vhost(BASE, *client("${CLIENT}"), *section_lines(
        "Location", "/", "AuthType Cognito", "CognitoUse ${CLIENT}", "Require valid-user"),
        name="${CLIENT}.example.test"))
    server = made(POOL, DOMAIN, CLIENT, "Define CLIENT one", "Include {root}/host.conf",
                  "Define CLIENT two", "Include {root}/host.conf", **{"host.conf": host})
    assert said(server) == "Syntax OK\n"
    _, output, _ = server.ask("DUMP_COGNITO")
    for name in ("one", "two"):
        assert re.search(rf"^virtual host {name}\.example\.test (?:.*\n(?! ?virtual))*? +CognitoUse +{name} ",
                         output, re.M), output
