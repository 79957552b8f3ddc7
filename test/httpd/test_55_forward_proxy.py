"""CognitoProxy with a user and a password: the user pool is behind a proxy that asks for them."""
import json
import os
import re
import secrets
import urllib.parse

import pytest

from harness import pool as pools
from harness.client import insecure_tls
from harness.conf import Conf
from harness.forward_proxy import ForwardProxy, basic
from harness.server import Server
from harness.site import ORIGIN, Site, is_refusal, key_file, ordinary_conf, site_lines

ISSUER_HOST = "idp.example.test"
DOMAIN_HOST = "sign-in.example.test"
USER = "svc"
PASSWORD = "proxy:" + secrets.token_hex(16)
NEXT = "next " + secrets.token_hex(16)
WRONG = "wrong" + secrets.token_hex(16)


@pytest.fixture(scope="class")
def far(oracle):
    """A user pool that no name server knows."""
    running, found = pools.start({
        "listen": {"host": ISSUER_HOST},
        "pools": [{"id": "eu-west-1_FarPool01", "domain": {"host": DOMAIN_HOST},
                   "clients": [pools.client("app", ORIGIN)],
                   "providers": [{"name": "EntraID", "type": "OIDC"}],
                   "users": [pools.person("alice")]}]}, tls=True)
    pool = found["eu-west-1_FarPool01"]
    oracle.secrets.watch(pool.new_secrets)
    for password in (PASSWORD, NEXT, WRONG):
        oracle.secrets.add(password, basic(f"{USER}:{password}"))
    yield running, pool
    oracle.secrets.settle()
    running.stop()


@pytest.fixture(scope="class")
def proxy(far):
    hosts = {urllib.parse.urlsplit(url).netloc for url in (far[1].issuer, far[1].domain)}
    proxy = ForwardProxy({host: int(host.split(":")[1]) for host in hosts},
                         login=f"{USER}:{PASSWORD}")
    yield proxy
    proxy.close()


@pytest.fixture(scope="class")
def site(start, far, proxy, backend):
    running, pool = far
    conf = ordinary_conf(pool, backend).load("info", "status").copy("ca.pem", running.ca_file)
    conf.location("/server-info", "SetHandler server-info", "ProxyPass !")
    conf.location("/status", "SetHandler cognito-status", "ProxyPass !")
    conf.secret("proxy", PASSWORD + "\n").add(
        f"CognitoProxy {proxy.address(USER + ':file:{root}/proxy')}",
        "CognitoCAFile {root}/ca.pem")
    return Site(start(conf), pool)


@pytest.fixture
def browser(site, browsers):
    browser = site.browser(browsers)
    browser.route(site.pool.domain, urllib.parse.urlsplit(site.pool.domain).port, insecure_tls())
    return browser


def change(server, password):
    """In a file that httpd's children may read, too."""
    path = server.path("proxy")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(password + "\n")
    if os.getuid() == 0:
        import grp
        os.chown(path + ".new", 0, grp.getgrnam("www-data").gr_gid)
    os.chmod(path + ".new", 0o640)
    os.replace(path + ".new", path)


class TestSignIn:
    def test_goes_through_it(self, site, browser, proxy, backend):
        assert site.sign_in(browser).status == 200
        assert backend.seen[-1].target == "/secure"
        assert set(proxy.asked) == set(proxy.routes)

    def test_the_password_goes_to_the_proxy_alone(self, site, browser, proxy):
        site.sign_in(browser)
        assert all(f"Proxy-Authorization: Basic {basic(proxy.login)}" in head
                   for head in proxy.heads)
        assert not [line for head in proxy.heads for line in head if line.startswith("Auth")]
        assert site.pool.requests("token")
        assert not [r for r in site.pool.requests() if "proxy-authorization" in r.headers]

    def test_a_password_may_change_without_a_restart(self, site, browser, proxy):
        proxy.login = f"{USER}:{NEXT}"
        change(site.server, NEXT)
        site.sign_in(browser)
        assert f"Proxy-Authorization: Basic {basic(proxy.login)}" in proxy.heads[-1]

    def test_a_wrong_one_is_told_to_the_administrator_alone(self, site, browser, proxy, log):
        log.expect(r"COG2103: POST .* got no answer: the proxy http://svc:file:/\S+@127\.0\.0\.1:\d+ "
                   r"does not accept this user and password \(407\) in the form Basic",
                   "COG3001: proxy_auth: .*; remedy: .*CognitoProxy http://USER:file:PATH@HOST:PORT")
        good = proxy.login.split(":", 1)[1]
        back = site.to_callback(browser)
        change(site.server, WRONG)
        answer = browser.follow(back)
        assert is_refusal(answer) and answer.status == 503
        assert "This site has no way to it at the moment." in answer.text
        assert "roxy" not in answer.text
        change(site.server, good)
        assert site.sign_in(browser).status == 200

    def test_no_page_shows_it(self, site, browser, oracle):
        for path in ("/server-info", "/status"):
            page = site.visit(browser, path)
            assert page.status == 200
            assert not oracle.leaks(path, page.text)
        assert "CognitoProxy" in site.visit(browser, "/server-info").text

    def test_the_dump_says_where_it_is(self, site, proxy, oracle):
        code, said, problems = site.server.ask("DUMP_COGNITO")
        shown = proxy.address(f"{USER}:file:{site.server.path('proxy')}")
        assert code == 0 and re.search(rf"CognitoProxy +{re.escape(shown)} ", said), said + problems
        assert not oracle.leaks("the dump", said + problems)


class TestDoctor:
    """`-D CHECK_COGNITO_JSON`: what it finds on the way to the user pool."""

    @pytest.fixture
    def examine(self, far, proxy, oracle):
        servers = []

        def ask(login, password=PASSWORD):
            conf = Conf().copy("ca.pem", far[0].ca_file).secret("proxy", password)
            conf.secret("keys", key_file()).add(
                *site_lines(far[1]), "CognitoCAFile {root}/ca.pem", "CognitoTimeout 30s 60s",
                f'CognitoProxy "{proxy.address(login) if login else proxy.url}"')
            servers.append(Server(conf))
            _, said, problems = servers[-1].ask("CHECK_COGNITO_JSON")
            assert not oracle.leaks("what the doctor says", said + problems)
            found = [f for g in json.loads(said)["groups"] for f in g["findings"]]
            return {check: next(f for f in found if f["check"] == check)
                    for check in ("reach", "secrets")}, found

        yield ask
        for server in servers:
            server.remove()

    @pytest.mark.parametrize("source", ["file:{root}/proxy", "exec:/bin/cat {root}/proxy"])
    def test_goes_that_way(self, examine, source):
        found, every = examine(f"{USER}:{source}")
        assert found["reach"]["result"] == "ok"
        assert re.match("by the proxy http://svc:(file|exec):.*@127.0.0.1:", found["reach"]["text"])
        assert next(f for f in every if f["check"] == "jwks")["result"] == "ok"

    @pytest.mark.parametrize("login, password, text", [
        ("svc:file:{root}/proxy", WRONG, "COG2103: .*does not accept this user and password"),
        ("other:file:{root}/proxy", PASSWORD, "COG2103: .*does not accept this user and password"),
        (None, "", r"COG2103: .*asks for a user and a password \(407\): write CognitoProxy "),
        ("svc:exec:/bin/false", "", "COG2103: .*; the program with the proxy's password ended with "
         "exit status 1")], ids=["another password", "another user", "none", "a program that fails"])
    def test_says_what_the_proxy_wants(self, examine, login, password, text):
        found, _ = examine(login, password)
        assert found["reach"]["result"] == "failed"
        assert re.match(text, found["reach"]["text"])
        assert "CognitoProxy http://USER:file:PATH@HOST:PORT" in found["reach"]["remedy"]["httpd"]

    def test_looks_at_the_file_of_the_password(self, examine):
        _, every = examine(f"{USER}:file:{{root}}/proxy")
        assert any(f["result"] == "ok" and f["text"].endswith("/proxy")
                   for f in every if f["check"] == "secrets")
