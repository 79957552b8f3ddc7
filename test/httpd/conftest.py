"""The fixtures are in harness/fixtures.py. See README.md."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "emulator")]

from harness.fixtures import (alice, amazon, backend, browser, browsers, clean_logs, emulator,
                              gateway, healthy_pools, log, nobody, oracle, pool,
                              pytest_runtest_makereport, run, site, staff, start,
                              start_memcached, start_node, start_redis, trusted)

__all__ = ["alice", "amazon", "backend", "browser", "browsers", "clean_logs", "emulator", "gateway",
           "healthy_pools", "log", "nobody", "oracle", "pool", "pytest_runtest_makereport", "run",
           "site", "staff", "start", "start_memcached", "start_node", "start_redis", "trusted"]
