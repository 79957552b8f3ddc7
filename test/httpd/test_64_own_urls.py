"""The module's own URLs: answered by us alone, by exact path, and kept out of logs."""
import base64
import gzip
import hashlib
import re
import socket
import subprocess

import pytest

from harness.client import Form
from harness.conf import Conf
from harness.site import CALLBACK, LOGIN, is_login, ordinary_conf
from harness.waiting import PATIENCE, wait_for

OWN = ["/.cognito/callback", "/.cognito/login", "/.cognito/logout", "/.cognito/signed-out",
       "/.cognito/session"]
KEYS = ["/.cognito/jwks.json", "/.cognito/00000000-0000-8000-8000-000000000000"]
ALMOST = ["/.cognito", "/.cognito/", "/.cognito/callback/", "/.cognito/callback/x",
          "//.cognito/callback", "/.cognito//callback", "/.cognito/callback%2f",
          "/.cognito/%63allback", "/.COGNITO/callback", "/.cognito/Callback",
          "/.cognito/callback;x", "/.cognito/./callback", "/x/../.cognito/callback",
          "/.cognito/callback%00", "/%2ecognito/callback", "/.cognito/session/", "/callback",
          "/.cognito/jwks.json/", "/.cognito/00000000-0000-8000-8000-00000000000G",
          "/.well-known/pomerium/jwks.json"]


def raw(site, browser, head, body=b""):
    data = head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body
    return browser.raw(site.origin, data, timeout=3).decode("latin-1")


class TestFilters:
    """Debian's httpd compresses whatever is text: AddOutputFilterByType."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("filter", "deflate")
        conf.add("AddOutputFilterByType DEFLATE text/html application/json",
                 "CognitoAssertionKey file:{root}/assertion.pem")
        command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        conf.secret("assertion.pem",
                    subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return run(conf)

    @pytest.mark.parametrize("path, part", [
        ("/.cognito/signed-out", "<h1"), ("/.cognito/logout", "<form"), ("/.cognito/health", '"ok"'),
        ("/.cognito/session", "{"), ("/.cognito/jwks.json", '"keys"')])
    def test_work_on_our_answers(self, site, browsers, path, part):
        user = site.browser(browsers)
        site.sign_in(user)
        how = {"headers": {"Accept-Encoding": "gzip"}}
        answer = user.navigate(site.url(path), site="cross-site", **how) if part.startswith("<") \
            else user.fetch(site.url(path), **how)
        assert answer.status == 200
        is_packed = answer.header("Content-Encoding") == "gzip"  # unless it is too short
        assert is_packed or len(answer.body) < 20
        assert part in (gzip.decompress(answer.body) if is_packed else answer.body).decode()


class TestPlace:
    """Nothing else may get at them, whatever it is told to do."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("rewrite", "headers", "alias")
        conf.add("RewriteEngine on", f"RewriteRule ^/.cognito/(.*) {backend.url}/$1 [P]",
                 "Header always set Strict-Transport-Security max-age=63072000",
                 "ErrorDocument 400 /public/error", "ErrorDocument 401 /public/error",
                 "ErrorDocument 405 /public/error")
        conf.location("/.cognito", "Require all denied", "SetHandler server-status")
        return run(conf)

    @pytest.fixture(autouse=True)
    def expected_refusals(self, log):
        log.allow("COG3001: (method|bad_callback)", "AH01630", "AH10244")

    @pytest.mark.parametrize("path", OWN + KEYS)
    def test_they_are_answered_by_us(self, site, nobody, backend, path):
        backend.clear()
        answer = nobody.navigate(site.url(path))
        assert answer.header("Referrer-Policy") == "no-referrer", answer
        assert not backend.seen

    @pytest.mark.parametrize("path", ALMOST)
    def test_what_is_almost_their_path_is_not_ours(self, site, nobody, path):
        answer = raw(site, nobody, f"GET {path}?code=x&state=y HTTP/1.1\nHost: app.example.test\n"
                     "Connection: close")
        assert "Referrer-Policy" not in answer and "oauth2/authorize" not in answer

    def test_an_absolute_target_is_the_same_url(self, site, nobody):
        answer = raw(site, nobody, f"GET https://evil.example{CALLBACK} HTTP/1.1\n"
                     "Host: app.example.test\nConnection: close")
        assert "redirect_uri=https%3A%2F%2Fapp.example.test%2F.cognito%2Fcallback&" in answer
        assert "evil" not in answer

    @pytest.mark.parametrize("path", OWN)
    def test_answers_are_for_this_browser_and_no_frame(self, site, nobody, path):
        answer = nobody.navigate(site.url(path))
        assert answer.header("Cache-Control") == "no-store"
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("X-Frame-Options") == "DENY"
        policy = answer.header("Content-Security-Policy")
        assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy

    def test_headers_of_the_virtual_host_are_on_them_too(self, site, nobody):
        for path in (CALLBACK, "/secure"):
            answer = nobody.navigate(site.url(path))
            assert answer.header("Strict-Transport-Security") == "max-age=63072000"

    @pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS", "DELETE", "BREW"])
    def test_a_callback_is_a_get(self, site, nobody, method):
        answer = nobody.request(method, site.url(CALLBACK + "?code=x&state=y"))
        assert answer.status == 405 and answer.header("Allow") == "GET"
        assert not answer.set_cookies

    def test_an_error_document_takes_the_place_of_a_page_and_hears_no_code(self, site, nobody,
                                                                           backend):
        backend.clear()
        backend.answers["/public/error"] = (400, [], b"our own words")
        answer = nobody.navigate(site.url(CALLBACK + "?code=S3CRET&code=b&state=z"))
        assert answer.status == 400 and answer.text == "our own words"
        assert [seen.target for seen in backend.seen] == ["/public/error"]
        assert "S3CRET" not in backend.text() and not answer.header("Content-Security-Policy")

    def test_error_documents_do_not_replace_answers_to_scripts(self, site, nobody, backend):
        backend.clear()
        assert nobody.fetch(site.url(CALLBACK + "?code=x&code=y&state=z")).json()["incident"]
        assert nobody.fetch(site.url("/secure")).json()["error"] == "unauthenticated"
        assert not backend.seen

    def test_a_range_of_a_page_is_the_page(self, site, nobody):
        answer = nobody.navigate(site.url("/.cognito/signed-out"), headers={"Range": "bytes=0-3"})
        assert answer.status == 200 and answer.text.startswith("<!DOCTYPE html>")

    def test_nobody_sees_a_byte_of_a_protected_page(self, site, nobody, backend):
        backend.answers["/secure"] = (200, [], b"protected")
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            answer = nobody.request(method, site.url("/secure"),
                                    {"Range": "bytes=0-5", "If-None-Match": "*"})
            assert answer.status == 401 and "protected" not in answer.text
        answer = nobody.navigate(site.url("/secure"))
        assert is_login(site.pool, answer) and answer.body == b""

    @pytest.mark.parametrize("head", [
        "OPTIONS * HTTP/1.1\nHost: app.example.test",
        "CONNECT app.example.test:443 HTTP/1.1\nHost: app.example.test:443",
        "GET http://other.example/secure HTTP/1.1\nHost: other.example",
        "GET /secure HTTP/1.0", "GET /.cognito/login HTTP/1.0", "GET * HTTP/1.1\nHost: x",
        "GET ?x HTTP/1.1\nHost: x", "GET https:// HTTP/1.1\nHost: x", "OPTIONS /secure HTTP/1.0"])
    def test_odd_targets_get_an_answer(self, site, nobody, backend, head, log):
        log.allow("AH01095")  # mod_proxy does not like `*`
        backend.clear()
        assert raw(site, nobody, head + "\nConnection: close").startswith("HTTP/1.")
        assert "/secure" not in "".join(seen.target for seen in backend.seen)


class TestBodies:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        return run(ordinary_conf(pool, backend))

    @pytest.fixture(autouse=True)
    def expected_refusals(self, log):
        log.allow("COG3001: (method|bad_callback)")

    @pytest.mark.parametrize("path", ["/secure", CALLBACK, "/.cognito/logout"])
    @pytest.mark.parametrize("framing, body", [
        ("Content-Length: 31", b"GET /stolen HTTP/1.1\r\nHost: x\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\nabcde\r\n0\r\n\r\n"),
        ("Content-Length: 0", b""), ("Content-Type:", b"")])
    def test_a_body_is_never_the_next_request(self, site, nobody, backend, path, framing, body):
        backend.clear()
        first = f"POST {path} HTTP/1.1\nHost: app.example.test\n{framing}"
        second = b"GET /public HTTP/1.1\r\nHost: app.example.test\r\nConnection: close\r\n\r\n"
        answer = raw(site, nobody, first, body + second)
        assert answer.count("HTTP/1.1 ") == 2 and [s.target for s in backend.seen] == ["/public"]

    def test_a_body_that_was_not_asked_for_is_not_waited_for(self, site, nobody):
        answer = raw(site, nobody, "POST /secure HTTP/1.1\nHost: app.example.test\n"
                     "Content-Length: 1000000\nExpect: 100-continue")
        assert answer.startswith("HTTP/1.1 401") and "100 Continue" not in answer

    def test_a_late_end_of_a_body_is_no_harm(self, site, nobody):
        answer = raw(site, nobody, "POST /.cognito/logout HTTP/1.1\nHost: app.example.test\n"
                     "Transfer-Encoding: chunked\nConnection: close", b"5\r\nab")
        assert "protected" not in answer


class TestLogs:
    """Code and state are for the flow alone."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("status", "log_forensic", "rewrite")
        conf.add('LogFormat "%r|%q|%U|%{Referer}i|%{QUERY_STRING}e|%>s" all',
                 "CustomLog {root}/all.log all", "ForensicLog {root}/forensic.log",
                 "ExtendedStatus on", "ProxyPass /status !")
        conf.lines.sort(key=lambda line: line.startswith("ProxyPass / "))
        conf.location("/status", "SetHandler server-status")
        return run(conf)

    def logs(self, site, last=""):
        """All that is written, once `last` is, as a request's line is after its answer."""
        def read():
            return "".join(open(site.server.path(name), encoding="latin-1").read()
                           for name in ("all.log", "forensic.log", "access.log", "error.log"))

        wait_for(lambda: re.search(last, read()), f"{last} in a log")
        return read()

    def test_a_login_leaves_no_code_and_no_state(self, site, nobody):
        answer = site.to_callback(nobody)
        secrets = [answer.query["code"], answer.query["state"]]
        nobody.follow(answer, headers={"Referer": "https://pool/login?state=" + secrets[1]})
        status = nobody.navigate(site.url("/status")).text
        logs = self.logs(site, re.escape(f"GET {CALLBACK} HTTP/1.1||{CALLBACK}|-|-|303"))
        assert not [s for s in secrets if s in logs or s in status]

    def test_nor_does_a_broken_callback(self, site, nobody, log):
        log.allow("AH00561", "AH00560")
        for count, odd in enumerate(("Bad Header: x", "Cookie: a=" + "x" * 9000), 1):
            answer = raw(site, nobody, f"GET {CALLBACK}?code=code-of-a-broken-one&state=s "
                         f"HTTP/1.1\nHost: app.example.test\n{odd}")
            assert answer.startswith("HTTP/1.1 400")
            logs = self.logs(site, r"(?s)" + r"\|400\n.*" * count)
            assert "code-of-a-broken-one" not in logs

    def test_forensic_logs_hold_no_cookie_of_ours(self, site, nobody):
        nobody.navigate(site.url("/public"), headers={"Cookie": LOGIN + "x=a-cookie-of-ours; b=1"})
        assert "a-cookie-of-ours" not in self.logs(site) and "b=1" in self.logs(site)

    def test_other_queries_are_logged(self, site, nobody):
        nobody.navigate(site.url("/.cognito/login?return_to=/secure/x"))
        self.logs(site, re.escape("GET /.cognito/login?return_to=/secure/x HTTP/1.1"))


class TestPages:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        return run(ordinary_conf(pool, backend))

    EVIL = "%3Cscript%3Ealert(1)%3C/script%3E%22%27%0d%0aSet-Cookie:x=1"

    @pytest.fixture
    def page(self, site, nobody, log):
        log.expect("COG3001: bad_callback")
        return nobody.navigate(site.url(f"{CALLBACK}?code={self.EVIL}&error={self.EVIL}"
                                        f"&error_description={self.EVIL}"))

    def test_nothing_of_the_request_is_on_the_page(self, page):
        assert page.status == 400 and "script" not in page.text and "alert" not in page.text
        assert page.header("Set-Cookie") is None

    def test_a_page_needs_nothing_from_elsewhere(self, page):
        assert page.header("Content-Type") == "text/html; charset=utf-8"
        assert not re.search(r"https?:|src=|url\(|@import|<link|<script|style=", page.text)
        assert '<html lang="en">' in page.text and 'name="viewport"' in page.text

    def test_its_style_is_the_one_that_the_policy_allows(self, page):
        style = re.search("<style>(.*?)</style>", page.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = page.header("Content-Security-Policy")
        assert f"style-src 'sha256-{digest}'" in policy and "form-action 'none'" in policy

    def test_the_incident_is_on_the_page_and_in_the_log(self, page, log):
        incident = re.search("<code>(.*?)</code>", page.text)[1]
        assert log.find(f"COG3001.*incident {incident}")

    def test_a_form_may_lead_to_the_user_pool(self, site, nobody):
        site.sign_in(nobody)
        answer = nobody.navigate(site.url("/.cognito/logout"), site="cross-site")
        assert Form(answer.text).forms[0][0] == "POST"
        assert "form-action" not in answer.header("Content-Security-Policy")


class TestIncludes:
    """mod_include may stand behind our answers; they stay what they are."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        return run(ordinary_conf(pool, backend).load("include").add("SetOutputFilter INCLUDES"))

    @pytest.mark.parametrize("path", [*OWN, "/secure"])
    def test_no_answer_of_ours_is_kept(self, site, nobody, path, log):
        log.allow("AH01374")
        nobody.jar.put("__Host-cognito_session", "1x", site.url())
        assert nobody.navigate(site.url(path)).header("Cache-Control") == "no-store"


class TestWithoutClient:
    def test_a_sign_in_that_cannot_be_done_lets_nobody_in(self, start, browsers, log):
        log.expect("COG4200")
        conf = Conf().section("Directory", '"{root}/htdocs"', "AllowOverride AuthConfig")
        conf.file("htdocs/secure/.htaccess", "AuthType Cognito\nRequire valid-user\n")
        server = start(conf.file("htdocs/secure/index.html", "protected"))
        browser = browsers()
        browser.route("https://app.example.test", server.port)
        answer = browser.navigate("https://app.example.test/secure/index.html")
        assert answer.status == 500 and "protected" not in answer.text


class TestForwardProxy:
    """Who uses this server as a forward proxy may visit other sites with this module."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("proxy_connect")
        return run(conf.add("ProxyRequests on", "AllowCONNECT 1-65535"))

    def test_their_callbacks_and_cookies_are_not_ours(self, site, nobody, backend):
        backend.clear()
        host = backend.url[len("http://"):]
        answer = raw(site, nobody, f"GET {backend.url}{CALLBACK}?code=theirs HTTP/1.1\n"
                     f"Host: {host}\nCookie: {LOGIN}x=theirs\nX_Cognito_Sub: evil\n"
                     "Connection: close")
        seen = backend.seen[-1]
        assert answer.startswith("HTTP/1.1 200") and seen.target == CALLBACK + "?code=theirs"
        assert seen.header("Cookie") == LOGIN + "x=theirs" and "evil" not in seen.head

    def test_a_tunnel_does_no_harm(self, site, backend):
        host = backend.url[len("http://"):]
        address = ("127.0.0.1", int(site.server.port))
        with socket.create_connection(address, timeout=20 * PATIENCE) as sock:
            sock.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert sock.recv(65536).startswith(b"HTTP/1.0 200 ")
            sock.sendall(f"GET /far HTTP/1.1\r\nCookie: {LOGIN}x=theirs\r\n\r\n".encode())
            sock.shutdown(socket.SHUT_WR)
            answer = sock.makefile("rb").read()  # to the end of the tunnel, not beyond
        assert b"/far" in answer and f"{LOGIN}x=theirs" in backend.seen[-1].head
