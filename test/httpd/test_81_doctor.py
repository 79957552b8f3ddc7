"""`httpd -t -D CHECK_COGNITO`: every check in both states (docs/doctor.md)."""
import json
import os
import re
import secrets
import stat
import subprocess
import time
from email.utils import formatdate

import pytest

from harness.conf import TOP, Conf, section_lines
from harness import pool as pools
from harness.pool import ROTATED, SECRET
from harness.server import Server
from harness.waiting import PATIENCE
from harness.site import CALLBACK, ORIGIN, SIGNED_OUT, key_file, site_lines

HOST = "app.example.test"
CHECKS = {"configuration", "base-url", "server-name", "cookies", "headers", "trace", "default-deny", "secrets",
          "state", "store", "sites", "reach", "pool", "issuer", "jwks", "clock", "domain", "client",
          "callback", "scopes", "pkce", "sign-out", "secret"}
PATIENT = ["CognitoTimeout 30s 60s"]  # a machine may be slow
PROTECTED = section_lines("Location", '"/"', "AuthType Cognito", "Require valid-user")


class Answer:
    """What the doctor said, as JSON."""

    def __init__(self, server, wrapper=()):
        self.code, self.text, self.errors = server.ask("CHECK_COGNITO_JSON", wrapper=wrapper)
        self.report = json.loads(self.text)

    def of(self, check):
        """The findings of a check."""
        return [f for g in self.report["groups"] for f in g["findings"] if f["check"] == check]

    def expect(self, check, result, text=""):
        found = self.of(check)
        assert any(f["result"] == result and re.search(text, f["text"]) for f in found), \
            f"{check} is not {result} ({text}): {found}"
        return next(f for f in found if f["result"] == result)


@pytest.fixture
def consult(pool):
    """consult(...) asks about a host like the one below, which is good, unless told else."""
    servers = []

    def ask(*lines, client="secret", host=(), body=PROTECTED, origin=ORIGIN, issuer=None,
            proof=None, before=None, name=HOST):
        conf = Conf().secret("keys", key_file()).secret("one", SECRET + "\n")
        conf.secret("two", ROTATED[1] + "\n").secret("old", ROTATED[0] + "\n")
        of_client = {"secret": ["CognitoClientSecret file:{root}/one"],
                     "rotated": ["CognitoClientSecret file:{root}/two"]}.get(client, [])
        conf.add("CognitoSecret file:{root}/keys", *PATIENT, *lines)
        conf.section("VirtualHost", "127.0.0.1:{port}", f"ServerName {name}",
                     f"CognitoIssuer {issuer or pool.issuer}", f"CognitoClientID {client}",
                     f"CognitoBaseURL {origin}",
                     *(of_client if proof is None else proof), *host, *body)
        server = Server(conf)
        servers.append(server)
        if before:
            before(server)
        return Answer(server)

    ask.servers = servers
    yield ask
    for server in servers:
        server.remove()


class TestTls:
    """An emulator with a CA that nobody knows."""

    @pytest.fixture(scope="class")
    def running(self):
        running, found = pools.start(tls=True)
        yield running, found["eu-west-1_AppPool01"]
        running.stop()

    def test_a_certificate_that_is_not_trusted_gets_no_secret(self, consult, running):
        answer = consult(issuer=running[1].issuer)
        answer.expect("reach", "failed", "(?i)certificate.*; asked directly, trusting the system")
        assert answer.of("secret")[0]["result"] == "skipped"
        assert running[1].requests("token") == []

    def test_nor_does_a_token_endpoint_that_is_not(self, consult, running, pool):
        answer = consult(host=[f"CognitoEndpoint token {running[1].domain}/oauth2/token"])
        answer.expect("reach", "ok")
        answer.expect("secret", "failed", "COG2102: POST .*/oauth2/token got no answer: ")
        assert running[1].requests("token") == pool.requests("token") == []

    def test_its_ca_can_be_named(self, consult, running):
        answer = consult(f"CognitoCAFile {running[0].ca_file}", issuer=running[1].issuer)
        answer.expect("reach", "ok", "directly, trusting /")
        assert answer.code == 0, answer.text

    def test_a_proxy_that_is_away(self, consult):
        answer = consult("CognitoProxy http://127.0.0.1:1", issuer="https://issuer.example.test/p")
        answer.expect("reach", "failed", "asked by the proxy http://127.0.0.1:1, trusting")


class TestAGoodHost:
    @pytest.mark.parametrize("client", ["app", "secret"])
    def test_passes_every_check(self, consult, client):
        answer = consult(client=client)
        assert answer.code == 0, answer.text
        assert answer.report["ok"] is True
        found = {f["check"]: f["result"] for g in answer.report["groups"] for f in g["findings"]}
        assert found == dict.fromkeys(CHECKS, "ok")
        assert answer.report["counts"]["ok"] >= len(CHECKS)
        assert all(f["remedy"] == {} for g in answer.report["groups"] for f in g["findings"])

    def test_says_about_whom_it_speaks(self, consult):
        groups = consult().report["groups"]
        assert [g["client"] for g in groups] == [None, None, "default"]
        assert groups[1]["host"].startswith(f"virtual host {HOST} (")

    def test_sends_the_secret_to_the_token_endpoint_alone(self, consult, pool):
        pool.clear_requests()
        consult()
        bodies = {r.endpoint: r.body + str(r.headers) + r.target for r in pool.requests()}
        assert set(bodies) == {"discovery", "jwks", "authorize", "logout", "token"}
        with_proof = {r.endpoint for r in pool.requests() if "authorization" in r.headers}
        assert with_proof == {"token"}

    def test_signs_nobody_in_and_leaves_no_file(self, consult, pool):
        consult()
        assert pool.issued() == []
        assert sorted(os.listdir(consult.servers[0].root)) == \
            ["htdocs", "httpd.conf", "keys", "old", "one", "san", "two"]

    def test_makes_no_key(self, pool):
        conf = Conf().add(*site_lines(pool), *PATIENT, *PROTECTED)
        server = Server(conf)
        try:
            answer = Answer(server)
            answer.expect("secrets", "ok", "auth_cognito.key is made at the first start")
            assert not os.path.exists(server.path("auth_cognito.key"))
        finally:
            server.remove()


# (name, what the user pool does, how the host is configured, check, result, text, remedy)
POOL_SIDE = [
    ("discovery answers 404", lambda p: p.fail("discovery", status=404), {},
     "pool", "failed", "answers 404", "aws cognito-idp list-user-pools --region eu-west-1"),
    ("discovery is busy", lambda p: p.fail("discovery", status=503), {},
     "pool", "warning", "answers 503", ""),
    ("the pool has another name",
     lambda p: p.fail("discovery", json_set={"issuer": "https://else.example.com/x"}), {},
     "issuer", "failed", "calls itself https://else.example.com/x, configured is http",
     "CognitoIssuer https://else.example.com/x"),
    ("discovery is a page", lambda p: p.fail("discovery", broken="html"), {},
     "issuer", "failed", "is no discovery document", ""),
    ("no keys", lambda p: p.fail("jwks", json_set={"keys": []}), {},
     "jwks", "failed", "holds no key that may be used", ""),
    ("keys answer 500", lambda p: p.fail("jwks", status=500), {},
     "jwks", "failed", "answers 500", ""),
    ("keys that nobody may use",
     lambda p: p.fail("jwks", json_set={"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]}), {},
     "jwks", "failed", "holds no key that may be used", ""),
    ("a clock that is slow",
     lambda p: p.fail("discovery", headers={"Date": formatdate(time.time() + 40, usegmt=True)}, work=True),
     {}, "clock", "warning", r"this clock is \d\d s behind that of the user pool", "systemd-timesyncd"),
    ("a clock behind",
     lambda p: p.fail("discovery", headers={"Date": "Sat, 01 Jan 2000 00:00:00 GMT"}, work=True),
     {}, "clock", "failed", "this clock is .* s ahead of that of the user pool", "systemd-timesyncd"),
    ("no domain", lambda p: p.fail("discovery", json_set={"authorization_endpoint": ""}), {},
     "domain", "failed", "add a domain to the user pool",
     "aws cognito-idp create-user-pool-domain --region eu-west-1 --user-pool-id "
     "eu-west-1_AppPool01"),
    ("a hosted UI that hangs up", lambda p: p.fail("authorize", reset="at-once"), {},
     "domain", "failed", "got no answer", ""),
    ("a hosted UI that is busy", lambda p: p.fail("authorize", status=503), {},
     "domain", "warning", "answers 503", ""),
    ("an answer that says nothing", lambda p: p.fail("authorize", status=200, body="hello"), {},
     "client", "warning", "the hosted UI answers: status 200", ""),
    ("the code flow is off", lambda p: p.change_client("secret", flows=["implicit"]), {},
     "client", "failed", "is not allowed the authorization code flow",
     "--allowed-o-auth-flows code"),
    ("a callback that is not registered", lambda p: p.change_client("secret", callback_urls=[]),
     {}, "callback", "failed", f"{ORIGIN}{CALLBACK} is not registered .*redirect_mismatch",
     f"""--callback-urls '["{ORIGIN}{CALLBACK}"]'"""),
    ("a scope too many", lambda p: p.change_client("secret", scopes=["openid", "email"]),
     {}, "scopes", "failed", r"is not allowed: profile \(invalid_scope\)",
     "--allowed-o-auth-scopes openid email profile"),
    ("a sign-out that is not registered", lambda p: p.change_client("secret", logout_urls=[]),
     {}, "sign-out", "failed", f"{ORIGIN}{SIGNED_OUT} is not registered",
     f"""--logout-urls '["{ORIGIN}{SIGNED_OUT}"]'"""),
    ("a sign-out that is busy", lambda p: p.fail("logout", status=503), {},
     "sign-out", "warning", "too busy", ""),
    ("PKCE is refused",
     lambda p: p.fail("authorize", error="invalid_request", skip=1, times=1), {},
     "pkce", "failed", "with a code challenge is refused", ""),
    ("requests are refused", lambda p: p.fail("authorize", error="invalid_request", skip=1), {},
     "pkce", "warning", "with and without it", ""),
    ("a token endpoint that is busy", lambda p: p.fail("token", status=503), {},
     "secret", "warning", "neither yes nor no", ""),
]

HERE = [
    ("an unknown client", {"client": "nobody"}, "client", "failed",
     "nobody is no app client of this user pool",
     "aws cognito-idp list-user-pool-clients --region eu-west-1"),
    ("a machine's client", {"client": "machine"}, "client", "failed",
     "or none with the authorization code flow", ""),
    ("another callback", {"host": ["CognitoCallback /oauth2/callback"]}, "callback", "failed",
     f"{ORIGIN}/oauth2/callback is not registered", "CallbackURLs: [\"https://app.example.test"),
    ("a second base URL", {"origin": f"{ORIGIN} https://third.example.test"}, "callback", "failed",
     "https://third.example.test/.cognito/callback is not registered", "callback_urls = ["),
    ("another path", {"host": ["CognitoPath /auth", f"CognitoCallback {CALLBACK}"]},
     "sign-out", "failed", f"{ORIGIN}/auth/signed-out is not registered", ""),
    ("a scope of another client", {"host": ["CognitoScope openid orders/read nothing"]},
     "scopes", "failed", "is not allowed: .*nothing", "allowed_oauth_scopes = ["),
    ("a wrong secret", {"proof": ["CognitoClientSecret file:{root}/old"]}, "secret", "failed",
     r"the secret is not that of the app client \(invalid_client\)",
     "aws cognito-idp describe-user-pool-client --region eu-west-1 --user-pool-id "
     "eu-west-1_AppPool01 --client-id secret"),
    ("a secret by post", {"host": ["CognitoClientAuth post"]}, "secret", "ok", "is right", None),
    ("a secret that a program tells", {"proof": ['CognitoClientSecret "exec:/bin/cat {root}/one"']},
     "secret", "ok", "is right", None),
    ("a program that fails", {"proof": ["CognitoClientSecret exec:/bin/false"]},
     "secret", "failed", "the secret .*", ""),
    ("an old secret beside the new one",
     {"client": "rotated", "proof": ["CognitoClientSecret file:{root}/old file:{root}/two"]},
     "secret", "warning", "the first secret is not .* of the app client; the other one is", ""),
    ("no secret", {"proof": []}, "secret", "failed", "has a secret, but none is configured", ""),
    ("a secret for a public client",
     {"client": "app", "proof": ["CognitoClientSecret file:{root}/one"]}, "secret", "failed",
     "the app client is public, but a secret is configured", "GenerateSecret"),
    ("no such issuer", {"issuer": "http://127.0.0.1:1/eu-west-1_AppPool01"}, "reach", "failed",
     "COG2102: .*; asked directly, trusting the system's certificates", "CognitoProxy"),
    ("an issuer that cannot be asked leaves the rest out",
     {"issuer": "http://127.0.0.1:1/eu-west-1_AppPool01"}, "callback", "skipped", "", None),
    ("another pool", {"issuer": "{elsewhere}"}, "pool", "failed",
     "answers 40[0-9]: there is no such user pool", "list-user-pools"),
    *[(f"another pool leaves out its {check}", {"issuer": "{elsewhere}"}, check, "skipped", "", None)
      for check in ("issuer", "jwks", "domain", "client", "secret")],
    ("http", {"origin": "http://localhost", "name": "localhost"}, "base-url", "warning",
     "is not https", "CognitoBaseURL https"),
    ("another server name", {"name": "else.example.test"}, "server-name", "warning",
     r"app.example.test is neither ServerName \(else.example.test\) nor ServerAlias",
     "ServerAlias app.example.test"),
    ("an alias", {"name": "else.example.test", "host": ["ServerAlias *.example.test"]},
     "server-name", "ok", "app.example.test", None),
    ("cookies of a domain", {"host": ["CognitoCookie domain=example.test"]}, "cookies", "warning",
     "each host of that domain", "without domain="),
    ("cookies for other sites", {"host": ["CognitoCookie samesite=none"]}, "cookies", "warning",
     "other sites send requests", ""),
    ("short headers", {"lines": ["LimitRequestFieldSize 4000"]}, "headers", "failed",
     "LimitRequestFieldSize 4000 is too little", "LimitRequestFieldSize 16380"),
    ("TRACE", {"lines": ["TraceEnable on"]}, "trace", "warning", "TRACE is answered",
     "TraceEnable off"),
    ("one place", {"body": section_lines("Location", '"/secure"', "AuthType Cognito",
                                         "Require valid-user")},
     "default-deny", "warning", 'only Location "/secure" is protected', "Require valid-user"),
    ("one place, the rest denied",
     {"body": [*section_lines("Location", '"/"', "Require all denied"),
               *section_lines("Location", '"/secure"', "AuthType Cognito", "Require valid-user")]},
     "default-deny", "ok", "", None),
    ("inside of RequireAll",
     {"body": section_lines("Location", '"/"', "AuthType Cognito",
                            *section_lines("RequireAll", "", "Require valid-user"))},
     "default-deny", "ok", "", None),
    *[(name, {"body": section_lines("Location", '"/"', "AuthType Cognito", *lines)},
       "default-deny", "warning", 'only Location "/" is protected', "Require valid-user")
      for name, lines in [
          ("beside what everybody meets", ["Require valid-user", "Require all granted"]),
          ("beside it, inside of RequireAny",
           section_lines("RequireAny", "", "Require valid-user", "Require all granted")),
          ("inside of RequireAll, beside it",
           [*section_lines("RequireAll", "", "Require valid-user"), "Require all granted"]),
          ("inside of RequireNone",
           section_lines("RequireAll", "", "Require all granted",
                         *section_lines("RequireNone", "", "Require user bob"))),
          ("not", section_lines("RequireAll", "", "Require all granted",
                                "Require not user bob")),
          ("who is not signed in may pass",
           ["CognitoUnauthenticated pass", "Require all granted"]),
      ]],
    ("inside of RequireAll, with what everybody meets",
     {"body": section_lines("Location", '"/"', "AuthType Cognito",
                            *section_lines("RequireAll", "", "Require all granted",
                                           "Require valid-user"))},
     "default-deny", "ok", "", None),
    ("denied and granted",
     {"body": [*section_lines("Location", '"/"', "Require all denied", "Require all granted"),
               *section_lines("Location", '"/secure"', "AuthType Cognito", "Require valid-user")]},
     "default-deny", "warning", 'only Location "/secure" is protected', ""),
    ("no place", {"body": []}, "default-deny", "failed", "no AuthType Cognito", ""),
    ("no Require", {"body": section_lines("Location", '"/"', "AuthType Cognito")},
     "default-deny", "failed", "no Require asks who it is", ""),
    ("a store that is away", {"host": ["CognitoStore redis://127.0.0.1:1"]}, "store", "failed",
     "COG2200: Redis at 127.0.0.1:1: ", "CognitoStore rediss://"),
    ("a store in a file", {"host": ["CognitoStore dbm:{root}/store"]}, "store", "ok", "dbm:", None),
]


def test_every_check_is_seen_to_fail():
    """Or to warn, in a row above or in a test below."""
    with open(__file__, encoding="utf-8") as file:
        asserted = re.findall(r'expect\(\s*"([\w-]+)", "(?:failed|warning)"', file.read())
    rows = [row[-4] for row in POOL_SIDE + HERE if row[-3] in ("failed", "warning")]
    assert {*rows, *asserted} == CHECKS


def check_remedy(finding, remedy):
    text = "\n".join(finding["remedy"].values())
    if remedy is None:
        assert finding["remedy"] == {}
    else:
        assert remedy in text
        assert not re.search(r"\{\w", text), f"a word is missing: {text}"


class TestEachCheck:
    @pytest.mark.parametrize("break_it, how, check, result, text, remedy",
                             [row[1:] for row in POOL_SIDE], ids=[row[0] for row in POOL_SIDE])
    def test_sees_what_the_user_pool_does(self, consult, pool, break_it, how, check, result, text,
                                          remedy):
        try:
            break_it(pool)
            answer = consult(**how)
        finally:
            pool.restore()
        check_remedy(answer.expect(check, result, text), remedy)
        assert answer.code == (1 if answer.report["counts"]["failed"] else 0)

    @pytest.mark.parametrize("how, check, result, text, remedy", [row[1:] for row in HERE],
                             ids=[row[0] for row in HERE])
    def test_sees_what_is_configured(self, consult, pool, how, check, result, text, remedy):
        how = dict(how)
        lines = how.pop("lines", [])
        if how.get("issuer") == "{elsewhere}":
            how["issuer"] = pool.issuer.replace(pool.id, "eu-west-1_Nowhere01")
        answer = consult(*lines, **how)
        check_remedy(answer.expect(check, result, text), remedy)
        assert answer.code == (1 if answer.report["counts"]["failed"] else 0)


def loosen(name, mode):
    return lambda server: os.chmod(server.path(name), mode)


def write(name, text):
    def do(server):
        with open(server.path(name), "w", encoding="ascii") as file:
            file.write(text)
    return do


class TestSecrets:
    @pytest.mark.parametrize("before, text", [
        (loosen("keys", 0o620), "keys may be written by its group"),
        (loosen("keys", 0o640), "keys may be read by a group that is not httpd's"),
        (loosen("one", 0o660), "one may be written by its group"),
        (loosen("", 0o777), "keys lies in a folder that everybody may write to"),
        (write("keys", "0123456789abcdef" * 4), "keys is easy to guess"),
        (write("keys", "a" * 64), "keys is easy to guess"),
    ], ids=["written by a group", "read by a group", "a client's", "the folder", "repeated",
            "one letter"])
    def test_are_seen_where_they_are_kept_badly(self, consult, before, text):
        answer = consult(before=before)
        finding = answer.expect("secrets", "failed", text)
        assert answer.code == 1
        if os.getuid() == 0:  # who else may give a file to root?
            subprocess.run(["sh", "-ec", finding["remedy"]["httpd"]], check=True)
            assert Answer(consult.servers[0]).code == 0, "the remedy is none"

    def test_are_seen_where_browsers_may_fetch_them(self, consult):
        def move(server):
            os.rename(server.path("one"), server.path("htdocs/one"))

        answer = consult(proof=["CognitoClientSecret file:{root}/htdocs/one"], before=move)
        answer.expect("secrets", "failed", "one lies in DocumentRoot")

    @pytest.mark.skipif(os.getuid() != 0, reason="gives a file to another group")
    def test_may_be_read_by_the_group_of_httpd(self, consult):
        def hand_over(server):
            import grp
            os.chown(server.path("one"), 0, grp.getgrnam("www-data").gr_gid)
            os.chmod(server.path("one"), stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)

        assert consult(before=hand_over).code == 0

    def test_are_never_shown(self, consult):
        for how in ({}, {"proof": ["CognitoClientSecret file:{root}/old"]},
                    {"proof": ['CognitoClientSecret "exec:/bin/cat {root}/one"']}):
            answer = consult(**how)
            said = answer.text + answer.errors + "".join(consult.servers[-1].ask("CHECK_COGNITO")[1:])
            with open(consult.servers[-1].path("keys"), encoding="ascii") as file:
                assert file.read().strip() not in said
            assert not any(secret in said for secret in (SECRET, *ROTATED))


class TestTheDocumentedExample:
    CLIENT = "7sm0a9nvvurn0guite1f2jgqi9"
    REAL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"

    def test_prints_what_the_page_shows(self, pool):
        """docs/doctor.md: the `text` block that begins with CHECK_COGNITO."""
        with open(os.path.join(TOP, "docs", "doctor.md"), encoding="utf-8") as file:
            page = file.read()
        shown = re.search(r"\$ apachectl -t -D CHECK_COGNITO\n(.*?)```", page, re.DOTALL)[1]
        site = re.search(r"```apache\n(.*?)```", page, re.DOTALL)[1]
        assert cells(self.said(pool, site)) == cells(shown)

    def said(self, pool, site):
        secret = secrets.token_hex(32)
        pool.add_client(self.CLIENT, secrets=[secret],
                        logout_urls=["https://app.example.com/.cognito/signed-out"])
        conf = Conf().secret("secret", secret + "\n").add("TraceEnable on", *PATIENT, "Include {root}/app.conf")
        server = Server(conf)
        try:
            site = site.replace("CognitoUserPool     eu-west-1_AbC123dEf",
                                f"CognitoIssuer {pool.issuer}")
            conf.file("app.conf", site.replace("/etc/cognito/secret", server.path("secret")))
            server.write()
            code, text, _ = server.ask("CHECK_COGNITO")
        finally:
            server.remove()
        assert code == 1
        for ours, theirs in ((pool.issuer, self.REAL), (pool.id, "eu-west-1_AbC123dEf"),
                             (pool.domain, "https://my-app.auth.eu-west-1.amazoncognito.com"),
                             (server.path("secret"), "/etc/cognito/secret"),
                             (server.path("app.conf"), "/etc/apache2/sites-enabled/app.conf"),
                             (server.path(""), "/var/lib/apache2/auth_cognito/")):
            text = text.replace(ours, theirs)
        # tests before this one may have rotated the pool's keys
        return re.sub(r"\b\d+ keys at", "2 keys at", text)


def cells(text):
    return [re.split(r"  +", line.strip()) for line in text.strip().splitlines()]


class TestFolders:
    """For somebody who may not write to them."""

    def test_are_seen_where_they_cannot_be_written_to(self, pool):
        server = Server(Conf().add(*site_lines(pool), *PATIENT, *PROTECTED,
                                  "CognitoStore dbm:{root}/store"))
        as_nobody = ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups"]
        os.chmod(server.root, 0o555)
        try:
            answer = Answer(server, as_nobody if os.getuid() == 0 else ())
            finding = answer.expect("state", "failed", "Permission denied")
            check_remedy(finding, f"install -d -m 700 {server.root}/")
            answer.expect("store", "failed", "folder cannot be written to")
            assert answer.code == 1
        finally:
            os.chmod(server.root, 0o755)
            server.remove()


def on_a_terminal(server, wrapper):
    """What the doctor says to a terminal."""
    command = [*wrapper, *server.command("-t", "-DCHECK_COGNITO")]
    ours, theirs = os.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs,
                          stderr=subprocess.DEVNULL, env=server.environment()) as process:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:
            pass  # the other end is closed
        process.wait(timeout=60 * PATIENCE)
    os.close(ours)
    return said.decode()


class TestText:
    def test_is_made_for_people(self, consult, pool):
        consult(host=["CognitoCallback /oauth2/callback"])
        code, text, _ = consult.servers[0].ask("CHECK_COGNITO")
        assert code == 1
        assert "\033" not in text, "colours are for terminals"
        assert re.search(r"^  failed    callback URL +https://app.example.test/oauth2/callback is "
                         r"not registered .*\n"
                         r"            AWS CLI +aws cognito-idp update-user-pool-client .*\n"
                         r"              +# it resets what it does not name: .*\n"
                         r"            CloudFormation +CallbackURLs: .*\n"
                         r"            Terraform +callback_urls = .*\n"
                         r"            here +# or CognitoBaseURL ", text, re.MULTILINE), text
        assert re.search(r"\n\d+ ok, 0 warnings, 1 failed, 2 skipped\n$", text)

    @pytest.mark.parametrize("wrapper, is_coloured", [((), True), (["env", "NO_COLOR=1"], False)])
    def test_has_colours_on_a_terminal(self, consult, wrapper, is_coloured):
        consult()
        server = consult.servers[0]
        assert ("\033[32mok" in on_a_terminal(server, wrapper)) == is_coloured

    def test_says_when_nobody_can_sign_in(self):
        server = Server(Conf())
        try:
            Answer(server).expect("sites", "failed", "in 0 of 1 ")
            code, text, _ = server.ask("CHECK_COGNITO")
            assert code == 1
            assert "failed    sites" in text
        finally:
            server.remove()


class TestAConfigurationThatHttpdRefuses:
    """Programs get one object all the same; people read httpd's own words."""

    @pytest.mark.parametrize("lines, text", [
        (["CognitoTimeout 1 2"], r"Syntax error on line \d+ of \S+/httpd\.conf: CognitoTimeout: '1' is not "),
        (["NoSuchDirective 1"], "Invalid command 'NoSuchDirective'"),
        (["Include {root}/gone.conf"], "Could not open configuration file"),
        (['<Location "/">'], "<Location> was not closed"),
        (["CognitoClientID app", *PROTECTED], "COG4000: main server: CognitoBaseURL is missing"),
        (["CognitoClientID \u00fcber"], "CognitoClientID: "),
    ], ids=["a value", "a name", "a file", "a section", "what is missing", "not ASCII"])
    def test_is_a_finding(self, lines, text):
        server = Server(Conf().add(*lines))
        try:
            answer = Answer(server)
            answer.expect("configuration", "failed", text)
            assert answer.code == 1 and answer.report["ok"] is False
            assert answer.report["counts"] == {"ok": 0, "warning": 0, "failed": 1, "skipped": 0}
            assert server.ask("CHECK_COGNITO")[:2] == (1, "")
        finally:
            server.remove()


class TestEndpointsThatAreConfigured:
    """docs/recipes/appsmith.md: the issuer names the tokens, and is asked for nothing."""

    AWAY = "https://issuer.example.test/eu-west-1_AppPool01"

    def lines(self, pool, *without):
        paths = {"authorize": "oauth2/authorize", "token": "oauth2/token", "logout": "logout"}
        found = {kind: f"{pool.domain}/{path}" for kind, path in paths.items()}
        return [f"CognitoEndpoint {kind} {url}" for kind, url in {**found, "jwks": pool.jwks}.items()
                if kind not in without]

    def test_leave_out_what_httpd_does_not_ask(self, consult, pool):
        pool.clear_requests()
        answer = consult(host=self.lines(pool), issuer=self.AWAY)
        answer.expect("issuer", "skipped", f"all endpoints are configured; tokens must name {self.AWAY}")
        assert answer.code == 0, answer.text
        assert answer.report["counts"]["skipped"] == 1 and pool.requests("discovery") == []

    def test_the_issuer_is_compared_where_it_is_asked_for_keys(self, consult, pool):
        answer = consult(host=self.lines(pool, "jwks"))
        answer.expect("issuer", "ok")
        assert answer.code == 0, answer.text


class TestARunningServer:
    def test_is_not_disturbed(self, start, pool):
        """By root, in the place where the server has its own key."""
        server = start(Conf().add(*site_lines(pool), *PATIENT, *PROTECTED))
        kept = {name: os.stat(server.path(name)) for name in ("auth_cognito.key", "pid")}
        code, text, errors = server.ask("CHECK_COGNITO")
        assert code == 0, text + errors
        assert {name: os.stat(server.path(name)).st_mtime_ns for name in kept} == \
               {name: stat.st_mtime_ns for name, stat in kept.items()}
        assert server.is_up()


class TestARealStore:
    def test_answers(self, consult, start_redis):
        redis = start_redis()
        answer = consult(host=[f"CognitoStore redis://127.0.0.1:{redis.port}"])
        answer.expect("store", "ok", "answers")
        assert answer.code == 0

    def test_wants_a_password(self, consult, start_redis):
        redis = start_redis(password="something-else")
        url = f"redis://:exec:/bin/echo something-else@127.0.0.1:{redis.port}"
        wrong = consult(host=[f"CognitoStore redis://127.0.0.1:{redis.port}"])
        wrong.expect("store", "failed", "COG2200")
        right = consult(host=[f'CognitoStore "{url}"'])
        right.expect("store", "ok", r"redis://:exec:/bin/echo …@127\.0\.0\.1:\d+/0 answers")
        assert "something-else" not in right.text + right.errors
        assert "something-else" not in "".join(consult.servers[-1].ask("DUMP_COGNITO")[1:])

    def test_wants_a_ca(self, consult, start_redis):
        redis = start_redis(has_tls=True)
        url = f"rediss://127.0.0.1:{redis.port}"
        consult(host=[f"CognitoStore {url}"]).expect("store", "failed", "(?i)COG2200: .*certificate")
        consult(host=[f"CognitoStore {url} ca={redis.ca_file}"]).expect(
            "store", "ok", "answers over TLS")

    def test_may_be_memcached(self, consult, start_memcached):
        memcached = start_memcached()
        consult(host=[f"CognitoStore memcache:127.0.0.1:{memcached.port}"]).expect(
            "store", "ok", "answers")
        both = consult(host=[f"CognitoStore memcache:127.0.0.1:{memcached.port},127.0.0.1:1"])
        assert [f["result"] for f in both.of("store")] == ["ok", "failed"]
        both.expect("store", "failed", "COG2200: memcached at 127.0.0.1:1: ")

