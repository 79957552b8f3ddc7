"""Who runs in the benchmark: a server, a signed-in user's headers, and how to count."""
import os
import re
import subprocess

from harness.client import Client
from harness.conf import MODULE_DIR, Conf
from harness.server import Server
from harness.site import ORIGIN, Site, add_secret, key_file, site_lines

ONE_PROCESS = ["StartServers 1", "ServerLimit 1", "ThreadsPerChild 25", "MaxRequestWorkers 25",
               "MaxKeepAliveRequests 0", "KeepAliveTimeout 60"]
PAGE = {"htdocs/secure/file.txt": "x" * 1024}
# callgrind writes at the end, when httpd has given up root's rights
AS_NOBODY = ["setpriv", "--reuid", "www-data", "--regid", "www-data", "--clear-groups"]
OPENIDC = f"{MODULE_DIR}/mod_auth_openidc.so"


class Contender:
    """One way to serve the file. `conf` is made by a function, so that each has its own."""

    def __init__(self, name, make_conf, sign_in=None, why_not=None):
        self.name = name
        self.why_not = why_not
        self.make_conf = make_conf
        self.sign_in = sign_in
        self.headers = {}
        self.server = None

    def start(self):
        conf = self.make_conf()
        conf.files.update(PAGE)
        self.server = Server(conf.add(*ONE_PROCESS)).start()
        return self.enter()

    def enter(self):
        if self.sign_in:
            self.headers = {"Cookie": self.sign_in(self.server), "Host": "app.example.test"}
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{int(self.server.port)}/secure/file.txt"

    def answer_size(self):
        """Bytes of the answer's head."""
        client = Client()
        client.route("http://bench.test", self.server.port)
        pairs = "".join(f"{n}: {v}\r\n" for n, v in self.headers.items() if n != "Host")
        answer = client.raw("http://bench.test", (
            "GET /secure/file.txt HTTP/1.1\r\nHost: app.example.test\r\n"
            f"Connection: close\r\n{pairs}\r\n").encode())
        return len(answer.partition(b"\r\n\r\n")[0])

    def count_instructions(self, requests):
        """For one request: the difference between a run of N and one of 2 N."""
        once, twice = (self.instructions_of(n) for n in (requests, 2 * requests))
        return (twice - once) / requests

    def instructions_of(self, requests):
        """Of a whole run of a single-process httpd that serves as many requests."""
        self.server.kill()
        subprocess.run(["chown", "-R", "www-data", self.server.root], check=True)
        out = os.path.join(self.server.root, "callgrind")
        command = [*AS_NOBODY, "valgrind", "--tool=callgrind", "--vgdb=no",
                   f"--callgrind-out-file={out}",
                   *self.server.command("-X")[3:]]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.server.process = process
        try:
            self.send(requests)
        finally:
            process.terminate()
            process.wait()
        with open(out, encoding="ascii") as file:
            return int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M)[1])

    def send(self, requests):
        from harness.waiting import wait_for
        wait_for(self.server.is_up, "httpd under valgrind", seconds=60)
        self.enter()  # a session in shared memory ended with the server that had it
        client = Client()
        client.route("http://bench.test", self.server.port)
        for _ in range(requests):
            answer = client.request("GET", "http://bench.test/secure/file.txt",
                                    {**self.headers, "Host": "app.example.test"})
            assert answer.status == 200, answer

    def stop(self):
        self.server.kill()
        self.server.remove()


def cognito_conf(pool):
    conf = Conf().secret("keys", key_file())
    add_secret(conf, pool, "app")
    return conf.add("CognitoSecret file:{root}/keys", *site_lines(pool, "app"),
                    "LogLevel warn auth_cognito:warn").protect("/secure")


def sign_in_with_cognito(pool):
    def sign_in(server):
        client = Client()
        site = Site(server, pool)
        client.route(ORIGIN, server.port)
        site.sign_in(client, "/secure/file.txt")
        return client.jar.header(ORIGIN + "/secure/file.txt", False, "GET", True)
    return sign_in


def openidc_conf(pool, session):
    lines = [f"OIDCProviderMetadataURL {pool.discovery}", "OIDCClientID app",
             f"OIDCRedirectURI {ORIGIN}/.cognito/callback", f"OIDCCryptoPassphrase {key_file()}",
             'OIDCScope "openid email profile"', "OIDCPKCEMethod S256",
             "OIDCRemoteUserClaim cognito:username", "OIDCPassClaimsAs environment",
             "OIDCXForwardedHeaders X-Forwarded-Proto", f"OIDCSessionType {session}",
             "OIDCProviderTokenEndpointAuth none"]
    conf = Conf(module=None)
    conf.add(f"LoadModule auth_openidc_module {OPENIDC}", *lines)
    for path in ("/secure", "/.cognito"):
        conf.location(path, "AuthType openid-connect", "Require valid-user")
    return conf


def sign_in_with_openidc(pool):
    from harness.site import type_password

    def sign_in(server):
        client = Client()
        client.route(ORIGIN, server.port)
        forwarded = {"X-Forwarded-Proto": "https"}
        answer = client.navigate(ORIGIN + "/secure/file.txt", headers=forwarded)
        answer = type_password(client, answer, "alice", pool)
        answer = client.follow(answer, headers=forwarded)
        assert answer.status == 302, f"mod_auth_openidc did not sign in: {answer}"
        return client.jar.header(ORIGIN + "/secure/file.txt", False, "GET", True)
    return sign_in


def contenders(pool):
    missing = None if os.path.exists(OPENIDC) else \
        "apt-get install libapache2-mod-auth-openidc"
    return [
        Contender("plain httpd", lambda: Conf(module=None)),
        Contender("mod_auth_cognito, cookie", lambda: cognito_conf(pool),
                  sign_in_with_cognito(pool)),
        Contender("mod_auth_openidc, shm", lambda: openidc_conf(pool, "server-cache"),
                  sign_in_with_openidc(pool), missing),
        Contender("mod_auth_openidc, client cookie", lambda: openidc_conf(pool, "client-cookie"),
                  sign_in_with_openidc(pool), missing),
    ]
