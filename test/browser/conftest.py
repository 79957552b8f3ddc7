"""A real browser in front of a real httpd. See README.md."""
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "httpd"), os.path.join(HERE, "..", "emulator")]

from chromium import Browser, missing
from harness.fixtures import (backend, browsers, clean_logs, healthy_pools, log, oracle,
                              start, start_memcached, start_redis)

__all__ = ["backend", "browsers", "clean_logs", "healthy_pools", "log", "oracle",
           "start", "start_memcached", "start_redis"]

PICTURES = os.path.join(os.environ.get("BUILD_DIR", os.path.join(HERE, "..", "..", "build")),
                        "browser")


def pytest_sessionstart(session):
    """A missing browser is a failure, unless NO_BROWSER=1 says that there is none."""
    gone = missing()
    if gone and os.environ.get("NO_BROWSER") != "1":
        pytest.exit(f"missing: {gone}; install chromium, chromium-driver and python3-selenium, "
                    "or set NO_BROWSER=1 to do without the browser tests", returncode=1)


def pytest_collection_modifyitems(items):
    if missing():
        print(f"\nNO BROWSER TESTS ARE RUN: NO_BROWSER=1, and {missing()} is missing")
        for item in items:
            item.add_marker(pytest.mark.skip(reason=f"NO_BROWSER=1, {missing()} is missing"))


@pytest.fixture
def open_browser(oracle):
    """open_browser() starts Chromium with an empty profile; `preferences` are the profile's."""
    opened = []

    def start_one(**preferences):
        browser = Browser(preferences)
        oracle.secrets.watch(browser.secrets)
        opened.append(browser)
        return browser

    start_one.opened = opened
    yield start_one
    for browser in opened:
        browser.close()


@pytest.fixture
def browser(open_browser):
    return open_browser()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure leaves a picture of each window and what the server had to say."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed or call.when != "call":
        return
    for number, browser in enumerate(getattr(item.funcargs.get("open_browser"), "opened", [])):
        os.makedirs(PICTURES, exist_ok=True)
        path = os.path.join(PICTURES, f"{item.name}-{number}.png")
        report.sections.append((f"browser {number}", browser.describe(path)))
    for server in item.funcargs["oracle"].servers:
        report.sections.append(("error.log", server.logged()["error.log"][-6000:]))
