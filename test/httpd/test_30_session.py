"""The session cookie: its limits, its seal, and who may see it. Names of security.md."""
import itertools
import re
import time

import pytest

from harness.site import (LOGIN, OTHER, SESSION, TOKENS, Site, is_login, ordinary_conf,
                          stays_alive, type_password)
from harness.waiting import timed, wait_for, within


def get(site, browser, cookie, path="/secure"):
    """A navigation with exactly this Cookie header."""
    return browser.navigate(site.url(path), headers={"Cookie": cookie}, cookies=False)


class TestLimits:
    """S05, on the wire: short limits, real time. The finer points are in test/flow."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.protect("/secure/idle", "CognitoSessionTimeout 2s 1h")
        conf.protect("/secure/max", "CognitoSessionTimeout 2s 3s")
        return Site(start(conf), pool)

    def test_an_idle_session_ends_where_the_place_says_so(self, site, browser):
        site.sign_in(browser)
        cookie = browser.jar.header(site.url())
        wait_for(lambda: is_login(site.pool, get(site, browser, cookie, "/secure/idle")),
                 "the idle limit", 6, step=0.5)
        assert get(site, browser, cookie, "/secure").status == 200

    def test_use_keeps_a_session_alive(self, site, browser):
        wait_for(lambda: self.use_keeps_it(site, browser), "a machine without pauses", 60)

    def use_keeps_it(self, site, browser):
        """Asserted for longer than the idle limit; False where this machine paused so long that
        the limit may have passed."""
        site.sign_in(browser)
        first = browser.jar.value(SESSION)
        begin = last = time.monotonic()
        while last - begin < 4:
            time.sleep(0.2)
            answer, now = site.visit(browser, "/secure/idle"), time.monotonic()
            if now - last > 1:
                browser.jar.drop()
                return False
            assert answer.status == 200
            last = now
        assert browser.jar.value(SESSION) != first, "`seen` was never written down"
        return True

    def test_use_at_a_place_with_a_longer_limit_counts_as_well(self, site, browser):
        site.sign_in(browser)
        first = browser.jar.value(SESSION)
        wait_for(lambda: site.visit(browser).status == 200 and browser.jar.value(SESSION) != first,
                 "`seen` to be written down", 6, step=0.2)

    def test_no_use_keeps_a_session_beyond_its_end(self, site, browser):
        site.sign_in(browser)
        wait_for(lambda: is_login(site.pool, site.visit(browser, "/secure/max")),
                 "the absolute limit", 8, step=0.2)

    def test_an_ended_session_is_followed_by_a_new_login(self, site, browser):
        site.sign_in(browser)
        wait_for(lambda: is_login(site.pool, site.visit(browser, "/secure/max")),
                 "the absolute limit", 8, step=0.5)
        old = browser.jar.value(SESSION)
        answer = browser.follow(site.to_callback(browser, "/secure/max"))
        assert answer.location == site.url("/secure/max") and browser.jar.value(SESSION) != old
        assert site.visit(browser).status == 200


class TestRewriting:
    def test_an_ordinary_request_sets_no_cookie(self, site, browser):
        site.sign_in(browser)
        for _ in range(5):
            assert not site.visit(browser).set_cookies


class TestTampering:
    """S09: whatever is changed, the answer is a login, in silence."""

    def test_every_changed_byte_is_noticed(self, site, browser):
        site.sign_in(browser)
        name, value = SESSION, browser.jar.value(SESSION)
        for position in range(0, len(value), 7):
            other = "A" if value[position] != "A" else "B"
            changed = value[:position] + other + value[position + 1:]
            answer = get(site, browser, f"{name}={changed}")
            assert is_login(site.pool, answer), f"byte {position}: {answer}"

    def test_every_cut_is_noticed(self, site, browser):
        site.sign_in(browser)
        value = browser.jar.value(SESSION)
        for length in {0, 1, 2, 3, 10, 17, 40, len(value) // 2, len(value) - 2, len(value) - 1}:
            assert is_login(site.pool, get(site, browser, f"{SESSION}={value[:length]}"))

    @pytest.mark.parametrize("tail", ["A", "AAAA", "=", "==", ".", "%00", "\x7f", "\xff", "1",
                                      " x", '"'])
    def test_nothing_may_be_added(self, site, browser, tail):
        site.sign_in(browser)
        assert get(site, browser, f"{SESSION}={browser.jar.value(SESSION)}{tail}").status != 200

    def test_halves_of_two_sessions_do_not_fit(self, site, browser, browsers):
        site.sign_in(browser)
        bob = site.browser(browsers)
        site.sign_in(bob, user="bob")
        one, two = browser.jar.value(SESSION), bob.jar.value(SESSION)
        middle = min(len(one), len(two)) // 2
        assert is_login(site.pool, get(site, browser, f"{SESSION}={one[:middle]}{two[middle:]}"))

    def test_J09_no_other_cookie_is_a_session(self, site, browser):
        site.sign_in(browser)
        tokens = browser.jar.value(TOKENS)
        browser.jar.drop(SESSION)
        site.begin(browser)
        login = next(iter(browser.jar.all(LOGIN).values())).value
        for value in (tokens, login, "1" + login, "1" + tokens):
            assert is_login(site.pool, get(site, browser, f"{SESSION}={value}"))

    def test_S14_two_cookies_with_our_name_are_never_merged(self, site, browser):
        site.sign_in(browser)
        good = f"{SESSION}={browser.jar.value(SESSION)}"
        assert get(site, browser, f"{good}; {SESSION}=evil").status == 200  # the first counts
        assert is_login(site.pool, get(site, browser, f"{SESSION}=evil; {good}"))

    @pytest.mark.parametrize("planted", [
        "theme=x, {ours}", "theme=, {ours}", "theme, {ours}", "$Version=1, {ours}",
        "theme=x, {ours}, y=1", "theme=x; other=y, {ours}; z=1", "theme=x,{ours}",
        "theme=x,\t{ours}", "=x, {ours}", "={ours}", "theme=x {ours}", '"theme=x, {ours}"'])
    def test_S14_a_value_of_another_cookie_holds_none_of_ours(self, site, browser, backend,
                                                             planted):
        """Cookies without __Host- may come from a sub-domain, or from who answers for it
        without TLS: in the value of one, a session, or a login, would be theirs."""
        site.sign_in(browser, user="mallory")
        ours = f"{SESSION}={browser.jar.value(SESSION)}"
        assert is_login(site.pool, get(site, browser, planted.format(ours=ours)))
        backend.clear()
        assert get(site, browser, planted.format(ours=ours), "/public").status == 200
        if "," in planted:
            assert browser.jar.value(SESSION) not in backend.text()


class TestChunks:
    """S10, CVE-2024-24814: the number of chunks is what the browser says, not what we do."""

    @pytest.mark.parametrize("count", ["0", "5", "9", "99999999", "-1", "0x10", " ", "", "a",
                                       "\xb9", "2", "3", "4"])
    def test_a_wrong_number_of_chunks_is_no_session(self, site, browser, count):
        site.sign_in(browser)
        alive = stays_alive(site.server)
        cookie = f"{SESSION}={count}{browser.jar.value(SESSION)[1:]}"
        answer = within(2, lambda: timed(lambda: get(site, browser, cookie)))
        assert is_login(site.pool, answer) and alive(), answer

    def test_further_chunks_are_ignored(self, site, browser):
        site.sign_in(browser)
        cookie = browser.jar.header(site.url())
        answer = get(site, browser, f"{SESSION}.1=x; {cookie}; {SESSION}.2=y")
        assert answer.status == 200


class TestLargeSession:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        pool.add_user("large", password=pool.password_of("large"),
                      attributes={"email": "large@example.com",
                                  **{f"custom:c{n}": chr(97 + n) * 400 for n in range(10)}})
        pool.add_user("huge", password=pool.password_of("huge"),
                      attributes={"email": "huge@example.com",
                                  **{f"custom:c{n}": chr(97 + n) * 950 for n in range(10)}})
        conf = ordinary_conf(pool, backend).add("LimitRequestFieldSize 16380")
        return Site(start(conf), pool)

    def test_a_large_session_lives_in_several_cookies(self, site, browser):
        site.sign_in(browser, user="large")
        assert len(browser.jar.all(SESSION)) >= 2
        assert site.environment(browser)["COGNITO_CUSTOM_C9"] == "j" * 400

    def test_a_missing_chunk_is_no_session(self, site, browser):
        site.sign_in(browser, user="large")
        browser.jar.drop(SESSION + ".1")
        assert is_login(site.pool, site.visit(browser))

    def test_S13_the_backend_sees_no_chunk(self, site, browser, backend):
        site.sign_in(browser, user="large")
        assert "cognito" not in (backend.seen[-1].header("Cookie") or "")

    def test_a_smaller_session_leaves_no_old_chunks_behind(self, site, browser):
        site.sign_in(browser, user="large")
        large = browser.jar.all(SESSION)
        browser.jar.drop()
        back = site.to_callback(browser, user="alice")
        for name, cookie in large.items():
            browser.jar.put(name, cookie.value, site.url())
        browser.follow(back)
        assert len(browser.jar.all(SESSION)) == 1 and site.user(browser) == "alice"

    def test_O17_a_session_that_fits_no_browser_lives_in_the_store(self, site, browser):
        site.sign_in(browser, user="huge")
        assert len(browser.jar.value(SESSION)) < 100
        assert site.environment(browser)["COGNITO_CUSTOM_C9"] == "j" * 950


class TestManyGroups:
    """Where Debian's mod_auth_openidc ends in a 400 of httpd: 15 groups with long names."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        groups = [f"group-{n:02}-" + "x" * 75 for n in range(40)]
        for name in groups:
            pool.call("POST", "/groups", {"name": name})
        pool.add_user("member", password=pool.password_of("member"), groups=groups,
                      attributes={"email": "member@example.com"})
        return Site(start(ordinary_conf(pool, backend)), pool)

    def test_40_groups_and_an_ID_token_of_5_kB_sign_in(self, site, browser):
        site.sign_in(browser, user="member")
        tokens = [t for t in site.pool.issued() if t.count(".") == 2]
        assert max(map(len, tokens)) > 5000
        assert len(browser.jar.header(site.url())) < 8190 - 4096 + 500
        assert len(site.environment(browser)["COGNITO_GROUPS"].split(",")) == 40


class TestS13:
    """What backends see of the Cookie header: everything but ours, byte for byte."""

    CASES = ["a=1; OURS; b=2", "OURS; a=1", "a=1; OURS", "a=1;OURS;b=2", "a=1;  OURS  ; b=2",
             "OURS", 'a="x; y"; OURS', "$Version=1; a=1; OURS", "a=1; OURS; a=1; OURS",
             "a; OURS; b", "=; OURS; =x", "a=" + "j" * 1000 + "; OURS", "a=b=c; OURS; x=%3B",
             "OURS; __Host-other=1; cognito=2; __Host-cognit=3"]

    @pytest.mark.parametrize("cookie", CASES)
    def test_our_cookies_are_taken_out_and_the_rest_is_left(self, site, browser, backend,
                                                            cookie):
        site.sign_in(browser)
        ours = browser.jar.header(site.url())
        answer = get(site, browser, cookie.replace("OURS", ours))
        assert answer.status == 200
        seen = backend.seen[-1].header("Cookie") or ""
        assert "__Host-cognito_" not in seen
        theirs = [part for part in re.split(r"; ?|OURS", cookie) if part.strip()]
        for part in theirs:
            assert part.strip() in seen

    @pytest.mark.parametrize("path", ["/secure", "/public"])
    def test_also_where_nobody_needs_to_sign_in(self, site, browser, backend, path):
        site.sign_in(browser)
        browser.jar.put("mine", "1", site.url())
        site.visit(browser, path)
        assert backend.seen[-1].header("Cookie") == "mine=1"

    @pytest.mark.parametrize("cookie", ["=", ";", "; ;", "=x", "a", "a;=;b", "   ",
                                        "__Host-cognito_", "__Host-cognito_=",
                                        "__Host-cognito_session", "__Host-cognito_session=",
                                        "__Host-cognito_login_", "__Host-cognito_login_=x",
                                        "a=b; __Host-cognito_session", "x" * 8000,
                                        ";".join(f"c{n}=" for n in range(500))])
    def test_an_odd_cookie_header_harms_nobody(self, site, browser, log, cookie):
        """CVE-2023-28625, CVE-2026-54789"""
        alive = stays_alive(site.server)
        assert is_login(site.pool, get(site, browser, cookie))
        assert get(site, browser, cookie, "/public").status == 200
        assert alive()

    def test_a_script_sees_none_either(self, site, browser):
        site.sign_in(browser)
        browser.jar.put("mine", "1", site.url())
        assert site.environment(browser)["HTTP_COOKIE"] == "mine=1"


class TestS11:
    """A cookie of one host or client is none of another."""

    @pytest.fixture(scope="class")
    def both(self, start, pool, backend):
        """Two virtual hosts with the same key, pool and client."""
        conf = ordinary_conf(pool, backend)
        conf.vhost("app.example.test")
        conf.vhost("other.example.test", f"CognitoBaseURL {OTHER}")
        server = start(conf)
        return Site(server, pool), Site(server, pool, OTHER)

    def test_each_host_has_its_own_sessions(self, both, browsers):
        one, two = both
        browser = one.browser(browsers)
        browser.route(OTHER, two.server.port)
        one.sign_in(browser)
        assert is_login(two.pool, two.visit(browser))
        cookie = browser.jar.header(one.url())
        assert get(one, browser, cookie).status == 200
        assert is_login(two.pool, get(two, browser, cookie)), "a session crossed over"

    def test_a_login_of_one_host_is_none_of_the_other(self, both, browsers, log):
        log.allow(r"COG3\d\d\d")
        one, two = both
        browser = one.browser(browsers)
        browser.route(OTHER, two.server.port)
        back = one.to_callback(browser)
        before = len(one.pool.requests("token"))
        url = back.location.replace(one.origin, two.origin)
        browser.request("GET", url, {"Cookie": browser.jar.header(one.url())}, cookies=False)
        assert len(one.pool.requests("token")) == before


class TestTabs:
    def test_S12_tabs_that_are_opened_after_the_end_all_come_back(self, site, browser):
        site.sign_in(browser)
        browser.jar.drop(SESSION)
        begun = {path: site.begin(browser, path) for path in
                 (f"/secure/{n}" for n in range(4))}
        for path, redirect in begun.items():
            answer = browser.follow(type_password(browser, redirect, "alice", site.pool))
            assert answer.location == site.url(path)
        assert len(browser.jar.all(SESSION)) == 1


class TestOtherUsers:
    def test_W08_identities_do_not_mix_on_kept_connections(self, site, browsers):
        people = []
        for name in ("alice", "bob", "mallory"):
            browser = site.browser(browsers)
            site.sign_in(browser, user=name)
            people.append((name, browser.jar.header(site.url())))
        line = site.browser(browsers)  # one connection for all of them
        for name, cookie in itertools.islice(itertools.cycle(people), 60):
            answer = get(site, line, cookie, "/cgi/env")
            assert f"REMOTE_USER={name}\0" in answer.text
        answer = line.navigate(site.url("/cgi/env"), cookies=False)
        assert is_login(site.pool, answer)

    def test_S08_a_shared_cache_is_told_to_keep_out(self, site, browser):
        site.sign_in(browser)
        assert "private" in site.visit(browser).header("Cache-Control")

    def test_J05_the_cookie_does_not_shrink_with_repetition(self, site, browsers, pool):
        sizes = []
        for name, value in (("same", "a" * 200), ("mixed", "".join(map(chr, range(33, 127)))
                                                  .replace(",", "").replace("\\", "") * 3)):
            pool.add_user(name, password=pool.password_of(name),
                          attributes={"custom:x": value[:200]})
            browser = site.browser(browsers)
            site.sign_in(browser, user=name)
            sizes.append(len(browser.jar.value(SESSION)) - len(name) * 4 / 3)
        assert abs(sizes[0] - sizes[1]) < 16


class TestKeyRotation:
    def test_F18_old_sessions_live_on_under_the_old_key(self, start, pool, backend, browsers):
        conf = ordinary_conf(pool, backend)
        server = start(conf)
        site = Site(server, pool)
        browser = site.browser(browsers)
        site.sign_in(browser)
        conf.secret("new-keys", "11" * 32 + "\n")
        conf.lines = [line.replace("CognitoSecret ", "CognitoSecret file:{root}/new-keys ")
                      for line in conf.lines]
        server.write(conf)
        server.graceful()
        browser.close()  # the old children may still serve kept connections
        assert site.visit(browser).status == 200
        conf.lines = [line.replace(" file:{root}/keys", "") for line in conf.lines]
        server.write(conf)
        server.graceful()
        browser.close()
        assert is_login(pool, site.visit(browser))
        assert site.sign_in(browser).status == 200
