"""Several user pools behind one site, and one of them wants the codes of the others."""
import pytest

from harness.site import (ORIGIN, SESSION, Site, add_staff, is_login, ordinary_conf,
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
