"""Faults that say nothing: who is asked does not exist, is gone, or says what nobody asked for.
Names of security.md, section 7."""
import signal

import pytest

from harness.conf import Conf
from harness.faults import NOISE, TOTAL, site
from harness.processes import freeze
from harness.site import SESSION, Site, is_refusal, key_file, ordinary_conf

__all__ = ["site"]


class TestF08:
    """The user pool's host stands still, with connections of ours open."""

    def test_a_kept_connection_that_is_dead_costs_one_sign_in(self, site, browser, emulator, log):
        log.expect("COG3001.*idp_unreachable")
        log.allow(NOISE)
        site.sign_in(browser)
        browser.jar.drop()
        back = site.to_callback(browser)
        process = emulator[0].process
        freeze(process)
        try:
            answer = browser.follow(back)
        finally:
            process.send_signal(signal.SIGCONT)
        assert is_refusal(answer) and answer.status == 503
        assert site.sign_in(browser).status == 200


class TestF17:
    """There is no such host."""

    def test_nobody_gets_in_and_all_else_is_served(self, start, backend, browsers, log):
        log.allow(NOISE)
        conf = Conf().secret("keys", key_file()).protect("/secure")
        conf.add("CognitoSecret file:{root}/keys", "CognitoUserPool eu-west-1_AbC123dEf",
                 "CognitoIssuer https://nowhere.invalid/eu-west-1_AbC123dEf",
                 "CognitoClientID app", "CognitoBaseURL https://app.example.test",
                 f"CognitoTimeout 1s {TOTAL}s", f"ProxyPass / {backend.url}/")
        site = Site(start(conf), None)
        browser = site.browser(browsers)
        answer = site.visit(browser)
        assert is_refusal(answer) and answer.status == 503
        assert int(answer.header("Retry-After")) > 0
        assert site.visit(browser, "/public").status == 200


class TestF34:
    """A disk is full."""

    def test_a_sign_in_needs_no_audit_log(self, start, pool, backend, browsers, log):
        log.allow(NOISE)
        conf = ordinary_conf(pool, backend).add("CognitoAuditLog /dev/full")
        site = Site(start(conf), pool)
        assert site.sign_in(site.browser(browsers)).status == 200


class TestF39:
    """The user pool sets cookies and wants to be asked elsewhere from now on."""

    def test_none_of_it_is_remembered(self, site, browser, pool):
        headers = {"Set-Cookie": "evil=1; Path=/", "Alt-Svc": 'h2="127.0.0.1:1"; ma=86400',
                   "Strict-Transport-Security": "max-age=31536000"}
        pool.fail("token", headers=headers, work=True)
        pool.fail("revoke", headers=headers, work=True)
        for _ in range(3):
            assert site.sign_in(browser).status == 200
            site.visit(browser, "/.cognito/logout", site="same-origin")
            assert not browser.jar.all(SESSION)
        calls = [*pool.requests("token"), *pool.requests("revoke")]
        assert len(calls) >= 3 and not [c for c in calls if "cookie" in c.headers]


class TestW09:
    """Whether somebody may see a page comes before whether they have it already."""

    @pytest.fixture(scope="class")
    def site(self, start, pool):
        conf = Conf().secret("keys", key_file()).file("htdocs/page.html", "<p>hello</p>")
        conf.add("CognitoSecret file:{root}/keys", f"CognitoIssuer {pool.issuer}",
                 "CognitoClientID app", "CognitoBaseURL https://app.example.test",
                 "DocumentRoot {root}/htdocs")
        return Site(start(conf.protect("/page.html", require="cognito-group admins")), pool)

    def test_an_etag_opens_nothing(self, site, browsers, log):
        log.allow("AH0163[01]")
        alice = site.browser(browsers)
        tag = site.sign_in(alice, "/page.html").header("ETag")
        known = {"If-None-Match": tag}
        assert tag and alice.fetch(site.url("/page.html"), headers=known).status == 304
        nobody = site.browser(browsers)
        assert nobody.fetch(site.url("/page.html"), headers=known).status == 401
        assert site.visit(nobody, "/page.html", headers=known).status == 302
        answer = nobody.follow(site.to_callback(nobody, "/page.html", "bob"))
        assert nobody.follow(answer).status == 403
        assert nobody.fetch(site.url("/page.html"), headers=known).status == 403
