"""How the doctor says it: to people, on a terminal, and to programs."""
import os
import re
import secrets
import subprocess

import pytest

from harness.conf import TOP, Conf
from harness.doctor import PATIENT, PROTECTED, Answer, consult
from harness.server import Server
from harness.waiting import PATIENCE

__all__ = ["consult"]


class TestTheDocumentedExample:
    CLIENT = "7sm0a9nvvurn0guite1f2jgqi9"
    REAL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"

    def test_prints_what_the_page_shows(self, pool):
        """docs/doctor.md: the `text` block that begins with CHECK_COGNITO."""
        with open(os.path.join(TOP, "docs", "doctor.md"), encoding="utf-8") as file:
            page = file.read()
        shown = re.search(r"\$ apachectl -t -D CHECK_COGNITO\n(.*?)```", page, re.DOTALL)[1]
        site = re.search(r"```apache\n(.*?)```", page, re.DOTALL)[1]
        assert cells(self.said(pool, site)) == cells(shown)

    def said(self, pool, site):
        secret = secrets.token_hex(32)
        pool.add_client(self.CLIENT, secrets=[secret],
                        logout_urls=["https://app.example.com/.cognito/signed-out"])
        conf = Conf().secret("secret", secret + "\n").add("TraceEnable on", *PATIENT, "Include {root}/app.conf")
        server = Server(conf)
        try:
            site = site.replace("CognitoUserPool     eu-west-1_AbC123dEf",
                                f"CognitoIssuer {pool.issuer}")
            conf.file("app.conf", site.replace("/etc/cognito/secret", server.path("secret")))
            server.write()
            code, text, _ = server.ask("CHECK_COGNITO")
        finally:
            server.remove()
        assert code == 1
        for ours, theirs in ((pool.issuer, self.REAL), (pool.id, "eu-west-1_AbC123dEf"),
                             (pool.domain, "https://my-app.auth.eu-west-1.amazoncognito.com"),
                             (server.path("secret"), "/etc/cognito/secret"),
                             (server.path("app.conf"), "/etc/apache2/sites-enabled/app.conf"),
                             (server.path(""), "/var/lib/apache2/auth_cognito/")):
            text = text.replace(ours, theirs)
        # tests before this one may have rotated the pool's keys
        return re.sub(r"\b\d+ keys at", "2 keys at", text)


def cells(text):
    return [re.split(r"  +", line.strip()) for line in text.strip().splitlines()]


def on_a_terminal(server, wrapper):
    """What the doctor says to a terminal."""
    command = [*wrapper, *server.command("-t", "-DCHECK_COGNITO")]
    ours, theirs = os.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs,
                          stderr=subprocess.DEVNULL, env=server.environment()) as process:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:
            pass  # the other end is closed
        process.wait(timeout=60 * PATIENCE)
    os.close(ours)
    return said.decode()


class TestText:
    def test_is_made_for_people(self, consult, pool):
        consult(host=["CognitoCallback /oauth2/callback"])
        code, text, _ = consult.servers[0].ask("CHECK_COGNITO")
        assert code == 1
        assert "\033" not in text, "colours are for terminals"
        assert re.search(r"^  failed    callback URL +https://app.example.test/oauth2/callback is "
                         r"not registered .*\n"
                         r"            AWS CLI +aws cognito-idp update-user-pool-client .*\n"
                         r"              +# it resets what it does not name: .*\n"
                         r"            CloudFormation +CallbackURLs: .*\n"
                         r"            Terraform +callback_urls = .*\n"
                         r"            here +# or CognitoBaseURL ", text, re.MULTILINE), text
        assert re.search(r"\n\d+ ok, 0 warnings, 1 failed, 2 skipped\n$", text)

    @pytest.mark.parametrize("wrapper, is_coloured", [((), True), (["env", "NO_COLOR=1"], False)])
    def test_has_colours_on_a_terminal(self, consult, wrapper, is_coloured):
        consult()
        server = consult.servers[0]
        assert ("\033[32mok" in on_a_terminal(server, wrapper)) == is_coloured

    def test_says_when_nobody_can_sign_in(self):
        server = Server(Conf())
        try:
            Answer(server).expect("sites", "failed", "in 0 of 1 ")
            code, text, _ = server.ask("CHECK_COGNITO")
            assert code == 1
            assert "failed    sites" in text
        finally:
            server.remove()


class TestAConfigurationThatHttpdRefuses:
    """Programs get one object all the same; people read httpd's own words."""

    @pytest.mark.parametrize("lines, text", [
        (["CognitoTimeout 1 2"], r"Syntax error on line \d+ of \S+/httpd\.conf: CognitoTimeout: '1' is not "),
        (["NoSuchDirective 1"], "Invalid command 'NoSuchDirective'"),
        (["Include {root}/gone.conf"], "Could not open configuration file"),
        (['<Location "/">'], "<Location> was not closed"),
        (["CognitoClientID app", *PROTECTED], "COG4000: main server: CognitoBaseURL is missing"),
        (["CognitoClientID \u00fcber"], "CognitoClientID: "),
    ], ids=["a value", "a name", "a file", "a section", "what is missing", "not ASCII"])
    def test_is_a_finding(self, lines, text):
        server = Server(Conf().add(*lines))
        try:
            answer = Answer(server)
            answer.expect("configuration", "failed", text)
            assert answer.code == 1 and answer.report["ok"] is False
            assert answer.report["counts"] == {"ok": 0, "warning": 0, "failed": 1, "skipped": 0}
            assert server.ask("CHECK_COGNITO")[:2] == (1, "")
        finally:
            server.remove()
