"""The spoofing matrix where only one protocol can say it: HTTP/1 in bytes, HTTP/2, WebSockets."""
import pytest

from harness import http2
from harness.conf import MPM
from harness.spoofing import OWN, ROWS, asker, credentials, is_truth, matrix_conf, site, who

__all__ = ["asker", "credentials", "site", "who"]


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
        return run(matrix_conf(pool, backend).add("MergeTrailers on", "H2WebSockets on"))

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

    def test_h23_the_backend_knows_who_opens_a_websocket(self, site, asker, backend, who):
        backend.clear()
        frame = b"\x81\x83abcd" + bytes(x ^ y for x, y in zip(b"hi!", b"abcd"))
        evil = [("x-cognito-sub", "evil"), ("x_cognito_sub", "evil")]
        sent = [*((name.lower(), value) for name, value in asker.credentials), *evil]
        path = "/secure/upgrade"
        assert http2.open_websocket(site.server.port, path, evil, frame) == (401, b"")
        assert not backend.seen
        assert http2.open_websocket(site.server.port, path, sent, frame) == (200, frame)
        assert "evil" not in backend.seen[-1].head
        assert is_truth(backend.seen[-1].folded(OWN), who, path)


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
