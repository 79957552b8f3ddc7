"""The rows of the spoofing matrix (security.md, 4), who sends them, and who hears of them."""
import itertools
import re

import pytest

from . import http2
from .client import Client
from .conf import MPM
from .site import site_conf

WHO = ["nobody", "alice", "bearer"]
VERSIONS = ["1.0", "1.1", "2"]
OWN = "x_cognito(_.*)?|x_amzn_oidc.*|x_pomerium.*|remote_user|session"
SAID = ["X-Cognito-Sub", "X-Cognito-Username", "X-Cognito-Email", "X-Cognito-Groups"]
TOKEN_CHARS = "!#$%&'*+.^_`|~"


def mixed(name):
    """Every way to write `-` or `_` between the words of a name."""
    words = name.split("-")
    return ["".join(w + s for w, s in zip(words, [*separators, ""]))
            for separators in itertools.product("-_", repeat=len(words) - 1)]


def twice(pairs):
    return [pair for one in pairs for pair in (one, one)]


ROWS = {
    "H01 exact": [(name, "evil") for name in SAID],
    "H02 case": [(form(name), "evil") for name in SAID for form in (
        str.lower, str.upper, str.swapcase, str.title)],
    "H03 underscores": [(name.replace("-", "_"), "evil") for name in SAID],
    "H04 mixed": [(form, "evil") for name in [*SAID, "X-Amzn-Oidc-Data"] for form in mixed(name)],
    "H05 other characters": [(f"X{c}Cognito{d}Sub", "evil") for c in TOKEN_CHARS for d in (c, "-")]
    + [("X-Cognito-Sub" + c, "evil") for c in TOKEN_CHARS],
    "H06 prefix": [(name, "evil") for name in (
        "X-Cognito", "X-Cognito-", "X-Cognito-NewClaim", "X-Cognito-Custom-Tenant", "x_cognito",
        "X_Cognito_", "X-Cognito-Id-Token", "X-Cognito-Assertion", "x_cognito_assertion", "X-Cognito-Sub-")],
    "H07 duplicates": twice([(name, "evil") for name in SAID])
    + [("X-Other", "1"), ("X-Cognito-Sub", "evil2"), ("X_Cognito_Sub", "evil3")],
    "H08 values": [("X-Cognito-Sub", "evil, alice"), ("X-Cognito-Email", ""),
                   ("X_Cognito_Groups", "evil" * 1900), ("X-Cognito-Username", '"evil"')],
    "H14 CGI": [("Cognito-Sub", "theirs"), ("HTTP-X-Cognito-Sub", "theirs"), ("Session", "evil"),
                ("Remote-User", "evil"), ("REMOTE_USER", "evil"), ("Remote_User", "evil")],
    "H16 of others": [("X-Amzn-Oidc-Data", "evil"), ("X-Amzn-Oidc-Identity", "evil"),
                      ("x-amzn-oidc-accesstoken", "evil"), ("X_Amzn_Oidc_Data", "evil"),
                      ("X-Pomerium-Jwt-Assertion", "evil"), ("X_Pomerium-Claim_Email", "evil")],
}
CONNECTIONS = {
    "H20": ["close, X-Cognito-Sub", "x-cognito-sub, X-COGNITO-EMAIL", "X_Cognito_Sub, close",
            "X-Cognito-Groups,X-Cognito-Username , close", "X-Cognito"],
    "H21": ["close, X-Cognito-Sub", "X-Cognito-Email,X_Cognito_Email"],
}


class Asker:
    """Sends the requests of one party in one version of HTTP. The host is behind a proxy that
    speaks TLS."""

    def __init__(self, site, browser, credentials):
        self.site = site
        self.browser = browser
        self.credentials = credentials

    def send(self, version, path, pairs=(), method="GET", body=None):
        """(status, body) of a request with these header lines, exactly."""
        pairs = [*self.credentials, *pairs]
        if version == "2":
            pairs = [(name.lower(), value) for name, value in pairs
                     if not name.endswith("Connection")]  # malformed there (RFC 9113, 8.2.2)
            return http2.exchange(self.site.server.port, method, path, pairs, body)
        lines = [f"{method} {path} HTTP/{version}", "Host: app.example.test",
                 *(f"{name}: {value}" for name, value in pairs)]
        if not any("close" in value for name, value in pairs if name == "Connection"):
            lines.append("Connection: close")
        lines += [f"Content-Length: {len(body)}"] if body is not None else []
        answer = self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))
        head, _, content = answer.partition(b"\r\n\r\n")
        return (int(head.split(b" ", 2)[1]) if head else 0), content

    def raw(self, data, until=None):
        return self.browser.raw(self.site.origin, data, until=until)


def matrix_conf(pool, backend):
    """Below /secure and /cgi/env users are known, with pass in the name all others come in too,
    /open knows nobody."""
    conf = site_conf(pool).cgi().load("proxy_wstunnel", "headers", "setenvif")
    if MPM != "prefork":  # mod_http2 does not work there
        conf.load("http2").add("Protocols h2c http/1.1")
    conf.add("CognitoExport both", "CognitoAccept session bearer",
             "CognitoRemoteUser cognito:username username sub")
    for path in ("/secure", "/cgi/env"):
        conf.protect(path)
        conf.location(path + "/pass", "CognitoUnauthenticated pass", "Require all granted")
        conf.location(path + "/open", "Require all granted")
    conf.location("/secure/open", "AuthType None")
    ws = backend.url.replace("http:", "ws:")
    return conf.add("ProxyPass /cgi/ !", f"ProxyPass /secure/tunnel {ws}/secure/tunnel",
                    f"ProxyPass /secure/upgrade {backend.url}/secure/upgrade upgrade=websocket",
                    f"ProxyPass / {backend.url}/")


@pytest.fixture(scope="class")
def site(run, pool, backend):
    return run(matrix_conf(pool, backend))


@pytest.fixture(params=WHO)
def who(request):
    return request.param


@pytest.fixture(params=VERSIONS)
def version(request):
    if request.param == "2" and MPM == "prefork":
        pytest.skip("mod_http2 does not work with prefork")
    return request.param


@pytest.fixture(scope="class")
def credentials(site, pool, oracle):
    """The header lines by which each proves who they are."""
    browser = site.browser(Client)
    oracle.secrets.watch(lambda: browser.jar.secrets)
    site.sign_in(browser)
    yield {"nobody": [], "alice": [("Cookie", browser.jar.header(site.url()))],
           "bearer": [("Authorization", f"Bearer {pool.access_token('alice')}")]}
    browser.close()


@pytest.fixture
def asker(site, browsers, credentials, who):
    return Asker(site, site.browser(browsers), credentials[who])


@pytest.fixture
def heard(backend):
    """heard(asker, …): what the backend has heard: {folded name: values}; None when it was not
    asked."""
    def ask(asker, version, path, pairs=(), **how):
        backend.clear()
        status, _ = asker.send(version, path, pairs, **how)
        if not backend.seen:
            assert status in (401, 302), status
            return None
        assert status == 200 and len(backend.seen) == 1
        seen = backend.seen[-1]
        assert "evil" not in seen.head
        if path.endswith("/open"):
            backend.clear()  # Authorization is the application's own there
        return seen.folded(OWN)
    return ask


@pytest.fixture
def variables():
    """The same for a script: {variable: value} of all that speaks of users."""
    def ask(asker, version, path, pairs=(), **how):
        status, content = asker.send(version, path, pairs, **how)
        if status in (401, 302):
            return None
        assert status == 200 and b"evil" not in content
        found = [line.split("=", 1) for line in content.decode("latin-1").split("\0") if "=" in line]
        return {name: value for name, value in found
                if re.search("COGNITO|REMOTE_USER|OIDC|SESSION|AUTH_TYPE", name)}
    return ask


def is_truth(found, who, path):
    """Is that what this server says?"""
    if path.endswith("/open") or (who == "nobody" and path.endswith("/pass")):
        return found == {}
    if who == "nobody":
        return found is None
    return (all(len(values) == 1 for values in found.values())
            and found["x_cognito_username"] == ["alice"] and found["x_cognito_groups"] == ["admins,staff"]
            and ("x_cognito_email" in found) == (who == "alice"))
