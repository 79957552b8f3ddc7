"""A Redis cluster on loopback: three nodes that share all slots, the last one with a replica; TLS,
and a user who may no more than docs/sessions.md says.

    def test_something(redis_cluster):
        redis_cluster.nodes[0].port                 # any node leads to all
        redis_cluster.owner_of(key)                 # the node that has a key
        redis_cluster.begin_to_move(key, node), redis_cluster.move(key, node), redis_cluster.end_move(…)
        redis_cluster.lose_last()                   # it dies, and its replica takes over
"""
import itertools
import re
import shutil

from .ports import Port
from .redis import ADMIN, Redis, documented_rights
from .waiting import wait_for

SLOTS = 16384
USER, PASSWORD = "cognito", "s3cr3t%s"


class Node(Redis):
    rights = " ".join(documented_rights())

    def __init__(self, first=None):
        self.bus = Port()
        # nobody dies for being slow; the tests say who has died
        super().__init__(user=USER, password=PASSWORD, has_tls=True, cluster_enabled="yes",
                         cluster_port=self.bus, cluster_node_timeout=60000, tls_cluster="yes",
                         tls_replication="yes", cluster_require_full_coverage="no",
                         masteruser=ADMIN, masterauth=ADMIN, repl_diskless_sync_delay=0)
        if first:
            for name in ("ca.pem", "server.pem", "server.key", "client.pem"):
                shutil.copy(first.path(name), self.path(name))

    def cluster(self, *words):
        return self.ask("CLUSTER", *words)

    def name(self):
        return self.cluster("MYID")

    def calls(self, command):
        """How often it was told to do this."""
        return self.count("commandstats", f"cmdstat_{command}:calls=")

    def errors(self, code):
        """How often it has answered so."""
        return self.count("errorstats", f"errorstat_{code}:count=")

    def count(self, section, name):
        found = re.search(re.escape(name) + r"(\d+)", self.ask("INFO", section))
        return int(found[1]) if found else 0

    def remove(self):
        super().remove()
        self.bus.close()


class RedisCluster:
    def __init__(self):
        first = Node()
        self.all = [first, Node(first), Node(first), Node(first)]
        self.nodes, self.replica = self.all[:3], self.all[3]
        self.ca_file = first.ca_file

    def start(self):
        for node in self.all:
            node.start()
        for number, node in enumerate(self.nodes):
            node.cluster("SET-CONFIG-EPOCH", number + 1)
            node.cluster("ADDSLOTSRANGE", SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1)
        for one, other in itertools.combinations(self.all, 2):
            one.cluster("MEET", other.address, other.port, other.bus)
        last = self.nodes[-1].name()
        wait_for(lambda: last in self.replica.cluster("NODES"), "nodes to meet", seconds=15)
        self.replica.cluster("REPLICATE", last)
        wait_for(lambda: all(self.is_whole(node) for node in self.all), "the cluster", seconds=15)
        return self

    @staticmethod
    def is_whole(node):
        state = node.cluster("INFO")
        return all(f"{line}\r" in state for line in (
            "cluster_state:ok", f"cluster_slots_ok:{SLOTS}", "cluster_known_nodes:4"))

    def keys(self, pattern):
        return {key for node in self.nodes for key in node.ask("KEYS", pattern)}

    def owner_of(self, key):
        return next(node for node in self.nodes if key in node.ask("KEYS", key))

    def begin_to_move(self, key, node):
        """The key's slot to another node: from now on each of both has a part of it."""
        owner, slot = self.owner_of(key), node.cluster("KEYSLOT", key)
        node.cluster("SETSLOT", slot, "IMPORTING", owner.name())
        owner.cluster("SETSLOT", slot, "MIGRATING", node.name())

    def move(self, key, node):
        self.owner_of(key).ask("MIGRATE", node.address, node.port, key, 0, 10000,
                               "AUTH2", ADMIN, ADMIN)

    def end_move(self, key, node):
        for one in (node, *self.nodes):
            one.cluster("SETSLOT", node.cluster("KEYSLOT", key), "NODE", node.name())

    def grant(self, right):
        for node in self.all:
            node.ask("ACL", "SETUSER", USER, right)

    def lose_last(self):
        """One node dies; its replica has all that it had, and takes over."""
        last = self.nodes[-1]
        wait_for(lambda: last.ask("WAIT", 1, 1000) == 1, "the replica", seconds=15)
        self.nodes[-1].kill()
        self.replica.cluster("FAILOVER", "TAKEOVER")

    def remove(self):
        for node in self.all:
            node.remove()
