"""What happens at a start and at a restart."""
import os
import re

from harness.client import origin_of
from harness.conf import Conf
from harness.written import BASE, COMPLETE, DOMAIN, ORIGIN, POOL, PROTECTED, client, made, vhost

__all__ = ["made"]


def registered(server):
    with open(server.path("error.log"), encoding="utf-8") as file:
        return re.findall(r"COG4010: (.*)", file.read())


def test_hosts_that_inherit_all_do_not_say_it_again(made):
    server = made(*COMPLETE, *vhost("ServerAdmin x"), *vhost("ServerAdmin y", name="b.test"))
    server.start()
    assert len(registered(server)) == 1


def test_the_urls_to_register_are_logged_at_each_start_for_each_client_and_origin(made):
    server = made(*COMPLETE[:3], f"CognitoBaseURL {ORIGIN} https://b.example.test:8443",
                  "CognitoCallback /back /old", "CognitoPath /auth", "LogLevel warn",
                  "LogLevel auth_cognito:warn", *client("staff", "CognitoClientID s1"))
    server.start()
    at = "register the callback URL {0}/back and the sign-out URL {0}/auth/signed-out at the " \
         "app client {1}"
    assert registered(server) == [
        f"client {name}: " + at.format(origin, client_id)
        for name, client_id in (("default", "app"), ("staff", "s1"))
        for origin in (ORIGIN, "https://b.example.test:8443")]


def test_restarts_follow_the_configuration_and_leave_nothing_behind(start, browsers):
    server = start(Conf().add(*COMPLETE, *PROTECTED))
    open_files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    memory = resident(server)
    for i in range(10):
        server.write(Conf().add(POOL, DOMAIN, f"CognitoClientID app{i}", BASE, *PROTECTED))
        server.graceful()
    assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= open_files
    assert resident(server) < memory + 2000
    browser = browsers()
    browser.route(ORIGIN, server.port)
    answer = browser.navigate(ORIGIN + "/")
    assert origin_of(answer.location) == "https://auth.example.test"
    assert answer.query["client_id"] == "app9"


def resident(server):
    """Kilobytes of the parent process."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
