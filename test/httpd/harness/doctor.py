"""`httpd -t -D CHECK_COGNITO`: a host to ask about, and the answer."""
import json
import re

import pytest

from .conf import Conf, section_lines
from .pool import ROTATED, SECRET
from .server import Server
from .site import ORIGIN, key_file

HOST = "app.example.test"
PATIENT = ["CognitoTimeout 30s 60s"]  # a machine may be slow
PROTECTED = section_lines("Location", '"/"', "AuthType Cognito", "Require valid-user")


class Answer:
    """What the doctor said, as JSON."""

    def __init__(self, server, wrapper=()):
        self.code, self.text, self.errors = server.ask("CHECK_COGNITO_JSON", wrapper=wrapper)
        self.report = json.loads(self.text)

    def of(self, check):
        """The findings of a check."""
        return [f for g in self.report["groups"] for f in g["findings"] if f["check"] == check]

    def expect(self, check, result, text=""):
        found = self.of(check)
        assert any(f["result"] == result and re.search(text, f["text"]) for f in found), \
            f"{check} is not {result} ({text}): {found}"
        return next(f for f in found if f["result"] == result)


@pytest.fixture
def consult(pool):
    """consult(...) asks about a host like the one below, which is good, unless told else."""
    servers = []

    def ask(*lines, client="secret", host=(), body=PROTECTED, origin=ORIGIN, issuer=None,
            proof=None, before=None, name=HOST):
        conf = Conf().secret("keys", key_file()).secret("one", SECRET + "\n")
        conf.secret("two", ROTATED[1] + "\n").secret("old", ROTATED[0] + "\n")
        of_client = {"secret": ["CognitoClientSecret file:{root}/one"],
                     "rotated": ["CognitoClientSecret file:{root}/two"]}.get(client, [])
        conf.add("CognitoSecret file:{root}/keys", *PATIENT, *lines)
        conf.section("VirtualHost", "127.0.0.1:{port}", f"ServerName {name}",
                     f"CognitoIssuer {issuer or pool.issuer}", f"CognitoClientID {client}",
                     f"CognitoBaseURL {origin}",
                     *(of_client if proof is None else proof), *host, *body)
        server = Server(conf)
        servers.append(server)
        if before:
            before(server)
        return Answer(server)

    ask.servers = servers
    yield ask
    for server in servers:
        server.remove()


def check_remedy(finding, remedy):
    text = "\n".join(finding["remedy"].values())
    if remedy is None:
        assert finding["remedy"] == {}
    else:
        assert remedy in text
        assert not re.search(r"\{\w", text), f"a word is missing: {text}"
