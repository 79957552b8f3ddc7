"""docs/directives.md: each example is read and in force, and what it is about happens."""
import base64
import json
import os
import re
import subprocess

import pytest

from harness.conf import TOP, Conf, section_lines
from harness.jwt import jwt_claims
from harness.recipe import CLIENT, endpoints
from harness.server import Server
from harness.site import CALLBACK, SIGNED_OUT, Site, key_file
from harness.waiting import wait_for

with open(os.path.join(TOP, "docs", "directives.md"), encoding="utf-8") as file:
    PAGE = file.read()

SECRET = "0123456789abcdef" * 3
MODULES = ["headers", "setenvif", "rewrite"]
COMPLETE = ["CognitoUserPool eu-west-1_AbC123dEf", f"CognitoClientID {CLIENT}"]
SECTION = section_lines("Location", '"/"', "AuthType Cognito", "Require valid-user")


class Entry:
    """One directive, or type of Require."""

    def __init__(self, heading, text):
        self.name = heading.strip("`")
        self.slug = re.sub(r"\W+", "-", self.name.lower()).strip("-")
        self.is_of_places = bool(re.search(r"^\| Context \| .*directory", text, re.MULTILINE))
        self.examples = re.findall(r"^```apache\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


ENTRIES = {entry.name: entry for entry in
           (Entry(*found) for found in re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", PAGE,
                                                  re.MULTILINE | re.DOTALL))}
EXAMPLES = [(entry.name, i) for entry in ENTRIES.values() for i in range(len(entry.examples))]


def here(text, root="{root}"):
    """With the files of this run in place of the page's."""
    text = re.sub(r"file:/etc/cognito/((?:assertion|redis-client)\.pem|[\w-]+)",
                  lambda m: f"file:{root}/" + (m[1] if "." in m[1] else "secret"), text)
    text = re.sub(r"CognitoErrorTemplate \S+", f"CognitoErrorTemplate {root}/page.html", text)
    return re.sub(r"/etc/cognito/(?=ca\.pem)|/var/l(ib|og)/apache2/", f"{root}/", text)


def read(name):
    with open(os.path.join(TOP, "docs", name), encoding="utf-8") as page:
        return page.read()


@pytest.fixture(scope="module")
def with_files(tmp_path_factory):
    """with_files(conf) can hold every example."""
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=nobody", "-keyout",
                    folder / "key", "-out", folder / "ca"], check=True, capture_output=True)

    def add(conf):
        conf.load(*MODULES).environment["REDIS_PASSWORD"] = SECRET
        certificate, key = (folder / "ca").read_text(), (folder / "key").read_text()
        conf.secret("secret", SECRET).secret("assertion.pem", key)
        conf.secret("redis-client.pem", certificate + key)
        return conf.file("ca.pem", certificate).file(
            "page.html", read("examples/error-page.html"))

    return add


class TestEveryExample:
    """By `-D DUMP_COGNITO`, which says of each setting in force where it is written."""

    @pytest.mark.parametrize("name, number", EXAMPLES, ids=[f"{n}-{i}" for n, i in EXAMPLES])
    def test_is_in_force(self, with_files, name, number):
        text = ENTRIES[name].examples[number]
        conf = with_files(Conf())
        conf.add(*COMPLETE, *SECTION, *([] if "CognitoBaseURL" in text
                              else ["CognitoBaseURL https://app.example.com"]))
        if "CognitoUse staff" in text:
            conf.section("CognitoClient", '"staff"', "CognitoClientID staff")
        server = Server(conf.add("Include {root}/example.conf"))
        try:
            conf.file("example.conf", here(text, server.root))
            server.write()
            code, dump, errors = server.ask("DUMP_COGNITO")
        finally:
            server.remove()
        assert code == 0, text + errors
        for line, directive in enumerate(text.splitlines(), 1):
            word = re.match(r"\s*(Cognito\w+|Require|AuthType) ", directive)
            if word and "Require all" not in directive:  # who that lets in is no user
                assert re.search(rf"^ +{word[1]} .* \S+/example\.conf:{line}$", dump,
                                 re.MULTILINE), f"{directive} is not in force:\n{dump}"


# ---- what the examples are about ---------------------------------------------------------

def origin_of(slug):
    return f"https://{slug}.example.test"


PLACES = origin_of("places")


def own_words(entry, text, base, backend):
    """An example at a place of its own, so that all find room in one virtual host."""
    if "<Location" not in text:
        return section_lines("Location", f'"/{entry.slug}"', *text.splitlines())
    text = text.replace('<Location "/', f'<Location "/{entry.slug}/')
    text = re.sub(r"ProxyPass \S+", f"ProxyPass {backend}/", text)
    return text.replace("https://app.example.com/", f"{base}/{entry.slug}/").splitlines()


def places_host(amazon, trusted):
    """Everything that may stand in a section, below /NAME/."""
    client = re.sub("(CognitoUserPool .*)", "\n".join([r"\1", *endpoints(amazon, False)]),
                    ENTRIES["<CognitoClient>"].examples[0])
    lines = [*client.splitlines(), *SECTION]
    for entry in ENTRIES.values():
        if entry.is_of_places:
            lines += own_words(entry, entry.examples[0], PLACES, trusted.url)
    return lines


def server_host(name, origin):
    """One directive of a virtual host."""
    text = ENTRIES[name].examples[0].replace("https://app.example.com", origin)
    return [*text.splitlines(), *SECTION]


def host(amazon, origin, lines):
    text = "\n".join(lines)
    standard = {"CognitoUserPool": "eu-west-1_AbC123dEf", "CognitoClientID": CLIENT,
                "CognitoBaseURL": origin}
    if re.search("^CognitoClient(Secret|Auth)", text, re.MULTILINE):
        standard["CognitoClientID"] = "confidential"
        standard["CognitoClientSecret"] = "file:{root}/secret"
    return [f"{key} {value}" for key, value in standard.items()
            if not re.search(rf"^{key} ", text, re.MULTILINE)] + \
           [*endpoints(amazon, "CognitoDomain" in text), *here(text).splitlines()]


def token_request(site):
    return site.pool.requests("token")[-1]


# directive of a virtual host: what the redirect to the hosted UI says
LOGINS = {
    "CognitoUserPool": lambda site, answer: "client_id" in answer.query,
    "CognitoClientID": lambda site, answer: answer.query["client_id"] == CLIENT,
    "CognitoDomain": lambda site, answer: answer.location.startswith(
        "https://auth.example.com/oauth2/authorize?"),
    "CognitoScope": lambda site, answer: answer.query["scope"] == "openid email orders/read",
    "CognitoBaseURL": lambda site, answer: answer.query["redirect_uri"] == site.callback,
    "CognitoPath": lambda site, answer: answer.query["redirect_uri"] ==
    site.url("/auth/callback"),
    "CognitoCallback": lambda site, answer: answer.query["redirect_uri"] ==
    site.url("/oauth2/callback"),
    "CognitoCookie": lambda site, answer: answer.set_cookies[0].startswith("__Host-shop_login_"),
}


def sent_by_header(site):
    scheme, _, value = token_request(site).headers.get("authorization", "").partition(" ")
    return scheme == "Basic" and base64.b64decode(value).decode() == f"confidential:{SECRET}"


def is_audited(site):
    with open(site.server.path("cognito-audit.log"), encoding="utf-8") as lines:
        return any(json.loads(line)["event"] == "login" for line in lines)


# directive of a virtual host: what has happened when alice is in
ARRIVALS = {
    "CognitoClientSecret": lambda site, browser: sent_by_header(site),
    "CognitoClientAuth": lambda site, browser: token_request(site).form["client_secret"] == SECRET,
    "CognitoUserInfo": lambda site, browser: len(site.pool.requests("userinfo")) == 1,
    "CognitoSession": lambda site, browser: len(browser.jar.header(site.url(), False, "GET")) < 300,
    "CognitoAuditLog": lambda site, browser: wait_for(lambda: is_audited(site), "the line"),
}


def seen(trusted, name):
    """A header as the backend got it last."""
    return trusted.seen[-1].header(name)


def is_login_of(client):
    return lambda answer, trusted: client == answer.query.get("client_id")


def status(number):
    return lambda answer, trusted: answer.status == number


# what may stand in a section: the path below /NAME, who asks, what must be true of the answer
PLACE = [
    ("CognitoLoginParam", "", "nobody", lambda answer, trusted: answer.query["lang"] == "de" and
     answer.query["identity_provider"] == "EntraID"),
    ("CognitoUse", "/admin", "nobody", is_login_of("1h57kf5cpq17m0eml12EXAMPLE")),
    ("CognitoUnauthenticated", "/welcome", "nobody", status(200)),
    ("CognitoUnauthenticated", "/welcome", "alice",
     lambda answer, trusted: answer.variables["REMOTE_USER"] == "alice"),
    ("CognitoRemoteUser", "", "bob",
     lambda answer, trusted: answer.variables["REMOTE_USER"] == "bob@else.example"),
    ("CognitoExport", "/app", "alice",
     lambda answer, trusted: seen(trusted, "X-Cognito-Email") == "alice@example.com"),
    ("CognitoBackend", "/grafana/", "alice",
     lambda answer, trusted: seen(trusted, "X-WEBAUTH-USER") == "alice"),
    ("CognitoHeader", "/", "alice",
     lambda answer, trusted: seen(trusted, "X-Forwarded-User") == "alice"),
    ("CognitoTokens", "/api", "alice", lambda answer, trusted: jwt_claims(
        seen(trusted, "Authorization").removeprefix("Bearer "))["token_use"] == "access"),
    ("CognitoAssertion", "/orders", "alice", lambda answer, trusted: jwt_claims(
        seen(trusted, "X-Cognito-Assertion"))["aud"] == "https://orders.internal"),
    ("CognitoClaims", "", "alice", lambda answer, trusted: {
        "COGNITO_EMAIL", "COGNITO_CUSTOM_TENANT"} <= set(answer.variables) and
     "COGNITO_SUB" not in answer.variables),
    ("CognitoGroups", "/orders", "alice",
     lambda answer, trusted: seen(trusted, "X-Cognito-Groups") == "orders-team"),
    ("CognitoAccept", "/api", "alice", status(200)),
    ("CognitoAccept", "/api", "script", status(200)),
    ("CognitoBearerClient", "/api", "mobile", status(200)),
    ("CognitoBearerTokenUse", "/api", "identified", status(200)),
    ("CognitoResource", "/mcp", "nobody", lambda answer, trusted:
     answer.status == 401 and f'resource_metadata="{PLACES}/.well-known/oauth-protected-resource'
     '/cognitoresource/mcp"' in answer.header("WWW-Authenticate")),
    ("Require cognito-group", "/admin", "alice", status(200)),
    ("Require cognito-group", "/admin", "bob", status(403)),
    ("Require cognito-scope", "/api", "script", status(200)),
    ("Require cognito-scope", "/api", "unscoped", status(403)),
    ("Require cognito-claim", "/acme", "alice", status(200)),
    ("Require cognito-claim", "/acme", "bob", status(403)),
    ("Require cognito-client", "/shop", "alice", status(200)),
    ("Require cognito-provider", "/local", "alice", status(200)),
    ("Require cognito-email-domain", "/partners", "alice", status(200)),
    ("Require cognito-email-domain", "/partners", "bob", status(403)),
    ("Require cognito-profile", "/portal", "alice", status(200)),
    ("Require cognito-profile", "/portal", "bob", status(403)),
    ("Require cognito-auth-age", "/payments", "alice", status(200)),
    ("AuthType Cognito", "/", "nobody", is_login_of(CLIENT)),
    ("AuthType Cognito", "/public", "nobody", status(200)),
    ("SetHandler cognito-status", "/cognito-status", "bob", status(403)),
    ("SetHandler cognito-status", "/cognito-status", "alice",
     lambda answer, trusted: "mod_auth_cognito" in answer.text),
]

# what else is seen from outside, of nobody
OUTSIDE = {
    "CognitoErrorTemplate": ("/.cognito/callback?error=access_denied&state=x",
                             lambda answer: "Example Inc." in answer.text),
    "CognitoAssertionKey": ("/.cognito/jwks.json", lambda answer: len(answer.json()["keys"]) == 1),
    "CognitoRevokeKey": ("/.cognito/revoke", lambda answer: answer.status != 404),
}

# in force as above; what follows is a matter of other tests
ELSEWHERE = {
    "CognitoIssuer": "test_28_tokens", "CognitoEndpoint": "test_81_doctor_network",
    "<CognitoClient>": "test_50_clients", "CognitoLogoutReturn": "test_40_logout",
    "CognitoSecret": "test_30_session", "CognitoStore": "test_16_redis",
    "CognitoProxy": "test_55_forward_proxy", "CognitoCAFile": "test_81_doctor_network",
    "CognitoTimeout": "test_70_faults", "CognitoGrace": "test_36_renewal",
    "CognitoRefresh": "test_36_renewal", "CognitoSessionTimeout": "test_30_session",
    "CognitoPreservePost": "test_23_lost_forms",
}


# who comes with a token
TOKEN_OF = {"script": ("access_token", CLIENT, ["openid", "orders/read"]),
            "unscoped": ("access_token", CLIENT, ["openid"]),
            "identified": ("id_token", CLIENT, ["openid"]),
            "mobile": ("access_token", "3k2mobileapp0client", ["openid"])}


def test_every_entry_is_tried():
    tried = {*LOGINS, *ARRIVALS, *OUTSIDE, *(row[0] for row in PLACE)}
    assert tried | set(ELSEWHERE) == set(ENTRIES) and not tried & set(ELSEWHERE)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_is_tried_elsewhere(name):
    path = os.path.join(TOP, "test", "httpd", ELSEWHERE[name] + ".py")
    with open(path, encoding="utf-8") as tests:
        assert re.search(name.strip("<>") + r"\b", tests.read())


class TestWhatTheyAreAbout:
    """One httpd; each directive of a virtual host has a host, all others share one."""

    @pytest.fixture(scope="class")
    def server(self, start, amazon, trusted, with_files):
        hosts = {origin_of(ENTRIES[name].slug): server_host(name, origin_of(ENTRIES[name].slug))
                 for name in (*LOGINS, *ARRIVALS, *OUTSIDE)}
        hosts[PLACES] = places_host(amazon, trusted)
        conf = with_files(Conf()).secret("keys", key_file()).cgi()
        conf.add("CognitoSecret file:{root}/keys", "AliasMatch . {root}/cgi/env")
        conf.section("Directory", '"{root}/cgi"', "SetHandler cgi-script", "Options ExecCGI")
        for origin, lines in hosts.items():
            conf.vhost(origin.partition("//")[2], *host(amazon, origin, lines))
        urls = {"callback_urls": [o + path for o in hosts for path in (CALLBACK, "/auth/callback")],
                "logout_urls": [o + SIGNED_OUT for o in hosts]}
        scopes = ["openid", "email", "profile", "orders/read"]
        amazon.add_client(CLIENT, scopes=scopes, **urls)
        amazon.add_client("3k2mobileapp0client", scopes=scopes, **urls)
        amazon.add_client("confidential", secrets=[SECRET], scopes=scopes, **urls)
        amazon.change_user("alice", groups=["admins", "operators", "orders-team", "orders-old"],
                           attributes={"custom:tenant": "acme"})
        amazon.change_user("bob", attributes={"email": "bob@else.example"})
        return start(conf, allowed=["loopback"])

    @pytest.fixture
    def at(self, server, amazon, browsers):
        """at(origin) is that host, and a new browser."""
        def go(origin):
            site = Site(server, amazon, origin)
            amazon.clear_requests()
            return site, site.browser(browsers)
        return go

    @pytest.fixture(scope="class")
    def jars(self):
        return {}

    @pytest.fixture
    def ask(self, at, jars):
        """ask(path, who) is the answer."""
        def go(path, who):
            site, browser = at(PLACES)
            if who in TOKEN_OF:
                kind, client, scopes = TOKEN_OF[who]
                token = site.pool.tokens("alice", client, scopes)[kind]
                return browser.fetch(site.url(path), headers={"Authorization": f"Bearer {token}"})
            if who in jars:
                browser.jar = jars[who]
            elif who != "nobody":
                site.sign_in(browser, "/", user=who)
                jars[who] = browser.jar
            return browser.navigate(site.url(path), headers={"X-Language": "de"})
        return go

    @pytest.mark.parametrize("name", LOGINS)
    def test_shows_in_the_login(self, at, name):
        site, browser = at(origin_of(ENTRIES[name].slug))
        answer = site.visit(browser, "/")
        assert LOGINS[name](site, answer), answer

    @pytest.mark.parametrize("name", ARRIVALS)
    def test_shows_after_the_login(self, at, name):
        site, browser = at(origin_of(ENTRIES[name].slug))
        site.sign_in(browser, "/")
        assert ARRIVALS[name](site, browser), (browser.history, site.pool.requests("token"))

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_shows_at_its_url(self, at, log, name):
        site, browser = at(origin_of(ENTRIES[name].slug))
        path, is_right = OUTSIDE[name]
        log.allow("COG")
        answer = browser.navigate(site.url(path), method="POST" if "revoke" in path else "GET")
        assert is_right(answer), answer

    @pytest.mark.parametrize("name, path, who, is_right", PLACE,
                             ids=[f"{row[0]}-{row[2]}" for row in PLACE])
    def test_shows_at_its_place(self, ask, trusted, log, name, path, who, is_right):
        log.allow("AH01629", "AH01630", "AH01631")
        answer = ask(f"/{ENTRIES[name].slug}{path}", who)
        assert is_right(answer, trusted), answer.text
