"""The fixtures are in harness/fixtures.py. See README.md."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "emulator")]

from harness.fixtures import (alice, amazon, backend, browser, browsers, clean_logs, emulator,
                              gateway, healthy_pools, log, nobody, oracle, pool,
                              pytest_runtest_makereport, redis, redis_cluster, run, site, staff, start,
                              start_memcached, start_node, start_redis, trusted)

__all__ = ["alice", "amazon", "backend", "browser", "browsers", "clean_logs", "emulator", "gateway",
           "healthy_pools", "log", "nobody", "oracle", "pool", "pytest_runtest_makereport", "redis",
           "redis_cluster", "run", "site", "staff", "start", "start_memcached", "start_node",
           "start_redis", "trusted"]


def pytest_collection_modifyitems(items):
    """What takes long begins first: else all others wait for it at the end."""
    items.sort(key=lambda item: not item.get_closest_marker("long"))
