"""Late, repeated, foreign and state-less callbacks: the user notices little, an attacker gains
nothing, and nothing goes round in circles."""
import re
import urllib.parse

from harness.site import (LOGIN, SESSION, is_login, is_refusal,
                          type_password)


class TestWithASession:
    """Who is signed in goes on to where the login wanted to go."""

    def test_a_repeated_callback_goes_on(self, site, browser):
        back = site.to_callback(browser, "/secure/here")
        browser.follow(back)
        answer = browser.navigate(back.location)
        assert answer.status == 303 and answer.location == site.url("/secure/here")
        assert browser.follow(answer).status == 200

    def test_the_back_button_to_the_hosted_ui_and_forth_goes_on(self, site, browser):
        begun = site.begin(browser, "/secure/here")
        browser.follow(type_password(browser, begun, "alice", site.pool))
        answer = browser.follow(type_password(browser, begun, "alice", site.pool))
        assert answer.status == 303 and answer.location == site.url("/secure/here")

    def test_an_unsolicited_code_is_left_alone(self, site, browser, pool):
        site.sign_in(browser)
        before = len(pool.requests("token"))
        url = pool.unsolicited("mallory", "app", site.callback)
        answer = browser.navigate(url, site="cross-site")
        assert answer.status == 303 and answer.location == site.url("/")
        assert len(pool.requests("token")) == before and site.user(browser) == "alice"


class TestWithoutASession:
    """Everybody else gets one new login, and it works."""

    def finish(self, site, browser, answer, target):
        assert is_login(site.pool, answer), answer
        answer = browser.follow(type_password(browser, answer, "alice", site.pool))
        assert answer.status == 303 and answer.location == site.url(target)
        assert browser.follow(answer).status == 200

    def test_a_callback_whose_cookie_is_gone(self, site, browser):
        back = site.to_callback(browser, "/secure/here?a=1")
        browser.jar.drop(LOGIN)
        self.finish(site, browser, browser.follow(back), "/secure/here?a=1")

    def test_a_callback_without_state(self, site, browser, pool):
        before = len(pool.requests("token"))
        url = pool.unsolicited("alice", "app", site.callback)
        answer = browser.navigate(url, site="cross-site")
        assert len(pool.requests("token")) == before
        self.finish(site, browser, answer, "/")

    def test_the_callback_as_a_bookmark(self, site, browser):
        self.finish(site, browser, browser.navigate(site.callback), "/")

    def test_a_code_that_is_too_old(self, site, browser, pool, log):
        log.expect("COG3050")
        back = site.to_callback(browser, "/secure/here")
        pool.set_clock(301)
        answer = browser.follow(back)
        pool.set_clock(0)
        self.finish(site, browser, answer, "/secure/here")

    def test_a_code_of_another_user_in_a_new_browser(self, site, browser, browsers, pool):
        """The login that follows is the visitor's own, not the sender's."""
        mallory = site.to_callback(browser, "/secure/trap", user="mallory")
        victim = site.browser(browsers)
        answer = victim.navigate(mallory.location, site="cross-site")
        self.finish(site, victim, answer, "/secure/trap")
        assert site.user(victim) == "alice"


class TestLoopGuard:
    """Cookies that never come back end in a page that says so, not in a circle."""

    def test_a_browser_without_cookies_gets_a_page(self, site, browser, pool, log):
        log.expect("COG3001.*login_loop")
        answer = site.begin(browser)
        for _ in range(4):
            browser.jar.drop(LOGIN)  # the site's cookies are blocked, the pool's are not
            back = type_password(browser, answer, "alice", pool)
            browser.jar.drop(LOGIN)
            answer = browser.follow(back)
            if not is_login(pool, answer):
                break
        assert is_refusal(answer), answer
        assert "cookie" in answer.text.lower()
        assert len([r for r in browser.history if is_login(pool, r)]) == 2

    def test_the_page_leads_to_a_login_that_may_work(self, site, browser, pool, log):
        self.test_a_browser_without_cookies_gets_a_page(site, browser, pool, log)
        links = re.findall(r'(?:href|action)="([^"]+)"', browser.history[-1].text)
        url = urllib.parse.urljoin(site.origin, links[-1].replace("&amp;", "&"))
        answer = browser.navigate(url, site="same-origin")
        assert is_login(pool, answer)
        answer = browser.follow(type_password(browser, answer, "alice", pool))
        assert answer.status == 303 and SESSION in "".join(answer.set_cookies)

    def test_a_code_that_is_refused_twice_gets_a_page(self, site, browser, pool, log):
        log.expect("COG3050", "COG3001.*idp_grant")
        pool.fail("token", error="invalid_grant")
        answer = browser.follow(site.to_callback(browser))
        answer = browser.follow(type_password(browser, answer, "alice", pool))
        assert is_refusal(answer)


class TestWrongBaseUrl:
    """The site is reached under a host that CognitoBaseURL does not name."""

    WRONG = "https://www.example.test"

    def test_the_page_and_the_log_name_the_reason(self, site, browsers, pool, log):
        log.expect("COG3040.*app.example.test", "COG3001.*CognitoBaseURL")
        browser = site.browser(browsers)
        browser.route(self.WRONG, site.server.port)
        answer = browser.navigate(self.WRONG + "/secure")
        for _ in range(3):
            if not is_login(pool, answer):
                break
            back = type_password(browser, answer, "alice", pool)
            # the proxy in front maps the configured host to the wrong one
            wrong = back.location.replace(site.origin, self.WRONG)
            browser.jar.drop(LOGIN)
            answer = browser.navigate(wrong, site="cross-site")
        assert is_refusal(answer) and "address" in answer.text
