"""Memory: flat over requests, subrequests and logins, however many. F32, F33 at large.

    MEMORY_LOGINS=10000 pytest test/httpd/test_92_memory.py

By default there are fewer logins, for the user pool of the tests takes its time."""
import os
import re
import socket

import pytest

from harness.client import Client
from harness.conf import MPM
from harness.server import Server
from harness.site import ORIGIN, Site, site_conf
from harness.waiting import PATIENCE

IS_SLOW = bool(os.environ.get("HTTPD_PRELOAD") or os.environ.get("HTTPD_WRAPPER"))
REQUESTS = int(os.environ.get("MEMORY_REQUESTS", "5000" if IS_SLOW else "100000"))
LOGINS = int(os.environ.get("MEMORY_LOGINS", "60" if IS_SLOW else "2000"))
BATCH = 100
PAGE = "x" * 1000
MIB = 1 << 20
# what a sanitizer keeps back of freed memory, to find its use, looks like growth
KEPT = 16 * MIB if IS_SLOW else 0
ONE_CHILD = {"prefork": ["StartServers 1", "MinSpareServers 1", "MaxSpareServers 1"]}.get(
    MPM, ["StartServers 1", "ServerLimit 1", "ThreadsPerChild 25", "MaxRequestWorkers 25"])


@pytest.fixture(scope="class")
def site(pool):
    """Not by way of `start`: to look for ten thousand secrets in all logs takes too long."""
    conf = site_conf(pool).protect("/secure").add(*ONE_CHILD, "MaxKeepAliveRequests 0")
    conf.add("FileETag None")  # it is weak at first, and all answers are to be alike
    conf.add("LogLevel warn")
    server = Server(conf.file("htdocs/secure/page.txt", PAGE)).start()
    yield Site(server, pool)
    problems = server.stop()
    bad = [entry for entry in server.log.read_new() if entry.is_bad()]
    server.remove()
    assert problems == [] and bad == []


@pytest.fixture
def browser(site):
    client = Client()
    client.route(ORIGIN, site.server.port)
    yield client
    client.close()


def memory(site, what):
    """Bytes of each child, as the system counts them; one that ends has none."""
    found = {}
    for pid in site.server.children():
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            match = re.search(rf"^{what}:\s+(\d+) kB$", file.read(), re.M)
        found.update({pid: int(match[1]) * 1024} if match else {})
    return found


def resident(site):
    return memory(site, "VmRSS")


def peak(site):
    """The most that it ever was."""
    return memory(site, "VmHWM")


def growth(before, now):
    """Of the children of then, in bytes: prefork may have started another for its spare."""
    stayed = before.keys() & now.keys()
    assert stayed, "no child is left that was there at first"
    return sum(now[pid] - before[pid] for pid in stayed)


class Pipeline:
    """Many requests at once on one connection, with a session."""

    def __init__(self, site, browser):
        cookie = browser.jar.header(ORIGIN + "/secure/page.txt", False, "GET", True)
        self.request = (f"GET /secure/page.txt HTTP/1.1\r\nHost: app.example.test\r\n"
                        f"Cookie: {cookie}\r\n\r\n").encode()
        self.sock = socket.create_connection(("127.0.0.1", int(site.server.port)),
                                             timeout=20 * PATIENCE)
        self.file = self.sock.makefile("rb")
        self.size = len(self.answer())

    def answer(self):
        """The first, to know how long each is."""
        self.sock.sendall(self.request)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.file.readline()
        assert head.startswith(b"HTTP/1.1 200 "), head
        return head + self.file.read(len(PAGE))

    def send(self, count):
        for _ in range(count // BATCH):
            self.sock.sendall(self.request * BATCH)
            answers = self.file.read(self.size * BATCH)
            assert answers.count(b"HTTP/1.1 200 ") == BATCH

    def close(self):
        self.file.close()
        self.sock.close()


PARTS = 3000


class TestParts:
    """A page of many parts, each of which is a subrequest that comes and goes."""

    @pytest.fixture(scope="class")
    def site(self, pool, start):
        conf = site_conf(pool).load("include", "mime").add(*ONE_CHILD, "KeepAliveTimeout 300")
        conf.add("TypesConfig /dev/null")
        conf.section("Directory", '"{root}/htdocs"', "Options +Includes",
                     "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml")
        conf.protect("/plain", "CognitoExport none").protect("/told", "CognitoExport headers")
        for folder in ("plain", "told"):
            conf.file(f"htdocs/{folder}/part.txt", PAGE)
            conf.file(f"htdocs/{folder}/page.shtml",
                      f'<!--#fsize virtual="/{folder}/part.txt" -->\n' * PARTS)
        return Site(start(conf), pool)

    def show(self, site, browser, path):
        page = site.visit(browser, path)
        assert page.text.split() == ["1.0K"] * PARTS

    def test_what_their_headers_are_called_is_remembered_once(self, site, browser):
        """On one connection all requests use the same memory of httpd, one after the other."""
        site.sign_in(browser, "/plain/page.shtml")
        for _ in range(3):
            self.show(site, browser, "/plain/page.shtml")
        before = peak(site)
        self.show(site, browser, "/told/page.shtml")
        assert growth(before, peak(site)) < MIB // 2 + KEPT


@pytest.mark.long
@pytest.mark.timeout(180 + LOGINS // 5)
class TestFlat:
    def test_requests_leave_nothing_behind(self, site, browser):
        site.sign_in(browser, "/secure/page.txt")
        pipeline = Pipeline(site, browser)
        pipeline.send(REQUESTS // 10)
        before = resident(site)
        pipeline.send(REQUESTS)
        assert growth(before, resident(site)) < MIB + KEPT
        pipeline.close()

    def test_logins_leave_nothing_behind(self, site, browser):
        """The hosted UI knows its user; we do not know our own any more."""
        self.sign_in(site, browser, LOGINS // 3)
        before = resident(site)
        self.sign_in(site, browser, LOGINS)
        assert growth(before, resident(site)) < MIB + KEPT

    def sign_in(self, site, browser, count):
        for _ in range(count):
            browser.jar.drop("__Host-cognito")
            site.sign_in(browser, "/secure/page.txt")
            browser.history.clear()
