"""The demonstration does what the README says: `./dev demo` starts it in the same way."""
import importlib.machinery
import importlib.util
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile

import pytest
from chromium import Browser
from conftest import HERE, PICTURES
from harness.conf import MODULE
from harness.waiting import PATIENCE, wait_for

SRCDIR = os.path.abspath(os.path.join(HERE, "..", ".."))


class Demo:
    """A running demonstration: what it printed, and where it is."""

    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(SRCDIR, "test/demo/run")], text=True,
            env={**os.environ, "DEMO_DIR": folder, "MODULE": MODULE},
            stdout=open(os.path.join(folder, "said.txt"), "w", encoding="utf-8"),
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def wait(self):
        """Until it says where it is."""
        wait_for(lambda: "Ctrl-C" in self.said() or self.process.poll() is not None,
                 "the demonstration", seconds=30)
        found = re.search(r"The site +(\S+)/", self.said())
        assert found, self.said()
        self.site = found[1]

    def said(self):
        with open(os.path.join(self.folder, "said.txt"), encoding="utf-8") as file:
            return file.read()

    def password_of(self, user):
        return re.search(rf"{user} +/ (\S+)", self.said())[1]

    def end(self):
        """As ./dev ends it. SIGINT would not do: who is started in the background, as by a
        script, inherits that it is ignored."""
        self.process.terminate()
        try:
            return self.process.wait(timeout=40 * PATIENCE)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def demo():
    with tempfile.TemporaryDirectory(prefix="demo-test-") as folder:
        os.chmod(folder, stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        running = Demo(folder)
        try:
            running.wait()
            yield running
        finally:
            code = running.end()
        assert code == 0, running.said()


@pytest.fixture
def browser(request):
    os.makedirs(PICTURES, exist_ok=True)
    opened = Browser()
    yield opened
    opened.close()


def picture(browser, name):
    browser.driver.save_screenshot(os.path.join(PICTURES, name))


def test_alice_signs_in_and_sees_who_she_is(demo, browser):
    browser.open(demo.site + "/")
    browser.find("#username")
    picture(browser, "demo-sign-in.png")
    browser.sign_in("alice", demo.password_of("alice"))
    browser.wait_for_text("Hello, Alice Example")
    assert "admins" in browser.text and "alice@example.com" in browser.text
    assert "__Host-cognito" not in browser.text and "cognito_session" not in browser.text
    picture(browser, "demo-application.png")
    browser.open(demo.site + "/admin")
    browser.wait_for_text("Welcome to the admin page")


def test_admins_have_a_status_page(demo, browser):
    browser.open(demo.site + "/cognito-status")
    browser.sign_in("alice", demo.password_of("alice"))
    browser.wait_for_text("eu-west-1_Emulator1")
    assert f"{demo.site}/cognito-status" in demo.said()
    browser.driver.delete_all_cookies()
    browser.open(demo.site + "/cognito-status")
    browser.sign_in("bob", demo.password_of("bob"))
    browser.wait_for_text("You may not see this page")
    assert "eu-west-1_Emulator1" not in browser.text


def test_the_script_of_the_page_is_answered(demo, browser):
    browser.open(demo.site + "/")
    browser.sign_in("alice", demo.password_of("alice"))
    browser.click("#ask")
    browser.wait_for_text('"email": "alice@example.com"')
    browser.driver.delete_all_cookies()
    browser.click("#ask")
    browser.wait_for_text("login_url")


def test_bob_is_no_admin_and_signs_out(demo, browser):
    browser.open(demo.site + "/")
    browser.sign_in("bob", demo.password_of("bob"))
    browser.wait_for_text("Hello, Bob Example")
    browser.open(demo.site + "/admin")
    assert "admin page" not in browser.text
    browser.open(demo.site + "/")
    browser.click("nav form button")
    browser.wait_for_text("You are signed out")
    picture(browser, "demo-signed-out.png")
    # here and at the user pool: a password is asked for again
    browser.click("a.button")
    browser.find("#username")


def addresses():
    """Where somebody may listen; not every machine has IPv6."""
    yield socket.AF_INET, "127.0.0.1"
    yield socket.AF_INET, "0.0.0.0"
    if os.path.exists("/proc/net/if_inet6"):
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            if "0" * 31 + "1 " in file.read():
                yield socket.AF_INET6, "::1"


def script_as_module():
    loader = importlib.machinery.SourceFileLoader("demo_run", os.path.join(SRCDIR, "test/demo/run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("family, address", addresses())
def test_a_port_that_somebody_has_is_left_to_them(tmp_path, monkeypatch, capsys, family, address):
    monkeypatch.setenv("DEMO_DIR", str(tmp_path))
    monkeypatch.setenv("MODULE", MODULE)
    script = script_as_module()
    with socket.socket(family) as taken:
        taken.bind((address, 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = script.free_port(port, "the site")
        assert port < other < port + script.PORTS
        assert capsys.readouterr().out == f"  Port {port} is taken: the site gets {other}.\n"
