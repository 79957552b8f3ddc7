"""CognitoAuditLog and the notes of LogFormat: one entry for each login, refresh, logout and
refusal, which no value of a request can forge."""
import json
import os
import re
import stat

import pytest

from harness.client import FETCH
from harness.parallel import in_parallel
from harness.server import Server, read_text
from harness.site import Site, is_refusal, ordinary_conf, site_conf
from harness.waiting import wait_for

NOTES = ("EVENT", "CAUSE", "SUB", "CLIENT", "PROVIDER", "SESSION", "EVENT_ID", "ORIGIN_JTI",
         "INCIDENT")
FORMAT = " ".join(f"%<{{COGNITO_{name}}}n" for name in NOTES)


def audit_conf(pool, backend, log, *lines):
    conf = ordinary_conf(pool, backend).add(f"CognitoAuditLog {log}", *lines)
    conf.add(f'CustomLog {{root}}/notes.log "%s {FORMAT}"')
    return conf.protect("/api", "CognitoAccept bearer").protect(
        "/nobody", require="user nobody").protect(
        "/quiet", "LogLevel auth_cognito:warn", require="user nobody").protect(
        "/closed", "ErrorDocument 403 /public/closed", require="user nobody").protect(
        "/other", "CognitoAccept bearer", "CognitoBearerClient other")


class Audit:
    """The entries that come after it was made."""

    def __init__(self, site, name="audit.log"):
        self.path = site.server.path(name)
        self.seen = len(self.all())

    def all(self):
        if not os.path.exists(self.path):
            return []
        text = read_text(self.path)
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def entries(self, count):
        """So many new ones and no more; a piped log may be slow."""
        wait_for(lambda: len(self.all()) >= self.seen + count, f"{count} entries of the audit")
        found = self.all()[self.seen:]
        assert len(found) == count, found
        return found


class TestFile:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return Site(start(audit_conf(pool, backend, "audit.log")), pool)

    @pytest.fixture
    def browser(self, site, browsers):
        return site.browser(browsers)

    @pytest.fixture
    def audit(self, site):
        return Audit(site)

    def test_a_login(self, site, browser, audit, pool):
        site.sign_in(browser)
        login, = audit.entries(1)
        assert login["event"] == "login" and login["client"] == "app"
        assert login["sub"] == site.environment(browser)["COGNITO_SUB"]
        assert login["provider"] == "COGNITO" and login["remote"] == "127.0.0.1"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", login["time"])
        assert login["origin_jti"] and login["event_id"] and login["session"]
        assert not {"cause", "incident"} & set(login)

    def test_a_logout_has_the_session_of_its_login(self, site, browser, audit):
        site.sign_in(browser)
        site.visit(browser, "/.cognito/logout", site="same-origin")
        login, logout = audit.entries(2)
        assert (logout["event"], logout["cause"]) == ("logout", "logout")
        assert all(logout[m] == login[m] for m in ("sub", "client", "session"))

    def test_a_refusal_has_the_incident_of_its_page(self, site, browser, audit, log):
        log.expect("COG3001: state_mismatch")
        answer = site.visit(browser, "/.cognito/callback?state=x&error=access_denied")
        refusal, = audit.entries(1)
        assert is_refusal(answer) and refusal["incident"] in answer.text
        assert (refusal["event"], refusal["cause"]) == ("refusal", "state_mismatch")

    def test_a_user_without_the_right(self, site, browser, audit, log):
        log.allow("AH0163[01]")
        site.sign_in(browser)
        assert site.visit(browser, "/nobody").status == 403
        login, refusal = audit.entries(2)
        assert refusal["cause"] == "forbidden" and refusal["sub"] == login["sub"]
        assert refusal["session"] == login["session"]

    def test_its_number_is_on_the_page_though_the_error_log_lacks_it(self, site, browser, audit, log):
        log.allow("AH0163[01]")
        site.sign_in(browser)
        page = site.visit(browser, "/quiet")
        assert page.status == 403 and not log.find("COG3001")
        assert audit.entries(2)[1]["incident"] in page.text

    def test_a_bearer_token(self, site, browser, audit, pool):
        token = pool.access_token("alice")
        for value, status in ((token, 200), (token[:-8] + "AAAAAAAA", 401)):
            headers = {"Authorization": f"Bearer {value}"}
            assert browser.request("GET", site.url("/api"), headers).status == status
        refusal, = audit.entries(1)
        assert refusal["cause"] == "token_signature" and "sub" not in refusal

    def test_a_token_of_another_client_names_its_user(self, site, browser, audit, pool):
        headers = {"Authorization": f"Bearer {pool.access_token('alice')}"}
        assert browser.request("GET", site.url("/other"), headers).status == 401
        refusal, = audit.entries(1)
        assert refusal["cause"] == "token_audience" and refusal["sub"]

    def test_the_notes_outlive_an_ErrorDocument(self, site, browser, audit, log):
        log.allow("AH0163[01]")
        site.sign_in(browser)
        answer = site.visit(browser, "/closed")
        assert "/public/closed" in answer.text  # with the status of the backend
        login, refusal = audit.entries(2)
        wanted = f"403 refusal forbidden {login['sub']} app "
        wait_for(lambda: wanted in read_text(site.server.path("notes.log")),
                 "the line of the access log")

    def test_a_first_visit_is_no_refusal(self, site, browser, audit):
        site.begin(browser)
        assert browser.fetch(site.url("/secure")).status == 401
        assert audit.entries(0) == []

    def test_nothing_of_a_request_gets_into_a_line(self, site, browser, audit, log):
        log.allow("COG3001")
        poison = "%0a%7b%22event%22:%22login%22%7d"
        for target in (f"/.cognito/callback?state={poison}&error={poison}",
                       f"/.cognito/login?return_to={poison}&{poison}={poison}&return_to=x"):
            browser.request("GET", site.url(target), {**FETCH, "X-Forwarded-For": '"}\\n{'})
        first, second = audit.entries(2)
        assert {first["event"], second["event"]} == {"refusal"}
        assert "login" not in json.dumps([first, second])

    def test_the_notes_say_the_same(self, site, browser, audit):
        site.sign_in(browser)
        login, = audit.entries(1)
        wanted = " ".join(login.get(name, "-") for name in
                          ("event", "cause", "sub", "client", "provider", "session", "event_id",
                           "origin_jti", "incident"))
        wait_for(lambda: "303 " + wanted in read_text(site.server.path("notes.log")),
                 "the line of the access log")

    def test_the_line_is_whole_however_many_write(self, site, browsers, audit):
        def visit(_):
            browser = site.browser(browsers)
            for _ in range(20):
                browser.request("GET", site.url("/api"), {"Authorization": "Bearer x.y.z"})

        in_parallel(5, visit)
        assert {e["event"] for e in audit.entries(100)} == {"refusal"}

    def test_only_its_owner_and_group_may_read_it(self, site, audit):
        assert stat.S_IMODE(os.stat(audit.path).st_mode) & ~0o640 == 0

    def test_it_is_opened_anew_by_a_graceful_restart(self, site, browser, browsers, audit):
        site.sign_in(browser)
        audit.entries(1)
        os.rename(audit.path, audit.path + ".1")
        site.server.graceful()
        site.sign_in(site.browser(browsers))
        assert [e["event"] for e in Audit(site).all()] == ["login"]


class TestProgram:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = audit_conf(pool, backend, '"|/usr/bin/tee -a {root}/piped.log"',
                          "CognitoSessionTimeout 1h 12h")
        return Site(start(conf), pool)

    def test_a_login_and_its_refresh(self, site, browsers, pool):
        pool.change_client("app", id_token_sec=4, access_token_sec=4)
        audit = Audit(site, "piped.log")
        browser = site.browser(browsers)
        site.sign_in(browser)
        login, = audit.entries(1)
        wait_for(lambda: site.visit(browser).status == 200 and len(audit.all()) > audit.seen + 1,
                 "a refresh")
        refresh = audit.all()[audit.seen + 1]
        assert (login["event"], refresh["event"]) == ("login", "refresh")
        assert all(refresh[m] == login[m] for m in ("sub", "client", "provider", "session"))


class TestConfiguration:
    def test_what_cannot_be_opened_stops_the_start(self, pool):
        server = Server(site_conf(pool).protect("/").add("CognitoAuditLog /nonexistent/audit.log"))
        try:
            with pytest.raises(Exception):
                server.start()
            assert "CognitoAuditLog: '/nonexistent/audit.log' cannot be opened" in \
                server.logged()["error.log"] + server.what_it_said()
        finally:
            server.kill()
            server.remove()

    def test_none_switches_it_off_for_a_host(self, start, pool, browsers, log):
        log.allow("COG3001: bad_callback")
        conf = site_conf(pool).add("CognitoAuditLog audit.log").protect("/")
        conf.vhost("app.example.test", "CognitoAuditLog none")
        site = Site(start(conf), pool)
        site.visit(site.browser(browsers), "/.cognito/callback?error=x&error=y")
        assert read_text(site.server.path("audit.log")) == ""
