"""For tests: start an emulator, make it misbehave, sign people in.

    with testing.start(testing.simple_config(callback_urls=[url])) as emulator:
        pool = emulator.pool()
        pool.fail("token", status=500, times=1)
        callback = pool.sign_in(requests.Session(), authorize_url, "alice", testing.PASSWORD)

Needs the standard library; `sign_in` takes a requests.Session or an httpx.Client.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile

from .pool_handle import CLIENT_ID, PASSWORD, Control, ControlError, PoolHandle

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "PASSWORD",
    "POOL_ID",
    "ControlError",
    "PoolHandle",
    "Running",
    "simple_config",
    "start",
]

POOL_ID = "eu-west-1_Emulator1"
CLIENT_SECRET = "1hd83kq0v4m2b7c9x5n6z8l0p3r2t4w6y8a1s3d5f7g9"
START_SEC = 60


def simple_config(**client) -> dict:
    """One pool, one confidential client (members may be given), the users alice and bob."""
    person = {"password": PASSWORD}
    return {
        "pools": [
            {
                "id": POOL_ID,
                "clients": [{"id": CLIENT_ID, "secrets": [CLIENT_SECRET], **client}],
                "groups": [{"name": "admins", "precedence": 1}, {"name": "staff"}],
                "users": [
                    {
                        **person,
                        "username": "alice",
                        "groups": ["admins", "staff"],
                        "attributes": {
                            "email": "alice@example.com",
                            "email_verified": "true",
                            "name": "Alice Example",
                        },
                    },
                    {
                        **person,
                        "username": "bob",
                        "attributes": {"email": "bob@example.com", "email_verified": "true"},
                    },
                ],
            }
        ]
    }


def start(config: dict, tls: bool | dict = False, in_process: bool = False):
    """Starts an emulator, by default as a process of its own. Use as a context manager."""
    config = dict(config)
    if tls:
        config["tls"] = tls if isinstance(tls, dict) else {}
    return InProcess(config) if in_process else Process(config)


class Running:
    """A started emulator."""

    def __init__(self, ready: dict) -> None:
        self.ready = ready
        self.ca_file: str | None = ready["ca_file"]
        self.control = Control(ready["control"])
        self.pools = {
            name: PoolHandle(self.control, name, urls) for name, urls in ready["pools"].items()
        }

    def pool(self, pool_id: str | None = None) -> PoolHandle:
        """The named pool, or the first."""
        return self.pools[pool_id] if pool_id else next(iter(self.pools.values()))

    def use_certificate(self, kind: str = "good", listener: str | None = None, **more) -> None:
        """From now on: connections that are open end. `max_version="TLSv1.1"` may be added.
        `listener`: domain, domain:POOL, original-issuer, updated-issuer, idp; none: all."""
        body = {"certificate": kind, "listener": listener, **more}
        self.control.call("POST", "/tls", body)

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class InProcess(Running):
    def __init__(self, config: dict) -> None:
        from .config import parse
        from .emulator import Emulator

        self._emulator = Emulator(parse(config))
        super().__init__(self._emulator.start())

    def stop(self) -> None:
        self._emulator.stop()


class Process(Running):
    """Ends with its parent: the emulator watches its standard input."""

    def __init__(self, config: dict) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(config, file)
        try:
            self.process = self._spawn(file.name)
            ready = self._wait_until_ready()
        finally:
            os.unlink(file.name)
        super().__init__(ready)

    def _spawn(self, config_file: str) -> subprocess.Popen:
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        path = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        return subprocess.Popen(
            [sys.executable, "-m", "cognito_emulator", config_file, "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def _wait_until_ready(self) -> dict:
        readable, _, _ = select.select([self.process.stdout], [], [], START_SEC)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            self.stop()
            raise RuntimeError("the emulator did not start; its reason is on stderr")
        return json.loads(line)

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
