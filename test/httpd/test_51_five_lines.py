"""The five lines of the README as they stand there: nothing else says where the user pool is. It
is reached under Amazon's names, over TLS, through a proxy that leads to the emulator."""
import os
import re
import urllib.parse

import pytest

from harness import pool as pools
from harness.client import insecure_tls
from harness.conf import TOP, Conf
from harness.forward_proxy import ForwardProxy
from harness.site import Site, is_refusal

ORIGIN = "https://app.example.com"
ISSUER_HOST = "cognito-idp.eu-west-1.amazonaws.com"
DOMAIN_HOST = "my-prefix.auth.eu-west-1.amazoncognito.com"


def five_lines():
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        block = re.search(r"```apache\n(.*?)```", file.read(), re.DOTALL)[1]
    lines = block.splitlines()
    assert len([line for line in lines if line.startswith("Cognito")]) == 3
    return lines


def word_of(name):
    return next(line.split()[1] for line in five_lines() if line.startswith(name))


@pytest.fixture(scope="class")
def amazons(oracle):
    """A user pool whose hosts have Amazon's names. The ready line tells its ports."""
    client = pools.client(word_of("CognitoClientID"), ORIGIN)
    running, found = pools.start({
        "listen": {"host": ISSUER_HOST},
        "pools": [{"id": word_of("CognitoUserPool"), "issuer_claim": "amazon",
                   "domain": {"host": DOMAIN_HOST}, "clients": [client],
                   "providers": [{"name": "EntraID", "type": "OIDC"}],
                   "users": [pools.person("alice")]}]}, tls=True)
    pool = found[word_of("CognitoUserPool")]
    oracle.secrets.watch(pool.new_secrets)
    yield running, pool
    oracle.secrets.settle()
    running.stop()


@pytest.fixture(scope="class")
def proxy(amazons):
    _, pool = amazons
    ports = {host: urllib.parse.urlsplit(url).port for host, url in
             ((ISSUER_HOST, pool.discovery), (DOMAIN_HOST, pool.domain))}
    routes = {f"{host}:{port}": port for host, port in ports.items()}
    proxy = ForwardProxy({f"{ISSUER_HOST}:443": ports[ISSUER_HOST], **routes})
    yield proxy
    proxy.close()


@pytest.fixture(scope="class")
def site(start, amazons, proxy, backend):
    running, pool = amazons
    conf = Conf().copy("ca.pem", running.ca_file).add(
        *five_lines(), f"CognitoProxy {proxy.url}", "CognitoCAFile {root}/ca.pem",
        f"ProxyPass / {backend.url}/")
    return Site(start(conf), pool, ORIGIN)


@pytest.fixture
def browser(site, browsers):
    browser = site.browser(browsers)
    browser.route(site.pool.domain, urllib.parse.urlsplit(site.pool.domain).port, insecure_tls())
    return browser


class TestFiveLines:
    def test_are_all_that_a_sign_in_and_a_sign_out_need(self, site, browser, backend):
        assert site.sign_in(browser, "/page").status == 200
        assert backend.seen[-1].target == "/page"
        answer = browser.navigate(site.url("/.cognito/logout"), site="same-origin")
        assert answer.location.startswith(f"{site.pool.domain}/logout?")
        assert browser.follow(answer).location == ORIGIN + "/.cognito/signed-out"
        assert browser.fetch(site.url("/page")).status == 401

    def test_every_call_goes_through_the_proxy(self, proxy, site, browser):
        site.sign_in(browser, "/")
        assert proxy.asked[0] == f"{ISSUER_HOST}:443"
        assert f"{DOMAIN_HOST}:{urllib.parse.urlsplit(site.pool.domain).port}" in proxy.asked
        assert set(proxy.asked) <= set(proxy.routes)

    def test_the_doctor_goes_that_way_too(self, site):
        code, said, problems = site.server.ask("CHECK_COGNITO")
        assert code == 0 and " 0 failed" in said, said + problems

    def test_a_proxy_that_refuses_lets_nobody_in(self, site, browser, proxy, log):
        log.expect("COG3001.*idp_")
        log.allow(r"COG\d{4}")
        back = site.to_callback(browser, "/")
        proxy.refuse()
        answer = browser.follow(back)
        assert is_refusal(answer) and answer.status == 503
