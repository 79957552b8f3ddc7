"""What only a real browser can show."""
import socketserver
import threading
import time

import pytest

from cognito_emulator import tls

from harness import pool as pools
from harness.pool import PASSWORD
from harness.ports import Port
from harness.site import CALLBACK, LOGIN, SESSION, SIGNED_OUT, key_file
from harness.conf import Conf

HOST = "app.example.test"
SHORT = 8  # seconds without use that end a session; a page and a click take less

# shows who is there; its buttons do what pages do
PAGE = """#!/bin/sh
cat <<END
Content-Type: text/html; charset=utf-8

<!doctype html><title>Orders</title>
<h1>Hello <b id="user">$REMOTE_USER</b></h1>
<p id="path">$REQUEST_URI</p>
<button id="load" onclick="load()">load</button> <output id="result"></output>
<a id="out" href="/.cognito/logout">Sign out</a>
<form method="post" action="/secure/notes"><textarea name="note"></textarea>
<input name="submit" type="submit" id="send" value="Send it"></form>
<p id="sent">$REQUEST_METHOD $HTTP_ORIGIN $(head -c ${CONTENT_LENGTH:-0})</p>
<script>
async function load() {
    const answer = await fetch("/secure/short/page?data");
    if (answer.status === 401) {
        location = (await answer.json()).login_url;
        return;
    }
    document.querySelector("#result").textContent = "loaded " + answer.status;
}
</script>
END
"""


class Site:
    """https://app.example.test, with a user pool on another site."""

    def __init__(self, origin, pool, server):
        self.origin = origin
        self.pool = pool
        self.server = server

    def url(self, path):
        return self.origin + path


@pytest.fixture(scope="class")
def site(start, oracle, tmp_path_factory):
    port = Port()
    origin = f"https://{HOST}:{port}"
    folder = str(tmp_path_factory.mktemp("ca"))
    certificate = tls.Authority(folder).issue("good", [HOST])
    config = pools.configuration(origins=[origin])
    config["pools"][0]["domain"] = {"host": "auth.localhost"}
    running, found = pools.start(config, tls=True)
    pool = found["eu-west-1_AppPool01"]
    oracle.secrets.watch(pool.new_secrets)
    server = start(make_conf(pool, origin, certificate, running.ca_file), port)
    yield Site(origin, pool, server)
    oracle.secrets.settle()
    running.stop()


def make_conf(pool, origin, certificate, ca_file):
    conf = Conf().load("ssl", "socache_shmcb", "alias", "headers", "rewrite").cgi()
    conf.secret("keys", key_file()).copy("ca.pem", ca_file).file("cgi/page", PAGE)
    conf.add(f"ServerName {HOST}", "LogLevel info auth_cognito:trace8 ssl:warn",
             "LimitRequestFieldSize 16380", "SSLEngine on",
             "SSLSessionCache shmcb:{root}/tls-sessions(512000)", f"SSLCertificateFile {certificate}",
             "CognitoSecret file:{root}/keys", f"CognitoIssuer {pool.issuer}",
             "CognitoClientID app", f"CognitoBaseURL {origin}", "CognitoCAFile {root}/ca.pem",
             "ScriptAliasMatch ^/(secure|public) {root}/cgi/page")
    conf.protect("/secure")
    return conf.protect("/secure/short", f"CognitoSessionTimeout {SHORT}s 1h")


@pytest.fixture
def pool(site):
    yield site.pool
    site.pool.heal()


def signed_in(browser, site, path="/secure", user="alice"):
    browser.open(site.url(path))
    browser.wait_for_url(site.pool.domain + "/login")
    browser.sign_in(user, PASSWORD)
    browser.wait_for_url(site.url(path))
    assert browser.find("#user").text == user


class TestJourneys:
    def test_first_visit_password_and_the_page_with_the_name(self, site, browser):
        browser.open(site.url("/secure/orders?year=2026"))
        browser.wait_for_url(site.pool.domain + "/login")
        assert "Sign in" in browser.text
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_text("Hello alice")
        assert browser.url == site.url("/secure/orders?year=2026")
        assert browser.find("#path").text == "/secure/orders?year=2026"
        cookie = browser.cookies()[SESSION]
        assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Lax"
        assert not [n for n in browser.cookies() if n.startswith(LOGIN)]

    def test_a_wrong_password_and_then_the_right_one(self, site, browser):
        browser.open(site.url("/secure"))
        browser.sign_in("alice", "wrong")
        browser.wait_for_text("Incorrect username or password")
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_text("Hello alice")

    def test_two_tabs_at_once(self, site, browser):
        first = browser.tab
        browser.open(site.url("/secure/one"))
        second = browser.new_tab()
        browser.open(site.url("/secure/two"))
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_url(site.url("/secure/two"))
        browser.switch_to(first)
        assert browser.url.startswith(site.pool.domain)
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_url(site.url("/secure/one"))
        browser.switch_to(second)
        browser.open(site.url("/secure/two"))
        assert browser.find("#user").text == "alice"

    def test_the_back_button_after_the_login(self, site, browser):
        browser.open(site.url("/public"))
        signed_in(browser, site, "/secure/orders")
        browser.back()  # to the form that is done with
        browser.forward()
        browser.wait_for_url(site.url("/secure/orders"))
        assert browser.find("#user").text == "alice"
        browser.back()
        if browser.url.startswith(site.pool.domain):  # it asks whether to go on as alice
            browser.click("button[value=continue]")
            browser.wait_for_url(site.url("/secure/orders"))
            assert browser.find("#user").text == "alice"

    def test_the_callback_is_not_in_the_history(self, site, browser):
        signed_in(browser, site)
        for _ in range(3):
            browser.back()
            assert CALLBACK not in browser.url

    def test_sign_out_and_return(self, site, browser):
        signed_in(browser, site)
        browser.click("#out")
        browser.wait_for_text("You are signed out")
        assert browser.url == site.url(SIGNED_OUT)
        assert SESSION not in browser.cookies()
        browser.open(site.url("/secure"))
        browser.wait_for_url(site.pool.domain + "/login")
        browser.sign_in("bob", PASSWORD)
        browser.wait_for_text("Hello bob")

    def test_an_ended_session_in_the_middle_of_a_page(self, site, browser):
        signed_in(browser, site, "/secure/short/page")
        browser.click("#load")
        browser.wait_for_text("loaded 200")
        time.sleep(SHORT + 1.2)
        browser.click("#load")  # 401, its login URL, the pool's session, and back
        browser.wait(lambda d: "loaded" not in browser.text, "a new page")
        browser.wait_for_url(site.url("/secure/short/page"))
        assert browser.find("#user").text == "alice"
        browser.click("#load")
        browser.wait_for_text("loaded 200")

    def test_a_form_survives_the_login_and_arrives_once(self, site, browser):
        self.fill_in_and_end_the_session(site, browser)
        browser.click("#send")
        browser.wait_for_url(site.pool.domain + "/login")
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_url(site.url("/secure/notes"))
        sent = browser.find("#sent").text
        assert sent == f"POST {site.origin} note=first%0D%0A%3Csecond%3E+%C3%BC&submit=Send+it"
        assert browser.find("#user").text == "alice"
        browser.back()  # our page, which has sent it, is not in the history
        browser.wait_for_url(site.pool.domain + "/login")
        posts = [line for line in site.server.logged()["access.log"].splitlines()
                 if '"POST /secure/notes ' in line]
        assert [line.split('" ')[1].split()[0] for line in posts] == ["303", "200"]

    def test_a_form_with_an_empty_field_for_a_file_survives_too(self, site, browser):
        self.fill_in_and_end_the_session(site, browser)
        browser.run("const form = document.forms[0]; form.enctype = 'multipart/form-data';"
                    "form.insertAdjacentHTML('beforeend', '<input type=file name=photo>')")
        browser.click("#send")
        browser.wait_for_url(site.pool.domain + "/login")
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_url(site.url("/secure/notes"))
        sent = browser.find("#sent").text
        assert sent.startswith(f"POST {site.origin} ------")
        for part in ('form-data; name="note"', "first", "\u00fc", 'name="submit"', "Send it",
                     'name="photo"; filename=""', "Content-Type: application/octet-stream"):
            assert part in sent, sent

    def test_what_was_typed_into_a_form_that_cannot_be_kept_is_found_by_going_back(self, site,
                                                                                   browser):
        self.fill_in_and_end_the_session(site, browser)
        browser.run("document.forms[0].enctype = 'text/plain'")
        browser.click("#send")
        browser.wait_for_url(site.pool.domain + "/login")
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_text("Your form was not sent")
        browser.back()
        browser.wait_for_url(site.pool.domain + "/login")
        browser.back()
        browser.wait_for_url(site.url("/secure/form"))
        assert browser.run("return document.querySelector('textarea').value") == "first\n<second> \u00fc"

    def test_a_form_is_not_sent_by_somebody_else(self, site, browser):
        self.fill_in_and_end_the_session(site, browser)
        browser.click("#send")
        browser.wait_for_url(site.pool.domain + "/login")
        browser.sign_in("bob", PASSWORD)
        browser.wait_for_text("Your form was not sent")
        browser.click("a.button")
        browser.wait_for_text("Hello bob")
        assert browser.find("#sent").text.startswith("GET")

    def fill_in_and_end_the_session(self, site, browser):
        """A tab with a filled in form; the session is signed out, but the browser still holds
        its cookie, as it does when a session's time is over."""
        signed_in(browser, site, "/secure/form")
        browser.type("textarea", "first\n<second> \u00fc")
        form, cookie = browser.tab, browser.cookies()[SESSION]
        browser.new_tab()
        browser.open(site.url("/.cognito/logout"))
        browser.wait_for_text("You are signed out")
        kept = {name: cookie[name] for name in ("name", "value", "path", "secure", "httpOnly",
                                                "sameSite")}
        browser.driver.execute_cdp_cmd("Network.setCookie", {"url": site.origin, **kept})
        browser.switch_to(form)

    def test_a_script_hears_who_is_signed_in(self, site, browser):
        ask = "return fetch('/.cognito/session').then(async r => [r.status, await r.json()])"
        browser.open(site.url("/public"))
        status, told = browser.run(ask)
        assert status == 401 and told["login_url"] == site.url(
            "/.cognito/login?return_to=%2Fpublic")
        signed_in(browser, site)
        status, told = browser.run(ask)
        assert status == 200 and told["claims"]["email"] == "alice@example.com"
        with Elsewhere("<p>elsewhere</p>") as elsewhere:
            browser.open(elsewhere.url)
            assert browser.run("return fetch(arguments[0], {credentials: 'include'})"
                               ".then(r => r.status, e => e.name)",
                               site.url("/.cognito/session")) == "TypeError"

    def test_a_provider_of_the_companys_own(self, site, browser):
        browser.open(site.url("/secure"))
        browser.click("a[href*='identity_provider=EntraID']")
        browser.click("form button.plain")
        browser.wait_for_text("Hello EntraID_fred")

    def test_a_link_from_another_site_finds_the_session(self, site, browser):
        signed_in(browser, site)
        with Elsewhere(f"<a id=go href='{site.url('/secure/linked')}'>go</a>") as elsewhere:
            browser.open(elsewhere.url)
            browser.click("#go")
            browser.wait_for_url(site.url("/secure/linked"))
            assert browser.find("#user").text == "alice"

    def test_another_site_cannot_sign_anybody_out(self, site, browser):
        signed_in(browser, site)
        out = site.url("/.cognito/logout")
        page = (f"<img src='{out}'><iframe src='{out}'></iframe>"
                f"<form id=f method=post action='{out}'><button id=go>x</button></form>")
        with Elsewhere(page) as elsewhere:
            browser.open(elsewhere.url)
            browser.click("#go")
            browser.wait_for_url(site.origin)
        assert SESSION in browser.cookies()
        browser.open(site.url("/secure"))
        assert browser.find("#user").text == "alice"

    def test_blocked_cookies_end_in_a_page_that_says_so(self, site, open_browser, log):
        log.expect("COG3001.*login_loop")
        rule = {f"{site.origin},*": {"setting": 2}}
        browser = open_browser(**{"profile.content_settings.exceptions.cookies": rule})
        browser.open(site.url("/secure"))
        browser.sign_in("alice", PASSWORD)
        browser.wait_for_url(site.url(CALLBACK))
        assert "cookies" in browser.text.lower()

    def test_a_large_profile_fits_into_the_browser(self, site, browser):
        claims = {f"custom:c{n}": chr(97 + n) * 400 for n in range(10)}
        site.pool.add_user("large", password=PASSWORD, attributes=claims)
        signed_in(browser, site, user="large")
        assert len([n for n in browser.cookies() if n.startswith(SESSION)]) >= 2


class Elsewhere(socketserver.ThreadingTCPServer):
    """One page on another site."""

    daemon_threads = True

    def __init__(self, page):
        super().__init__(("127.0.0.1", 0), Page)
        self.page = page
        self.url = f"http://evil.example.test.localhost:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __exit__(self, *args):
        self.shutdown()
        super().__exit__(*args)


class Page(socketserver.StreamRequestHandler):
    def handle(self):
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        body = self.server.page.encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)
