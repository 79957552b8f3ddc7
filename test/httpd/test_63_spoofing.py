"""The spoofing matrix (security.md, 4): whoever asks, however and for whatever, a backend hears
of each identity header what this server says, once, or nothing. Rows that belong to values, names
and dialects are in test_61_headers.py, test_62_scrub.py and test_65_backends.py."""
import itertools
import re

import pytest

from harness import http2
from harness.client import Client
from harness.conf import MPM
from harness.server import read_text
from harness.site import SESSION, site_conf
from harness.waiting import wait_for

WHO = ["nobody", "alice", "bearer"]
VERSIONS = ["1.0", "1.1", "2"]
OWN = "x_cognito(_.*)?|x_amzn_oidc.*|x_pomerium.*|remote_user|session"
SAID = ["X-Cognito-Sub", "X-Cognito-Username", "X-Cognito-Email", "X-Cognito-Groups"]
TOKEN_CHARS = "!#$%&'*+.^_`|~"


def mixed(name):
    """Every way to write `-` or `_` between the words of a name."""
    words = name.split("-")
    return ["".join(w + s for w, s in zip(words, [*separators, ""]))
            for separators in itertools.product("-_", repeat=len(words) - 1)]


def twice(pairs):
    return [pair for one in pairs for pair in (one, one)]


ROWS = {
    "H01 exact": [(name, "evil") for name in SAID],
    "H02 case": [(form(name), "evil") for name in SAID for form in (
        str.lower, str.upper, str.swapcase, str.title)],
    "H03 underscores": [(name.replace("-", "_"), "evil") for name in SAID],
    "H04 mixed": [(form, "evil") for name in [*SAID, "X-Amzn-Oidc-Data"] for form in mixed(name)],
    "H05 other characters": [(f"X{c}Cognito{d}Sub", "evil") for c in TOKEN_CHARS for d in (c, "-")]
    + [("X-Cognito-Sub" + c, "evil") for c in TOKEN_CHARS],
    "H06 prefix": [(name, "evil") for name in (
        "X-Cognito", "X-Cognito-", "X-Cognito-NewClaim", "X-Cognito-Custom-Tenant", "x_cognito",
        "X_Cognito_", "X-Cognito-Id-Token", "X-Cognito-Assertion", "x_cognito_assertion", "X-Cognito-Sub-")],
    "H07 duplicates": twice([(name, "evil") for name in SAID])
    + [("X-Other", "1"), ("X-Cognito-Sub", "evil2"), ("X_Cognito_Sub", "evil3")],
    "H08 values": [("X-Cognito-Sub", "evil, alice"), ("X-Cognito-Email", ""),
                   ("X_Cognito_Groups", "evil" * 1900), ("X-Cognito-Username", '"evil"')],
    "H14 CGI": [("Cognito-Sub", "theirs"), ("HTTP-X-Cognito-Sub", "theirs"), ("Session", "evil"),
                ("Remote-User", "evil"), ("REMOTE_USER", "evil"), ("Remote_User", "evil")],
    "H16 of others": [("X-Amzn-Oidc-Data", "evil"), ("X-Amzn-Oidc-Identity", "evil"),
                      ("x-amzn-oidc-accesstoken", "evil"), ("X_Amzn_Oidc_Data", "evil"),
                      ("X-Pomerium-Jwt-Assertion", "evil"), ("X_Pomerium-Claim_Email", "evil")],
}
CONNECTIONS = {
    "H20": ["close, X-Cognito-Sub", "x-cognito-sub, X-COGNITO-EMAIL", "X_Cognito_Sub, close",
            "X-Cognito-Groups,X-Cognito-Username , close", "X-Cognito"],
    "H21": ["close, X-Cognito-Sub", "X-Cognito-Email,X_Cognito_Email"],
}


class Asker:
    """Sends the requests of one party in one version of HTTP. The host is behind a proxy that
    speaks TLS."""

    def __init__(self, site, browser, credentials):
        self.site = site
        self.browser = browser
        self.credentials = credentials

    def send(self, version, path, pairs=(), method="GET", body=None):
        """(status, body) of a request with these header lines, exactly."""
        pairs = [*self.credentials, *pairs]
        if version == "2":
            pairs = [(name.lower(), value) for name, value in pairs
                     if not name.endswith("Connection")]  # malformed there (RFC 9113, 8.2.2)
            return http2.exchange(self.site.server.port, method, path, pairs, body)
        lines = [f"{method} {path} HTTP/{version}", "Host: app.example.test",
                 *(f"{name}: {value}" for name, value in pairs)]
        if not any("close" in value for name, value in pairs if name == "Connection"):
            lines.append("Connection: close")
        lines += [f"Content-Length: {len(body)}"] if body is not None else []
        answer = self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))
        head, _, content = answer.partition(b"\r\n\r\n")
        return (int(head.split(b" ", 2)[1]) if head else 0), content

    def raw(self, data, until=None):
        return self.browser.raw(self.site.origin, data, until=until)


def matrix_conf(pool, backend):
    """Below /secure and /cgi/env users are known, with pass in the name all others come in too,
    /open knows nobody."""
    conf = site_conf(pool).cgi().load("proxy_wstunnel", "headers", "setenvif")
    if MPM != "prefork":  # mod_http2 does not work there
        conf.load("http2").add("Protocols h2c http/1.1")
    conf.add("CognitoExport both", "CognitoAccept session bearer",
             "CognitoRemoteUser cognito:username username sub")
    for path in ("/secure", "/cgi/env"):
        conf.protect(path)
        conf.location(path + "/pass", "CognitoUnauthenticated pass", "Require all granted")
        conf.location(path + "/open", "Require all granted")
    conf.location("/secure/open", "AuthType None")
    ws = backend.url.replace("http:", "ws:")
    return conf.add("ProxyPass /cgi/ !", f"ProxyPass /secure/tunnel {ws}/secure/tunnel",
                    f"ProxyPass /secure/upgrade {backend.url}/secure/upgrade upgrade=websocket",
                    f"ProxyPass / {backend.url}/")


@pytest.fixture(scope="class")
def site(run, pool, backend):
    return run(matrix_conf(pool, backend))


@pytest.fixture(params=WHO)
def who(request):
    return request.param


@pytest.fixture(params=VERSIONS)
def version(request):
    if request.param == "2" and MPM == "prefork":
        pytest.skip("mod_http2 does not work with prefork")
    return request.param


@pytest.fixture(scope="class")
def credentials(site, pool, oracle):
    """The header lines by which each proves who they are."""
    browser = site.browser(Client)
    oracle.secrets.watch(lambda: browser.jar.secrets)
    site.sign_in(browser)
    yield {"nobody": [], "alice": [("Cookie", browser.jar.header(site.url()))],
           "bearer": [("Authorization", f"Bearer {pool.access_token('alice')}")]}
    browser.close()


@pytest.fixture
def asker(site, browsers, credentials, who):
    return Asker(site, site.browser(browsers), credentials[who])


@pytest.fixture
def heard(backend):
    """heard(asker, …): what the backend has heard: {folded name: values}; None when it was not
    asked."""
    def ask(asker, version, path, pairs=(), **how):
        backend.clear()
        status, _ = asker.send(version, path, pairs, **how)
        if not backend.seen:
            assert status in (401, 302), status
            return None
        assert status == 200 and len(backend.seen) == 1
        seen = backend.seen[-1]
        assert "evil" not in seen.head
        if path.endswith("/open"):
            backend.clear()  # Authorization is the application's own there
        return seen.folded(OWN)
    return ask


@pytest.fixture
def variables():
    """The same for a script: {variable: value} of all that speaks of users."""
    def ask(asker, version, path, pairs=(), **how):
        status, content = asker.send(version, path, pairs, **how)
        if status in (401, 302):
            return None
        assert status == 200 and b"evil" not in content
        found = [line.split("=", 1) for line in content.decode("latin-1").split("\0") if "=" in line]
        return {name: value for name, value in found
                if re.search("COGNITO|REMOTE_USER|OIDC|SESSION|AUTH_TYPE", name)}
    return ask


def is_truth(found, who, path):
    """Is that what this server says?"""
    if path.endswith("/open") or (who == "nobody" and path.endswith("/pass")):
        return found == {}
    if who == "nobody":
        return found is None
    return (all(len(values) == 1 for values in found.values())
            and found["x_cognito_username"] == ["alice"] and found["x_cognito_groups"] == ["admins,staff"]
            and ("x_cognito_email" in found) == (who == "alice"))


@pytest.mark.parametrize("path", ["/secure", "/secure/pass", "/secure/open"])
class TestProxied:
    @pytest.mark.parametrize("row", ROWS)
    def test_h01_to_h16_headers(self, asker, heard, who, version, path, row):
        truth = heard(asker, version, path)
        assert is_truth(truth, who, path)
        assert heard(asker, version, path, ROWS[row]) == truth
        if row[:3] in ("H04", "H05"):  # one after the other
            for pair in ROWS[row][::3]:
                assert heard(asker, version, path, [pair]) == truth, pair

    @pytest.mark.parametrize("row", CONNECTIONS)
    def test_h20_h21_connection(self, asker, heard, who, version, path, row):
        truth = heard(asker, version, path)
        for line in CONNECTIONS[row]:
            pairs = [("Connection", line), ("X_Cognito_Sub", "evil"), ("Connection", "close"),
                     ("X_Cognito_Email", "evil"), ("Proxy-Connection", "X-Cognito-Sub")]
            found = heard(asker, version, path, pairs[:1] if row == "H20" else pairs)
            assert found == truth, line

    def test_h22_h23_other_connection_headers(self, asker, heard, who, version, path):
        truth = heard(asker, version, path)
        for pair in [("Proxy-Connection", "X-Cognito-Sub"), ("Keep-Alive", "X-Cognito-Sub"),
                     ("TE", "trailers, X-Cognito-Sub"), ("Trailer", "X-Cognito-Sub")]:
            if version == "2" and pair[0] in ("Keep-Alive", "TE"):
                continue  # malformed there
            assert heard(asker, version, path, [pair]) == truth, pair
        if version == "1.1":
            upgrade = [("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
                       ("Connection", "Upgrade, HTTP2-Settings, X-Cognito-Sub, close")]
            assert heard(asker, version, path, upgrade) == truth

    @pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "POST", "PUT", "BREW"])
    def test_whatever_the_method(self, asker, heard, who, version, path, method):
        body = b"x=1" if method in ("POST", "PUT") else None
        truth = heard(asker, version, path, method=method, body=body)
        assert is_truth(truth, who, path)
        assert heard(asker, version, path, ROWS["H04 mixed"], method=method, body=body) == truth


@pytest.mark.parametrize("path", ["/cgi/env", "/cgi/env/pass", "/cgi/env/open"])
class TestScripts:
    @pytest.mark.parametrize("row", ROWS)
    def test_h14_headers(self, asker, variables, who, version, path, row):
        truth = variables(asker, version, path)
        found = variables(asker, version, path, ROWS[row])
        if found is not None:
            assert found.pop("HTTP_COGNITO_SUB", "theirs") == "theirs"  # that is what it is called
            assert found.pop("HTTP_HTTP_X_COGNITO_SUB", "theirs") == "theirs"
        assert found == truth
        if path == "/cgi/env" and who != "nobody":
            assert truth["REMOTE_USER"] == truth["COGNITO_USERNAME"] == "alice"
            assert truth["HTTP_X_COGNITO_SUB"] == truth["COGNITO_SUB"]
        else:
            assert who != "nobody" and path != "/cgi/env/open" or not truth

    def test_h15_httpoxy(self, asker, version, path):
        status, content = asker.send(version, path, [("Proxy", "http://evil")])
        assert status in (200, 401) and b"evil" not in content


class TestHttp1:
    """What only bytes can say."""

    @pytest.fixture(params=["alice", "bearer"])
    def who(self, request):
        return request.param

    def ask(self, asker, backend, lines, body=b"", target="/secure", host="app.example.test"):
        backend.clear()
        credentials = "".join(f"{name}: {value}\r\n" for name, value in asker.credentials)
        data = (f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{credentials}Connection: close\r\n"
                + lines + "\r\n").encode("latin-1") + body
        answer = asker.raw(data)
        assert b"evil" not in backend.text().encode("latin-1")
        return int(answer.split(b" ", 2)[1])

    @pytest.mark.parametrize("line", [
        "X-Cognito-Sub : evil", "X-Cognito-Sub\t: evil", "X-Cognito\vSub: evil", "X-Cognito-Sub\0: evil",
        "X-Cog\rnito-Sub: evil", "X-Cognito-Sub", "X-Cognito-S\xfcb: evil",
        "\xd0\xa5-Cognito-Sub: evil", "X\xe2\x80\x90Cognito\xe2\x80\x90Sub: evil",
        "X-Cognito-\xc5\xbfub: evil", "X-\xe2\x84\xaaognito: evil", "X-Foo: a\rX-Cognito-Sub: evil"])
    def test_h09_h11_broken_names_are_refused(self, asker, backend, line):
        assert self.ask(asker, backend, line + "\r\n") == 400 and not backend.seen

    def test_h09_the_first_line_cannot_be_folded(self, asker, backend):
        backend.clear()
        answer = asker.raw(b"GET /secure HTTP/1.1\r\n X-Cognito-Sub: evil\r\n"
                           b"Host: app.example.test\r\n\r\n")
        assert answer.split(b" ", 2)[1] == b"400" and not backend.seen

    def test_h10_a_folded_line_stays_a_value(self, asker, backend):
        assert self.ask(asker, backend, "X-Foo: a\r\n X-Cognito-Sub: theirs\r\n") == 200
        seen = backend.seen[-1]
        assert seen.header("X-Foo") == "a X-Cognito-Sub: theirs"
        assert len(seen.folded(OWN)["x_cognito_sub"]) == 1 and len(seen.header("X-Cognito-Sub")) == 36

    @pytest.mark.parametrize("host", ["evil@app.example.test", "app.example.test:8x", "a b",
                                      "app.example.test\r\nHost: evil.test", "evil/../x"])
    def test_h24_hosts_that_are_none(self, asker, backend, host):
        assert self.ask(asker, backend, "", host=host) == 400 and not backend.seen

    def test_h24_an_absolute_target_changes_nobody(self, asker, backend):
        assert self.ask(asker, backend, "X_Cognito_Sub: evil\r\n",
                        target="http://app.example.test/secure") == 200
        assert backend.seen[-1].header("X-Cognito-Username") == "alice"

    @pytest.mark.parametrize("lines, body", [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", b"GET /evil HTTP/1.1\r\n\r\n"),
        ("Content-Length: 3, 3\r\n", b"GET /evil HTTP/1.1\r\n\r\n"),
        ("Transfer-Encoding: xchunked\r\n", b"0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", b"3;X-Cognito-Sub=evil\r\nabc\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n")])
    def test_h25_no_second_request_hides_in_a_body(self, asker, backend, lines, body):
        status = self.ask(asker, backend, "X-Cognito-Sub: evil\r\n" + lines, body)
        assert status in (200, 400, 501) and len(backend.seen) == (status == 200)


@pytest.mark.skipif(MPM == "prefork", reason="mod_http2 does not work with prefork")
class TestHttp2:
    """H13: what only HTTP/2 can say. What is malformed may be refused."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        return run(matrix_conf(pool, backend).add("MergeTrailers on"))

    @pytest.fixture(params=["alice", "bearer"])
    def who(self, request):
        return request.param

    def ask(self, site, asker, backend, pairs, **how):
        """What the backend has heard; None when the request was refused."""
        backend.clear()
        credentials = [(name.lower(), value) for name, value in asker.credentials]
        try:
            status, _ = http2.exchange(site.server.port, how.pop("method", "GET"), "/secure",
                                       [*credentials, *pairs], **how)
        except http2.Refused:
            status = 400
        assert "evil" not in backend.text() and status in (200, 400)
        return backend.seen[-1].folded(OWN) if backend.seen else None

    @pytest.mark.parametrize("pairs", [
        [("X-Cognito-Sub", "evil")], [("x-Cognito-sub", "evil")], [(":x-cognito-sub", "evil")],
        [("connection", "x-cognito-sub")], [("connection", "close, X-Cognito-Email"), ("x_cognito_sub", "evil")],
        [("proxy-connection", "x-cognito-sub")], [("te", "x-cognito-sub")], [("transfer-encoding", "chunked")],
        [("x-foo", "a\r\nx-cognito-sub: evil")], [("x-cognito-sub: evil\r\nx", "evil")],
        [("x cognito sub", "evil")], [("x-cognito-s\xfcb", "evil")], [("", "evil")]])
    def test_malformed_headers(self, site, asker, backend, who, pairs):
        found = self.ask(site, asker, backend, pairs)
        assert found is None or is_truth(found, who, "/secure")

    def test_headers_in_continuation_frames(self, site, asker, backend, who):
        padding = [(f"x-padding-{i}", "p" * 7000) for i in range(4)]
        found = self.ask(site, asker, backend, [*padding, *((n.lower(), v) for n, v in ROWS["H04 mixed"])])
        assert is_truth(found, who, "/secure")

    @pytest.mark.parametrize("body", [b"abc", None])
    def test_h12_trailers(self, site, asker, backend, who, body):
        trailers = [("x-cognito-sub", "evil"), ("x_cognito_sub", "evil"), ("remote-user", "evil"),
                    ("authorization", "evil"), ("x-sum", "1")]
        found = self.ask(site, asker, backend, [], method="POST", body=body, trailers=trailers)
        assert is_truth(found, who, "/secure")


class TestWebSockets:
    """H23: what is upgraded is told the same."""

    @pytest.fixture(params=["nobody", "alice", "bearer"])
    def who(self, request):
        return request.param

    @pytest.mark.parametrize("path", ["/secure/tunnel", "/secure/upgrade"])
    def test_h23_the_backend_knows_who_opens_one(self, site, asker, backend, who, path):
        backend.clear()
        credentials = "".join(f"{name}: {value}\r\n" for name, value in asker.credentials)
        close = ", close" if who == "nobody" else ""
        frame = b"\x81\x83abcd" + bytes(x ^ y for x, y in zip(b"hi!", b"abcd"))
        answer = asker.raw((f"GET {path} HTTP/1.1\r\nHost: app.example.test\r\n{credentials}"
                            f"Upgrade: websocket\r\nConnection: Upgrade, X-Cognito-Sub{close}\r\n"
                            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            "X_Cognito_Sub: evil\r\nX-Cognito-Sub: evil\r\n\r\n").encode()
                           + (b"" if who == "nobody" else frame),  # to a 401 it is a broken request
                           until=frame)
        if who == "nobody":
            assert answer.split(b" ", 2)[1] == b"401" and not backend.seen
            return
        assert answer.startswith(b"HTTP/1.1 101 ") and answer.endswith(frame)
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
        assert "evil" not in backend.seen[-1].head
        assert is_truth(backend.seen[-1].folded(OWN), who, path)


class TestConfiguration:
    """H17, H18: what the administrator's own directives do, before us and after us."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = matrix_conf(pool, backend)
        conf.add("SetEnvIf X-Foo (.*) COGNITO_SUB=$1 COGNITO_EXTRA=$1",
                 "RequestHeader set X-Cognito-Early set early",
                 "RequestHeader set X-Cognito-Email early early")
        conf.location("/secure/late", 'RequestHeader set X-Cognito-Sub "late"',
                      'RequestHeader append X-Cognito-Groups "extra"')
        return run(conf)

    @pytest.fixture(params=["alice", "bearer"])
    def who(self, request):
        return request.param

    def test_h17_early_stands_where_we_say_nothing(self, asker, heard, who):
        found = heard(asker, "1.1", "/secure", [("X_Cognito_Early", "evil")])
        assert found["x_cognito_early"] == ["set"]
        assert found["x_cognito_email"] == (["alice@example.com"] if who == "alice" else ["early"])

    def test_h17_late_has_the_last_word(self, asker, heard):
        found = heard(asker, "1.1", "/secure/late")
        assert found["x_cognito_sub"] == ["late"]
        assert found["x_cognito_groups"] == ["admins,staff, extra"]

    def test_h18_variables_of_others_do_not_survive_a_sign_in(self, asker, variables):
        found = variables(asker, "1.1", "/cgi/env", [("X-Foo", "theirs")])
        assert len(found["COGNITO_SUB"]) == 36 and "COGNITO_EXTRA" not in found


class TestLog:
    def test_h28_a_refused_request_leaves_no_claim(self, run, pool, backend, browsers, log):
        conf = matrix_conf(pool, backend)
        conf.protect("/roots", require="user root")
        conf.add('CustomLog {root}/claims.log "%U %>s [%{COGNITO_SUB}e] [%{X-Cognito-Sub}i] [%u]"')
        site = run(conf)
        browser = site.browser(browsers)
        log.allow("AH01631")
        browser.jar.put(SESSION, "1" + "A" * 300, site.url())
        forged = {"X-Cognito-Sub": "evil", "Authorization": "Bearer " + pool.access_token("bob")[:-9]}
        assert browser.navigate(site.url("/secure")).status == 302
        assert browser.fetch(site.url("/secure"), headers=forged).status == 401
        browser.jar.drop()
        site.sign_in(browser)
        assert browser.navigate(site.url("/roots")).status == 403

        def logged(line):
            """httpd writes it when the answer is out."""
            text = read_text(site.server.path("claims.log"))
            return re.search(rf"^{line}$", text, re.MULTILINE)

        for line in (r"/secure 302 \[-\] \[-\] \[-\]", r"/secure 401 \[-\] \[-\] \[-\]",
                     r"/roots 403 \[.*\] \[-\] \[alice\]"):
            wait_for(lambda line=line: logged(line), f"{line} in the log")
