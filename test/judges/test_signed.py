"""What we sign for backends, verified by the libraries that backends use: Amazon's AlbJwtVerifier
for what a load balancer would send, jose for Pomerium's header and for our own."""

import sys
from pathlib import Path

import pytest
from node import Node

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "httpd"))

from harness import pool as pools  # noqa: E402
from harness.backend import Backend  # noqa: E402
from harness.client import Client  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.site import ORIGIN, Site, site_conf  # noqa: E402

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/site/50dc6c495c0c9188"
HOST = ORIGIN.removeprefix("https://")


@pytest.fixture(scope="module")
def judge(node_modules):
    one = Node(node_modules, "signed.mjs")
    yield lambda by, **question: one.ask(by=by, **question)
    one.close()


@pytest.fixture(scope="module")
def pool():
    emulator, by_id = pools.start(pools.configuration())
    yield by_id["eu-west-1_AppPool01"]
    emulator.stop()


@pytest.fixture(scope="module")
def backend():
    one = Backend()
    yield one
    one.close()


@pytest.fixture(scope="module")
def site(pool, backend):
    conf = site_conf(pool).protect("/")
    conf.location("/alb", f"CognitoBackend alb signer={ARN}")
    conf.location("/pomerium", "CognitoBackend pomerium")
    conf.location("/own", "CognitoAssertion on audience=orders")
    server = Server(conf.proxy("/", f"{backend.url}/"))
    server.start()
    yield Site(server, pool)
    server.kill()
    server.remove()


@pytest.fixture(scope="module")
def heard(site, backend):
    """heard(path): the request of a signed-in user, as the backend got it."""
    browser = Client()
    browser.route(site.origin, site.server.port)
    site.sign_in(browser, "/")

    def ask(path):
        backend.clear()
        assert browser.navigate(site.url(path)).status == 200
        return backend.seen[-1]

    yield ask
    browser.close()


def keys_at(site, path):
    return f"http://127.0.0.1:{site.server.port}{path}"


def spoilt(jwt):
    """With another subject, under the same signature."""
    head, body, signature = jwt.split(".")
    return ".".join([head, ("e" if body[9] != "e" else "f").join([body[:9], body[10:]]), signature])


def test_amazons_verifier_takes_what_a_load_balancer_would_send(judge, site, heard, pool):
    request = heard("/alb")
    jwt = request.header("x-amzn-oidc-data")
    question = {"by": "alb", "albArn": ARN, "clientId": "app", "issuer": pool.issuer,
                "keys": keys_at(site, "/.cognito")}
    claims = judge(jwt=jwt, **question)["claims"]
    assert claims["sub"] == request.header("x-amzn-oidc-identity")
    assert claims["email"] == "alice@example.com" and claims["email_verified"] == "true"
    assert claims["username"] == "alice" and "cognito:groups" not in claims
    assert request.header("x-amzn-oidc-accesstoken").count(".") == 2
    assert "error" in judge(jwt=spoilt(jwt), **question)
    assert "ALB ARN not allowed" in judge(jwt=jwt, **{**question, "albArn": ARN + "0"})["error"]
    assert "Client ID not allowed" in judge(jwt=jwt, **{**question, "clientId": "x"})["error"]
    assert "error" in judge(jwt=jwt.replace("=", ""), **question)


def test_jose_takes_what_pomerium_would_send(judge, site, heard):
    request = heard("/pomerium")
    jwt = request.header("X-Pomerium-Jwt-Assertion")
    question = {"by": "jose", "issuer": HOST, "audience": HOST,
                "keys": keys_at(site, "/.well-known/pomerium/jwks.json")}
    claims = judge(jwt=jwt, **question)["claims"]
    assert claims["email"] == request.header("X-Pomerium-Claim-Email") == "alice@example.com"
    assert claims["sub"] == claims["user"] == request.header("X-Pomerium-Claim-Sub")
    assert ",".join(claims["groups"]) == request.header("X-Pomerium-Claim-Groups")
    assert "JWSSignatureVerificationFailed" in judge(jwt=spoilt(jwt), **question)["error"]
    for name in ("issuer", "audience"):
        assert "JWTClaimValidationFailed" in judge(jwt=jwt, **{**question, name: "x"})["error"]


def test_jose_takes_our_own(judge, site, heard):
    jwt = heard("/own").header("X-Cognito-Assertion")
    question = {"by": "jose", "issuer": ORIGIN, "audience": "orders",
                "keys": keys_at(site, "/.cognito/jwks.json")}
    assert judge(jwt=jwt, **question)["claims"]["cognito:username"] == "alice"
    assert "error" in judge(jwt=jwt, **{**question, "audience": ORIGIN})
