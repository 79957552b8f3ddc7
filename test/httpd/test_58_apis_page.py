"""The examples of docs/apis.md, run as they stand there."""
import os
import re

import pytest

from harness.conf import TOP
from harness.site import Site, is_login, site_conf


def examples():
    """Heading -> the configuration below it."""
    with open(os.path.join(TOP, "docs/apis.md"), encoding="utf-8") as file:
        text = file.read()
    found = {}
    for part in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```apache\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
        if blocks:
            found[part.splitlines()[0]] = "".join(blocks).splitlines()
    return found


EXAMPLES = examples()


@pytest.fixture(scope="class")
def site(start, pool, backend):
    conf = site_conf(pool)
    for lines in EXAMPLES.values():
        conf.add(*lines)
    return Site(start(conf.add(f"ProxyPass / {backend.url}/")), pool)


@pytest.fixture
def get(site, browsers):
    browser = site.browser(browsers)

    def ask(path, token=None, **how):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return browser.request("GET", site.url(path), {**headers, **how})
    return ask


class TestExamples:
    def test_there_are_as_many_as_are_tried_here(self):
        assert list(EXAMPLES) == ["APIs", "Whose tokens", "Pages and programs in one place",
                                  "Machines"]

    def test_apis(self, get, pool):
        answer = get("/api", pool.access_token("alice"))
        assert answer.status == 200
        answer = get("/api")
        assert answer.status == 401
        assert answer.header("WWW-Authenticate") == 'Bearer realm="Cognito"'

    def test_whose_tokens(self, get, pool):
        assert get("/api/mobile", pool.access_token("alice", "other")).status == 200
        assert get("/api/mobile", pool.tokens("alice", "app")["id_token"]).status == 200
        assert get("/api", pool.access_token("alice", "other")).status == 401
        assert get("/api", pool.tokens("alice", "app")["id_token"]).status == 401

    def test_pages_and_programs_in_one_place(self, get, pool):
        assert get("/app", pool.access_token("alice")).status == 200
        assert get("/app", "broken").status == 401
        assert is_login(pool, get("/app", Accept="text/html"))

    def test_machines(self, get, pool):
        assert get("/api/jobs", pool.machine_token()).status == 200
        assert get("/api", pool.machine_token()).status == 401  # the client is not listed

    def test_machines_by_client_and_scope(self, get, pool, log):
        log.allow("AH01631", "AH01629")
        assert get("/api/reports", pool.machine_token()).status == 200
        assert get("/api/reports", pool.access_token("alice")).status == 403
        answer = get("/api/reports", pool.machine_token(scope="orders/write"))
        assert answer.status == 403
        assert answer.header("WWW-Authenticate") == \
            'Bearer realm="Cognito", error="insufficient_scope", scope="orders/read"'

    def test_machines_are_no_users(self, start, pool, backend, browsers, log):
        log.expect("AH01629")
        lines = [line for line in EXAMPLES["Machines"] if "RemoteUser" not in line]
        lines = [line.replace("user machine:machine", "valid-user") for line in lines]
        site = Site(start(site_conf(pool).add(*lines, f"ProxyPass / {backend.url}/")), pool)
        answer = site.browser(browsers).request(
            "GET", site.url("/api/jobs"), {"Authorization": f"Bearer {pool.machine_token()}"})
        assert answer.status == 403
