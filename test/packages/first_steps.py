"""An administrator who has a fresh Debian, our package, its documents and an AWS account. Cognito
is the emulator, at the names that Cognito has; what is typed is what the documents say."""
import contextlib
import gzip
import json
import re
import shlex
import shutil
import socket
from dataclasses import dataclass

from roots import HERE, Root

EMULATOR = HERE.parent / "emulator" / "cognito_emulator"
INSIDE = HERE / "inside"
HOST = "app.example.com"
ORIGIN = f"https://{HOST}"
PREFIX = "my-prefix"
POOL = "eu-west-1_AbC123dEf"
CLIENT = "7sm0a9nvvurn0guite1f2jgqi9"
SECRET = "1kq2b6v0a5n8m3c7x4z9l1j6h2g8f5d0s3a7p4o9i2u6y1t5r8e0"
USER, PASSWORD = "alice@example.com", "Wonderland-1"
CONTROL = "http://127.0.0.1:9898"
API = "http://127.0.0.1:9899"
SECRET_FILE = "/etc/cognito/secret"
SITE_FILE = f"/etc/apache2/sites-available/{HOST}.conf"
HOSTS = f"""127.0.0.1 localhost {socket.gethostname()} {HOST}
127.0.0.2 cognito-idp.eu-west-1.amazonaws.com
127.0.0.3 {PREFIX}.auth.eu-west-1.amazoncognito.com
"""
# what the host has before: httpd with a certificate, at one address, for Cognito has others
PORTS = "Listen 127.0.0.1:80\nListen 127.0.0.1:443\n"
SITE = f"""<VirtualHost *:443>
    ServerName {HOST}
    DocumentRoot /var/www/html
    SSLEngine on
    SSLCertificateFile    /etc/ssl/private/site.pem
    SSLCertificateKeyFile /etc/ssl/private/site.pem

%s
</VirtualHost>
"""
POOL_FILE = {
    "listen": {"host": "cognito-idp.eu-west-1.amazonaws.com", "address": "127.0.0.2",
               "issuer": 443, "control": 9898},
    "tls": {},
    "pools": [{"id": POOL, "domain": {
        "host": f"{PREFIX}.auth.eu-west-1.amazoncognito.com", "address": "127.0.0.3",
        "port": 443}}]}
SYSTEMCTL = """#!/bin/sh -e
[ "$*" = "restart apache2" ]
apache2ctl stop
while [ -e /run/apache2/apache2.pid ]; do sleep 0.1; done
apache2ctl start
"""
AWS = f"""#!/bin/sh
AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=eu-west-1 AWS_PAGER= \\
    exec /usr/bin/aws --endpoint-url {API} "$@"
"""
TRUST = """
ours=/usr/local/share/ca-certificates/emulator.crt
[ -e $ours ] || { cp "$(cat /opt/log/ca)" $ours; update-ca-certificates >/dev/null; }
"""
START = f"""
install -d -m 755 /opt/log
cd /opt
python3 -m cognito_emulator pool.json >log/ready 2>log/emulator </dev/null &
until grep -q issuer log/ready; do sleep 0.1; kill -0 $!; done
python3 inside/aws_api.py {API.rpartition(":")[2]} {CONTROL} {POOL} {CLIENT} {SECRET} >log/api 2>&1 </dev/null &
sed 's/.*"ca_file": "\\([^"]*\\)".*/\\1/' log/ready >log/ca
{TRUST}"""
CERTIFICATE = f"""
openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/key -out /tmp/cert -days 2 \\
    -subj /CN={HOST} -addext subjectAltName=DNS:{HOST} 2>/dev/null
cat /tmp/key /tmp/cert >/etc/ssl/private/site.pem
cp /tmp/cert /usr/local/share/ca-certificates/site.crt
"""


def blocks(text, language=""):
    """What stands between the fences of a page."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for of_what, block in found if of_what == language]


def with_text(texts, wanted):
    """The one that has it."""
    found = [text for text in texts if wanted in text]
    assert len(found) == 1, f"{wanted}: {found}"
    return found[0]


def indented(text):
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


@dataclass
class Finding:
    check: str
    result: str
    text: str
    remedy: dict


class Answer:
    """Of the doctor: what was found, and what else httpd has said."""

    def __init__(self, code, said):
        self.code, self.said, self.findings = code, said, []
        if "{" in said:
            report = json.JSONDecoder().raw_decode(said[said.index("{"):])[0]
            self.findings = [Finding(f["check"], f["result"], f["text"], f["remedy"])
                             for group in report["groups"] for f in group["findings"]]
        self.bad = [f.check for f in self.findings if f.result in ("failed", "warning")]

    @property
    def is_content(self):
        return self.code == 0 and bool(self.findings) and not self.bad

    def of(self, check):
        """The worst finding of a check."""
        found = [f for f in self.findings if f.check == check]
        assert found, self.said
        return next((f for f in found if f.result in ("failed", "warning")), found[0])


class Administrator:
    DOCS = "/usr/share/doc/libapache2-mod-auth-cognito"

    def __init__(self, layer, deb, notes):
        self.notes = notes  # a file for what the doctor says
        self.notes.parent.mkdir(parents=True, exist_ok=True)
        self.notes.unlink(missing_ok=True)
        self.root = Root(layer)
        self.held = None
        self.root.put(deb, f"/srv/{deb.name}")
        shutil.copytree(EMULATOR, self.root.path("/opt/cognito_emulator"))
        shutil.copytree(INSIDE, self.root.path("/opt/inside"))
        for path, text in {"/opt/pool.json": json.dumps(POOL_FILE), "/etc/hosts": HOSTS,
                           "/usr/local/bin/aws": AWS, "/usr/local/bin/systemctl": SYSTEMCTL,
                           "/etc/apt/apt.conf.d/90yes": 'APT::Get::Assume-Yes "true";\n',
                           "/etc/apache2/ports.conf": PORTS}.items():
            self.root.write(path, text)
        self.root.run(f"chmod 755 /usr/local/bin/*\n{CERTIFICATE}")

    def close(self):
        if self.held:
            self.held.close()
        self.root.close()

    def install(self):
        """As README.md says, from a mirror; what comes after has no network."""
        readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
        command = with_text(blocks(readme), "apt install")
        self.root.run(f"apt-get -q update; cd /srv; {command}", network=True)
        self.held = self.root.hold()
        self.run(START)
        assert command in self.page("getting-started.md")

    def run(self, script):
        return self.held.run(f"export PATH=/usr/local/bin:$PATH\n{script}")

    # ---- the documents --------------------------------------------------------------------

    def page(self, name):
        """A page of the documentation, as it is installed."""
        path = self.held.path(f"{self.DOCS}/{name}")
        packed = path.with_name(path.name + ".gz")
        return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else path.read_text()

    def command(self, text):
        """The command of docs/getting-started.md that has this text."""
        return with_text(blocks(self.page("getting-started.md")), text)

    def apache_block(self, number):
        return blocks(self.page("getting-started.md"), "apache")[number]

    # ---- the site -------------------------------------------------------------------------

    def write_site(self, lines):
        self.held.path(SITE_FILE).write_text(SITE % indented(lines))

    def add_to_site(self, lines):
        self.edit("</VirtualHost>", lines + "\n</VirtualHost>")

    def edit(self, old, new):
        """The site, which has to have `old` once."""
        place = self.held.path(SITE_FILE)
        before = place.read_text()
        assert before.count(old) == 1, f"{old} in\n{before}"
        place.write_text(before.replace(old, new))

    def keep_secret(self, secret):
        """By the commands of the page; the last one waits for the secret to be pasted."""
        *others, paste = self.command("cat > /etc/cognito/secret").splitlines()
        self.run("\n".join(others) + f"\nprintf '%s\\n' {shlex.quote(secret.strip())} | {paste}")

    @contextlib.contextmanager
    def changed(self):
        """Whatever is changed meanwhile is as before at the end."""
        files = [self.held.path(name) for name in (SITE_FILE, SECRET_FILE)]
        kept = [file.read_bytes() for file in files]
        client = json.loads(self.control("GET", "/clients"))[-1]
        try:
            yield
        finally:
            for file, content in zip(files, kept):
                file.write_bytes(content)
            self.run(f"chown root:root {SECRET_FILE}; chmod 600 {SECRET_FILE}\n{TRUST}")
            self.control("PATCH", f"/clients/{CLIENT}", client)
            self.control("DELETE", "/faults")

    def restart(self):
        self.run(self.command("systemctl restart"))

    def ask_doctor(self, why=None):
        """`why`: noted with what it says to people."""
        done = self.held.try_to("apachectl -t -D CHECK_COGNITO_JSON")
        if why:
            said = self.held.try_to("apachectl -t -D CHECK_COGNITO").stdout
            with self.notes.open("a", encoding="utf-8") as file:
                file.write(f"==== {why}\n{said}\n")
        return Answer(done.returncode, done.stdout)

    # ---- the user pool --------------------------------------------------------------------

    def control(self, method, path, value=None):
        data = "" if value is None else f"-d {shlex.quote(json.dumps(value))}"
        return self.run(f"curl -sSf -X {method} {data} {CONTROL}/pools/{POOL}{path}")

    # ---- the browser ----------------------------------------------------------------------

    def browse(self, path, *who, jar="jar", by_link=False):
        """Address, status and text of the page where it ends."""
        said = self.run(f"FROM={'same-origin' if by_link else 'none'} python3 /opt/inside/browse.py "
                        f"/tmp/{jar} {ORIGIN}{path} {shlex.join(who)}")
        first, _, page = said.partition("\n")
        address, _, status = first.rpartition(" ")
        return address, int(status), page
