"""The header dialects of other products: each example of docs/backends.md, and what a backend
that knows the product makes of the headers."""
import json
import os
import re

import pytest

from harness.dialects import HEARD, USER, ask, erika
from harness.site import site_conf

__all__ = ["erika"]

DOCS = os.path.join(os.path.dirname(__file__), "../../docs/backends.md")


def sections():
    """{preset: (its table's headers, its example)} as the documentation has them."""
    with open(DOCS, encoding="utf-8") as file:
        parts = re.split(r"^### ", file.read().split("\n## Backends that know")[1], flags=re.M)
    found = {}
    for part in parts[1:]:
        rows = re.findall(r"^\| (`.*?) \| (?!.*CognitoTokens)", part, flags=re.M)
        found[part.split("\n")[0]] = (
            {name for row in rows for name in re.findall("`([^`]+)`", row)},
            re.search(r"```apache\n(.*?)```", part, flags=re.S)[1])
    return found


def test_the_documentation_has_an_example_for_each():
    assert set(sections()) == set(HEARD)


@pytest.fixture(params=sorted(HEARD), scope="class")
def preset(request):
    return request.param


class TestExamples:
    @pytest.fixture(scope="class")
    def backend(self, trusted):
        return trusted

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend, preset):
        example = sections()[preset][1]
        conf = site_conf(pool)
        conf.add(*re.sub(r"http://127\.0\.0\.1:\d+", backend.url, example).splitlines())
        pool.add_user(password=pool.password_of("erika"), **USER)
        conf.location("/open", "Require all granted", f"ProxyPass {backend.url}/open")
        site = run(conf)
        site.way_in = re.search('<Location "(.*)"', example)[1] + "x"
        return site

    def test_says_what_is_documented(self, site, erika, backend, preset):
        heard = ask(site, erika, backend, site.way_in)
        expected, _ = HEARD[preset]
        subs = {name for name, value in expected.items() if value == "SUB"}
        assert {n: "SUB" if n in subs else v for n, v in heard.items()} == expected
        assert all(len(heard[name]) == 36 for name in subs)
        documented = sections()[preset][0]
        heard = {name: value for name, value in heard.items() if value != "TOKEN"}
        assert all(any(re.fullmatch(re.escape(d).replace("…", ".*"), name) for d in documented)
                   for name in heard)
        assert all(any(re.fullmatch(re.escape(d).replace("…", ".*"), name) for name in heard)
                   for d in documented)

    def test_says_nothing_of_what_is_not_there(self, site, browsers, backend, preset):
        browser = site.browser(browsers)
        site.sign_in(browser, path=site.way_in, user="bob")
        heard = ask(site, browser, backend, site.way_in)
        assert set(heard) == HEARD[preset][1]

    def test_nobody_can_say_it_instead(self, site, erika, browsers, backend, preset):
        """H01 to H07, H20 and H21 for this dialect, here and at every other place of the host."""
        truth = ask(site, erika, backend, site.way_in)
        nobody = site.browser(browsers)
        names = [*HEARD[preset][0], *documented_families(preset)]
        for name in [n for one in names for n in spellings(one)]:
            evil = {name: "evil", "Connection": ", ".join(names), "X-Innocent": "1"}
            assert ask(site, erika, backend, site.way_in, evil) == truth, name
            assert ask(site, erika, backend, "/open", evil) == {}, name
            assert ask(site, nobody, backend, "/open", evil) == {}, name
            assert backend.seen[-1].header("X-Innocent") == "1"


def documented_families(preset):
    return {"alb": ["x-amzn-oidc-other"], "pomerium": ["X-Pomerium-Routing-Key"],
            "oauth2-proxy": ["X-Forwarded-Access-Token", "X-Auth-Request-Other"],
            "vouch": ["X-Vouch-IdP-IdToken"], "openidc": ["OIDC_access_token"],
            "grafana": ["X-WEBAUTH-ROLE"]}.get(preset, [])


def spellings(name):
    return {name, name.upper(), name.lower(), name.replace("-", "_"), name.replace("_", "-"),
            name.replace("-", "."), re.sub("[-_]", "!", name), re.sub("[-_]", "-", name, count=1)}


class TestKeys:
    """Where a dialect has its keys they are for everybody, whatever Require says, and nobody
    else is asked for them."""

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = site_conf(pool).load("rewrite")
        conf.add("RewriteEngine on", f"RewriteRule ^/.well-known/(.*) {backend.url}/$1 [P]")
        conf.location("/.well-known", "Require all denied")
        conf.protect("/p", "CognitoBackend pomerium")
        return run(conf.add(f"ProxyPass / {backend.url}/"))

    def test_pomerium(self, site, browsers, backend):
        nobody = site.browser(browsers)
        backend.clear()
        for path in ("/.well-known/pomerium/jwks.json", "/.cognito/jwks.json"):
            answer = nobody.fetch(site.url(path))
            assert answer.status == 200 and len(answer.json()["keys"]) == 3
        assert not backend.seen


class TestLists:
    """However a product takes a list apart, it finds the groups that there are, and no more."""

    GROUPS = ["a,admins", " admins", "x admins", '["admins"]', 'a","admins', "\u00a0admins",
              "y\u2003admins", "100%", "plain"]
    PATHS = {"oauth2-proxy": "X-Forwarded-Groups", "authelia": "Remote-Groups",
             "vouch": "X-Vouch-IdP-Claims-Groups", "openidc": "OIDC_CLAIM_cognito-groups",
             "grafana": "X-WEBAUTH-GROUPS"}

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        for group in self.GROUPS:
            pool.call("POST", "/groups", {"name": group})
        pool.add_user("erika", password=pool.password_of("erika"), groups=self.GROUPS,
                      attributes={"email": "erika@example.com"})
        conf = site_conf(pool)
        for name in self.PATHS:
            conf.protect(f"/{name}", f"CognitoBackend {name}")
            conf.protect(f"/{name}/percent", "CognitoExport headers encoding=percent")
        site = run(conf.add(f"ProxyPass / {backend.url}/"))
        site.way_in = "/grafana"
        return site

    @pytest.mark.parametrize("encoding", ["", "/percent"])
    @pytest.mark.parametrize("name", PATHS)
    def test_no_group_forges_another(self, site, erika, backend, name, encoding):
        value = ask(site, erika, backend, f"/{name}{encoding}")[self.PATHS[name]]
        found = {"grafana": grafana_splits, "vouch": quoted}.get(name, splits)(value)
        assert "admins" not in found and '"admins"' not in found
        assert "plain" in found and len(found) == len(self.GROUPS)


def splits(value):
    return [one.strip() for one in value.split(",")]


def quoted(value):
    assert value[0] == value[-1] == '"'
    return [one.strip() for one in value[1:-1].split('","')]


def grafana_splits(value):
    """util.SplitString: JSON where it begins with [, else at commas and all white space."""
    return json.loads(value) if value.strip().startswith("[") else value.replace(",", " ").split()
