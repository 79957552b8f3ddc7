"""The life of the stores: one for each setting, made at the start, kept over graceful restarts."""
import datetime
import os
import re
import stat
import time

import pytest

from harness.conf import Conf, section_lines
from harness.server import Server, StartFailed
from harness.waiting import wait_for

MB = 1024 * 1024
SITE = ["CognitoUserPool eu-west-1_AbC123dEf", "CognitoDomain https://auth.example.test",
        "CognitoClientID app", "CognitoBaseURL https://app.example.test"]


def vhost(name, *lines):
    return section_lines("VirtualHost", "*:80", f"ServerName {name}.example.test", *lines)


def conf(*lines):
    return Conf().add(*SITE, *lines)


def memories(pid, what="/dev/zero"):
    """Shared memory of stores in a process, mapped from a file: {inode: size in MB}."""
    found = {}
    for line in maps_of(pid):
        match = re.match(r"(\w+)-(\w+) rw-s \S+ \S+ (\d+) +" + re.escape(what), line)
        size = int(match[2], 16) - int(match[1], 16) if match else 0
        if size >= MB and size % MB <= 2 * 4096:  # the pages of the store's and APR's headers
            found[int(match[3])] = size // MB
    return found


def maps_of(pid):
    """None, when it has ended."""
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
            return file.readlines()
    except OSError:
        return []


def everywhere(server, what="/dev/zero"):
    """The same in all children, which share what the parent has made."""
    parent = memories(server.process.pid, what)
    wait_for(lambda: all(memories(pid, what) == parent for pid in server.children()),
             "children with the memory of their parent", seconds=15)
    return parent


def test_it_is_made_once_for_all_processes(start):
    assert sorted(everywhere(start(conf())).values()) == [32]


def test_a_graceful_restart_goes_on_with_it(start):
    server = start(conf("CognitoStore shmcb:3M"))
    before = everywhere(server)
    assert sorted(before.values()) == [3]
    for _ in range(3):
        server.graceful()
        assert everywhere(server) == before


def test_another_size_is_another_store_and_the_old_one_goes(start):
    server = start(conf("CognitoStore shmcb:3M"))
    before = everywhere(server)
    for size in (5, 7, 5):
        server.write(conf(f"CognitoStore shmcb:{size}M"))
        server.graceful()
        after = memories(server.process.pid)
        assert sorted(after.values()) == [size] and after.keys() != before.keys()
        before = after


def test_where_nobody_signs_in_any_more_it_goes_too(start):
    server = start(conf("CognitoStore shmcb:3M"))
    assert memories(server.process.pid)
    server.write(Conf())
    server.graceful()
    assert not memories(server.process.pid)


def test_hosts_with_one_setting_share_one_store(start):
    server = start(conf("CognitoStore shmcb:2M", *vhost("a"), *vhost("b", "CognitoStore shmcb:2048k"),
                        *vhost("c", "CognitoStore shmcb:4M"), *vhost("d", "CognitoStore shmcb:4M")))
    assert sorted(everywhere(server).values()) == [2, 4]


def test_where_nobody_signs_in_there_is_none(start):
    assert not everywhere(start(Conf().add("CognitoStore shmcb:2M")))


# ---- in a file ----

def in_file(*lines):
    return conf("CognitoStore dbm:{root}/store:2M", *lines)


def inode(server):
    return os.stat(server.path("store")).st_ino


class TestFile:
    def test_it_is_mapped_and_private_and_has_its_room(self, start):
        server = start(in_file())
        info = os.stat(server.path("store"))
        assert everywhere(server, server.path("store")) == {info.st_ino: 2}
        assert stat.S_IMODE(info.st_mode) == 0o600
        assert info.st_blocks * 512 >= info.st_size == 2 * MB + 4096
        assert not memories(server.process.pid)
        assert not [n for n in os.listdir(server.root) if n.startswith("store.")]

    def test_it_is_kept_over_all_restarts(self, start, log):
        server = start(in_file())
        before = everywhere(server, server.path("store"))
        server.graceful()
        assert everywhere(server, server.path("store")) == before
        assert not server.stop()
        server.start()
        assert everywhere(server, server.path("store")) == before
        assert "COG4106" not in server.what_it_said()

    def test_another_size_makes_a_new_one(self, start):
        server = start(in_file())
        before = inode(server)
        server.write(conf("CognitoStore dbm:{root}/store:3M"))
        server.graceful()
        assert everywhere(server, server.path("store")) == {inode(server): 3}
        assert inode(server) != before
        assert not memories(server.process.pid, server.path("store") + " (deleted)")

    def test_an_empty_file_is_as_good_as_none(self, start):
        server = Server(in_file().file("store", ""))
        try:
            server.start()
            assert everywhere(server, server.path("store"))
        finally:
            server.stop()
            server.remove()

    def test_what_somebody_has_damaged_is_emptied(self, start, log):
        server = start(in_file())
        server.stop()
        with open(server.path("store"), "r+b") as file:
            file.seek(4096 + MB + 60)
            file.write(os.urandom(5000))
        log.expect("COG4106: the store in .*/store was damaged: 1 of its 2 parts")
        server.start()

    def test_it_is_not_shared_with_another_httpd(self, start):
        server = start(in_file())
        refused(conf(f"CognitoStore dbm:{server.path('store')}:2M"), "is in use by another httpd")
        server.graceful()
        refused(conf(f"CognitoStore dbm:{server.path('store')}:4M"), "is in use by another httpd")

    def test_a_file_of_somebody_else_is_never_touched(self):
        for text in ("x", "something of value\n" * 1000):
            assert refused(in_file().file("store", text), "is a file of somebody else") == text

    def test_a_store_that_others_may_change_is_refused(self):
        """They could have all processes read what they like, and trip over it."""
        server = Server(in_file())
        try:
            server.start()
            server.stop()
            os.chmod(server.path("store"), 0o606)
            with pytest.raises(StartFailed, match="store:2M' may be written by others: chmod go-w"):
                server.start()
        finally:
            server.stop()
            server.remove()

    def test_a_file_has_one_size(self):
        refused(in_file(*vhost("a", "CognitoStore dbm:{root}/store:3M")),
                "is written with another size, too; write dbm:PATH, a file of its own with one size")

    def test_the_test_of_the_configuration_makes_none(self):
        server = Server(in_file())
        try:
            assert server.check()[0] == 0
            assert not os.path.exists(server.path("store"))
        finally:
            server.remove()

    def test_a_disk_that_is_full_stops_the_start(self):
        refused(conf("CognitoStore dbm:{root}/store:8G"), "cannot be made: File too large",
                wrapper=["prlimit", f"--fsize={MB}", "env", "--ignore-signal=XFSZ"])


def refused(written, message, wrapper=()):
    """The start fails with this message; returns what is in the file then."""
    server = Server(written)
    server.command = limited(server.command, wrapper)
    try:
        with pytest.raises(StartFailed, match=f"COG4000: .*CognitoStore: 'dbm:\\S+' {message}"):
            server.start()
        with open(server.path("store"), encoding="latin-1") as file:
            return file.read()
    except FileNotFoundError:
        return None
    finally:
        server.stop()
        server.remove()


# ---- while it runs ----

def runs(server, task="sweeping the store"):
    """When the stores were swept, in seconds."""
    with open(server.path("error.log"), encoding="utf-8") as file:
        found = re.findall(rf"^\[(.*?)\].*COG4111: {task}", file.read(), re.MULTILINE)
    return [datetime.datetime.strptime(x, "%a %b %d %H:%M:%S.%f %Y").timestamp() for x in found]


@pytest.mark.long
def test_one_of_the_children_sweeps_it_every_ten_seconds(start):
    """Were it each of them, the second sweep would come with the first one, after ten seconds."""
    began = time.time()
    server = start(conf())
    wait_for(lambda: runs(server, "renewing the documents of user pools"), "the other task", 30)
    wait_for(lambda: len(runs(server)) >= 2, "two sweeps", seconds=40)
    assert runs(server)[1] - began > 17


@pytest.mark.skipif(bool(os.environ.get("HTTPD_PRELOAD")),
                    reason="sanitizers need more address space than there would be")
def test_what_the_system_cannot_give_stops_the_start():
    server = Server(conf("CognitoStore shmcb:64G"))
    try:
        server.command = limited(server.command, ["prlimit", f"--as={4096 * MB}"])
        with pytest.raises(StartFailed, match="COG4000: main server: CognitoStore: 'shmcb:65536M' "
                                              "cannot be had from the system: Cannot allocate "
                                              "memory; write a smaller size"):
            server.start()
    finally:
        server.stop()
        server.remove()


def limited(command, wrapper):
    """The same command, but below another one, which dies with this test, too."""
    return lambda *options: ["setpriv", "--pdeathsig", "TERM", *wrapper, *command(*options)]
