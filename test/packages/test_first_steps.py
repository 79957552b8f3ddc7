"""The way of somebody new, from the documents alone, in a fresh Debian: install, set up, ask the
doctor, sign in, look at the status page. Then the mistakes that are likely, one by one: the doctor
names each, and what it says to do mends it when it is pasted."""
import re
from dataclasses import dataclass
from typing import Callable

import pytest

from conftest import BUILD, admin_layer
from first_steps import (CLIENT, HOST, ORIGIN, PASSWORD, POOL, SECRET, SECRET_FILE, USER,
                         Administrator, blocks, with_text)

LOGIN_PAGE = "https://my-prefix.auth.eu-west-1.amazoncognito.com/login"


@pytest.fixture
def running(admin):
    """With the site as it has been set up."""
    admin.restart()
    return admin


@pytest.fixture(scope="module")
def admin(suite, deb):
    """Has done what docs/getting-started.md says; the site runs."""
    somebody = Administrator(admin_layer(suite), deb.file("libapache2-mod-auth-cognito_*.deb"),
                             BUILD / f"packages/first-steps.{suite}.txt")
    try:
        somebody.install()
        make_user_pool(somebody)
        set_up(somebody)
        yield somebody
    finally:
        somebody.close()


def make_user_pool(admin):
    """By the script, and by the two commands that it prints."""
    said = admin.run(f"cd {admin.DOCS}/examples; {admin.command('user-pool.sh')}")
    lines, _, rest = said.partition("\n\n")
    for line in lines.splitlines():
        assert line in admin.apache_block(0), f"{line} of user-pool.sh is not on the page"
    secret_command = re.search(r"The secret:\n(.*?)The first user", rest, re.DOTALL)[1]
    user_command = re.search(r"The first user.*?:\n(.*)", rest, re.DOTALL)[1]
    admin.keep_secret(admin.run(secret_command))
    admin.run(user_command)
    admin.control("PATCH", f"/users/{USER}", {"password": PASSWORD})  # as the mail asks for


def set_up(admin):
    admin.write_site(admin.apache_block(0))
    admin.run(f"sudo a2enmod -q ssl; sudo a2ensite -q {HOST}")
    assert admin.ask_doctor().is_content
    admin.restart()


# ---- the way -------------------------------------------------------------------------------


def test_who_comes_is_sent_to_the_sign_in_page_and_back(running):
    address, _, _ = running.browse("/", jar="stranger")
    assert address.startswith(LOGIN_PAGE)
    address, _, page = running.browse("/", USER, "a wrong password", jar="stranger")
    assert address.startswith(LOGIN_PAGE) and "Incorrect username or password" in page
    address, status, page = running.browse("/", USER, PASSWORD)
    assert (address, status) == (f"{ORIGIN}/", 200) and "It works!" in page


def test_the_link_of_the_page_signs_out(running):
    running.browse("/", USER, PASSWORD, jar="leaver")
    address, status, page = running.browse("/.cognito/logout", jar="leaver", by_link=True)
    assert (address, status) == (f"{ORIGIN}/.cognito/signed-out", 200)
    assert "signed out" in page
    address, _, _ = running.browse("/", jar="leaver")
    assert address.startswith(LOGIN_PAGE)


def test_the_status_page_shows_the_sign_in(running):
    example = with_text(blocks(running.page("monitoring.md"), "apache"), "cognito-group operators")
    with running.changed():
        running.add_to_site(example[example.index('<Location "/cognito-status">'):])
        running.control("PATCH", f"/users/{USER}", {"groups": ["operators"]})
        assert running.ask_doctor().is_content
        running.restart()
        address, status, page = running.browse("/cognito-status", USER, PASSWORD, jar="operator")
        assert (address, status) == (f"{ORIGIN}/cognito-status", 200)
        assert f"Cognito sign-in: {HOST}" in page and POOL in page
        _, _, numbers = running.browse("/cognito-status?format=prometheus", jar="operator")
        assert re.search(r"^cognito_sessions_started_total 1$", numbers, re.MULTILINE)


def test_the_number_on_an_error_page_finds_its_remedy(running):
    with running.changed():
        running.keep_secret("x" * 10 + SECRET)
        running.restart()
        _, status, page = running.browse("/", USER, PASSWORD, jar="unlucky")
        number = re.search(r"<code>([\w-]+)</code>", page)
        assert status == 500 and number, page
        said = running.run(f"grep -h -e {number[1]} /var/log/apache2/error.log")
        assert "idp_client" in said and "compare CognitoClientID and CognitoClientSecret" in said


# ---- the mistakes --------------------------------------------------------------------------


@dataclass
class Mistake:
    name: str
    make: Callable
    check: str  # whose finding it is; configuration: httpd does not start
    result: str
    says: str
    mend: Callable  # with the finding


def edit(old, new):
    return lambda admin: admin.edit(old, new)


def shell(script):
    return lambda admin: admin.run(script)


def client(**changes):
    return lambda admin: admin.control("PATCH", f"/clients/{CLIENT}", changes)


def paste_aws(admin, finding):
    admin.run(finding.remedy["aws"])


def paste_here(admin, finding):
    admin.run(finding.remedy["httpd"])


def look_up(right, wrong):
    """The AWS CLI shows what would be right."""
    def mend(admin, finding):
        assert right in admin.run(finding.remedy["aws"].splitlines()[0])
        admin.edit(wrong, right)
    return mend


def paste_line(instead_of, values=None):
    """What it says, in place of some text; words in capitals get their values."""
    def mend(admin, finding):
        text = finding.remedy["httpd"]
        for word, value in (values or {}).items():
            assert word in text
            text = text.replace(word, value)
        admin.edit(instead_of, text + "\n")
    return mend


def add_section(admin, finding):
    admin.add_to_site(finding.remedy["httpd"])


def ask_for_secret(admin, finding):
    admin.keep_secret(admin.run(finding.remedy["aws"]))


def write_what_it_says(old):
    def mend(admin, finding):
        found = re.search(r"; write ([^\s;]+)|: write (\S+ \S+),", finding.text)
        admin.edit(old, found[1] or found[2])
    return mend


def run_what_it_says(admin, finding):
    admin.run(re.search(r": (chmod \S+ [^\s;]+)", finding.text)[1])


def move_secret(admin, finding):
    paste_here(admin, finding)
    admin.edit("file:/var/www/html/key", re.search(r"file:\S+", finding.remedy["httpd"])[0])


STORE = "TraceEnable off", "TraceEnable off\nCognitoStore redis://127.0.0.1:6379"
STORE_WITH_PASSWORD = ("TraceEnable off", "TraceEnable off\n"
                       "CognitoStore redis://default:file:/etc/cognito/redis@127.0.0.1:6380")
ENDPOINTS = dict.fromkeys(("authorization_endpoint", "token_endpoint", "end_session_endpoint"), "")


def lose_domain(admin):
    admin.control("POST", "/faults", {"endpoint": "discovery", "json_set": ENDPOINTS, "work": True})


def make_domain(admin, finding):
    admin.run(finding.remedy["aws"].replace("PREFIX", "my-prefix"))


def distrust(admin):
    admin.run("mv /usr/local/share/ca-certificates/emulator.crt /etc/cognito/ca.pem; "
              "update-ca-certificates --fresh >/dev/null")


def name_ca(admin, finding):
    line = with_text(finding.remedy["httpd"].splitlines(), "CognitoCAFile PATH")
    admin.add_to_site(line.replace("PATH", "/etc/cognito/ca.pem"))


def redis_with_password(admin):
    admin.edit(*STORE_WITH_PASSWORD)
    admin.run("redis-server --port 6380 --requirepass the-right-one --daemonize yes >/dev/null\n"
              "install -m 600 /dev/null /etc/cognito/redis; echo wrong >/etc/cognito/redis")


MISTAKES = [
    Mistake("another user pool", edit(POOL, "eu-west-1_Wrong1234"), "pool", "failed",
            "eu-west-1_Wrong1234/.* answers 400: there is no such user pool",
            look_up(POOL, "eu-west-1_Wrong1234")),
    Mistake("another client id", edit(CLIENT, "1h57kf5cpq17m0eml12example"), "client", "failed",
            "1h57kf5cpq17m0eml12example is no app client", look_up(CLIENT, "1h57kf5cpq17m0eml12example")),
    Mistake("another secret", lambda admin: admin.keep_secret(SECRET[::-1]), "secret",
            "failed", "the secret is not that of the app client", ask_for_secret),
    Mistake("no secret", edit(f"CognitoClientSecret file:{SECRET_FILE}", "#"), "secret", "failed",
            "has a secret, but none is configured", paste_line("#", {"PATH": SECRET_FILE})),
    Mistake("callback URL not registered", client(callback_urls=[f"{ORIGIN}/.cognito/callback/"]),
            "callback", "failed", "callback is not registered .*redirect_mismatch", paste_aws),
    Mistake("sign-out URL not registered", client(logout_urls=[f"{ORIGIN}/"]), "sign-out", "failed",
            "signed-out is not registered", paste_aws),
    Mistake("a scope not allowed", client(scopes=["openid", "email"]), "scopes", "failed",
            "not allowed: profile", paste_aws),
    Mistake("no code grant", client(flows=[]), "flow", "failed",
            "is not allowed the authorization code grant", paste_aws),
    Mistake("no domain", lose_domain, "domain", "failed", "domain", make_domain),
    Mistake("base URL with http", edit(f"CognitoBaseURL      {ORIGIN}",
                                       f"CognitoBaseURL      http://{HOST}"),
            "configuration", "failed", "is not https", write_what_it_says(f"http://{HOST}")),
    Mistake("no base URL", edit(f"CognitoBaseURL      {ORIGIN}", "#"), "configuration",
            "failed", "CognitoBaseURL is missing", write_what_it_says("#")),
    Mistake("no ServerName", edit(f"ServerName {HOST}", "#"), "server-name", "warning",
            "is neither ServerName", paste_line("#")),
    Mistake("a secret that all may read", shell(f"chmod 644 {SECRET_FILE}"),
            "configuration", "failed", "may be read or written by everybody", run_what_it_says),
    Mistake("a secret of httpd's user", shell(f"chown www-data {SECRET_FILE}"), "secrets", "failed",
            "belongs to somebody who does not start httpd", paste_here),
    Mistake("a secret among the pages", lambda admin: (
        admin.run(f"install -m 600 {SECRET_FILE} /var/www/html/key"),
        admin.edit(f"file:{SECRET_FILE}", "file:/var/www/html/key")), "secrets", "failed",
            "lies in DocumentRoot", move_secret),
    Mistake("short header fields", edit("TraceEnable", "LimitRequestFieldSize 4000\nTraceEnable"),
            "headers", "failed", "LimitRequestFieldSize 4000 is too little",
            paste_line("LimitRequestFieldSize 4000")),
    Mistake("TRACE", edit("TraceEnable off", "TraceEnable on"), "trace", "warning",
            "TRACE is answered", paste_line("TraceEnable on")),
    Mistake("one place protected", edit('<Location "/">', '<Location "/secure">'), "default-deny",
            "warning", 'only Location "/secure" is protected', add_section),
    Mistake("nothing protected", edit("Require valid-user", "Require all granted"), "default-deny",
            "failed", "no Require asks who it is", paste_line(
                '<Location "/">\n        AuthType Cognito\n        Require all granted\n    </Location>')),
    Mistake("no Redis", edit(*STORE), "store", "failed",
            "Redis at 127.0.0.1:6379: Connection refused; does the server run",
            lambda admin, finding: admin.run("redis-server --daemonize yes >/dev/null\n"
                                             "until redis-cli ping >/dev/null; do sleep 0.1; done")),
    Mistake("another password of Redis", redis_with_password, "store", "failed",
            "refuses user or password", lambda admin, finding: admin.run(
                "echo the-right-one >/etc/cognito/redis")),
    Mistake("a CA that nobody knows", distrust, "reach", "failed", "(?i)certificate",
            name_ca),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m.name for m in MISTAKES])
def test_the_doctor_names_a_mistake_and_what_mends_it(admin, mistake):
    with admin.changed():
        mistake.make(admin)
        answer = admin.ask_doctor(mistake.name)
        found = answer.of(mistake.check)
        assert found.result == mistake.result and re.search(mistake.says, found.text)
        assert answer.bad == [mistake.check], "it complains of something else, too"
        mistake.mend(admin, found)
        assert admin.ask_doctor().is_content, "mended, and yet not well"
