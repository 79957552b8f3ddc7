"""The spoofing matrix (security.md, 4): whoever asks, however and for whatever, a backend hears
of each identity header what this server says, once, or nothing. What only one protocol can say
is in test_63_spoofing_protocols.py, rows that belong to values, names and dialects in
test_61_headers.py, test_62_scrub.py and test_65_backends.py."""
import re

import pytest

from harness.server import read_text
from harness.site import SESSION
from harness.spoofing import (CONNECTIONS, ROWS, asker, credentials, heard, is_truth,
                              matrix_conf, site, variables, version, who)
from harness.waiting import wait_for

__all__ = ["asker", "credentials", "heard", "site", "variables", "version", "who"]


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
