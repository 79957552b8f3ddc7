"""`SetHandler cognito-status`: what it counts, in every form, and who may see it."""
import base64
import hashlib
import os
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from harness.client import FETCH
from harness.conf import TOP
from harness.parallel import in_parallel
from harness.server import Server
from harness.site import SESSION, Site, is_login, is_refusal, site_conf
from harness.waiting import wait_for

STATUS = "/cognito-status"
with open(os.path.join(TOP, "docs", "monitoring.md"), encoding="utf-8") as page:
    PAGE = page.read()


def status_conf(pool, backend, *lines):
    conf = site_conf(pool).load("authz_host").add(*lines)
    conf.protect("/secure").protect("/api", "CognitoAccept bearer")
    conf.location(STATUS, "SetHandler cognito-status", "Require ip 127.0.0.1")
    conf.location("/closed-status", "SetHandler cognito-status", "Require all denied")
    conf.protect("/admins-status", "SetHandler cognito-status", require="cognito-group admins")
    conf.add(*(f"ProxyPass {path} !" for path in (STATUS, "/closed-status", "/admins-status")))
    return conf.add(f"ProxyPass / {backend.url}/")


@pytest.fixture(scope="class")
def site(start, pool, backend):
    return Site(start(status_conf(pool, backend)), pool)


class Status:
    """The page as an operator's programs read it. `before` is what was there at first."""

    def __init__(self, site, browser):
        self.site = site
        self.browser = browser
        self.before = self.metrics()

    def get(self, query="", **how):
        return self.browser.request("GET", self.site.url(STATUS + query), cookies=False, **how)

    def json(self):
        return self.get("?format=json").json()

    def families(self):
        answer = self.get("?format=prometheus")
        assert answer.status == 200
        return list(text_string_to_metric_families(answer.text))

    def metrics(self):
        return {(s.name, *sorted(s.labels.items())): s.value
                for family in self.families() for s in family.samples}

    def grown(self):
        """The counters that have grown since the beginning, and by how much."""
        return {key: value - self.before[key] for key, value in self.metrics().items()
                if value != self.before[key] and "_duration_" not in key[0] and
                "timestamp" not in key[0]}


@pytest.fixture
def status(site, browsers):
    return Status(site, site.browser(browsers))


def refused(cause):
    return ("cognito_refusals_total", ("cause", cause))


def called(endpoint, result="ok"):
    return ("cognito_endpoint_calls_total", ("endpoint", endpoint), ("result", result))


class TestCounting:
    def test_a_login_from_its_beginning_to_its_end(self, site, browser, status):
        before = status.json()["logins"]["in_flight"]
        back = site.to_callback(browser)
        assert status.grown()[("cognito_logins_begun_total",)] == 1
        assert status.grown()[refused("no_session")] == 1
        assert status.json()["logins"]["in_flight"] == before + 1
        browser.follow(browser.follow(back))
        grown = status.grown()
        assert status.json()["logins"]["in_flight"] == before
        for name in ("logins_returned", "callbacks", "sessions_started", "session_requests"):
            assert grown[(f"cognito_{name}_total",)] == 1
        assert grown[called("token")] == 1
        assert status.metrics()[called("jwks")] >= 1

    def test_requests_of_all_processes_and_threads_add_up(self, site, browser, browsers, status):
        site.sign_in(browser)
        counted = status.grown()[("cognito_session_requests_total",)]

        def visit(_):
            other = site.browser(browsers)
            other.jar.cookies = dict(browser.jar.cookies)
            for _ in range(20):
                assert site.visit(other).status == 200

        in_parallel(8, visit)
        assert status.grown()[("cognito_session_requests_total",)] == counted + 160

    def test_how_sessions_end(self, site, browser, status):
        site.sign_in(browser)
        site.visit(browser, "/.cognito/logout", site="same-origin")
        assert status.grown()[("cognito_sessions_ended_total", ("cause", "logout"))] == 1

    def test_bearer_tokens(self, site, browser, pool, status):
        good = {"Authorization": f"Bearer {pool.access_token('alice')}"}
        bad = {"Authorization": f"Bearer {pool.access_token('alice')[:-8]}AAAAAAAA"}
        for headers in (good, good, good, bad, {}):
            browser.request("GET", site.url("/api"), headers)
        grown = status.grown()
        assert grown[("cognito_bearer_tokens_accepted_total",)] == 3
        assert grown[("cognito_bearer_tokens_refused_total",)] == 1
        # each child has a cache of its own
        hits = grown.get(("cognito_bearer_cache_hits_total",), 0)
        assert hits + grown[("cognito_bearer_cache_misses_total",)] == 3
        assert grown[refused("token_signature")] == 1
        assert grown[refused("unauthenticated")] == 1

    def test_a_problem_with_its_incident_and_remedy(self, site, browser, log, status):
        log.expect("COG3001: state_mismatch")
        answer = site.visit(browser, "/.cognito/callback?state=forged&error=access_denied")
        assert is_refusal(answer)
        assert status.grown()[refused("state_mismatch")] == 1
        problem, = [p for p in status.json()["problems"] if p["cause"] == "state_mismatch"]
        assert problem["incident"] in answer.text and problem["count"] == 1
        assert log.find(problem["incident"]) and problem["level"] == "warning"
        site.visit(browser, "/.cognito/callback?state=forged&error=access_denied")
        problem, = [p for p in status.json()["problems"] if p["cause"] == "state_mismatch"]
        assert problem["count"] == 2 and problem["incident"] not in answer.text

    def test_an_endpoint_that_fails(self, site, browser, pool, log, status):
        log.expect("COG3001: idp_busy")
        log.allow("COG3050")
        back = site.to_callback(browser)
        pool.fail("token", status=500)
        assert is_refusal(browser.follow(back))
        assert status.grown()[called("token", "failed")] == 1
        assert status.json()["endpoints"]["token"]["last_60_minutes"]["failed"] >= 1
        assert any("errors in the last 15 minutes" in c for c in status.json()["complaints"])
        assert "Needs attention" in status.get().text

    def test_a_pool_and_its_keys(self, site, browser, pool, status):
        site.sign_in(browser)
        found, = status.json()["pools"]
        assert found["issuer"] == pool.issuer and not found["circuit_open"]
        assert found["keys_fetched"] < found["keys_refresh"] and found["keys_failed"] is None

    def test_a_graceful_restart_takes_nothing_away(self, site, browser, status):
        site.sign_in(browser)
        before = status.json()
        site.server.graceful()
        after = status.json()
        for member in ("since", "sessions", "bearer", "refusals", "problems", "pools"):
            assert after[member] == before[member]
        assert [s["store"] for s in after["stores"]] == [s["store"] for s in before["stores"]]
        site.visit(browser)
        assert status.json()["sessions"]["requests"] == before["sessions"]["requests"] + 1


class TestForms:
    def test_prometheus_conventions(self, status):
        for family in status.families():
            assert re.fullmatch(r"cognito_[a-z_]+", family.name) and family.documentation
            assert family.type in ("counter", "gauge", "histogram"), family.name
            for sample in family.samples:
                if family.type == "counter":
                    assert sample.name == family.name + "_total"
                assert all(re.fullmatch("[a-z]+", name) for name in sample.labels)
        info = status.get("?format=prometheus")
        assert info.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"

    def test_histograms_are_cumulative_and_end_with_all(self, site, browser, status):
        site.sign_in(browser)
        family, = [f for f in status.families() if f.type == "histogram"]
        buckets = [s for s in family.samples if s.labels.get("endpoint") == "token" and
                   s.name.endswith("_bucket")]
        total, = [s.value for s in family.samples if s.labels.get("endpoint") == "token" and
                  s.name.endswith("_count")]
        values = [s.value for s in buckets]
        assert values == sorted(values) and values[-1] == total >= 1
        assert buckets[-1].labels["le"] == "+Inf"

    def test_the_documentation_names_every_metric(self, status):
        rows = re.findall(r"^\| `(cognito_\w+)` \| (\w+) \|", PAGE, re.MULTILINE)
        found = {f.name + ("_total" if f.type == "counter" else ""): f.type
                 for f in status.families()}
        assert dict(rows) == found and len(rows) == len(found)

    def test_the_page_is_whole_and_runs_nothing(self, status):
        answer = status.get()
        assert answer.status == 200 and answer.header("Refresh") == "30"
        assert answer.header("Content-Type") == "text/html; charset=utf-8"
        assert answer.header("Cache-Control") == "no-store"
        style, = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = answer.header("Content-Security-Policy")
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
        assert not re.search(r"<script|<link|<img|\bsrc=|url\(|\sstyle=|\son\w+=", answer.text)
        assert answer.text.endswith("</html>\n")

    @pytest.mark.parametrize("query, header", [
        ("?refresh=5", "5"), ("?refresh=0", None), ("?refresh=x", None),
        ("?refresh=99999999999999", "3600")])
    def test_how_often_it_loads_itself(self, status, query, header):
        assert status.get(query).header("Refresh") == header

    @pytest.mark.parametrize("query", ["?format=xml", "?format=", "?format=json&format=html",
                                       "?refresh=%zz"])
    def test_nonsense(self, status, query):
        assert status.get(query).status == 400

    def test_other_methods(self, site, browser):
        answer = browser.request("POST", site.url(STATUS), body="x")
        assert answer.status == 405
        assert set(answer.header("Allow").split(",")) == {"GET", "HEAD"}
        answer = browser.request("HEAD", site.url(STATUS))
        assert answer.status == 200 and answer.body == b""

    def test_nothing_of_a_request_is_on_it(self, site, browser, log, status):
        log.allow("COG3001", "COG3040")
        poison = "<script>alert(1)</script>"
        for header in ("Host", "User-Agent", "X-Forwarded-For"):
            browser.request("GET", site.url("/.cognito/callback?state=x&error=%3Cscript%3E"),
                            {**FETCH, header: poison.replace("<", "").replace(">", "")
                             if header == "Host" else poison})
        for query in ("", "?format=json", "?format=prometheus"):
            assert "script" not in status.get(query, headers={"Host": "script.example"}).text

    def test_no_secret_is_on_it(self, site, browser, oracle, status):
        site.sign_in(browser)
        cookie = browser.jar.value(SESSION)
        for query in ("", "?format=json", "?format=prometheus"):
            text = status.get(query).text
            assert cookie not in text and "alice" not in text
            assert not list(oracle.secrets.found_in(text))


@pytest.mark.parametrize("example", re.findall(r"```apache\n(.*?)```", PAGE, re.DOTALL))
def test_the_documented_examples_are_accepted(pool, example):
    conf = site_conf(pool).load("authz_host").file("logs/kept", "").protect("/app")
    server = Server(conf.add(example))
    try:
        code, output = server.check()
        assert code == 0 and output.endswith("Syntax OK\n"), output
    finally:
        server.remove()


class TestAccess:
    def test_it_is_for_require_to_say(self, site, browser, browsers, log):
        log.allow("AH0163[01]")
        assert browser.navigate(site.url("/closed-status")).status == 403
        assert is_login(site.pool, browser.navigate(site.url("/admins-status")))
        site.sign_in(browser)
        assert "All is well" in browser.navigate(site.url("/admins-status")).text
        bob = site.browser(browsers)
        site.sign_in(bob, user="bob")
        assert bob.navigate(site.url("/admins-status")).status == 403

    def test_there_is_none_where_nobody_asked_for_one(self, site, browser, backend):
        backend.clear()
        assert browser.navigate(site.url("/server-cognito-status")).status == 200
        assert backend.seen  # the backend's answer, not ours


class TestStores:
    @pytest.fixture(scope="class")
    def site(self, start, pool, backend, redis):
        return Site(start(status_conf(pool, backend, "CognitoSession store",
                                      f"CognitoStore redis://127.0.0.1:{redis.port}/1")), pool)

    def test_health_and_use(self, site, browser, redis, status, log):
        log.allow("COG2200", "COG2201", "COG3001", "COG306.")
        site.sign_in(browser)
        store, = status.json()["stores"]
        assert store["calls"] >= 2 and store["failed"] == 0 and store["used_percent"] is None
        redis.kill()
        for _ in range(4):
            assert site.visit(browser).status == 503
        store, = status.json()["stores"]
        assert store["failed"] >= 4 and store["circuit_open"] and store["last_failure"]
        assert any("has failed" in c for c in status.json()["complaints"])
        redis.start()
        # each child finds out by itself
        wait_for(lambda: site.visit(browser).status != 503 and
                 not status.json()["stores"][0]["circuit_open"],
                 "the store to be asked again")

    def ask(self, site, browser, depth):
        answer = browser.request("GET", site.url(f"/.cognito/health?depth={depth}"))
        assert answer.header("Cache-Control") == "no-store" and not answer.set_cookies
        assert answer.json() == {"status": "ok" if answer.status == 200 else "unavailable"}
        return answer.status

    def test_the_health_URL_sees_what_is_down(self, site, browser, redis, log):
        log.allow("COG220.")
        wait_for(lambda: self.ask(site, browser, "store") == 200, "every child to have a store")
        assert [self.ask(site, browser, d) for d in ("process", "keys")] == [200, 200]
        redis.kill()
        assert [self.ask(site, browser, d) for d in ("process", "keys", "store")] == [200, 200, 503]
        redis.start()
        wait_for(lambda: self.ask(site, browser, "store") == 200, "the store to be asked again")

    def test_a_load_balancer_asks_by_HEAD(self, site, browser):
        answer = browser.request("HEAD", site.url("/.cognito/health"))
        assert answer.status == 200 and answer.body == b""
        assert browser.request("GET", site.url("/.cognito/health?depth=x")).status == 400
