"""A site of an API, and its clients."""
import pytest

from .site import ORIGIN, Site, site_conf

REALM = 'Bearer realm="orders"'


def api_conf(pool, backend):
    """/api takes tokens, /both sessions too, /secure sessions alone."""
    conf = site_conf(pool).cgi().location("/", 'AuthName "orders"')
    conf.protect("/api", "CognitoAccept bearer")
    conf.protect("/api/machine", "CognitoRemoteUser cognito:username client_id s/^/app:/",
                 "CognitoBearerClient machine app")
    conf.protect("/api/other", "CognitoBearerClient machine")
    conf.protect("/api/id", "CognitoBearerTokenUse id")
    conf.protect("/api/any", "CognitoBearerTokenUse id access", "CognitoBearerClient app other")
    conf.protect("/api/group", require="user bob")
    conf.protect("/api/scope", require="cognito-scope orders/write orders/admin")
    conf.protect("/api/client", "CognitoBearerClient app machine", require="cognito-client machine")
    conf.protect("/both", "CognitoAccept session bearer")
    conf.protect("/both/sessions", "CognitoAccept session")
    conf.protect("/secure")
    conf.protect("/cgi/", "CognitoAccept session bearer")
    conf.protect("/pass", "CognitoAccept session bearer", "CognitoUnauthenticated pass",
                 require="all granted")
    return conf.add("ProxyPass /cgi/ !", f"ProxyPass / {backend.url}/")


class Api:
    """Asks for pages as a program does."""

    def __init__(self, site, browser):
        self.site = site
        self.browser = browser

    def get(self, path, token=None, method="GET", **how):
        headers = dict(how.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.browser.request(method, self.site.url(path), headers, **how)

    def environment(self, token, path="/cgi/env"):
        answer = self.get(path, token)
        assert answer.status == 200, answer
        return answer.variables


@pytest.fixture(scope="class")
def site(start, pool, backend):
    return Site(start(api_conf(pool, backend)), pool)


@pytest.fixture
def api(site, browser):
    return Api(site, browser)


def ask(browser, path, token):
    """The status of a request with this token as it is, line ends and all."""
    raw = f"GET {path} HTTP/1.1\r\nHost: app.example.test\r\nConnection: close\r\n" \
          f"Authorization: Bearer {token}\r\n\r\n"
    return int(browser.raw(ORIGIN, raw.encode("utf-8"), timeout=20).split(b" ")[1])
