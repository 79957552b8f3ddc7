"""The harness itself, on an httpd without our module: what it must see, it sees."""
import os
import signal

import pytest

from harness.client import Form, Response
from harness.conf import MPM, Conf
from harness.errorlog import Expectations, entries
from harness.jar import Jar
from harness.oracle import Oracle
from harness.ports import Port
from harness.processes import is_asleep
from harness.server import Server, StartFailed
from harness.site import type_password
from harness.waiting import wait_for

SITE = "https://app.example.test"
HEAD = "[Sat Nov 21 08:17:09.07 2026] "


def verdict(text, expect=(), allow=()):
    found = entries(text.encode())
    log = Expectations(lambda: found)
    log.expect(*expect)
    log.allow(*allow)
    return list(log.verdict(found))


class TestErrorLog:
    WARNING = HEAD + "[auth_cognito:warn] [pid 7:tid 8] [client 127.0.0.1:9] COG1204: no\n"
    INFO = HEAD + "[auth_cognito:info] [pid 7:tid 8] [client 127.0.0.1:9] COG1205: yes\n"
    DEATH = HEAD + "[core:notice] [pid 7:tid 8] AH00052: child pid 9 exit signal Aborted (6)\n"

    def test_an_unannounced_warning_is_a_problem(self):
        assert len(verdict(self.WARNING)) == 1

    def test_an_announced_or_allowed_warning_is_none(self):
        assert verdict(self.WARNING, expect=["COG1204"]) == []
        assert verdict(self.WARNING, allow=["COG1204"]) == []

    def test_what_was_announced_must_come(self):
        assert verdict(self.INFO, expect=["COG1204"]) == ["not in the error log: COG1204"]
        assert verdict(self.INFO, allow=["COG1204"]) == []

    def test_information_may_be_announced_too(self):
        assert verdict(self.INFO, expect=["COG1205"]) == []

    @pytest.mark.parametrize("line", [
        DEATH, "==12==ERROR: AddressSanitizer: heap-buffer-overflow\n",
        "x.c:3:4: runtime error: signed integer overflow\n", "apache2: Assertion `x' failed.\n"])
    def test_a_dead_child_cannot_be_allowed(self, line):
        assert len(verdict(line, allow=["."])) == 1

    def test_a_line_that_httpd_did_not_write_is_a_problem(self):
        assert len(verdict("oops\n")) == 1

    def test_an_httpd_newer_than_openssl_is_no_problem(self):
        line = HEAD + "[ssl:warn] [pid 7:tid 8] AH01882: Init: this version of mod_ssl was " \
            "compiled against a newer library (OpenSSL 3.0.22 (OpenSSL 3.0.19), version " \
            "currently loaded is 0x30000130) - may result in undefined or erroneous behavior\n"
        assert verdict(line) == []
        assert len(verdict(line.replace("ssl:warn", "ssl:error"))) == 1
        assert len(verdict(line.replace("AH01882", "AH01873"))) == 1

    def test_a_half_written_line_waits_for_its_end(self, tmp_path):
        from harness.errorlog import ErrorLog
        path = tmp_path / "log"
        path.write_text(self.INFO + self.WARNING[:30])
        log = ErrorLog(str(path))
        assert [e.tags for e in log.read_new()] == [{"COG1205"}]
        path.write_text(self.INFO + self.WARNING)
        assert [e.tags for e in log.read_new()] == [{"COG1204"}]


class TestJar:
    def test_the_host_prefix_is_held_to_its_rules(self):
        jar = Jar()
        good = "__Host-a=1; Path=/; Secure; HttpOnly"
        jar.take([good], SITE + "/x")
        assert jar.header(SITE + "/y") == "__Host-a=1" and not jar.refused
        for bad in ("__Host-b=1; Path=/", "__Host-b=1; Secure; Path=/x", "__Secure-b=1; Path=/",
                    "__Host-b=1; Secure; Path=/; Domain=example.test"):
            jar.take([bad], SITE + "/x")
        assert len(jar.refused) == 4 and set(jar.all()) == {"__Host-a"}

    def test_a_deleted_cookie_is_gone(self):
        jar = Jar()
        jar.take(["a=1; Path=/"], SITE)
        jar.take(["a=; Path=/; Max-Age=0"], SITE)
        assert jar.header(SITE) == ""

    def test_a_lax_cookie_comes_along_on_a_link_but_not_on_a_foreign_post_or_fetch(self):
        jar = Jar()
        jar.take(["a=1; Path=/; SameSite=Lax", "b=2; Path=/; SameSite=Strict"], SITE)
        assert jar.header(SITE) == "a=1; b=2"
        assert jar.header(SITE, cross_site=True) == "a=1"
        assert jar.header(SITE, cross_site=True, method="POST") == ""
        assert jar.header(SITE, cross_site=True, is_navigation=False) == ""

    def test_a_secure_cookie_stays_away_from_http(self):
        jar = Jar()
        jar.take(["a=1; Path=/; Secure"], SITE)
        assert jar.header("http://app.example.test/") == ""
        jar.take(["c=1; Secure"], "http://app.example.test/")
        assert len(jar.refused) == 1

    def test_a_cookie_above_four_kilobytes_is_refused(self):
        jar = Jar()
        jar.take(["a=" + "x" * 4096], SITE)
        assert len(jar.refused) == 1


class TestSecrets:
    def test_a_secret_is_found_wherever_it_turns_up(self):
        oracle = Oracle()
        oracle.secrets.add("a-secret-of-the-test", "short")
        assert len(oracle.leaks("the log", "x a-secret-of-the-test y")) == 1
        assert oracle.leaks("the log", "short") == []

    @pytest.mark.parametrize("secret", ["a-secret-of-the-test", "a:+/% \u00fc&=of-the-test", "x" * 12])
    def test_so_it_is_among_thousands(self, secret):
        oracle = Oracle()
        oracle.secrets.add(*(f"secret-number-{n}" for n in range(5000)), secret)
        assert len(oracle.leaks("the log", f"x cookie=1{secret}y z")) == 1
        assert oracle.leaks("the log", "secret-number-x " + secret[1:]) == []

    def test_long_cookie_values_are_secrets(self):
        jar, oracle = Jar(), Oracle()
        oracle.secrets.watch(lambda: jar.secrets)
        jar.take(["s=1" + "abcdefgh" * 20 + "; Path=/"], SITE)
        assert oracle.leaks("the log", "cookie: s=1" + "abcdefgh" * 20)
        assert not oracle.leaks("the log", "abcdefgh")


def test_a_form_is_read_as_a_browser_reads_it():
    page = "<form method=post action='/in?a=1&amp;b=2'><input name=u><input name=c value='&lt;'>"
    assert Form(page).forms == [("POST", "/in?a=1&b=2", {"u": "", "c": "<"})]


def test_two_ports_differ_and_a_server_may_listen_on_a_reserved_one():
    import socket
    one, two = Port(), Port()
    assert int(one) != int(two)
    with socket.create_server(("127.0.0.1", int(one))):
        socket.create_connection(("127.0.0.1", int(one))).close()


@pytest.fixture(scope="class")
def plain(start, backend):
    conf = Conf(module=None).cgi().load("rewrite")
    conf.add(f"ProxyPass /cgi/ !\nProxyPass / {backend.url}/")
    return start(conf)


@pytest.fixture
def browser(browsers, plain):
    client = browsers()
    client.route(SITE, plain.port)
    return client


class TestPlainHttpd:
    def test_the_backend_shows_the_request_as_it_came(self, browser, backend):
        answer = browser.navigate(SITE + "/a%20b?x=1", headers={"X-Test_1": "v"})
        seen = answer.json()
        assert answer.status == 200 and seen["target"] == "/a%20b?x=1"
        assert ["X-Test_1", "v"] in seen["headers"]
        assert backend.seen[-1].header("x-test_1") == "v"

    def test_a_request_body_reaches_the_backend(self, browser):
        answer = browser.navigate(SITE + "/form", method="POST", body={"a": "b c"})
        assert answer.json()["body"] == "a=b+c" and answer.json()["method"] == "POST"

    def test_the_cgi_variant_shows_the_environment(self, browser):
        answer = browser.navigate(SITE + "/cgi/env?q=1")
        env = answer.variables
        assert env["QUERY_STRING"] == "q=1" and env["HTTP_HOST"] == "app.example.test"

    def test_raw_bytes_get_their_answer(self, browser):
        assert browser.raw(SITE, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400")

    def test_cookies_come_back(self, browser, backend):
        backend.answers["/set"] = (200, [("Set-Cookie", "a=1; Path=/"),
                                         ("Set-Cookie", "b=2; Path=/")], b"")
        browser.navigate(SITE + "/set")
        assert ["Cookie", "a=1; b=2"] in browser.navigate(SITE + "/").json()["headers"]

    def test_a_graceful_restart_keeps_the_server_up(self, browser, plain):
        before = plain.children()
        plain.graceful()
        assert browser.navigate(SITE + "/").status == 200
        wait_for(lambda: not before & plain.children(), "the old children to end", 15)

    def test_before_a_stop_the_children_of_the_last_restart_are_up(self, plain):
        before = plain.children()
        plain.graceful()
        plain.settle()
        young = {p for p in plain.serving() - before if is_asleep(p)}
        assert len(young) >= (4 if MPM == "prefork" else 2)

    def test_a_killed_child_is_noticed(self, plain, oracle):
        pids = plain.children()
        os.kill(min(pids, key=lambda p: (p not in plain.serving(), p)), signal.SIGSEGV)
        found = wait_for(lambda: [e for e in oracle.new_entries() if e.is_bad()],
                         "the death in the log")
        assert "exit signal Segmentation fault" in found[0].line
        plain.graceful()      # prefork does not replace it by itself
        plain.log.read_new()  # it was ours


class TestStart:
    def test_a_wrong_directive_stops_the_start_with_its_message(self):
        server = Server(Conf(module=None).add("NoSuchDirective on"))
        with pytest.raises(StartFailed, match="Invalid command 'NoSuchDirective'"):
            server.start()
        code, text = server.check()
        assert code != 0 and "NoSuchDirective" in text
        server.remove()


class TestPool:
    """The way through the hosted UI, back to an httpd that only echoes."""

    def test_a_scripted_browser_signs_in(self, browsers, pool, plain):
        client = browsers()
        client.route(SITE, plain.port)
        url = pool.authorize_url("app", redirect_uri=SITE + "/.cognito/callback", state="s",
                                 scope="openid email")
        answer = type_password(client, Response(SITE, 302, [("Location", url)], b""), "alice",
                               pool)
        assert answer.location.startswith(SITE + "/.cognito/callback?code=")
        assert answer.query["state"] == "s"

    def test_what_is_issued_is_secret(self, pool, oracle):
        tokens = pool.tokens("alice", "app")
        for name in ("id_token", "access_token", "refresh_token"):
            assert oracle.leaks("a log", f"x {tokens[name]} y"), name
        assert not oracle.leaks("a log", "x y")
