"""A form that comes with an ended session survives the login (CognitoPreservePost)."""
import base64
import hashlib
import re
import urllib.parse

import pytest

from harness.client import Form
from harness.site import SESSION, Site, is_login, ordinary_conf, type_password

FIELDS = [("note", 'a "b" <c>\r\n\u00fc &amp;'), ("tag", "x"), ("tag", "y"), ("empty", ""),
          ("submit", "go"), ("a&b=c", "1+1=2%")]
BODY = urllib.parse.urlencode(FIELDS)
TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


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
def browser(site, browsers):
    return site.browser(browsers)


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

    def test_the_page_runs_its_own_script_and_no_other(self, site, ended):
        browser = ended()
        body = urllib.parse.urlencode({"x": '"><script>alert(1)</script>'})
        page = sign_in(site, browser, post(site, browser, body=body))
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
        {"Content-Type": "multipart/form-data; boundary=x"}, {"Content-Type": "text/plain"},
        {"Content-Encoding": "gzip"}])
    def test_what_is_not_kept_leads_back_to_the_page(self, site, ended, how):
        browser = ended()
        jar = browser.jar.header(site.url())
        if "site_" in how:  # SameSite alone would keep the cookies at home
            how = {**how, "cookies": False, "Cookie": jar}
        cookies = how.pop("cookies", True)
        answer = browser.navigate(
            site.url(how.pop("path", "/secure/notes")), method="POST", body=how.pop("body", BODY),
            site=how.pop("site_", "same-origin"), headers={**TYPE, **how}, cookies=cookies)
        assert is_login(site.pool, answer)
        answer = sign_in(site, browser, answer)
        assert answer.status == 303 and browser.follow(answer).status == 200

    def test_who_was_never_here_leaves_nothing(self, site, browser):
        answer = sign_in(site, browser, post(site, browser))
        assert answer.status == 303 and browser.jar.value(SESSION)

    def test_a_chunked_form_survives(self, site, ended):
        browser = ended()
        cookie = browser.jar.header(site.url())
        head = (f"POST /secure/c HTTP/1.1\r\nHost: app.example.test\r\nAccept: text/html\r\n"
                f"Origin: {site.origin}\r\nCookie: {cookie}\r\nTransfer-Encoding: chunked\r\n"
                f"Content-Type: {TYPE['Content-Type']}\r\nConnection: close\r\n\r\n")
        answer = browser.raw(site.origin, head.encode() + b"3\r\nx=1\r\n4\r\n&y=2\r\n0\r\n\r\n")
        headers = answer.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        browser.jar.take([h.split(": ", 1)[1] for h in headers if h.startswith("Set-Cookie")],
                         site.url())
        location, = [h.split(": ", 1)[1] for h in headers if h.startswith("Location")]
        page = browser.navigate(location)
        while page.status == 302:
            page = browser.follow(page)
        answer = browser.submit(page, username="alice", password=site.pool.password_of("alice"))
        page = browser.follow(answer)
        assert Form(page.text).forms[0][2] == {"x": "1", "y": "2"}


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


def unescape(text):
    import html
    return html.unescape(text)
