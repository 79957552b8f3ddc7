"""A site of little patience, and what its processes take."""
import pytest

from .site import Site, ordinary_conf

TOTAL = 2  # CognitoTimeout of these tests, in seconds
NOISE = r"COG\d{4}"


def fast_conf(pool, backend):
    return ordinary_conf(pool, backend).add(f"CognitoTimeout 1s {TOTAL}s")


@pytest.fixture(scope="class")
def site(start, pool, backend):
    return Site(start(fast_conf(pool, backend)), pool)


def memory(server):
    """Resident memory of each child, in bytes."""
    found = {}
    for pid in server.children():
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            found[pid] = int(file.read().split()[1]) * 4096
    return found


def growth(server, before):
    """Of the children of then together, in bytes."""
    now = memory(server)
    return sum(now[pid] - before[pid] for pid in before.keys() & now.keys())
