"""Chromium, driven by selenium."""
import importlib.util
import shutil
import tempfile

from harness.waiting import PATIENCE

PATIENCE_SEC = 15 * PATIENCE
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--window-size=1000,800", "--ignore-certificate-errors",
         # no port between chromedriver and Chromium: they would look for `localhost`
         "--remote-debugging-pipe",
         # names of the tests; *.localhost is loopback for Chromium anyway
         "--host-resolver-rules=MAP *.test 127.0.0.1"]


def missing():
    """What is not installed, or nothing."""
    if not shutil.which("chromium"):
        return "chromium"
    if not shutil.which("chromedriver"):
        return "chromedriver"
    return "" if importlib.util.find_spec("selenium") else "python3-selenium"


def driver_service():
    """A chromedriver that is reached by address: a bare Debian has no /etc/hosts and with it
    no `localhost`."""
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common import utils

    class LoopbackService(Service):
        @property
        def service_url(self):
            return f"http://127.0.0.1:{self.port}"

        def is_connectable(self):
            return utils.is_connectable(self.port, "127.0.0.1")

    return LoopbackService(shutil.which("chromedriver"))


class Browser:
    """One Chromium with a profile of its own."""

    def __init__(self, preferences=None):
        from selenium import webdriver
        self.profile = tempfile.mkdtemp(prefix="chromium-test-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in [*FLAGS, f"--user-data-dir={self.profile}"]:
            options.add_argument(flag)
        if preferences:
            options.add_experimental_option("prefs", preferences)
        self.driver = webdriver.Chrome(service=driver_service(), options=options)
        self.driver.set_page_load_timeout(PATIENCE_SEC)
        self.seen = set()

    def close(self):
        self.secrets()
        self.driver.quit()
        self.driver = None
        shutil.rmtree(self.profile, ignore_errors=True)

    # ---- what a person does ----

    def open(self, url):
        self.driver.get(url)

    def click(self, css):
        self.find(css).click()

    def type(self, css, text):
        field = self.find(css)
        field.clear()
        field.send_keys(text)

    def sign_in(self, username, password):
        """Fills in the form of the hosted UI."""
        self.type("#username", username)
        self.type("#password", password)
        self.click("form[name=cognitoSignInForm] button")

    def back(self):
        self.driver.back()

    def forward(self):
        self.driver.forward()

    def new_tab(self):
        self.driver.switch_to.new_window("tab")
        return self.driver.current_window_handle

    def switch_to(self, tab):
        self.driver.switch_to.window(tab)

    @property
    def tab(self):
        return self.driver.current_window_handle

    # ---- what a person sees ----

    @property
    def url(self):
        return self.driver.current_url

    @property
    def text(self):
        from selenium.webdriver.common.by import By
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, css):
        from selenium.webdriver.common.by import By
        return self.wait(lambda d: d.find_element(By.CSS_SELECTOR, css), f"an element {css}")

    def wait(self, condition, what):
        from selenium.common.exceptions import (NoSuchElementException,
                                                StaleElementReferenceException, TimeoutException)
        from selenium.webdriver.support.ui import WebDriverWait
        ignored = (NoSuchElementException, StaleElementReferenceException)
        try:
            return WebDriverWait(self.driver, PATIENCE_SEC, 0.05, ignored).until(condition)
        except TimeoutException:
            raise AssertionError(f"waited in vain for {what} at {self.url}:\n"
                                 f"{self.text[:1000]}") from None

    def wait_for_text(self, text):
        self.wait(lambda _: text in self.text, repr(text))

    def wait_for_url(self, prefix):
        self.wait(lambda d: d.current_url.startswith(prefix), f"the URL {prefix}…")

    def run(self, script, *arguments):
        """Runs a script in the page; a promise is waited for."""
        return self.driver.execute_script(script, *arguments)

    def cookies(self):
        """All cookies of the profile by name, of whichever site."""
        found = self.driver.execute_cdp_cmd("Network.getAllCookies", {})["cookies"]
        return {c["name"]: c for c in found}

    def secrets(self):
        """The ends of our sealed cookies, which no log may hold."""
        for name, cookie in self.cookies().items() if self.driver else ():
            if name.startswith("__Host-") and len(cookie["value"]) >= 40:
                self.seen.add(cookie["value"][-32:])
        return self.seen

    def describe(self, picture):
        self.driver.save_screenshot(picture)
        return f"{self.url}\n{self.text[:3000]}\npicture: {picture}"
