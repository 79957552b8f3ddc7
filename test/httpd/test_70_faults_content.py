"""What the user pool may say and present: documents, keys, certificates. Names of
security.md, section 7."""
import time

import pytest

from harness import pool as pools
from harness.faults import NOISE, fast_conf, growth, memory, site
from harness.parallel import in_parallel
from harness.site import (SESSION, Site, is_login, is_refusal, ordinary_conf, stays_alive,
                          type_password)
from harness.waiting import wait_for

__all__ = ["site"]


class TestF10F11:
    """Content types and broken JSON, at the token endpoint and in the documents."""

    @pytest.mark.parametrize("kind", ["text/html", "application/jwt", "",
                                      "application/json; charset=utf-16", "x"])
    def test_the_content_decides_not_its_type(self, site, browser, pool, kind):
        pool.fail("token", content_type=kind)
        assert site.sign_in(browser).status == 200

    @pytest.mark.parametrize("gzip", ["plain", "bomb"])
    def test_nothing_is_unpacked(self, site, browser, pool, log, gzip):
        log.expect("COG3001")
        log.allow(NOISE)
        before = memory(site.server)
        pool.fail("token", gzip=gzip)
        assert is_refusal(browser.follow(site.to_callback(browser)))
        assert growth(site.server, before) < 16 << 20

    BROKEN = ["empty", "truncated", "duplicate", "nan", "deep", "many-members", "trailing",
              "second-document", "bom", "nul", "nul-inside", "utf16", "bad-utf8",
              "overlong-utf8", "surrogate", "comment", "single-quotes", "array", "string",
              "number", "null", "html"]

    @pytest.mark.parametrize("broken", BROKEN)
    def test_broken_json_of_the_token_endpoint(self, site, browser, pool, log, broken):
        log.expect("COG3001")
        log.allow(NOISE)
        alive = stays_alive(site.server)
        pool.fail("token", broken=broken)
        answer = browser.follow(site.to_callback(browser))
        assert is_refusal(answer) and not browser.jar.all(SESSION) and alive()

    @pytest.mark.parametrize("endpoint", ["discovery", "jwks"])
    def test_broken_json_of_the_documents(self, start, pool, backend, browsers, log, endpoint):
        """One server; what is broken is asked for again after a pause."""
        log.allow(NOISE)
        site = Site(start(fast_conf(pool, backend)), pool)
        alive = stays_alive(site.server)
        for broken in ("truncated", "deep", "many-members", "bad-utf8", "array"):
            pool.fail(endpoint, broken=broken, times=4)
            browser = site.browser(browsers)
            answer = site.visit(browser)
            if is_login(pool, answer):
                answer = browser.follow(type_password(browser, answer, "alice", pool))
            assert is_refusal(answer), (broken, answer)
        assert alive()
        pool.heal()
        wait_for(lambda: is_login(pool, site.visit(site.browser(browsers))), "recovery", 12, 0.5)

    FIELDS = [{"json_set": {"issuer": "https://evil.example/eu-west-1_AppPool01"}},
              {"json_remove": ["issuer"]}, {"json_remove": ["token_endpoint"]},
              {"json_remove": ["authorization_endpoint"]}, {"json_remove": ["jwks_uri"]},
              {"json_set": {"token_endpoint": "http://198.51.100.7/token"}},
              {"json_set": {"jwks_uri": "file:///etc/passwd"}},
              {"json_set": {"authorization_endpoint": "javascript:alert(1)"}},
              {"json_set": {"token_endpoint": ["https://a"]}}, {"json_set": {"issuer": 1}}]

    @pytest.mark.parametrize("fault", FIELDS)
    def test_B16_O15_a_wrong_discovery_document_is_not_used(self, start, pool, backend, browsers,
                                                           log, fault):
        log.allow(NOISE)
        site = Site(start(fast_conf(pool, backend)), pool)
        pool.fail("discovery", **fault)
        answer = site.visit(site.browser(browsers))
        assert is_refusal(answer) and answer.status in (502, 503), answer


class TestF12:
    """Keys rotate while people sign in; the emulator needs its time to make new ones."""

    def test_a_rotation_before_signing_costs_one_fetch(self, start, pool, backend, browsers):
        site = Site(start(ordinary_conf(pool, backend)), pool)
        assert site.sign_in(site.browser(browsers)).status == 200
        before = len(pool.requests("jwks"))
        pool.rotate_keys(when="next-token")
        assert site.sign_in(site.browser(browsers)).status == 200
        assert len(pool.requests("jwks")) - before <= 2

    def test_nobody_notices_a_new_key_beside_the_old(self, start, pool, backend, browsers):
        site = Site(start(ordinary_conf(pool, backend)), pool)
        for step in ("add", "switch", "drop"):
            assert site.sign_in(site.browser(browsers)).status == 200
            pool.rotate_keys(step)
        browser = site.browser(browsers)
        assert site.sign_in(browser).status == 200

    def test_many_logins_at_the_moment_of_a_rotation(self, start, pool, backend, browsers):
        site = Site(start(ordinary_conf(pool, backend)), pool)
        people = [site.browser(browsers) for _ in range(12)]
        backs = [site.to_callback(p) for p in people]
        site.sign_in(site.browser(browsers))
        before = len(pool.requests("jwks"))
        pool.rotate_keys()
        answers = in_parallel(12, lambda n: people[n].follow(backs[n]))
        assert [a.status for a in answers] == [303] * 12
        assert len(pool.requests("jwks")) - before <= 2 * len(site.server.children())


class TestF13:
    """Unknown key ids are no lever to make us fetch."""

    def test_a_flood_of_them_is_one_fetch(self, start, pool, backend, browsers, log):
        log.allow(NOISE)
        site = Site(start(fast_conf(pool, backend)), pool)
        assert site.sign_in(site.browser(browsers)).status == 200
        before = len(pool.requests("jwks"))
        began = time.monotonic()
        pool.mutate("kid-unknown")
        for _ in range(20):
            browser = site.browser(browsers)
            assert is_refusal(browser.follow(site.to_callback(browser)))
            browser.close()
        # all processes together, for all unknown key ids; the pause of ten is of whole seconds
        most = 1 + (time.monotonic() - began) // 9
        assert 1 <= len(pool.requests("jwks")) - before <= most
        pool.clear_mutations()
        assert site.sign_in(site.browser(browsers)).status == 200


class TestF16:
    """Certificates that are no good."""

    @pytest.fixture(scope="class")
    def secure(self, oracle):
        running, found = pools.start(tls=True)
        pool = found["eu-west-1_AppPool01"]
        oracle.secrets.watch(pool.new_secrets)
        yield running, pool
        oracle.secrets.settle()
        running.stop()

    @pytest.fixture(scope="class")
    def site(self, start, secure, backend):
        running, pool = secure
        conf = fast_conf(pool, backend).copy("ca.pem", running.ca_file)
        conf.add("CognitoCAFile {root}/ca.pem")
        return Site(start(conf), pool)

    def test_a_good_certificate_is_accepted(self, site, browser):
        assert site.sign_in(browser).status == 200

    @pytest.mark.parametrize("kind", ["expired", "not-yet-valid", "self-signed", "wrong-host",
                                      "unknown-ca"])
    def test_a_bad_one_is_refused_with_a_clear_line(self, site, browser, secure, log, kind):
        log.expect(r"COG\d{4}.*(ertificate|SSL|TLS)", "COG3001")
        log.allow(NOISE)
        running, pool = secure
        back = site.to_callback(browser)
        before = len(pool.requests("token"))
        try:
            running.use_certificate(kind)
            pool.fail("token", close=True)
            answer = browser.follow(back)
        finally:
            running.use_certificate("good")
        assert is_refusal(answer) and len(pool.requests("token")) == before

    def test_an_old_protocol_is_refused(self, site, browser, secure, log):
        log.allow(NOISE)
        running, pool = secure
        back = site.to_callback(browser)
        try:
            running.use_certificate("good", max_version="TLSv1.1")
            answer = browser.follow(back)
        finally:
            running.use_certificate("good")
        assert is_refusal(answer)

    def test_without_our_ca_the_systems_decides(self, start, secure, backend, browsers, log):
        log.allow(NOISE)
        site = Site(start(fast_conf(secure[1], backend)), secure[1])
        answer = site.visit(site.browser(browsers))
        assert is_refusal(answer) and answer.status == 503
