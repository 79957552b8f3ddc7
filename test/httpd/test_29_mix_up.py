"""Several user pools behind one site, and one of them wants the codes of the others."""
import urllib.parse

import pytest

from harness.site import (ORIGIN, SESSION, Site, add_staff, is_login, is_refusal, ordinary_conf,
                          type_password)


class TestOwnCallbacks:
    """RFC 9700, 4.4: pools that do not trust each other have a callback each."""

    BACK = "/staff/back"

    @pytest.fixture(scope="class")
    def site(self, start, pool, staff, backend):
        conf = add_staff(ordinary_conf(pool, backend), staff, f"CognitoCallback {self.BACK}")
        staff.change_client("staff", callback_urls=[ORIGIN + self.BACK])
        return Site(start(conf), pool)

    def to_callbacks(self, site, browser, staff):
        ours = site.to_callback(browser, "/secure/a")
        theirs = type_password(browser, site.visit(browser, "/secure/staff"), "sam", staff)
        assert theirs.location.startswith(ORIGIN + self.BACK + "?")
        return ours, theirs

    def test_each_signs_in_at_its_own(self, site, browser, staff):
        ours, theirs = self.to_callbacks(site, browser, staff)
        assert browser.follow(theirs).location == site.url("/secure/staff")
        assert browser.follow(ours).location == site.url("/secure/a")

    def test_no_code_goes_to_the_other_pool(self, site, browser, pool, staff, log):
        """Whoever of them has sent the user on to the other, with the state of its own login."""
        log.allow(r"COG3\d\d\d")
        ours, theirs = self.to_callbacks(site, browser, staff)
        before = len(pool.requests("token")), len(staff.requests("token"))
        for code, state in [(theirs, ours), (ours, theirs)]:
            crossed = code.location.replace(code.query["state"], state.query["state"])
            assert crossed != code.location
            answer = browser.navigate(crossed, site="cross-site")
            assert is_login(pool, answer) or is_login(staff, answer)
        assert before == (len(pool.requests("token")), len(staff.requests("token")))
        assert not browser.jar.all(SESSION)

    def test_a_callback_of_nobody_is_none(self, site, browser):
        assert "oauth2/authorize" not in (site.visit(browser, self.BACK + "/x").location or "")


class TestAnnouncedIssuer:
    """I02: whose metadata say that each answer names its issuer (RFC 9207, 2.4)."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return Site(start(ordinary_conf(pool, backend)), pool)

    @pytest.fixture(autouse=True)
    def metadata(self, pool):
        pool.fail("discovery", json_set={"authorization_response_iss_parameter_supported": True})

    def test_an_answer_with_it_is_good(self, site, browser, pool):
        back = site.to_callback(browser)
        issuer = urllib.parse.quote(pool.issuer, safe="")
        assert browser.navigate(f"{back.location}&iss={issuer}", site="cross-site").status == 303

    @pytest.mark.parametrize("error", [None, "access_denied"])
    def test_one_without_it_is_refused(self, site, browser, pool, log, error):
        log.expect("COG3001: bad_callback")
        url = site.to_callback(browser).location
        before = len(pool.requests("token"))
        url = url.replace("code=", "error=access_denied&x=") if error else url
        answer = browser.navigate(url, site="cross-site")
        assert is_refusal(answer) and answer.status == 400
        assert len(pool.requests("token")) == before and not browser.jar.all(SESSION)
