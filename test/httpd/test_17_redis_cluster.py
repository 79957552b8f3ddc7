"""A real Redis cluster as the store of two hosts, each of which is told of one node only. All in
one class, for a cluster takes some seconds to come up."""
import time

import pytest

from harness.redis_cluster import PASSWORD, USER
from harness.site import Site, is_login, key_file, ordinary_conf, type_password
from harness.waiting import wait_for

LIFE = 2    # seconds of the ID token that is to be renewed
PEOPLE = 6  # sessions, so that hardly a node has none


def refreshes(pool):
    return [r for r in pool.requests("token") if r.form.get("grant_type") == "refresh_token"]


def copy_to(site, browser, browsers):
    """The same browser at another host."""
    other = site.browser(browsers)
    for name, cookie in browser.jar.all("__Host-").items():
        other.jar.put(name, cookie.value, site.url())
    return other


def statuses(site, browser, count=6):
    """Over connections of their own, which any child may take."""
    found = set()
    for _ in range(count):
        browser.close()
        found.add(site.visit(browser).status)
    return found


def may_sign_in(site, browser):
    answer = browser.follow(type_password(browser, site.begin(browser), "alice", site.pool))
    return answer.status == 303 and browser.follow(answer).status == 200


class TestRedisCluster:
    @pytest.fixture(scope="class")
    def sites(self, redis_cluster, start, pool, backend):
        key, found = key_file(), []
        with open(redis_cluster.ca_file, encoding="ascii") as file:
            ca = file.read()
        for node in redis_cluster.nodes[:2]:
            conf = ordinary_conf(pool, backend).add(
                "CognitoSession store",
                f"CognitoStore rediss://{USER}:file:password@127.0.0.1:{node.port} ca=ca.pem")
            conf.secret("keys", key).secret("password", PASSWORD + "\n").file("ca.pem", ca)
            # a child may hear of the node that has died when the last test is over
            found.append(Site(start(conf, allowed=["COG22"]), pool))
        return found

    @pytest.fixture
    def people(self, sites, browsers):
        """Who is signed in at the first host."""
        found = [sites[0].browser(browsers) for _ in range(PEOPLE)]
        for browser in found:
            sites[0].sign_in(browser)
        return found

    @pytest.fixture
    def key(self, sites, redis_cluster, browsers):
        """(a browser, the key of its session)"""
        before = redis_cluster.keys("cognito:session:*")
        browser = sites[0].browser(browsers)
        sites[0].sign_in(browser)
        added, = redis_cluster.keys("cognito:session:*") - before
        return browser, added

    def test_a_session_is_found_by_all_hosts(self, sites, people, browsers, redis_cluster):
        here, there = sites
        for browser in people:
            assert statuses(here, browser) == {200}
            assert statuses(there, copy_to(there, browser, browsers)) == {200}
        assert sum(bool(node.ask("DBSIZE")) for node in redis_cluster.nodes) > 1

    def test_who_knows_the_way_is_not_sent_on(self, sites, people, redis_cluster):
        def is_direct():
            before = [node.errors("MOVED") for node in redis_cluster.nodes]
            assert all(statuses(sites[0], browser) == {200} for browser in people)
            return before == [node.errors("MOVED") for node in redis_cluster.nodes]

        wait_for(is_direct, "all children to know the way", seconds=15)

    def test_a_sign_out_is_heard_by_all_hosts(self, sites, people, browsers):
        here, there = sites
        copies = [copy_to(there, browser, browsers) for browser in people]
        for browser in people:
            here.visit(browser, "/.cognito/logout", method="POST", body={}, site="same-origin")
        for copy in copies:
            wait_for(lambda: is_login(there.pool, there.visit(copy)), "the other host to hear")

    def test_claims_are_renewed_by_another_host(self, sites, browsers):
        here, there = sites
        before = len(refreshes(here.pool))
        here.pool.change_client("app", id_token_sec=LIFE, access_token_sec=LIFE)
        browser = here.browser(browsers)
        here.sign_in(browser)
        time.sleep(LIFE + 0.5)
        here.pool.change_client("app", id_token_sec=3600, access_token_sec=3600)
        assert statuses(there, copy_to(there, browser, browsers)) == {200}
        assert len(refreshes(here.pool)) > before

    def test_a_slot_that_moves_takes_its_sessions_along(self, sites, key, redis_cluster, browsers):
        here, there = sites
        browser, name = key
        owner = redis_cluster.owner_of(name)
        target = redis_cluster.nodes[0 if owner is not redis_cluster.nodes[0] else 1]
        people = [(here, browser), (there, copy_to(there, browser, browsers))]

        def all_are_in():
            assert all(statuses(*one) == {200} for one in people)

        redis_cluster.begin_to_move(name, target)
        all_are_in()
        redis_cluster.move(name, target)
        all_are_in()
        assert target.calls("asking") > 0
        redis_cluster.end_move(name, target)
        all_are_in()
        assert redis_cluster.owner_of(name) is target

    def test_the_doctor_knows_a_cluster(self, sites):
        code, text, errors = sites[0].server.ask("CHECK_COGNITO")
        assert code == 0, text + errors
        assert "(a cluster of 3 nodes) answers over TLS" in text

    def test_the_doctor_tells_what_the_user_may_not(self, sites, redis_cluster):
        redis_cluster.grant("-cluster|slots")
        try:
            text = sites[0].server.ask("CHECK_COGNITO")[1]
        finally:
            redis_cluster.grant("+cluster|slots")
        assert "answers, but COG2200: Redis cluster node at 127.0.0.1:" in text
        assert "+cluster|slots" in text

    def test_sessions_outlive_a_node(self, sites, people, browsers, redis_cluster, log):
        """The last one, for the node does not come back."""
        log.allow("COG22", "COG3001", "COG33")
        here, there = sites
        pairs = [(here, one) for one in people] + \
                [(there, copy_to(there, one, browsers)) for one in people]
        redis_cluster.lose_last()
        for site, browser in pairs:
            wait_for(lambda: statuses(site, browser) == {200}, "the replica to be found",
                     seconds=15, step=0.1)
        wait_for(lambda: may_sign_in(here, here.browser(browsers)), "all children to know",
                 seconds=15, step=0.1)
