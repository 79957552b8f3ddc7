"""Certificates for https: a throw-away CA and, for tests, certificates that are no good."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KINDS = ("good", "expired", "not-yet-valid", "self-signed", "wrong-host", "unknown-ca")
DAY = datetime.timedelta(days=1)
VERSIONS = {
    "TLSv1.0": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


class Authority:
    """A CA that lives as long as the process; its certificate is written to `folder`."""

    def __init__(self, folder: str, name: str = "Cognito emulator CA") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = _builder(self._name, self._name, self._key, now - DAY, now + 30 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, False)
        self._certificate = builder.sign(self._key, hashes.SHA256())

    def write(self, name: str = "ca.pem") -> str:
        path = os.path.join(self._folder, name)
        with open(path, "wb") as file:
            file.write(self._certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(self, kind: str, hosts: list[str]) -> str:
        """A server certificate with its key, in one PEM file."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.timezone.utc)
        start, end = {
            "expired": (now - 3 * DAY, now - DAY),
            "not-yet-valid": (now + DAY, now + 3 * DAY),
        }.get(kind, (now - DAY, now + 14 * DAY))
        hosts = ["wrong.invalid"] if kind == "wrong-host" else hosts
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        self_signed = kind == "self-signed"
        signer = key if self_signed else self._key
        builder = _builder(subject, subject if self_signed else self._name, key, start, end)
        builder = builder.add_extension(x509.SubjectAlternativeName(_names(hosts)), False)
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(server, False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(identifier, False)
        certificate = builder.sign(signer, hashes.SHA256())
        return self._save(f"{kind}.pem", certificate, key)

    def _save(self, name: str, certificate, key) -> str:
        path = os.path.join(self._folder, name)
        with open(path, "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM))
            file.write(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        return path


def _builder(subject, issuer, key, start, end) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _names(hosts: list[str]) -> list:
    names = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


class TlsContexts:
    """One context for each kind of certificate, made when first asked for."""

    def __init__(self, config, folder: str, hosts: list[str]) -> None:
        self._config = config
        self._folder = folder
        self._hosts = hosts
        self._authority = Authority(folder)
        self.ca_file = config.ca_file or self._authority.write()

    def get(self, kind: str, max_version: str | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind == "good" and self._config.cert_file:
            context.load_cert_chain(self._config.cert_file, self._config.key_file)
        else:
            context.load_cert_chain(self._issue(kind))
        if max_version is not None:
            limit_version(context, max_version)
        return context

    def _issue(self, kind: str) -> str:
        stranger = kind == "unknown-ca"
        authority = Authority(self._folder, "Unknown CA") if stranger else self._authority
        return authority.issue(kind, self._hosts)


def limit_version(context: ssl.SSLContext, name: str) -> None:
    """Old versions need OpenSSL's security level 0, and Python warns of them."""
    version = VERSIONS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
