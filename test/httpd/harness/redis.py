"""A private redis-server on a loopback port, ended by its own pid.

    def test_something(start_redis):
        redis = start_redis()                                  # nothing protects it
        redis = start_redis(password="pass word")              # requirepass
        redis = start_redis(user="cognito", password="s3cr3t") # an ACL, as docs/sessions.md has it
        redis = start_redis(has_tls=True)                      # redis.ca_file trusts it
        redis = start_redis(has_tls=True, tls_auth_clients="yes") # and it redis.client_file
        redis.ask("GET", "key")                                # as an administrator
        redis.freeze(), redis.thaw(), redis.kill(), redis.start()
"""
import datetime
import ipaddress
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .conf import TOP
from .ports import Port
from .processes import Peer
from .waiting import PATIENCE, wait_for

REDIS = os.environ.get("REDIS_SERVER", "/usr/bin/redis-server")
ADMIN = "admin-of-the-tests"


def documented_rights():
    """What docs/sessions.md gives to the user of the store, and besides in a cluster."""
    with open(os.path.join(TOP, "docs", "sessions.md"), encoding="utf-8") as page:
        return re.search(r"An ACL needs no more than\s+`([^`]+)`, and in a cluster `([^`]+)` besides",
                         page.read()).groups()


class Redis(Peer):
    """Reached at 127.0.0.1:port. `settings` are lines of redis.conf by name; `names` is what
    its certificate is for."""

    rights = documented_rights()[0]

    def __init__(self, user=None, password=None, has_tls=False, names=("127.0.0.1", "localhost"),
                 **settings):
        self.user = user
        self.password = password
        self.has_tls = has_tls
        self.port = Port()
        self.root = tempfile.mkdtemp(prefix="redis-test-")
        os.chmod(self.root, 0o755)
        self.ca_file = self.path("ca.pem") if has_tls else None
        self.client_file = self.path("client.pem") if has_tls else None  # certificate and key
        if has_tls:
            write_certificates(self.root, names)
        with open(self.path("redis.conf"), "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines(settings)) + "\n")

    address = "127.0.0.1"

    def path(self, name):
        return os.path.join(self.root, name)

    def lines(self, settings):
        port = "tls-port" if self.has_tls else "port"
        yield from (f"dir {self.root}", "bind 127.0.0.1", f"{port} {self.port}", 'save ""',
                    "logfile redis.log", f"user {ADMIN} on >{ADMIN} ~* &* +@all")
        if self.has_tls:
            yield from ("port 0", "tls-cert-file server.pem", "tls-key-file server.key",
                        "tls-ca-cert-file ca.pem", "tls-auth-clients no")
        if self.user:
            yield "user default off"
            yield f"user {self.user} on #{sha256(self.password)} {self.rights}"
        elif self.password:
            yield f'requirepass "{self.password}"'
        for name, value in settings.items():
            yield f"{name.replace('_', '-')} {value}"

    def start(self):
        """Again after kill() or stop(); keys are lost unless appendonly="yes" is a setting."""
        self.process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        wait_for(self.is_up, "redis-server to answer", seconds=15)
        return self

    def command(self):
        return ["setpriv", "--pdeathsig", "TERM", REDIS, self.path("redis.conf")]

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"redis-server did not start:\n{self.logged()}")
        try:
            return self.ask("PING") == "PONG"
        except (OSError, RedisError):
            return False

    def ask(self, *words):
        """The answer of one command over a connection of its own: text, number, list, None."""
        with self.connect() as connection:
            file = connection.makefile("rwb")
            send(file, "AUTH", ADMIN, ADMIN)
            send(file, *words)
            file.flush()
            receive(file)
            return receive(file)

    def connect(self):
        plain = socket.create_connection((self.address, int(self.port)), timeout=10 * PATIENCE)
        if not self.has_tls:
            return plain
        context = ssl.create_default_context(cafile=self.ca_file)
        context.check_hostname = False  # some tests are about wrong names
        context.load_cert_chain(self.client_file)
        return context.wrap_socket(plain)

    def stop(self):
        """It ends in peace, and writes what it has to."""
        self.thaw()
        self.process.terminate()
        self.process.wait(timeout=20 * PATIENCE)

    def logged(self):
        if not os.path.exists(self.path("redis.log")):
            return ""
        with open(self.path("redis.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def remove(self):
        self.kill()
        self.port.close()
        shutil.rmtree(self.root, ignore_errors=True)


class RedisError(Exception):
    """The server has answered with an error."""


def send(file, *words):
    words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
    file.write(b"*%d\r\n" % len(words))
    for word in words:
        file.write(b"$%d\r\n%s\r\n" % (len(word), word))


def receive(file):
    line = file.readline()
    if not line.endswith(b"\r\n"):
        raise OSError("redis-server has hung up")
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"-":
        raise RedisError(rest)
    if kind == b"+":
        return rest
    if kind == b":":
        return int(rest)
    if kind == b"*":
        return [receive(file) for _ in range(int(rest))]
    if rest == "-1":
        return None
    return file.read(int(rest) + 2)[:-2].decode("utf-8", "backslashreplace")


def sha256(text):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text.encode())
    return digest.finalize().hex()


def write_certificates(folder, names):
    """ca.pem, server.pem and server.key; client.pem holds a certificate and its key."""
    ca_key, key, client_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Redis of the tests")])
    may_sign = x509.KeyUsage(key_cert_sign=True, crl_sign=True, **{name: False for name in (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "encipher_only", "decipher_only")})
    names = x509.SubjectAlternativeName([general_name(name) for name in names])
    ca = (certificate(ca_name, ca_name, ca_key.public_key(), ca_key.public_key())
          .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
          .add_extension(may_sign, critical=True).sign(ca_key, hashes.SHA256()))
    server = (certificate(name, ca_name, key.public_key(), ca_key.public_key())
              .add_extension(names, critical=False).sign(ca_key, hashes.SHA256()))
    client = certificate(name, ca_name, client_key.public_key(), ca_key.public_key()).sign(
        ca_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    for file_name, data in {
            "ca.pem": ca.public_bytes(pem), "server.pem": server.public_bytes(pem),
            "server.key": unprotected(key),
            "client.pem": client.public_bytes(pem) + unprotected(client_key)}.items():
        with open(os.path.join(folder, file_name), "wb") as file:
            file.write(data)


def unprotected(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def certificate(subject, issuer, key, issuer_key):
    """Not yet signed; strict readers want to know whose keys these are."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=10))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key),
                           critical=False))


def general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
