"""The status page in a real browser: whole at two widths, dark and light, and nothing that its
own policy would stop. The pictures are in BUILD_DIR/browser/."""
import base64
import os

import pytest
from conftest import PICTURES
from harness.fixtures import emulator, pool
from harness.site import Site, site_conf

__all__ = ["emulator", "pool"]

STATUS = "/cognito-status"
WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = site_conf(pool).load("authz_host")
    conf.protect("/secure").protect("/api", "CognitoAccept bearer")
    conf.location(STATUS, "SetHandler cognito-status", "Require ip 127.0.0.1")
    return Site(start(conf.add(f"ProxyPass {STATUS} !", f"ProxyPass / {backend.url}/")), pool)


def make_traffic(site, browsers, pool):
    """Some of everything that the page tells of."""
    for user in ("alice", "bob", "mallory"):
        browser = site.browser(browsers)
        site.sign_in(browser, user=user)
        token = {"Authorization": f"Bearer {pool.access_token(user)}"}
        for _ in range(3):
            browser.request("GET", site.url("/api"), token)
    site.visit(browser, "/.cognito/logout", site="same-origin")
    site.visit(browser, "/.cognito/callback?state=forged&error=access_denied")
    browser = site.browser(browsers)
    back = site.to_callback(browser)
    pool.fail("token", status=500)
    browser.follow(back)
    pool.heal()


def command(browser, name, **parameters):
    return browser.driver.execute_cdp_cmd(name, parameters)


def show(browser, width, scheme):
    command(browser, "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}])
    command(browser, "Emulation.setDeviceMetricsOverride", width=width, height=900,
            deviceScaleFactor=1, mobile=width < 500)


def take_picture(browser, name):
    os.makedirs(PICTURES, exist_ok=True)
    size = command(browser, "Page.getLayoutMetrics")["cssContentSize"]
    picture = command(browser, "Page.captureScreenshot", captureBeyondViewport=True,
                      clip={**size, "scale": 1})
    with open(os.path.join(PICTURES, name), "wb") as file:
        file.write(base64.b64decode(picture["data"]))


def contrast(browser, css):
    """Between the text of an element and what is behind it (WCAG 2.1, 1.4.3)."""
    return browser.run("""
        const of = color => color.match(/[0-9.]+/g).slice(0, 3).map(Number);
        const light = color => { const [r, g, b] = of(color).map(v => v / 255).map(
            v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        let node = document.querySelector(arguments[0]), behind = node;
        const ink = getComputedStyle(node).color;
        while (behind && /, 0\\)|transparent/.test(getComputedStyle(behind).backgroundColor))
            behind = behind.parentElement;
        const [a, b] = [light(ink), light(getComputedStyle(behind).backgroundColor)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);""", css)


class TestStatusPage:
    @pytest.fixture(scope="class")
    def traffic(self, site, pool, oracle):
        from harness.client import Client
        made = []

        def browsers():
            made.append(Client())
            return made[-1]

        make_traffic(site, browsers, pool)
        for client in made:
            client.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_looks_well(self, site, traffic, browser, log, width, scheme):
        log.allow("COG3001", "COG3050")
        show(browser, WIDTHS[width], scheme)
        browser.open(f"http://127.0.0.1:{site.server.port}{STATUS}?refresh=0")
        take_picture(browser, f"status-{width}-{scheme}.png")
        assert browser.run("return document.documentElement.scrollWidth") <= WIDTHS[width]
        for title in ("Sign-ins", "Endpoints of the user pools", "User pools", "Stores",
                      "Last problems"):
            assert title in browser.text
        for css in ("body", ".sub", ".state", ".tiles dt", ".good", ".bad", ".soft", "a"):
            assert contrast(browser, css) >= 4.5, css
        # what the policy stops is told on the console
        assert not [e for e in browser.driver.get_log("browser") if "favicon" not in e["message"]]
        assert browser.run("return getComputedStyle(document.querySelector('.all')).fill") != \
            "rgb(0, 0, 0)"
