"""A protected site: httpd with our module, the user pool behind it, and the way in."""
import os
import secrets

from .client import origin_of
from .conf import Conf

ORIGIN = "https://app.example.test"
OTHER = "https://other.example.test"
CALLBACK = "/.cognito/callback"
SIGNED_OUT = "/.cognito/signed-out"
SESSION = "__Host-cognito_session"
TOKENS = "__Host-cognito_tokens"
LOGIN = "__Host-cognito_login_"
RETURN = "__Host-cognito_return"


def key_file():
    """Text of a file for CognitoSecret."""
    return secrets.token_hex(32) + "\n"


def site_lines(pool, client="app", origin=ORIGIN):
    """The directives of a host whose users are those of `pool`."""
    lines = [f"CognitoIssuer {pool.issuer}", f"CognitoClientID {client}",
             f"CognitoBaseURL {origin}"]
    secret = pool.secret_of(client)
    return lines + ([f"CognitoClientSecret file:{{root}}/client-{client}"] if secret else [])


def site_conf(pool, client="app", origin=ORIGIN):
    """The smallest configuration of a protected site: everything below /secure and /cgi/
    needs a sign-in, /public does not."""
    conf = Conf().secret("keys", key_file())
    add_secret(conf, pool, client)
    conf.add("CognitoSecret file:{root}/keys", *site_lines(pool, client, origin))
    return conf


def add_staff(conf, staff, *lines):
    """A second client, whose users are those of another pool, for /secure/staff. Its callback is that
    of the first (COG4027), if `lines` do not say otherwise."""
    conf.section("CognitoClient", '"staff"', *site_lines(staff, "staff")[:2], *lines)
    return conf.protect("/secure/staff", "CognitoUse staff")


def add_secret(conf, pool, client):
    secret = pool.secret_of(client)
    return conf.secret(f"client-{client}", secret + "\n") if secret else conf


def ordinary_conf(pool, backend, client="app", origin=ORIGIN):
    """A proxied backend, half of it protected, and a script that shows its environment."""
    conf = site_conf(pool, client, origin).cgi()
    conf.protect("/secure").protect("/cgi/")
    return conf.add("ProxyPass /cgi/ !", f"ProxyPass / {backend.url}/")


class Site:
    """One virtual host as browsers see it."""

    def __init__(self, server, pool, origin=ORIGIN):
        self.server = server
        self.pool = pool
        self.origin = origin

    def url(self, path="/"):
        return self.origin + path

    @property
    def callback(self):
        return self.url(CALLBACK)

    def browser(self, browsers):
        """A new browser that knows where this host is."""
        client = browsers()
        client.route(self.origin, self.server.port)
        return client

    def visit(self, browser, path="/secure", **how):
        return browser.navigate(self.url(path), **how)

    def begin(self, browser, path="/secure"):
        """Up to the redirect to the hosted UI, which is the result."""
        answer = self.visit(browser, path)
        assert is_login(self.pool, answer), f"no login: {answer}"
        return answer

    def to_callback(self, browser, path="/secure", user="alice"):
        """Through the hosted UI: the redirect to our callback, not yet followed."""
        return type_password(browser, self.begin(browser, path), user, self.pool)

    def sign_in(self, browser, path="/secure", user="alice"):
        """The whole way in; the result is the page that was asked for."""
        answer = browser.follow(self.to_callback(browser, path, user))
        assert answer.status == 303, f"the callback did not accept: {answer}"
        answer = browser.follow(answer)
        assert answer.status == 200, f"not signed in: {answer}"
        return answer

    def environment(self, browser):
        """The variables that a script of the site sees."""
        answer = browser.navigate(self.url("/cgi/env"))
        assert answer.status == 200, f"not signed in: {answer}"
        return answer.variables

    def user(self, browser):
        return self.environment(browser).get("REMOTE_USER")


def type_password(browser, redirect, user, pool):
    """From a redirect to the hosted UI to the redirect back to us. Who has a session there
    is not asked."""
    answer = browser.follow(redirect)
    while answer.status == 302 and origin_of(answer.location) == pool.domain:
        answer = browser.follow(answer)
    if answer.status == 200:
        answer = browser.submit(answer, username=user, password=pool.password_of(user))
    assert answer.status == 302, f"the hosted UI did not send back: {answer}"
    return answer


def pick_identity(browser, redirect, subject, pool):
    """The same by the page of a simulated identity provider."""
    answer = browser.follow(redirect)
    while answer.status == 302:
        answer = browser.follow(answer)
    answer = browser.submit(answer, subject=subject, attributes="{}")
    while answer.status == 302 and origin_of(answer.location) in (pool.domain, origin_of(pool.idp)):
        answer = browser.follow(answer)
    assert answer.status == 302, f"the hosted UI did not send back: {answer}"
    return answer


def is_login(pool, answer):
    """Is it a redirect to the hosted UI?"""
    return answer.status in (302, 303) and bool(answer.location) and \
        answer.location.startswith(pool.domain + "/oauth2/authorize?")


def is_refusal(answer):
    """Our own page of an error: no session, nothing of the backend."""
    return (400 <= answer.status < 600 and
            not any(SESSION in c and "Max-Age=0" not in c for c in answer.set_cookies) and
            "text/html" in (answer.header("Content-Type") or ""))


def stays_alive(server):
    """A check that no child of a server is replaced meanwhile."""
    before = server.children()
    return lambda: before <= server.children() and all(os.path.exists(f"/proc/{p}")
                                                       for p in before)
