"""The SDK of the Model Context Protocol finds its way to a server behind our module: from a 401
by the metadata to the user pool, and back with a token."""

import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from node import Node

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "httpd"))

from harness import pool as pools  # noqa: E402
from harness.ports import Port  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.site import site_conf  # noqa: E402

CALLBACK = "http://localhost:1/callback"


class Mcp(Node):
    """Server and client in one process."""

    def __init__(self, folder):
        super().__init__(folder, "mcp.mjs")
        self.port = self.read()["port"]

    def ask(self, do, **more):
        answer = super().ask(do=do, **more)
        assert "error" not in answer, answer["error"]
        return answer


@pytest.fixture
def node(node_modules):
    one = Mcp(node_modules)
    yield one
    one.close()


@pytest.fixture
def port():
    one = Port()
    yield one
    one.close()


@pytest.fixture
def origin(port):
    """Cognito lets only localhost be without TLS as a resource."""
    return f"http://localhost:{port}"


@pytest.fixture
def pool(origin):
    config = pools.configuration([origin])
    config["pools"][0]["clients"].append(
        {"id": "mcp", "callback_urls": [CALLBACK], "scopes": ["openid", "email", "profile"]}
    )
    emulator, by_id = pools.start(config)
    yield by_id["eu-west-1_AppPool01"]
    emulator.stop()


@pytest.fixture
def server(pool, node, origin, port):
    conf = site_conf(pool, origin=origin)
    conf.protect(
        "/mcp",
        f"CognitoResource {origin}/mcp",
        "CognitoBearerClient mcp",
        "CognitoExport headers",
    )
    conf.proxy("/mcp", f"http://127.0.0.1:{node.port}/mcp")
    one = Server(conf, port)
    one.start()
    yield one
    one.kill()
    one.remove()


def test_a_client_that_knows_only_the_address_gets_in(server, node, pool, origin):
    who = {"client_id": "mcp", "redirect_url": CALLBACK}
    asked = node.ask("connect", url=f"{origin}/mcp", **who)
    found = asked["discovery"]
    assert found["resourceMetadata"]["resource"] == f"{origin}/mcp"
    assert found["authorizationServerUrl"] == origin
    assert found["authorizationServerMetadata"]["code_challenge_methods_supported"] == ["S256"]

    query = {name: values[0] for name, values in parse_qs(urlsplit(asked["authorize"]).query).items()}
    assert asked["authorize"].startswith(f"{pool.domain}/oauth2/authorize?")
    assert query["code_challenge_method"] == "S256" and query["resource"] == f"{origin}/mcp"
    back = pool.sign_in(requests.Session(), asked["authorize"], "alice")
    node.ask("finish", code=parse_qs(urlsplit(back).query)["code"][0])
    assert node.ask("connect", url=f"{origin}/mcp", **who) == {"whoami": "alice"}
