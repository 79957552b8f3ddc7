"""The life of the stores: one for each setting, made at the start, kept over graceful restarts."""
import datetime
import os
import re

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


def memories(pid):
    """Shared memory of stores in a process: {inode: size in MB}."""
    found = {}
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        for line in file:
            match = re.match(r"(\w+)-(\w+) rw-s \S+ \S+ (\d+) +/dev/zero", line)
            size = int(match[2], 16) - int(match[1], 16) if match else 0
            if size >= MB and size % MB <= 2 * 4096:  # the pages of the store's and APR's headers
                found[int(match[3])] = size // MB
    return found


def everywhere(server):
    """The same in all children, which share what the parent has made."""
    parent = memories(server.process.pid)
    for pid in server.children():
        if os.path.exists(f"/proc/{pid}/exe") and "cgid" not in comm(pid):
            assert memories(pid) == parent
    return parent


def comm(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read()


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


def runs(server):
    """When the stores were swept, in seconds."""
    with open(server.path("error.log"), encoding="utf-8") as file:
        found = re.findall(r"^\[(.*?)\].*COG4111: sweeping the store", file.read(), re.MULTILINE)
    return [datetime.datetime.strptime(x, "%a %b %d %H:%M:%S.%f %Y").timestamp() for x in found]


def test_one_of_the_children_sweeps_it_every_ten_seconds(start):
    server = start(conf())
    wait_for(lambda: len(runs(server)) >= 3, "three sweeps", seconds=50)
    found = runs(server)
    assert all(later - earlier > 7 for earlier, later in zip(found, found[1:])), found


def test_what_the_system_cannot_give_stops_the_start():
    server = Server(conf("CognitoStore shmcb:64G"))
    try:
        wrapper = ["setpriv", "--pdeathsig", "TERM", "prlimit", f"--as={4096 * MB}"]
        server.command = limited(server.command, wrapper)
        with pytest.raises(StartFailed, match="COG4000: main server: CognitoStore: 'shmcb:65536M' "
                                              "cannot be had from the system: Cannot allocate "
                                              "memory; write a smaller size"):
            server.start()
    finally:
        server.stop()
        server.remove()


def limited(command, wrapper):
    return lambda *options: [*wrapper, *command(*options)]
