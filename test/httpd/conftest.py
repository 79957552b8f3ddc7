"""The fixtures are in harness/fixtures.py. See README.md."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "emulator")]

from harness.fixtures import (amazon, backend, browsers, clean_logs, emulator, gateway,
                              healthy_pools, log, oracle, pool, pytest_runtest_makereport, staff,
                              start, start_memcached, start_node, start_redis, trusted)

__all__ = ["amazon", "backend", "browsers", "clean_logs", "emulator", "gateway", "healthy_pools",
           "log", "oracle", "pool", "pytest_runtest_makereport", "staff", "start",
           "start_memcached", "start_node", "start_redis", "trusted"]
