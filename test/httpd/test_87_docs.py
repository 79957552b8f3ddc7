"""The documents say what is so: each configuration starts, templates of user pools are whole, and what replaces
another proxy does what it did."""
import os
import re
import subprocess

import pytest
import yaml

from harness.conf import TOP, Conf
from harness.recipe import CLIENT, endpoints, replaced
from harness.server import Server
from harness.site import CALLBACK, SIGNED_OUT, Site, key_file

PAGES = ["ending-sessions", "getting-started", "migrating", "monitoring", "pages", "security", "sessions"]
# whose examples have tests of their own
ELSEWHERE = {"apis": "test_58_apis_page", "authorization": "test_67_authorization_docs",
             "backends": "test_65_backends", "directives": "test_88_directives",
             "doctor": "test_80_dump", "how-to": "test_89_how_to", "signing-in": "test_25_signing_in_page"}
MODULES = ["authz_host", "headers", "proxy", "proxy_http", "setenvif", "rewrite"]
COMPLETE = ["CognitoUserPool eu-west-1_AbC123dEf", "CognitoClientID app",
            "CognitoBaseURL https://app.example.com"]
ORIGIN = "https://app.example.com"
SECRET = "0123456789abcdef" * 3


def read(name):
    with open(os.path.join(TOP, "docs", name), encoding="utf-8") as file:
        return file.read()


def examples(page):
    return re.findall(r"^```apache\n(.*?)^```", read(page + ".md"), re.MULTILINE | re.DOTALL)


def here(text):
    """With the files of this run in place of the page's."""
    text = re.sub(r"file:/etc/cognito/([\w-]+)(?![\w.-])", r"file:{root}/secret", text)
    text = text.replace("file:/etc/cognito/assertion.pem", "file:{root}/assertion.pem")
    text = re.sub(r"CognitoErrorTemplate \S+", "CognitoErrorTemplate {root}/page.html", text)
    return text.replace("dbm:/var/lib/apache2/", "dbm:{root}/").replace(" logs/", " {root}/")


EXAMPLES = [(page, i) for page in PAGES for i in range(len(examples(page)))]


@pytest.fixture(scope="module")
def assertion_key():
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("page, number", EXAMPLES, ids=[f"{p}-{n}" for p, n in EXAMPLES])
def test_each_configuration_is_right(page, number, assertion_key):
    text = here(examples(page)[number])
    conf = Conf().load(*MODULES).secret("secret", SECRET).secret("assertion.pem", assertion_key)
    conf.environment["REDIS_PASSWORD"] = SECRET
    conf.file("page.html", read("examples/error-page.html"))
    conf.section("IfModule", "mod_auth_cognito.c", *COMPLETE).add(*text.splitlines())
    if "CognitoUse staff" in text:
        conf.section("CognitoClient", '"staff"', "CognitoClientID staff")
    server = Server(conf)
    try:
        code, output = server.check()
        assert code == 0, f"{text}\n{output}"
    finally:
        server.remove()


def test_every_page_is_tried():
    found = {name[:-3] for name in os.listdir(os.path.join(TOP, "docs"))
             if name.endswith(".md") and examples(name[:-3])}
    assert {page for page, _ in EXAMPLES} == set(PAGES) and found == {*PAGES, *ELSEWHERE}


@pytest.mark.parametrize("page", ELSEWHERE)
def test_a_page_is_tried_elsewhere(page):
    with open(os.path.join(TOP, "test/httpd", ELSEWHERE[page] + ".py"), encoding="utf-8") as tests:
        assert page + ".md" in tests.read()


class TestReplacements:
    """docs/migrating.md: the application hears what it has always heard."""

    # which example, its callback, a header that its application reads, and the value
    CASES = [(0, "/secure/redirect_uri", "OIDC_CLAIM_email", "alice@example.com"),
             (1, "/oauth2/callback", "X-Forwarded-Email", "alice@example.com"),
             (2, "/oauth2/idpresponse", "x-amzn-oidc-accesstoken", r"eyJ[\w-]+[.][\w-]+[.][\w-]+")]

    @pytest.fixture(params=CASES, ids=["mod_auth_openidc", "oauth2-proxy", "alb"])
    def case(self, request):
        return request.param

    @pytest.fixture
    def site(self, start, amazon, trusted, case):
        number, callback, _, _ = case
        text = replaced(examples("migrating")[number], {
            "file:/etc/cognito/secret": "file:{root}/secret", CLIENT: f"client{number}"})
        text = re.sub(r"ProxyPass \S+", f"ProxyPass {trusted.url}/", text)
        lines = text.splitlines()
        at = [i for i, line in enumerate(lines) if line.startswith("CognitoUserPool")][0]
        lines[at + 1:at + 1] = endpoints(amazon, False)
        amazon.add_client(f"client{number}", secrets=[SECRET], callback_urls=[ORIGIN + callback],
                          logout_urls=[ORIGIN + SIGNED_OUT], scopes=["openid", "email", "profile"])
        conf = Conf().load(*MODULES).secret("secret", SECRET).secret("keys", key_file())
        conf.add("CognitoSecret file:{root}/keys", *lines)
        if number == 0:
            conf.add(f"ProxyPass /secure {trusted.url}/secure")
        return Site(start(conf, allowed=["loopback"]), amazon, ORIGIN)

    def test_its_application_hears_the_same(self, site, browsers, trusted, case):
        browser = site.browser(browsers)
        back = site.to_callback(browser)
        assert back.location.startswith(ORIGIN + case[1] + "?")
        assert browser.follow(browser.follow(back)).status == 200
        seen = trusted.seen[-1]
        assert re.fullmatch(case[3], seen.header(case[2]) or ""), seen.headers


class TestUserPool:
    """docs/examples/user-pool.*: the three ways make the same app client."""

    PARTS = {"code", "openid", "email", "profile", "COGNITO", CALLBACK, SIGNED_OUT}

    @pytest.mark.parametrize("kind", ["sh", "yaml", "tf"])
    def test_it_has_what_the_module_needs(self, kind):
        text = read(f"examples/user-pool.{kind}")
        assert self.PARTS <= {w for w in self.PARTS if w in text}
        assert re.search("(?i)generate[-_]?secret", text)
        assert re.search("(?i)enable[-_]?token[-_]?revocation", text)

    def test_the_script_is_one(self):
        path = os.path.join(TOP, "docs/examples/user-pool.sh")
        subprocess.run(["sh", "-n", path], check=True)

    def test_the_script_calls_aws_as_it_should(self, tmp_path):
        """With an `aws` that notes its arguments, and answers with a word for each question."""
        aws = tmp_path / "aws"
        aws.write_text('#!/bin/sh\necho "$*" >> "$0.log"\necho "made-$2"\n')
        aws.chmod(0o755)
        done = subprocess.run(["sh", os.path.join(TOP, "docs/examples/user-pool.sh"),
                               "app.example.com", "my-prefix"], check=True, capture_output=True,
                              text=True, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
        calls = (tmp_path / "aws.log").read_text().splitlines()
        assert [call.split()[1] for call in calls] == [
            "create-user-pool", "create-user-pool-domain", "create-user-pool-client"]
        assert '--callback-urls ["https://app.example.com/.cognito/callback"]' in calls[2]
        assert "CognitoUserPool     made-create-user-pool\n" in done.stdout
        assert "CognitoClientID     made-create-user-pool-client\n" in done.stdout

    def test_the_cloudformation_template_is_whole(self):
        class Loader(yaml.SafeLoader):
            pass

        Loader.add_multi_constructor("!", lambda loader, tag, node: {tag: node.value})
        template = yaml.load(read("examples/user-pool.yaml"), Loader)
        assert set(template) == {"AWSTemplateFormatVersion", "Description", "Parameters",
                                 "Resources", "Outputs"}
        types = {name: r["Type"] for name, r in template["Resources"].items()}
        assert types == {"Users": "AWS::Cognito::UserPool", "Domain": "AWS::Cognito::UserPoolDomain",
                         "Client": "AWS::Cognito::UserPoolClient"}
        text = read("examples/user-pool.yaml")
        names = set(re.findall(r"!Ref (\w+)|\$\{(\w+)\}", text))
        assert {a or b for a, b in names} <= {*types, *template["Parameters"]}

    def test_the_terraform_file_is_whole(self):
        text = re.sub(r"#.*", "", read("examples/user-pool.tf"))
        bare = re.sub(r'"[^"\n]*"', '""', text)
        depth = 0
        for character in bare:
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(character, 0)
            assert depth >= 0
        assert depth == 0 and bare.count('"') % 2 == 0
        made = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text,
                                                             re.MULTILINE)}
        variables = {f"var.{name}" for name in re.findall(r'^variable "(\w+)"', text, re.MULTILINE)}
        used = set(re.findall(r"\b(aws_\w+\.\w+)\.", text)) | set(re.findall(r"\bvar\.\w+", text))
        assert used <= made | variables and len(made) == 3
