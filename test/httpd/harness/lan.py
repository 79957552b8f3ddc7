"""Several hosts on one machine: network namespaces on a bridge of their own. Needs root and
iproute2; nothing of it leaves the machine, and nothing of it is left behind."""
import itertools
import os
import random
import subprocess

from .server import Server, StartFailed

NUMBERS = itertools.count(1)


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


class Lan:
    """198.18.x.0/24, which RFC 2544 keeps for tests; the tests themselves are at `address`."""

    def __init__(self):
        self.name = f"cog{os.getpid() % 100000}"
        self.net = f"198.18.{random.randrange(256)}"
        self.address = f"{self.net}.254"
        self.machines = []
        ip("link", "add", self.name, "type", "bridge")
        ip("addr", "add", f"{self.address}/24", "dev", self.name)
        ip("link", "set", self.name, "up")

    def machine(self):
        """A new host."""
        found = Machine(self, len(self.machines) + 1)
        self.machines.append(found)
        return found

    def remove(self):
        for machine in self.machines:
            machine.remove()
        ip("link", "del", self.name)


class Machine:
    def __init__(self, lan, number):
        self.space = f"{lan.name}-{next(NUMBERS)}"
        self.address = f"{lan.net}.{number}"
        outer, inner = f"{lan.name}v{number}", "eth0"
        ip("netns", "add", self.space)
        ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", self.space)
        ip("link", "set", outer, "master", lan.name, "up")
        for words in (["addr", "add", f"{self.address}/24", "dev", inner],
                      ["link", "set", inner, "up"], ["link", "set", "lo", "up"]):
            ip("-n", self.space, *words)

    @property
    def prefix(self):
        """In front of a command that shall run there."""
        return ["ip", "netns", "exec", self.space]

    def remove(self):
        ip("netns", "del", self.space)


class RemoteServer(Server):
    """An httpd on such a host, reached at machine.address:PORT."""

    PORT = 8080

    def __init__(self, machine, conf):
        self.machine = machine
        super().__init__(conf.add(f"Listen {machine.address}:{self.PORT}"))

    def command(self, *options):
        return [*self.machine.prefix, *super().command(*options)]

    def is_up(self):
        if self.process.poll() is not None:
            raise StartFailed(self.what_it_said())
        return os.path.exists(self.path("pid"))
