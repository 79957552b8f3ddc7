"""A private Apache httpd with Debian's mod_auth_openidc, on loopback and a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "auth_openidc")
PACKAGES = {"auth_openidc": "libapache2-mod-auth-openidc"}

CONFIGURATION = """
ServerRoot "{root}"
DefaultRuntimeDir "{root}"
PidFile "{root}/httpd.pid"
ErrorLog "{root}/error.log"
LogLevel warn auth_openidc:info
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
{user}
DocumentRoot "{root}/htdocs"
<Directory "{root}/htdocs">
    Require all granted
</Directory>
{more}
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class PrivateHttpd:
    """`configure` gets the base URL and gives the lines of its own."""

    def __init__(self, program: str, configure) -> None:
        self._program = program
        self.root = Path(tempfile.mkdtemp(prefix="judge-httpd-"))
        self.root.chmod(0o755)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.page("index.html", "public")
        self._write(port, configure(self.url))

    def page(self, name: str, text: str) -> None:
        path = self.root / "htdocs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def start(self) -> None:
        self._run("-k", "start")
        deadline = time.monotonic() + 10
        while not self._answers():
            if time.monotonic() > deadline:
                pytest.fail(f"httpd does not answer:\n{self.error_log()}", pytrace=False)
            time.sleep(0.02)

    def stop(self) -> None:
        if (self.root / "httpd.pid").exists():
            self._run("-k", "stop")
        deadline = time.monotonic() + 10
        while (self.root / "httpd.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        shutil.rmtree(self.root, ignore_errors=True)

    def error_log(self) -> str:
        path = self.root / "error.log"
        return path.read_text() if path.exists() else ""

    def _write(self, port: int, more: str) -> None:
        lines = []
        for name in LOADED:
            module = MODULES / f"mod_{name}.so"
            if not module.exists():
                package = PACKAGES.get(name, "apache2-bin")
                pytest.fail(f"{module} is missing: install the package {package}", pytrace=False)
            lines.append(f"LoadModule {name}_module {module}")
        user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
        text = CONFIGURATION.format(root=self.root, port=port, user=user, more=more)
        (self.root / "httpd.conf").write_text("\n".join(lines) + text)

    def _run(self, *arguments: str) -> None:
        command = [self._program, "-d", str(self.root), "-f", str(self.root / "httpd.conf")]
        run = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30)
        if run.returncode != 0:
            text = f"httpd {arguments}:\n{run.stdout}{run.stderr}{self.error_log()}"
            pytest.fail(text, pytrace=False)

    def _answers(self) -> bool:
        host, _, port = self.url.removeprefix("http://").partition(":")
        with socket.socket() as sock:
            return sock.connect_ex((host, int(port))) == 0
