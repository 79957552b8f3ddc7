"""A private memcached on a loopback port, ended by its own pid.

    def test_something(start_memcached):
        memcached = start_memcached(megabytes=64)
        memcached.ask("stats"), memcached.number("curr_items")
        memcached.freeze(), memcached.thaw(), memcached.kill(), memcached.start()
"""
import os
import pwd
import socket
import subprocess

from .ports import Port
from .processes import Peer
from .waiting import PATIENCE, wait_for

MEMCACHED = os.environ.get("MEMCACHED", "/usr/bin/memcached")


class Memcached(Peer):
    """Reached at 127.0.0.1:port."""

    def __init__(self, megabytes=64):
        self.port = Port()
        self.megabytes = megabytes

    def start(self):
        """Empty, also after kill()."""
        self.process = subprocess.Popen(
            ["setpriv", *somebody_else(), "--pdeathsig", "TERM", MEMCACHED, "-l", "127.0.0.1",
             "-p", str(self.port), "-U", "0", "-m", str(self.megabytes)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.is_up, "memcached to answer", seconds=15)
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"memcached did not start: {self.process.returncode}")
        try:
            return self.ask("version").startswith("VERSION ")
        except OSError:
            return False

    def ask(self, command):
        """The answer to one command over a connection of its own."""
        with socket.create_connection(("127.0.0.1", int(self.port)), timeout=10 * PATIENCE) as sock:
            sock.sendall(command.encode() + b"\r\nquit\r\n")
            answer = b""
            while chunk := sock.recv(65536):
                answer += chunk
        return answer.decode("latin-1")

    def number(self, name):
        """One of its statistics."""
        lines = dict(line.split(" ", 2)[1:] for line in self.ask("stats").splitlines()
                     if line.startswith("STAT "))
        return int(lines[name])

    def remove(self):
        self.kill()
        self.port.close()


def somebody_else():
    """It refuses to run as root."""
    if os.getuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    return [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
