"""What an administrator writes, and what `httpd -t` says of it."""
import os
import re

import pytest

from .conf import TOP, Conf, section_lines
from .server import Server

CA = "/etc/ssl/certs/ca-certificates.crt"
POOL = "CognitoUserPool eu-west-1_AbC123dEf"
DOMAIN = "CognitoDomain https://auth.example.test"
CLIENT = "CognitoClientID app"
ORIGIN = "https://app.example.test"
BASE = f"CognitoBaseURL {ORIGIN}"
PROTECTED = section_lines("Location", "/", "AuthType Cognito", "Require valid-user")
COMPLETE = [POOL, DOMAIN, CLIENT, BASE]
SITE = [*COMPLETE, *PROTECTED]
KEY = "0123456789abcdef0123456789abcdef\n"


def vhost(*lines, name="app.example.test"):
    return section_lines("VirtualHost", "*:80", f"ServerName {name}", *lines)


def client(name, *lines):
    return section_lines("CognitoClient", f'"{name}"', *lines)


@pytest.fixture
def made():
    """made(*lines, **files) is a server that has not been started."""
    servers = []

    def make(*lines, **files):
        conf = Conf().add(*lines)
        for name, text in files.items():
            conf.file(name, text) if text.startswith("#!") else conf.secret(name, text)
        servers.append(Server(conf))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()
        server.remove()


def said(server):
    """What `httpd -t` says, without times and the paths of this run."""
    _, output = server.check()
    return re.sub(r"\[[^]]*\] ", "", output.replace(server.root, "ROOT"))


def tried(*lines, **files):
    """`httpd -t` with these lines: (exit code, output without the paths of this run)."""
    conf = Conf().add(*lines)
    for name, text in files.items():
        conf.file(name, text)
    server = Server(conf)
    try:
        code, output = server.check()
        return code, output.replace(server.root, "ROOT")
    finally:
        server.remove()


def complaint(*lines, **files):
    code, output = tried(*lines, **files)
    assert code != 0, f"accepted: {lines}"
    return output


def directives():
    """The names of all, as the source has them."""
    path = os.path.join(TOP, "src", "httpd", "conf", "directives.c")
    with open(path, encoding="utf-8") as file:
        return re.findall(r'AP_INIT_\w+\("([^"]+)"', file.read())


def secret_file(server, name, text, mode=0o600):
    with open(server.path(name), "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(server.path(name), mode)
