"""`httpd -t -D CHECK_COGNITO`: every check in both states (docs/doctor.md)."""
import glob
import os
import re
import time
from email.utils import formatdate

import pytest

from harness.conf import Conf, section_lines
from harness.doctor import HOST, PATIENT, PROTECTED, Answer, check_remedy, consult
from harness.server import Server
from harness.site import CALLBACK, ORIGIN, SIGNED_OUT, site_lines

__all__ = ["consult"]

CHECKS = {"configuration", "base-url", "server-name", "cookies", "headers", "trace", "default-deny", "secrets",
          "state", "store", "sites", "reach", "pool", "issuer", "jwks", "clock", "domain", "client",
          "flow", "callback", "scopes", "pkce", "sign-out", "secret"}


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
    *[(name, lambda p, client=client, flows=flows: p.change_client(client, flows=flows),
       {"client": client}, "flow", "failed", f"^{client} is not allowed the authorization code grant$",
       "--allowed-o-auth-flows code")
      for name, client, flows in [
          ("another flow", "secret", ["implicit"]),
          ("no flow", "secret", []),
          ("no flow of a public client", "app", []),
          ("the flow of machines", "secret", ["client_credentials"]),
      ]],
    ("a client without a flow is known", lambda p: p.change_client("secret", flows=[]), {},
     "client", "ok", "^secret$", None),
    ("a callback is not told without a flow", lambda p: p.change_client("secret", flows=[]), {},
     "callback", "skipped", "^the code grant is not allowed$", None),
    ("nor is a secret", lambda p: p.change_client("secret", flows=[]), {},
     "secret", "skipped", "^the code grant is not allowed$", None),
    ("no flow, and a secret for a public client", lambda p: p.change_client("app", flows=[]),
     {"client": "app", "proof": ["CognitoClientSecret file:{root}/one"]},
     "flow", "failed", "is not allowed", "AllowedOAuthFlows: [code]"),
    ("no flow, and an old secret beside the new one", lambda p: p.change_client("rotated", flows=[]),
     {"client": "rotated", "proof": ["CognitoClientSecret file:{root}/old file:{root}/two"]},
     "flow", "failed", "is not allowed", "AllowedOAuthFlows: [code]"),
    ("no flow, and another secret", lambda p: p.change_client("secret", flows=[]),
     {"proof": ["CognitoClientSecret file:{root}/old"]}, "client", "failed",
     "secret is no app client .*; if it is one, it has another secret, and is not allowed",
     "# if secret is there, see whether its AllowedOAuthFlows has code:"),
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
     "nobody is no app client of this user pool; if it is one, it has a secret, and is not allowed",
     "aws cognito-idp list-user-pool-clients --region eu-west-1"),
    ("an unknown client leaves out its grant", {"client": "nobody"}, "flow", "skipped",
     "^the app client is not known$", None),
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
     "COG2200: Redis at 127.0.0.1:1: ", "systemctl enable --now redis-server\n# on 127.0.0.1"),
    ("a store in a file", {"host": ["CognitoStore dbm:{root}/store"]}, "store", "ok", "dbm:", None),
]


def test_every_check_is_seen_to_fail():
    """Or to warn, in a row above or in a test of the files that are named alike."""
    asserted = []
    for path in glob.glob(os.path.join(os.path.dirname(__file__), "test_81_*.py")):
        with open(path, encoding="utf-8") as file:
            asserted += re.findall(r'expect\(\s*"([\w-]+)", "(?:failed|warning)"', file.read())
    rows = [row[-4] for row in POOL_SIDE + HERE if row[-3] in ("failed", "warning")]
    assert {*rows, *asserted} == CHECKS


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
