"""Header hygiene (security: a client's headers never pass for what this server says)."""
import itertools
import json
import shutil
import subprocess

import pytest

from harness.conf import MPM
from harness.site import SESSION, Site, is_login, ordinary_conf

CURL = shutil.which("curl")
SUB = ["X", "Cognito", "Sub"]

# what stands between the words of a name does not count, nor does case
NAMES = [
    "X-Cognito-Sub", "x-cognito-sub", "X-COGNITO-SUB", "X-Cognito-", "X-Cognito", "X_Cognito",
    "X-Cognito-NewClaim", "X-Cognito-Email", "x.cognito.groups",
    *(a.join(SUB[:2]) + b + SUB[2] for a, b in itertools.product("-_.!", repeat=2)),
    *("X" + c + "Cognito" + c + "Sub" for c in "#$%&'*+^~`|"), "X-Cognito-Sub!",
    "X-Amzn-Oidc-Data", "X-Amzn-Oidc-Identity", "X_Amzn_Oidc_Accesstoken",
    "X-Cognito-Assertion", "X_Cognito.Assertion", "X-Pomerium-Jwt-Assertion",
    "X_Pomerium_Claim_Email", "x-pomerium-claim-x", "Remote-User", "REMOTE_USER", "Session",
]
INNOCENT = ["X-Cognit", "X-Cognitos-Sub", "Cognito-Sub", "X-Amzn-Trace-Id", "X-Pomerium-Authorization", "X-Remote-Users",
            "Sessions", "HTTP-X-Other"]


def everywhere(conf):
    """The places that the tests ask for."""
    conf.location("/pass", "AuthType Cognito", "CognitoUnauthenticated pass",
                  "Require all granted")
    return conf.location("/cgi/env/public", "Require all granted")


@pytest.fixture(scope="class")
def site(run, pool, backend):
    return run(everywhere(ordinary_conf(pool, backend)))


def cookie_of(site, browser):
    return browser.jar.header(site.url())


def raw(site, browser, head, body=b""):
    """A request with exactly these lines; the status, and the whole answer."""
    data = head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body
    answer = browser.raw(site.origin, data).decode("latin-1")
    return int(answer.split(" ", 2)[1]) if answer else 0, answer


class TestNames:
    @pytest.fixture
    def asked(self, site, backend):
        """asked(browser, path, headers): the request head as the backend got it."""
        def ask(browser, path, headers, **how):
            backend.clear()
            answer = browser.navigate(site.url(path), headers=headers, **how)
            assert answer.status == 200, answer
            return backend.seen[-1].head
        return ask

    @pytest.mark.parametrize("path", ["/public", "/pass"])
    def test_nobody_can_say_who_they_are(self, asked, nobody, path):
        for name in NAMES:
            assert "evil" not in asked(nobody, path, {name: "evil"}), name

    @pytest.mark.parametrize("path", ["/secure", "/pass", "/public"])
    def test_a_user_cannot_say_to_be_another(self, asked, alice, path):
        for name in NAMES:
            assert "evil" not in asked(alice, path, {name: "evil"}), name

    def test_all_at_once_and_each_twice(self, asked, alice):
        pairs = [(name, value) for name in NAMES for value in ("evil", "evil, alice", "")]
        head = asked(alice, "/secure", dict(pairs))
        assert "evil" not in head and "ognito" not in head.lower().replace("/.cognito", "")

    def test_a_header_that_comes_twice_goes_twice(self, site, alice, backend):
        backend.clear()
        lines = "X_Cognito_Sub: evil\nX-Other: 1\nX-Cognito-Sub: evil\nX_Cognito_Sub: evil2\n"
        status, _ = raw(site, alice, f"GET /secure HTTP/1.1\nHost: app.example.test\n{lines}"
                        f"Cookie: {cookie_of(site, alice)}\nConnection: close")
        assert status == 200 and "evil" not in backend.seen[-1].head
        assert backend.seen[-1].header("X-Other") == "1"

    def test_other_headers_pass(self, asked, alice):
        head = asked(alice, "/secure", {name: "good-" + name for name in INNOCENT})
        assert all(f"{name}: good-{name}" in head for name in INNOCENT)

    @pytest.mark.parametrize("path", ["/cgi/env", "/cgi/env/public"])
    def test_a_script_sees_none_of_them(self, site, alice, path):
        for name in NAMES:
            answer = alice.navigate(site.url(path), headers={name: "evil"})
            assert answer.status == 200 and "evil" not in answer.text, name

    @pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "PUT", "DELETE", "PROPFIND", "BREW"])
    def test_every_method_is_cleaned(self, site, alice, backend, method):
        backend.clear()
        answer = alice.request(method, site.url("/secure"), {"X_Cognito_Sub": "evil"})
        assert answer.status == 200 and "evil" not in backend.seen[-1].head

    @pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "PUT", "TRACE", "BREW"])
    def test_no_method_gets_nobody_in(self, site, nobody, backend, method):
        backend.clear()
        answer = nobody.request(method, site.url("/secure"), {"X-Cognito-Sub": "evil"})
        assert answer.status in (401, 405) and not backend.seen

    def test_a_folded_line_stays_a_value(self, site, alice, backend):
        head = "GET /secure HTTP/1.1\nHost: app.example.test\nX-Foo: a\n X-Cognito-Sub: b\n"
        status, _ = raw(site, alice, head + f"Cookie: {cookie_of(site, alice)}\nConnection: close")
        assert status == 200 and backend.seen[-1].header("X-Foo") == "a X-Cognito-Sub: b"
        assert backend.seen[-1].header("X-Cognito-Sub") is None

    def test_the_removal_is_logged_and_escaped(self, asked, alice, log):
        log.expect("COG4210: header X~Cognito removed|COG4210: header X~Cognito of the client")
        asked(alice, "/secure", {"X~Cognito": "evil"})


class TestConnection:
    LINES = ["close, X-Cognito-Sub", "X-Cognito-Sub", "X_Cognito_Sub, close",
             "close,X-COGNITO-EMAIL ,x-cognito-groups", "close, Remote-User, X-Amzn-Oidc-Data",
             "close, Authorization", "close, Cookie"]

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        """mod_headers stands for what is exported by headers."""
        conf = ordinary_conf(pool, backend).load("headers")
        conf.add("RequestHeader set X-Cognito-Sub true-sub", "RequestHeader set X-Cognito-Email e",
                 "RequestHeader set X-Cognito-Groups g", "RequestHeader set Remote-User alice",
                 "RequestHeader set X-Amzn-Oidc-Data d")
        return run(conf)

    @pytest.mark.parametrize("version", ["1.0", "1.1"])
    @pytest.mark.parametrize("line", LINES)
    def test_cannot_make_the_proxy_drop_what_we_say(self, site, alice, backend, line, version):
        backend.clear()
        status, _ = raw(site, alice, f"GET /secure HTTP/{version}\nHost: app.example.test\n"
                        f"Cookie: {cookie_of(site, alice)}; own=1\nAuthorization: Own x\n"
                        f"X_Cognito_Sub: evil\nConnection: {line}\nConnection: close")
        seen = backend.seen[-1]
        assert status == 200 and "evil" not in seen.head
        assert seen.header("X-Cognito-Sub") == "true-sub" and seen.header("X-Cognito-Groups") == "g"
        assert seen.header("X-Cognito-Email") == "e" and seen.header("Remote-User") == "alice"
        assert seen.header("X-Amzn-Oidc-Data") == "d" and seen.header("Cookie") == "own=1"
        assert seen.header("Authorization") == "Own x"

    def test_still_says_what_it_is_for(self, site, alice, backend):
        head = (f"GET /secure HTTP/1.1\nHost: app.example.test\nCookie: {cookie_of(site, alice)}\n"
                "X-Hop: mine\nConnection: X-Cognito-Sub, X-Hop, close")
        status, answer = raw(site, alice, head)
        assert status == 200 and "Connection: close" in answer
        assert backend.seen[-1].header("X-Hop") is None

    def test_a_connection_is_kept_when_asked(self, site, alice):
        head = f"GET /secure HTTP/1.1\nHost: app.example.test\nCookie: {cookie_of(site, alice)}\n"
        data = (head + "Connection: keep-alive, X-Cognito-Sub\n\n" + head + "Connection: close\n\n")
        answer = alice.raw(site.origin, data.replace("\n", "\r\n").encode())
        assert answer.count(b"HTTP/1.1 200") == 2


class TestLooseProtocol:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        return run(conf.add("HttpProtocolOptions Unsafe", "MergeTrailers on"))

    @pytest.mark.parametrize("name", [
        "X-Cognito-S\xfcb", "X\xdfCognito\xdfSub", "X-Cognito-\xc5\xbfub", "X_Cognito_Sub"])
    def test_names_that_only_unsafe_options_let_in(self, site, alice, backend, name):
        backend.clear()
        status, _ = raw(site, alice, f"GET /secure HTTP/1.1\nHost: app.example.test\n"
                        f"Cookie: {cookie_of(site, alice)}\n{name}: evil\nConnection: close")
        assert status == 200 and "evil" not in backend.seen[-1].head


class TestTrailers:
    """H12: httpd may merge trailers into the headers when the body has been read, after we have
    cleaned them, and mod_proxy_fcgi reads it before it says who the user is."""

    TRAILERS = (b"3\r\nabc\r\n0\r\nX-Cognito-Sub: evil\r\nX_Cognito_Sub: evil\r\n"
                b"X-Cognito-Other: evil\r\nRemote-User: evil\r\nAuthorization: evil\r\n"
                b"X-Cognito-Assertion: evil\r\nX-Pomerium-Jwt-Assertion: evil\r\n"
                b"x-amzn-oidc-data: evil\r\n"
                b"Cookie: evil=1\r\nConnection: X-Cognito-Email\r\nX-Sum: 1\r\n\r\n")

    @pytest.fixture(scope="class", params=["on", "off"])
    def merge(self, request):
        return request.param

    @pytest.fixture(scope="class")
    def behind(self, gateway):
        return gateway("fastcgi")

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend, merge, behind):
        conf = ordinary_conf(pool, backend).load("proxy_fcgi")
        conf.lines.insert(0, f"ProxyPass /fcgi {behind.url}/")
        conf.add(f"MergeTrailers {merge}").protect("/fcgi").location("/", "CognitoExport both")
        return run(conf)

    def send(self, site, browser, path, announced):
        return raw(site, browser, f"POST {path} HTTP/1.1\nHost: app.example.test\n"
                   + ("Trailer: X-Cognito-Sub, X-Sum\n" if announced else "")
                   + f"Cookie: {cookie_of(site, browser)}\nTransfer-Encoding: chunked\n"
                   "Connection: close", self.TRAILERS)

    @pytest.mark.parametrize("announced", [False, True])
    @pytest.mark.parametrize("path", ["/secure", "/cgi/env", "/public"])
    def test_h12_they_name_nobody(self, site, alice, backend, path, announced):
        backend.clear()
        status, answer = self.send(site, alice, path, announced)
        assert status == 200 and "evil" not in answer and "evil" not in backend.text()
        assert path == "/public" or "alice@example.com" in answer

    @pytest.mark.parametrize("announced", [False, True])
    def test_h12_nor_where_the_body_is_read_first(self, site, alice, behind, merge, announced):
        behind.seen.clear()
        assert self.send(site, alice, "/fcgi", announced)[0] == 200
        found = behind.seen[-1]
        assert "evil" not in repr(found) and len(found["HTTP_X_COGNITO_SUB"]) == 36
        assert found["HTTP_X_COGNITO_EMAIL"] == found["COGNITO_EMAIL"] == "alice@example.com"
        assert found["CONTENT_LENGTH"] == "3" and ("HTTP_X_SUM" in found) == (merge == "on")


@pytest.mark.skipif(MPM == "prefork", reason="mod_http2 does not work with prefork")
class TestHttp2:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        assert CURL, "curl is missing: apt-get install curl"
        conf = ordinary_conf(pool, backend).load("http2")
        return run(conf.add("Protocols h2c http/1.1"))

    def test_headers_are_cleaned(self, site, alice, backend):
        done = self.curl(site, "/secure", "Cookie: own=1; " + cookie_of(site, alice),
                         "X_Cognito_Sub: evil", "X-Cognito-Sub: evil", "X-Other: 1")
        seen = backend.seen[-1]
        assert done == "200 2" and "evil" not in seen.head and seen.header("Cookie") == "own=1"
        assert seen.header("X-Other") == "1"

    def test_nobody_gets_in(self, site, backend):
        backend.clear()
        assert self.curl(site, "/secure", "X-Cognito-Sub: evil") == "401 2"
        assert not backend.seen

    def curl(self, site, path, *headers):
        """Status and HTTP version."""
        return subprocess.run(
            [CURL, "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "--max-time", "20",
             "-w", "%{http_code} %{http_version}", "-H", "Host: app.example.test",
             *(part for h in headers for part in ("-H", h)),
             f"http://127.0.0.1:{site.server.port}{path}"],
            check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout


class TestCookies:
    """Our cookies end here; all others pass byte for byte."""

    FOREIGN = ["a=1", "a=1; b=2", 'a="x; y=z"; b=2', "$Version=1; a=1; $Path=/", "a", "=b",
               "a=b=c", "a=1;b=2", "a=1;  b=2", "a=; b", "x" * 1000 + "=1", "a=1; a=2",
               "cognito_session=1", "Host-cognito_session=1", "__host-cognito_session=1",
               "a=__Host-cognito_session"]

    def sent(self, site, browser, backend, cookie):
        backend.clear()
        status, answer = raw(site, browser, f"GET /public HTTP/1.1\nHost: app.example.test\n"
                             f"Cookie: {cookie}\nConnection: close")
        assert status == 200, answer
        return backend.seen[-1].header("Cookie")

    @pytest.mark.parametrize("foreign", FOREIGN)
    def test_others_pass_unchanged(self, site, alice, backend, foreign):
        assert self.sent(site, alice, backend, foreign) == foreign

    @pytest.mark.parametrize("where", ["{ours}; {foreign}", "{foreign}; {ours}",
                                       "{ours}; {foreign}; {ours}"])
    @pytest.mark.parametrize("foreign", ["a=1", 'a="x"; b=2', "$Version=1; a=1", "a=b=c"])
    def test_ours_are_taken_out(self, site, alice, backend, where, foreign):
        ours = cookie_of(site, alice)
        assert SESSION in ours
        found = self.sent(site, alice, backend, where.format(ours=ours, foreign=foreign))
        assert found == foreign

    @pytest.mark.parametrize("ours", [
        "{p}session", "{p}session=", "{p}session.1=abc", "{p}session=1; {p}session=2",
        "{p}", "{p}=x", "{p}tokens_staff.3=x", "{p}login_12345678=x", "{p}return=x", "{p}new=1"])
    def test_whatever_looks_like_ours(self, site, alice, backend, ours):
        ours = ours.format(p="__Host-cognito_")
        assert self.sent(site, alice, backend, ours) is None
        assert self.sent(site, alice, backend, f"a=1; {ours}; b=2") == "a=1; b=2"

    @pytest.mark.parametrize("rest", ["{ours}\nCookie: a=1", "{ours}\nCookie: {ours}\nCookie: a=1",
                                      "{ours}; b=2\nCookie: a=1, c=3"])
    def test_several_lines_are_one_list(self, site, alice, backend, rest):
        backend.clear()
        lines = cookie_of(site, alice).replace("; ", "\nCookie: ")
        status, answer = raw(site, alice, "GET /secure HTTP/1.1\nHost: app.example.test\n"
                             f"Cookie: {rest.format(ours=lines)}\nConnection: close")
        assert status == 200, answer
        found = backend.seen[-1].header("Cookie")
        assert "__Host-cognito" not in found and "a=1" in found
        assert ("b=2" in found) == ("b=2" in rest) and ("c=3" in found) == ("c=3" in rest)

    @pytest.mark.parametrize("order", [
        "a=1\nCookie: {ours}", "b=2, x\nCookie: {ours}\nCookie: a=1\nCookie: {ours}",
        "a=1, {ours}", "a=1, {ours}; b=2, {ours}", "a=1,  {ours}, b=2, {ours}"])
    def test_whatever_line_ours_stand_on_they_are_taken_out(self, site, alice, backend, order):
        """Believed they are only where they cannot be of the value of another."""
        cookie = order.format(ours=cookie_of(site, alice).replace("; ", "\nCookie: "))
        found = self.sent(site, alice, backend, cookie)
        assert "a=1" in found and ("b=2" in found) == ("b=2" in order)
        assert alice.jar.value(SESSION) not in found
        status, _ = raw(site, alice, "GET /secure HTTP/1.1\nHost: app.example.test\n"
                        f"Cookie: {cookie}\nConnection: close")
        assert status == 401

    def test_a_script_does_not_see_them(self, site, alice):
        alice.jar.put("own", "1", site.url())
        answer = alice.navigate(site.url("/cgi/env"))
        assert "HTTP_COOKIE=own=1\0" in answer.text


class TestOtherSites:
    """A virtual host is cleaned whatever its sections say; one without a client is left alone."""

    @pytest.fixture(scope="class")
    def server(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).load("auth_basic", "authn_file", "headers")
        conf.file("users", "carol:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=\n")  # "test"
        conf.location("/basic", "AuthType Basic", "AuthName x", "AuthUserFile {root}/users",
                      "Require valid-user")
        conf.add("RequestHeader set X-Cognito-Early ours early", "TraceEnable on")
        return start(conf, allowed=["loopback"])

    @pytest.fixture
    def site(self, server, pool):
        return Site(server, pool)

    def test_another_kind_of_authentication_is_not_ours(self, site, nobody, backend):
        assert nobody.navigate(site.url("/basic")).status == 401
        backend.clear()
        answer = nobody.navigate(site.url("/basic"), headers={
            "Authorization": "Basic Y2Fyb2w6dGVzdA==", "X_Cognito_Sub": "evil"})
        assert answer.status == 200 and "evil" not in backend.seen[-1].head

    def test_others_are_asked_as_often_as_without_this_module(self, start, browsers):
        """Where the configuration is the same, httpd asks them once, not for each of its own
        requests."""
        from harness.conf import Conf
        conf = Conf().load("auth_basic", "authn_file", "autoindex", "dir")
        conf.file("users", "carol:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=\n")
        conf.add("LogLevel authz_core:debug", "DirectoryIndex index.html")
        conf.section("Directory", '"{root}/htdocs"', "Options +Indexes", "AuthType Basic",
                     "AuthName x", "AuthUserFile {root}/users", "Require valid-user")
        server = start(conf.file("htdocs/list/page", "page"))
        browser = browsers()
        browser.route("http://app.example.test", server.port)
        answer = browser.request("GET", "http://app.example.test/list/",
                                 headers={"Authorization": "Basic Y2Fyb2w6dGVzdA=="})
        assert "page" in answer.text
        with open(server.path("error.log"), encoding="utf-8") as log:
            assert log.read().count("result of Require valid-user : granted") == 1

    def test_a_password_is_no_proof_here(self, site, nobody):
        headers = {"Authorization": "Basic Y2Fyb2w6dGVzdA=="}
        assert is_login(site.pool, nobody.navigate(site.url("/secure"), headers=headers))

    def test_what_the_administrator_sets_early_stays(self, site, alice, backend):
        assert alice.navigate(site.url("/secure")).status == 200
        assert backend.seen[-1].header("X-Cognito-Early") == "ours"

    def test_a_trace_does_not_echo_our_cookies(self, site, alice):
        answer = alice.request("TRACE", site.url("/secure"))
        assert SESSION not in answer.text

    def test_a_site_without_a_client_is_left_alone(self, start, backend, browsers):
        from harness.conf import Conf
        server = start(Conf().add(f"ProxyPass / {backend.url}/"))
        browser = browsers()
        browser.route("https://app.example.test", server.port)
        sent = {"X-Cognito-Sub": "theirs", "Cookie": SESSION + "=theirs"}
        answer = browser.navigate("https://app.example.test/.cognito/callback?x=1", headers=sent)
        seen = json.loads(answer.text)["headers"]
        assert ["X-Cognito-Sub", "theirs"] in seen and ["Cookie", SESSION + "=theirs"] in seen
