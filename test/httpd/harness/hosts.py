"""Hosts and clients that inherit of a server, and what its start says of them."""
import re

from .conf import section_lines

POOL = "CognitoUserPool eu-west-1_Outer0001"
DOMAIN = "CognitoDomain https://auth.example.test"
CLIENT = "CognitoClientID outer"
BASE = "CognitoBaseURL https://outer.example.test"
COMPLETE = [POOL, DOMAIN, CLIENT, BASE]


def vhost(name, *lines):
    return section_lines("VirtualHost", "*", f"ServerName {name}.example.test", *lines)


def settings(server):
    """Name of a host -> all that its start said about it."""
    with open(server.path("error.log"), encoding="utf-8") as file:
        lines = [line.split("] ", 3)[-1] for line in file if re.search(r"COG401[1-46]", line)]
    found, pending = {}, []
    for line in lines:
        pending.append(line)
        if "COG4014" in line:
            text = "".join(pending)
            host = re.search(r"virtual host (\w+)\.example\.test", text)
            found[host[1] if host else "main"] = text
            pending = []
    return found


def redirect_of(browsers, server, name, path="/"):
    origin = f"https://{name}.example.test"
    browser = browsers()
    browser.route(origin, server.port)
    answer = browser.navigate(origin + path)
    assert answer.status in (302, 303), answer
    return answer
