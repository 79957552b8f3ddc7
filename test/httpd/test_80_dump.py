"""`httpd -t -D DUMP_COGNITO`: what holds where, and where that is written (docs/doctor.md)."""
import os
import re

import pytest

from harness.conf import TOP, Conf, section_lines
from harness.server import Server

KEY = "0123456789abcdef0123456789abcdef\n"
CLIENT_SECRET = "s3cr3t-of-the-client" * 2 + "\n"

# paths in docs/doctor.md
DOCUMENTED = {"secret": "/etc/cognito/secret", "conf": "/etc/apache2/sites-enabled/app.conf",
              "key": "/var/lib/apache2/auth_cognito/auth_cognito.key"}

# one line for each setting, the name and the value that the dump gives it
SERVER = [
    ("CognitoBaseURL https://app.example.com", "CognitoBaseURL", "https://app.example.com"),
    ("CognitoPath /auth", "CognitoPath", "/auth"),
    ("CognitoCallback /oauth2/callback", "CognitoCallback", "/oauth2/callback"),
    ("CognitoLogoutReturn /bye", "CognitoLogoutReturn", "/bye"),
    ("CognitoSecret file:{root}/key", "CognitoSecret", "file:{root}/key (32 to 63 bytes)"),
    ("CognitoCookie name=mine", "CognitoCookie name=", "mine"),
    ("CognitoCookie domain=example.com", "CognitoCookie domain=", "example.com"),
    ("CognitoCookie samesite=none", "CognitoCookie samesite=", "None"),
    ("CognitoCookie path=/", "CognitoCookie path=", "/"),
    ("CognitoSession store", "CognitoSession", "store"),
    ("CognitoStore redis://127.0.0.1:1", "CognitoStore", "redis://127.0.0.1:1/0"),
    ("CognitoRefresh off", "CognitoRefresh", "off"),
    ("CognitoGrace 2h", "CognitoGrace", "2h"),
    ("CognitoAssertionKey exec:/bin/echo,not,run", "CognitoAssertionKey",
     "exec:/bin/echo,not,run (not run)"),
    ("CognitoRevokeKey file:{root}/key", "CognitoRevokeKey", "file:{root}/key (32 to 63 bytes)"),
    ("CognitoAuditLog logs/audit.log", "CognitoAuditLog", "logs/audit.log"),
    ("CognitoProxy http://svc:file:{root}/key@127.0.0.1:3128", "CognitoProxy",
     "http://svc:file:{root}/key@127.0.0.1:3128"),
    ("CognitoErrorTemplate none", "CognitoErrorTemplate", "none"),
    ("CognitoTimeout 1s 9s", "CognitoTimeout", "1s 9s"),
]
CLIENT = [
    ("CognitoUserPool eu-west-1_AbC123dEf", "CognitoUserPool", "eu-west-1_AbC123dEf"),
    ("CognitoIssuer https://issuer.example.com", "CognitoIssuer", "https://issuer.example.com"),
    ("CognitoDomain auth.example.com", "CognitoDomain", "auth.example.com"),
    *[(f"CognitoEndpoint {kind} https://e.example.com/{kind}", f"CognitoEndpoint {kind}",
       f"https://e.example.com/{kind}")
      for kind in ("authorize", "token", "userinfo", "revoke", "logout", "jwks")],
    ("CognitoClientID app1", "CognitoClientID", "app1"),
    ("CognitoClientSecret file:{root}/client exec:/bin/echo,not,run", "CognitoClientSecret",
     "file:{root}/client (32 to 63 bytes), exec:/bin/echo,not,run (not run)"),
    ("CognitoClientAuth post", "CognitoClientAuth", "post"),
    ("CognitoScope openid phone", "CognitoScope", "openid phone"),
    ("CognitoUserInfo on", "CognitoUserInfo", "on"),
    ("CognitoLoginParam lang de", "CognitoLoginParam", "lang de"),
]
PLACE = [
    ("AuthType Cognito", "AuthType", "Cognito"),
    ("Require cognito-group admins", "Require", "cognito-group admins"),
    ("CognitoUse default", "CognitoUse", "default"),
    ("CognitoUnauthenticated login", "CognitoUnauthenticated", "login"),
    ("CognitoSessionTimeout 90s 2d", "CognitoSessionTimeout", "90s 2d"),
    ("CognitoLoginParam prompt login", "CognitoLoginParam", "prompt login"),
    ("CognitoAccept session bearer", "CognitoAccept", "session bearer"),
    ("CognitoBearerClient one two", "CognitoBearerClient", "one two"),
    ("CognitoBearerTokenUse access id", "CognitoBearerTokenUse", "access id"),
    ("CognitoResource https://app.example.com/all", "CognitoResource",
     "https://app.example.com/all"),
    ("CognitoRemoteUser email s/@.*// sub", "CognitoRemoteUser", "email s/…/…/ sub"),
    ("CognitoBackend alb signer=arn:aws:x", "CognitoBackend", "alb signer=arn:aws:x"),
    ("CognitoHeader X-User email", "CognitoHeader", "X-User email"),
    ("CognitoExport both encoding=base64", "CognitoExport", "both encoding=base64"),
    ("CognitoClaims email custom:*", "CognitoClaims", "email custom:*"),
    ("CognitoGroups app-* !app-old", "CognitoGroups", "app-* !app-old"),
    ("CognitoTokens access as=bearer", "CognitoTokens", "access as=bearer"),
    ("CognitoAssertion on audience=x ttl=90s", "CognitoAssertion",
     "on header=X-Cognito-Assertion audience=x ttl=90s"),
]


@pytest.fixture(scope="class")
def made():
    """made(*lines) is a server that has not been started."""
    servers = []

    def make(*lines):
        conf = Conf().add(*lines).secret("key", KEY).secret("client", CLIENT_SECRET)
        servers.append(Server(conf))
        return servers[-1]

    yield make
    for server in servers:
        server.remove()


class Dump:
    """What was printed: blocks by their heading, each a dict of name: [(value, origin)]."""

    def __init__(self, server):
        self.server = server
        self.code, self.text, self.errors = server.ask("DUMP_COGNITO")
        self.blocks = {}
        for line in self.text.splitlines():
            if line and not line.startswith("    "):
                block = self.blocks.setdefault(re.sub(r" \(.*", "", line.strip()), {})
            elif re.match(r"    \S", line):
                cells = re.split(r"  +", line.strip())
                block.setdefault(cells[0], []).append(tuple(cells[1:]))

    def line_of(self, text):
        """FILE:LINE of what was written."""
        path = self.server.path("httpd.conf")
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
        return f"{path}:{lines.index(text.replace('{root}', self.server.root)) + 1}"

    def says(self, block, name, value, origin):
        expected = (value.replace("{root}", self.server.root), origin)
        assert expected in self.blocks[block][name], self.text


@pytest.mark.parametrize("block, rows", [("main server", SERVER), ("client default", CLIENT),
                                         ('Location "/all"', PLACE)])
class TestEverySetting:
    @pytest.fixture(scope="class")
    def dump(self, made):
        lines = [*(row[0] for row in SERVER + CLIENT), "CognitoCAFile system",
                 *section_lines("Location", '"/all"', *(row[0] for row in PLACE))]
        return Dump(made(*lines))

    def test_comes_with_its_place(self, dump, block, rows):
        assert dump.code == 0, dump.errors
        for line, name, value in rows:
            dump.says(block, name, value, dump.line_of(line))

    def test_is_in_the_dump_once(self, dump, block, rows):
        names = {line.split()[0] for line, _, _ in rows if line.startswith("Cognito")}
        shown = {name.split()[0] for name in dump.blocks[block]}
        assert names <= shown

    def test_shows_no_secret(self, dump, block, rows):
        assert KEY.strip() not in dump.text + dump.errors
        assert CLIENT_SECRET.strip() not in dump.text + dump.errors


class TestPipedLogs:
    @pytest.mark.parametrize("written, shown", [
        ("|/bin/cat", "|/bin/cat"), ("|/bin/cat --token t0psecret", "|/bin/cat ..."),
        ("||/bin/cat\tt0psecret", "||/bin/cat ..."), ("| /bin/cat t0psecret", "| /bin/cat ..."),
        ("|$TOKEN=t0psecret /bin/cat", "|$TOKEN ..."), ("logs/of all", "logs/of all")])
    def test_do_not_show_what_a_program_is_told(self, made, written, shown):
        dump = Dump(made(*(row[0] for row in SERVER[:1] + CLIENT),
                         f'CognitoAuditLog "{written}"'))
        assert dump.code == 0, dump.errors
        assert dump.blocks["main server"]["CognitoAuditLog"][0][0] == shown
        assert "t0psecret" not in dump.text


class TestProxies:
    def test_do_not_show_what_a_program_is_told(self, made):
        written = 'CognitoProxy "http://svc:exec:/bin/echo t0psecret@proxy:3128"'
        dump = Dump(made(*(row[0] for row in SERVER[:1] + CLIENT), written))
        assert dump.code == 0, dump.errors
        assert dump.blocks["main server"]["CognitoProxy"][0][0] == \
            "http://svc:exec:/bin/echo ...@proxy:3128"
        assert "t0psecret" not in dump.text


class TestTheDocumentedExample:
    def test_prints_what_the_page_shows(self, made):
        """docs/doctor.md: the configuration in its first `apache` block, the output behind it."""
        with open(os.path.join(TOP, "docs", "doctor.md"), encoding="utf-8") as file:
            page = file.read()
        conf, output = re.search(r"```apache\n(.*?)```.*?```text\n\$ [^\n]*\n(.*?)```", page,
                                 re.DOTALL).groups()
        conf = conf.replace(DOCUMENTED["secret"], "{root}/client")
        server = made("Include {root}/app.conf")
        server.conf.file("app.conf", conf.replace("{root}", server.root))
        server.write()
        code, said, errors = server.ask("DUMP_COGNITO")
        assert code == 0, errors
        for name, path in (("client", "secret"), ("app.conf", "conf"), ("auth_cognito.key", "key")):
            said = said.replace(server.path(name), DOCUMENTED[path])
        said = said[said.index("virtual host"):].rstrip()
        assert [re.split(r"  +", line.strip()) for line in said.splitlines()] == \
               [re.split(r"  +", line.strip()) for line in output.splitlines()]


class TestAWrongConfiguration:
    def test_is_shown_as_far_as_it_goes(self, made):
        dump = Dump(made("CognitoUserPool eu-west-1_AbC123dEf", "CognitoBaseURL https://a.example.com",
                         *section_lines("Location", '"/"', "AuthType Cognito",
                                        "Require valid-user")))
        assert dump.code == 1
        assert "nobody can sign in: CognitoClientID is missing" in dump.text


class TestInheritance:
    @pytest.fixture(scope="class")
    def dump(self, made):
        return Dump(made(
            "CognitoUserPool eu-west-1_AbC123dEf", "CognitoClientID outer",
            "CognitoSessionTimeout 30m 8h",
            *section_lines("Location", '"/everywhere"', "AuthType Cognito", "Require valid-user"),
            *section_lines(
                "VirtualHost", "*:80", "ServerName https://app.example.com:443",
                *section_lines("CognitoClient", '"staff"', "CognitoClientID staff",
                               "CognitoScope openid", "CognitoClientSecret file:{root}/client"),
                *section_lines("LocationMatch", '"^/a"', "CognitoClaims email"),
                *section_lines("Location", '"/app"', "AuthType Cognito", "Require valid-user",
                               "CognitoBackend grafana", "CognitoUnauthenticated 401"),
                *section_lines("Location", '"/app/admin"', "CognitoUse staff",
                               "CognitoUnauthenticated login"),
                *section_lines("Location", '"/apple"', "CognitoUse staff"))))

    def test_names_the_hosts(self, dump):
        assert dump.code == 0, dump.errors
        assert "nobody can sign in: CognitoBaseURL is missing" in dump.text
        assert re.search(r"^virtual host app.example.com \(\S+:\d+\)$", dump.text, re.MULTILINE)

    def test_tells_defaults(self, dump):
        dump.says("virtual host app.example.com", "CognitoPath", "/.cognito", "default")
        dump.says("virtual host app.example.com", "CognitoBaseURL", "https://app.example.com",
                  "default, from ServerName")
        dump.says("client default", "CognitoClientSecret", "none, a public client", "default")
        dump.says("client default", "CognitoScope", "openid email profile", "default")

    def test_tells_what_a_host_inherits(self, dump):
        at = dump.line_of("CognitoClientID outer")
        dump.says("client default", "CognitoClientID", "outer", f"inherited from {at}")

    def test_tells_what_a_client_inherits(self, dump):
        at = dump.line_of("CognitoUserPool eu-west-1_AbC123dEf")
        dump.says("client staff", "CognitoUserPool", "eu-west-1_AbC123dEf", f"inherited from {at}")
        dump.says("client staff", "CognitoScope", "openid", dump.line_of("CognitoScope openid"))

    def test_tells_what_a_location_gets_from_those_around_it(self, dump):
        inner = 'Location "/app/admin"'
        dump.says(inner, "CognitoUse", "staff", dump.line_of("CognitoUse staff"))
        dump.says(inner, "CognitoUnauthenticated", "login",
                  dump.line_of("CognitoUnauthenticated login"))
        dump.says(inner, "CognitoBackend", "grafana",
                  f"inherited from {dump.line_of('CognitoBackend grafana')}")
        dump.says(inner, "CognitoClaims", "email",
                  f"inherited from {dump.line_of('CognitoClaims email')}")
        dump.says(inner, "CognitoSessionTimeout", "30m 8h",
                  f"inherited from {dump.line_of('CognitoSessionTimeout 30m 8h')}")

    def test_gives_nothing_to_a_location_whose_name_only_begins_alike(self, dump):
        dump.says('Location "/apple"', "CognitoUnauthenticated", "auto", "default")

    def test_shows_sections_of_the_main_server_in_each_host(self, dump):
        dump.says('Location "/everywhere"', "Require", "valid-user",
                  dump.line_of("Require valid-user"))

    def test_tells_which_backend_gets_a_token_by_its_name_alone(self, made):
        dump = Dump(made(
            "CognitoBaseURL https://app.example.com", *(row[0] for row in CLIENT),
            *section_lines("Location", '"/app"', "CognitoBackend alb"),
            *section_lines("Location", '"/app/in"', "CognitoUse default"),
            *section_lines("Location", '"/app/env"', "CognitoExport env"),
            *section_lines("Location", '"/app/none"', "CognitoTokens none"),
            *section_lines("Location", '"/app/other"', "CognitoBackend vouch")))
        at, named = dump.line_of("CognitoBackend alb"), "access, by CognitoBackend alb"
        dump.says('Location "/app"', "CognitoTokens", named, at)
        dump.says('Location "/app/in"', "CognitoTokens", named, f"inherited from {at}")
        dump.says('Location "/app/env"', "CognitoTokens", "none", "default")
        dump.says('Location "/app/none"', "CognitoTokens", "none",
                  dump.line_of("CognitoTokens none"))
        dump.says('Location "/app/other"', "CognitoTokens", "none", "default")

    def test_tells_the_urls_to_register(self, dump):
        for url in ("callback URL  https://app.example.com/.cognito/callback",
                    "sign-out URL  https://app.example.com/.cognito/signed-out"):
            assert url in dump.text

    def test_leaves_no_file(self, dump):
        assert sorted(os.listdir(dump.server.root)) == ["client", "htdocs", "httpd.conf", "key",
                                                        "san"]
