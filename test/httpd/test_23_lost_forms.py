"""A form that comes with an ended session survives the login (CognitoPreservePost)."""
import base64
import hashlib
import re
import socket
import struct
import urllib.parse

import pytest

from harness.client import Form
from harness.site import SESSION, Site, is_login, ordinary_conf, type_password

FIELDS = [("note", 'a "b" <c>\r\n\u00fc &amp;'), ("tag", "x"), ("tag", "y"), ("empty", ""),
          ("submit", "go"), ("a&b=c", "1+1=2%")]
BODY = urllib.parse.urlencode(FIELDS)
TYPE = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = "multipart/form-data; boundary=x"


def part(name, value):
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = ordinary_conf(pool, backend).load("headers")
    conf.protect("/secure/off", "CognitoPreservePost off")
    conf.protect("/secure/off/on", "CognitoPreservePost on")
    conf.protect("/secure/small", "CognitoPreservePost on 1K")
    conf.protect("/secure/fresh", require="cognito-auth-age 15m")
    conf.load("rewrite").add("RewriteEngine on", "RewriteCond %{LA-U:REMOTE_USER} (.+)",
                             "RewriteRule ^/cgi/ahead - [E=AHEAD:%1]")
    # a subrequest is judged where its sections are not those of the request, so far
    conf.section("Directory", "/", "CognitoPreservePost on")
    return Site(start(conf), pool)


@pytest.fixture
def ended(site, browser):
    """A browser whose session has ended, here and at the user pool, by a sign-out with a
    copy of its cookies."""
    def end(user="alice"):
        site.sign_in(browser, user=user)
        cookies = browser.jar.copy()
        browser.follow_all(browser.navigate(site.url("/.cognito/logout"), site="same-origin"))
        browser.jar = cookies
        browser.jar.drop("cognito")  # the user pool's
        assert is_login(site.pool, site.visit(browser))
        return browser
    return end


def post(site, browser, path="/secure/notes?id=7", body=BODY, site_="same-origin", **headers):
    return browser.navigate(site.url(path), method="POST", body=body, site=site_,
                            headers={**TYPE, **headers})


def sign_in(site, browser, redirect, user="alice"):
    """What our callback answers."""
    return browser.follow(type_password(browser, redirect, user, site.pool))


class TestForms:
    def test_it_survives_and_arrives_once(self, site, ended, backend):
        browser = ended()
        backend.clear()
        answer = post(site, browser)
        assert answer.status == 303 and is_login(site.pool, answer)
        assert not backend.seen
        page = sign_in(site, browser, answer)
        assert page.status == 200 and "You are signed in again" in page.text
        assert page.header("Cache-Control") == "no-store"
        assert page.header("Referrer-Policy") == "strict-origin"
        (method, action, _), = Form(page.text).forms
        assert (method, action) == ("POST", site.url("/secure/notes?id=7"))
        shown = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
        sent = post(site, browser, body=urllib.parse.urlencode(
            [(unescape(n), unescape(v)) for n, v in shown]))
        assert sent.status == 200
        seen, = backend.seen
        assert seen.method == "POST" and seen.body.decode() == BODY
        again = browser.navigate(page.url)
        assert again.status == 303 and again.location == site.url("/secure/notes?id=7")

    def test_a_multipart_form_without_files_survives(self, site, ended):
        """As MediaWiki sends its pages."""
        browser = ended()
        empty = ('--x\r\nContent-Disposition: form-data; name="photo"; filename=""\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n\r\n")
        fields = [("text", 'a "b" <c>\r\n\u00fc &amp;'), ("a&b=c", "1+1=2%")]
        body = "".join(part(*field) for field in fields) + empty + "--x--\r\n"
        page = sign_in(site, browser, post(site, browser, body=body.encode(),
                                           **{"Content-Type": MULTIPART}))
        assert re.findall('<form method="post" action="([^"]*)" enctype="([^"]*)">', page.text) == [
            (site.url("/secure/notes?id=7"), "multipart/form-data")]
        shown = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
        assert [(unescape(n), unescape(v)) for n, v in shown] == fields
        assert re.findall('<input type="file" hidden name="([^"]*)">', page.text) == ["photo"]

    def test_the_page_runs_its_own_script_and_no_other(self, site, ended):
        browser = ended()
        evil = '"><script>alert(1)</script>'
        body = urllib.parse.urlencode({"x": evil, evil: "x"})
        page = sign_in(site, browser, post(site, browser, "/secure/notes?x=" + evil, body))
        assert Form(page.text).forms == [
            ("POST", site.url("/secure/notes?x=" + evil), {"x": evil, evil: "x"})]
        script, = re.findall(r"<script>(.*?)</script>", page.text)
        assert "alert" not in script and page.text.count("<script") == 1
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = dict(part.strip().split(" ", 1) for part in
                      page.header("Content-Security-Policy").split(";"))
        assert policy["default-src"] == "'none'" == policy["base-uri"]
        assert policy["script-src"] == f"'sha256-{digest}'"
        assert policy["frame-ancestors"] == "'none'"

    def test_nobody_else_gets_it(self, site, ended, backend):
        browser = ended("alice")
        answer = post(site, browser)
        backend.clear()
        page = sign_in(site, browser, answer, "bob")
        assert page.status == 200 and "Your form was not sent" in page.text
        assert not any(text in page.text for text in ("<form", "<script", "<input", "1+1=2"))
        assert not backend.seen and site.user(browser) == "bob"

    def test_a_look_ahead_leaves_the_form_alone(self, site, ended):
        browser = ended()
        page = sign_in(site, browser, post(site, browser, "/cgi/ahead", "x=1&y=2"))
        assert Form(page.text).forms[0][2] == {"x": "1", "y": "2"}

    def test_a_place_may_switch_it_on_again(self, site, ended):
        browser = ended()
        page = sign_in(site, browser, post(site, browser, "/secure/off/on"))
        assert Form(page.text).forms[0][1] == site.url("/secure/off/on")

    def test_two_tabs(self, site, ended):
        browser = ended()
        first = post(site, browser, "/secure/a", "x=1")
        second = post(site, browser, "/secure/b", "x=2")
        page = sign_in(site, browser, second)
        assert Form(page.text).forms[0][1:] == (site.url("/secure/b"), {"x": "2"})
        page = sign_in(site, browser, first)
        assert Form(page.text).forms[0][1:] == (site.url("/secure/a"), {"x": "1"})

    def test_a_form_that_wants_a_fresh_sign_in(self, site, browser, pool):
        pool.set_clock(-3000)
        type_password(browser, site.begin(browser), "alice", pool)
        pool.set_clock(0)
        site.sign_in(browser)
        answer = post(site, browser, "/secure/fresh")
        assert is_login(pool, answer) and "prompt=login" in answer.location
        page = sign_in(site, browser, answer)
        assert Form(page.text).forms[0][1] == site.url("/secure/fresh")

    @pytest.mark.parametrize("how", [
        {"path": "/secure/off"}, {"path": "/secure/small", "body": "x=" + "a" * 1100},
        {"site_": "cross-site"}, {"site_": "same-site"}, {"body": "x=%FC"},
        {"Content-Type": MULTIPART}, {"Content-Type": "text/plain"},
        {"Content-Type": MULTIPART, "body": part('f"; filename="a.txt', "x") + "--x--\r\n"},
        {"Content-Encoding": "gzip"}])
    def test_what_is_not_kept_was_not_sent_and_that_is_said(self, site, ended, backend, how):
        browser = ended()
        jar = browser.jar.header(site.url())
        if "site_" in how:  # SameSite alone would keep the cookies at home
            how = {**how, "cookies": False, "Cookie": jar}
        cookies = how.pop("cookies", True)
        answer = browser.navigate(
            site.url(how.pop("path", "/secure/notes")), method="POST", body=how.pop("body", BODY),
            site=how.pop("site_", "same-origin"), headers={**TYPE, **how}, cookies=cookies)
        assert is_login(site.pool, answer)
        backend.clear()
        answer = sign_in(site, browser, answer)
        if not cookies:  # of another site: its user expects nothing
            assert answer.status == 303
            answer = browser.follow(answer)
        else:
            assert_says_lost(answer)
            answer = browser.navigate(re.search('<a class="button" href="([^"]*)"', answer.text)[1])
        assert answer.status == 200 and [seen.method for seen in backend.seen] == ["GET"]

    def test_who_was_never_here_leaves_nothing(self, site, browser):
        assert_says_lost(sign_in(site, browser, post(site, browser)))
        assert browser.jar.value(SESSION)


class TestBodies:
    """However a body comes, or does not, half a form is never sent on."""

    SMALL = 1024  # CognitoPreservePost on 1K
    CHUNKED = "Transfer-Encoding: chunked"

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).add("ErrorDocument 403 /secure/help", "MergeTrailers on")
        conf.protect("/secure/small", "CognitoPreservePost on 1K")
        conf.protect("/secure/off", "CognitoPreservePost off")
        conf.location("/denied", "Require all denied")
        return Site(start(conf), pool)

    @pytest.fixture
    def sent(self, site, ended):
        """sent(body, *headers): (what httpd has sent, the page behind the login)."""
        def send(body, *headers, path="/secure/small", ends=False):
            browser = ended()
            lines = [f"POST {path} HTTP/1.1", "Host: app.example.test", "Accept: text/html",
                     f"Origin: {site.origin}", f"Cookie: {browser.jar.header(site.url())}",
                     f"Content-Type: {TYPE['Content-Type']}", "Connection: close", *headers]
            answer = browser.raw(site.origin, "\r\n".join([*lines, "", ""]).encode() + body,
                                 ends=ends).decode("latin-1")
            final = re.sub(r"\AHTTP/1\.1 100 .*?\r\n\r\n", "", answer, flags=re.S)
            return answer, self.behind(site, browser, final) if " 303 " in final[:20] else None
        return send

    def behind(self, site, browser, answer):
        fields = [line.split(": ", 1) for line in answer.split("\r\n\r\n")[0].split("\r\n")[1:]]
        browser.jar.take([value for name, value in fields if name == "Set-Cookie"], site.url())
        page = browser.navigate(dict(fields)["Location"])
        while page.status == 302:
            page = browser.follow(page)
        answer = browser.submit(page, username="alice", password=site.pool.password_of("alice"))
        return browser.follow(answer)

    @pytest.mark.parametrize("body", [
        b"7\r\nx=1&y=2\r\n0\r\n\r\n", b"3\r\nx=1\r\n4;e=x\r\n&y=2\r\n000\r\n\r\n",
        b"7\r\nx=1&y=2\r\n0\r\nX-Cognito-Sub: evil\r\nCookie: evil\r\nContent-Length: 3\r\n"
        b"Content-Type: text/plain\r\nContent-Encoding: gzip\r\nOrigin: https://evil.example\r\n\r\n"],
        ids=["one", "several", "trailers"])
    def test_a_chunked_form_survives(self, sent, body):
        """H12 too: it is us who read the body here, and httpd who merges its trailers."""
        _, page = sent(body, self.CHUNKED)
        assert Form(page.text).forms[0][2] == {"x": "1", "y": "2"} and "evil" not in page.text

    @pytest.mark.parametrize("more, is_kept", [(0, True), (1, False), (100000, False)])
    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_the_limit_is_exact(self, sent, is_chunked, more, is_kept):
        text = b"x=" + b"a" * (self.SMALL - 2 + more)
        if is_chunked:
            halves = text[:500], text[500:]
            body = b"".join(b"%x\r\n%s\r\n" % (len(half), half) for half in halves) + b"0\r\n\r\n"
            _, page = sent(body, self.CHUNKED)
        else:
            _, page = sent(text, f"Content-Length: {len(text)}")
        if is_kept:
            assert Form(page.text).forms[0][2] == {"x": "a" * (self.SMALL - 2)}
        else:
            assert_says_lost(page)

    @pytest.mark.parametrize("headers, body", [
        (["Content-Length: 20"], b"x=1&y=2"), (["Content-Length: 20"], b""),
        ([CHUNKED], b"7\r\nx=1&y=2\r\n"), ([CHUNKED], b"ff\r\nx=1"), ([CHUNKED], b""),
        ([CHUNKED], b"7\r\nx=1&y=2\r\nwhat\r\n\r\n"), ([CHUNKED], b"-1\r\nx=1\r\n0\r\n\r\n")],
        ids=["short", "none", "no end", "half a chunk", "no chunk", "broken", "negative"])
    def test_half_a_form_is_not_kept(self, sent, log, headers, body):
        log.allow("AH01587", "AH02606", "AH10268")  # httpd's own words about it
        answer, page = sent(body, *headers, ends=True)
        if page is None:
            assert not answer or re.match("HTTP/1.1 4(00|08|13) ", answer), answer
        else:
            assert_says_lost(page)

    def test_a_client_that_goes_away_harms_nobody(self, site, ended, sent):
        browser = ended()
        head = (f"POST /secure/small HTTP/1.1\r\nHost: app.example.test\r\nAccept: text/html\r\n"
                f"Origin: {site.origin}\r\nCookie: {browser.jar.header(site.url())}\r\n"
                f"Content-Type: {TYPE['Content-Type']}\r\nContent-Length: 900\r\n\r\nx=1")
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", int(site.server.port))) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.sendall(head.encode())
        _, page = sent(b"x=1", "Content-Length: 3")
        assert Form(page.text).forms[0][2] == {"x": "1"}

    @pytest.mark.parametrize("path, is_kept", [("/secure/small", True), ("/secure/off", False)])
    def test_who_asks_first_is_told_to_go_on_where_a_form_is_kept(self, sent, path, is_kept):
        """RFC 9110, 10.1.1"""
        answer, page = sent(b"x=1", "Content-Length: 3", "Expect: 100-continue", path=path)
        begin = "HTTP/1.1 100 Continue\r\n\r\n" if is_kept else ""
        assert answer.startswith(f"{begin}HTTP/1.1 303 "), answer
        if is_kept:
            assert Form(page.text).forms[0][2] == {"x": "1"}
        else:
            assert_says_lost(page)

    def test_an_error_document_has_no_form_of_its_own(self, sent, log, backend):
        """The page that explains an error is not the one that the form was for."""
        log.expect("AH01630")  # denied by configuration
        backend.clear()
        answer, page = sent(b"x=1", "Content-Length: 3", path="/denied")
        assert "x=1" not in answer and not any(seen.method == "POST" for seen in backend.seen)
        assert page is None or not Form(page.text).forms


class TestStoredSessions:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend).add("CognitoSession store")
        return Site(start(conf), pool)

    def test_the_session_is_gone_but_whose_form_it_is_is_known(self, site, ended):
        browser = ended()
        assert len(browser.jar.value(SESSION)) < 300
        page = sign_in(site, browser, post(site, browser, body="x=1"))
        assert Form(page.text).forms[0][2] == {"x": "1"}


def assert_says_lost(page):
    assert page.status == 200 and "Your form was not sent" in page.text
    assert "Go back in your browser to the form" in page.text
    assert not any(text in page.text for text in ("<form", "<script", "<input"))


def unescape(text):
    import html
    return html.unescape(text)
