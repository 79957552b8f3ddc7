"""The pages that people see, in a real browser: they fit, they can be read, they load nothing."""
import pytest

from harness import pool as pools
from harness.conf import Conf
from harness.ports import Port
from harness.site import key_file

SIZES = {"phone": (360, 740), "desktop": (1280, 800)}
LANGUAGES = ["en", "de", "es", "fr", "ja", "pt-BR", "zh-CN"]
# what WCAG 2.1 asks for of text
CONTRAST = 4.5

# runs in the page: what does not fit, and the lowest contrast of a text with its ground
LOOK = """
const over = [...document.querySelectorAll("main *")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > innerWidth + 1 || box.left < -1;
}).map(e => e.tagName);
const luminance = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = e => {
    const colour = getComputedStyle(e).backgroundColor;
    return colour !== "rgba(0, 0, 0, 0)" ? colour : ground(e.parentElement);
};
const contrast = e => {
    const pair = [luminance(getComputedStyle(e).color), luminance(ground(e))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
};
const texts = [...document.querySelectorAll("h1, p, .button, footer, code")];
return {over, contrast: Math.min(...texts.map(contrast)), scrolls:
        document.documentElement.scrollWidth > innerWidth,
        loaded: performance.getEntriesByType("resource").map(e => e.name),
        button: document.querySelector(".button").getBoundingClientRect().height,
        headings: document.querySelectorAll("h1").length, lang: document.documentElement.lang};
"""


@pytest.fixture(scope="class")
def origin(start):
    port = Port()
    origin = f"http://localhost:{port}"
    running, found = pools.start(pools.configuration(origins=[origin]))
    pool = found["eu-west-1_AppPool01"]
    conf = Conf().secret("keys", key_file())
    conf.add("LogLevel auth_cognito:info", "CognitoSecret file:{root}/keys",
             f"CognitoIssuer {pool.issuer}", "CognitoClientID app", f"CognitoBaseURL {origin}")
    conf.protect("/secure")
    start(conf, port, allowed=["COG4020", "loopback"])
    yield origin
    running.stop()


def set_up(browser, size, scheme, language):
    width, height = SIZES[size]
    command = browser.driver.execute_cdp_cmd
    command("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"})
    command("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})
    command("Network.enable", {})
    command("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": language}})


class TestPages:
    """One Chromium for all: a page is loaded in a few milliseconds, a browser is not."""

    def test_they_fit_and_can_be_read_everywhere(self, origin, browser, log):
        log.allow("COG3001: bad_callback")
        for size in SIZES:
            for scheme in ("light", "dark"):
                for language in LANGUAGES:
                    self.look(browser, origin, size, scheme, language)

    def look(self, browser, origin, size, scheme, language):
        set_up(browser, size, scheme, language)
        browser.open(origin + "/.cognito/callback?error=access_denied&error=x")
        seen = browser.run(LOOK)
        what = f"{size}, {scheme}, {language}: {seen}"
        assert not seen["over"] and not seen["scrolls"] and not seen["loaded"], what
        assert seen["contrast"] >= CONTRAST and seen["button"] >= 44, what
        assert seen["headings"] == 1 and seen["lang"][:2] == language[:2], what
