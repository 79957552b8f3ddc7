"""Who runs in the benchmark: a server, and the headers of a signed-in user."""
import os

import requests
from jwcrypto.jwk import JWKSet

from harness.client import Client
from harness.conf import MODULE_DIR, Conf
from harness.pool import configuration, person
from harness.server import Server
from harness.site import ORIGIN, Site, add_secret, key_file, site_lines, type_password

OPENIDC = f"{MODULE_DIR}/mod_auth_openidc.so"
ONE_PROCESS = ["StartServers 1", "ServerLimit 1", "ThreadsPerChild 25", "MaxRequestWorkers 25",
               "MaxKeepAliveRequests 0", "KeepAliveTimeout 60", "LogLevel warn",
               # as every distribution has it: no look for .htaccess in each folder
               "<Directory />", "AllowOverride None", "</Directory>"]
PATH = "/secure/file.txt"
PAGE = {"htdocs/secure/file.txt": "x" * 1024}
POOL = "eu-west-1_AppPool01"
HOST = {"Host": "app.example.test"}
URL = "http://bench.test" + PATH  # whatever the server's port is

GROUPS = ["admins", "staff", "editors", "eu-support", "on-call"]
# twelve claims beside cognito:groups, with sub and cognito:username
ATTRIBUTES = {"name": "Alice Example", "given_name": "Alice", "family_name": "Example",
              "locale": "en-GB", "zoneinfo": "Europe/Dublin", "phone_number": "+35315550123",
              "custom:tenant": "example-industries", "custom:plan": "business"}


def people():
    """The pools of the tests, with a user who has twelve claims and five groups."""
    config = configuration()
    pool = next(p for p in config["pools"] if p["id"] == POOL)
    pool["groups"] = [{"name": name} for name in GROUPS]
    pool["users"] = [person("alice", *GROUPS, **ATTRIBUTES)]
    return config


class Contender:
    """One way to serve the file. `make_conf` is a function, so that each start is a fresh
    one; `sign_in` gives the Cookie header of a user of the running server."""

    def __init__(self, name, make_conf, sign_in=None, why_not=None):
        self.name = name
        self.why_not = why_not
        self.make_conf = make_conf
        self.sign_in = sign_in
        self.cookie = None
        self.sets_cookie = False
        self.is_fresh = False  # each request is the first of its kind
        self.server = None

    def start(self):
        conf = self.make_conf()
        conf.files.update(PAGE)
        self.server = Server(conf.add(*ONE_PROCESS)).start()
        self.enter()
        return self

    def enter(self):
        if self.sign_in:
            self.cookie = self.sign_in(self.server)

    @property
    def headers(self):
        return {**HOST, "Cookie": self.cookie} if self.cookie else HOST

    @property
    def url(self):
        return f"http://127.0.0.1:{int(self.server.port)}{PATH}"

    def client(self):
        client = Client()
        client.route("http://bench.test", self.server.port)
        return client

    def ask(self, client, requests):
        for _ in range(requests):
            answer = client.request("GET", URL, self.headers, cookies=False)
            assert answer.status == 200, f"{self.name}: {answer}"
            if answer.set_cookies:  # mod_auth_openidc drops the old session then
                self.sets_cookie = True
                self.enter()

    def cookie_size(self):
        """(bytes of the cookie that holds the session, bytes of the Cookie line)"""
        pairs = (self.cookie or "").split("; ")
        session = [p.partition("=")[2] for p in pairs if "session" in p.partition("=")[0]]
        return len(session[0]) if session else 0, len(self.cookie or "")

    def answer_size(self):
        """Bytes of the answer's head."""
        pairs = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        answer = self.client().raw("http://bench.test", (
            f"GET {PATH} HTTP/1.1\r\nConnection: close\r\n{pairs}\r\n").encode())
        return len(answer.partition(b"\r\n\r\n")[0])

    def stop(self):
        self.server.kill()
        self.server.remove()


class Crowd(Contender):
    """A contender whose requests each bring a session that it has not seen."""

    SESSIONS = 800  # more than one count takes

    def __init__(self, name, make_conf, visit):
        super().__init__(name, make_conf, visit)
        self.is_fresh = True
        self.waiting = []

    def enter(self):
        if not self.waiting:
            self.waiting = self.sign_in(self.server, self.SESSIONS)
        self.cookie = self.waiting.pop()

    def ask(self, client, requests):
        for _ in range(requests):
            self.enter()
            super().ask(client, 1)


class Regulars(Crowd):
    """A contender whose requests bring some sessions in turn, each of which was seen before."""

    SESSIONS = 8  # no more than the requests that warm up
    is_at = None  # the server that has them

    def enter(self):
        if self.is_at != self.server.process:
            self.waiting, self.is_at = [], self.server.process
        super().enter()
        self.waiting.insert(0, self.cookie)


class ApiClient(Contender):
    """A contender whose requests bring a token: always the same, or, when `is_fresh`, each one
    that it has not seen."""

    def __init__(self, name, make_conf, make_token, is_fresh=False, why_not=None):
        super().__init__(name, make_conf, None, why_not)
        self.make_token = make_token
        self.is_fresh = is_fresh
        self.token = None

    def enter(self):
        self.token = self.make_token()

    @property
    def headers(self):
        return {**HOST, "Authorization": f"Bearer {self.token}"}

    def ask(self, client, requests):
        for _ in range(requests):
            if self.is_fresh:
                self.enter()
            super().ask(client, 1)


def plain_conf():
    return Conf(module=None)


def variables_conf():
    """What httpd takes to say as much about a user by itself: a `<Location>` that sets the
    variables, without asking who it is. With the Cookie line of a user it is the least that
    a module which keeps sessions in cookies can take."""
    told = {"sub": "0c1b6f6a-12ab-4c3d-8e9f-0a1b2c3d4e5f", "username": "alice",
            "email": "alice@example.com", "email_verified": "true", "groups": ",".join(GROUPS),
            **ATTRIBUTES}
    names = {name: f"COGNITO_{name.replace(':', '_').upper()}" for name in told}
    conf = plain_conf().add(f"LoadModule env_module {MODULE_DIR}/mod_env.so")
    return conf.location("/secure", "Require all granted",
                         *[f'SetEnv {names[name]} "{value}"' for name, value in told.items()])


def same_cookie_line(_server):
    """As long as that of a user whose session is in cookies."""
    return f"__Host-cognito_session={'s' * 411}; __Host-cognito_tokens={'t' * 1833}"


def cognito_conf(pool, *lines):
    conf = Conf().secret("keys", key_file())
    add_secret(conf, pool, "app")
    return conf.add("CognitoSecret file:{root}/keys", *site_lines(pool, "app"), *lines,
                    "LogLevel auth_cognito:warn").protect("/secure")


def sign_in_with_cognito(pool):
    def sign_in(server):
        client = Client()
        site = Site(server, pool)
        client.route(ORIGIN, server.port)
        site.sign_in(client, PATH)
        return client.jar.header(ORIGIN + PATH, False, "GET", True)
    return sign_in


def visits_to_cognito(pool):
    """The hosted UI knows its user, the site does not any more."""
    def visit(server, times):
        client = Client()
        site = Site(server, pool)
        client.route(ORIGIN, server.port)
        cookies = []
        for _ in range(times):
            client.jar.drop("__Host-cognito")
            site.sign_in(client, PATH)
            cookies.append(client.jar.header(ORIGIN + PATH, False, "GET", True))
        return cookies
    return visit


def openidc_conf(pool, session):
    lines = [f"OIDCProviderMetadataURL {pool.discovery}", "OIDCClientID app",
             f"OIDCRedirectURI {ORIGIN}/.cognito/callback", f"OIDCCryptoPassphrase {key_file()}",
             'OIDCScope "openid email profile"', "OIDCPKCEMethod S256",
             "OIDCRemoteUserClaim cognito:username", "OIDCPassClaimsAs environment",
             "OIDCXForwardedHeaders X-Forwarded-Proto", f"OIDCSessionType {session}",
             "OIDCProviderTokenEndpointAuth none",
             "LimitRequestFieldSize 16380"]  # its cookies do not fit into httpd's default
    conf = plain_conf()
    conf.add(f"LoadModule auth_openidc_module {OPENIDC}", *lines)
    for path in ("/secure", "/.cognito"):
        conf.location(path, "AuthType openid-connect", "Require valid-user")
    return conf


def openidc_api_conf(pool):
    """It takes a key set from https only, which the emulator does not speak here."""
    keys = JWKSet.from_json(requests.get(pool.jwks, timeout=20).text)
    kid = pool.keys()["signing"]["access"]
    conf = plain_conf().file("key.pem", keys.get_key(kid).export_to_pem().decode())
    conf.add(f"LoadModule auth_openidc_module {OPENIDC}",
             f"OIDCOAuthVerifyCertFiles {kid}#{{root}}/key.pem",
             "OIDCOAuthRemoteUserClaim username", "OIDCPassClaimsAs environment")
    return conf.location("/secure", "AuthType oauth20", "Require claim client_id:app")


def sign_in_with_openidc(pool):
    def sign_in(server):
        client = Client()
        client.route(ORIGIN, server.port)
        forwarded = {"X-Forwarded-Proto": "https"}
        answer = client.navigate(ORIGIN + PATH, headers=forwarded)
        answer = type_password(client, answer, "alice", pool)
        answer = client.follow(answer, headers=forwarded)
        assert answer.status == 302, f"mod_auth_openidc did not sign in: {answer}"
        return client.jar.header(ORIGIN + PATH, False, "GET", True)
    return sign_in


def contenders(pool, redis):
    """The first is what the others are compared with."""
    ours = sign_in_with_cognito(pool)
    openidc = sign_in_with_openidc(pool)
    redis_url = f"CognitoStore redis://127.0.0.1:{redis.port}"
    api = "CognitoAccept bearer"

    def token():
        return pool.access_token("alice")

    missing = None if os.path.exists(OPENIDC) else \
        "apt-get install libapache2-mod-auth-openidc"
    return [
        Contender("plain httpd", plain_conf),
        Contender("httpd, SetEnv of 13 variables", variables_conf),
        Contender("the same, with a Cookie line", variables_conf, same_cookie_line),
        Contender("mod_auth_cognito, cookie", lambda: cognito_conf(pool), ours),
        Crowd("mod_auth_cognito, new cookie", lambda: cognito_conf(pool),
              visits_to_cognito(pool)),
        Contender("mod_auth_cognito, assertion",
                  lambda: cognito_conf(pool, "CognitoAssertion on"), ours),
        Contender("mod_auth_cognito, shmcb",
                  lambda: cognito_conf(pool, "CognitoSession store"), ours),
        Regulars("mod_auth_cognito, shmcb, 8 users",
                 lambda: cognito_conf(pool, "CognitoSession store"), visits_to_cognito(pool)),
        Contender("mod_auth_cognito, redis",
                  lambda: cognito_conf(pool, "CognitoSession store", redis_url), ours),
        Contender("mod_auth_openidc, shm", lambda: openidc_conf(pool, "server-cache"),
                  openidc, missing),
        Contender("mod_auth_openidc, client cookie", lambda: openidc_conf(pool, "client-cookie"),
                  openidc, missing),
        ApiClient("mod_auth_cognito, token", lambda: cognito_conf(pool, api), token),
        ApiClient("mod_auth_cognito, new token", lambda: cognito_conf(pool, api), token,
                         is_fresh=True),
        ApiClient("mod_auth_openidc, token", lambda: openidc_api_conf(pool), token,
                         why_not=missing),
        ApiClient("mod_auth_openidc, new token", lambda: openidc_api_conf(pool), token,
                         is_fresh=True, why_not=missing),
    ]
