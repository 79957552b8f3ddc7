"""The emulator's table of spoiled tokens and key sets, each row as a bearer."""
import pytest

from cognito_emulator.mutation_table import MUTATIONS
from harness.bearer import api_conf, ask, site
from harness.jwt import jwt_claims
from harness.site import Site, stays_alive

__all__ = ["site"]

SPOILED = sorted(name for name, m in MUTATIONS.items() if m.jwks is None)
KEY_SETS = sorted(name for name, m in MUTATIONS.items() if m.jwks is not None)


class TestMutations:
    """The table of the emulator, each row as a bearer of a server that takes long headers."""

    @pytest.fixture(scope="class")
    def site(self, start, pool, backend):
        return Site(start(api_conf(pool, backend).add("LimitRequestFieldSize 3000000")), pool)

    @pytest.mark.parametrize("name", SPOILED)
    def test_a_spoiled_token_is_judged_as_the_table_says(self, site, browser, pool, log, name):
        row = MUTATIONS[name]
        log.allow("COG3215", r"COG2\d{3}", "AH01629")  # without username: no user
        alive = stays_alive(site.server)
        kind = row.use
        pool.mutate(name, token=kind)
        token = pool.tokens("alice", "app", ["openid"])[f"{kind}_token"]
        path = "/api/id" if kind == "id" else "/api"
        status = ask(browser, path, token)
        assert status in (200, 400, 401, 403) and alive()
        if row.strict != "either" and not is_invisible(name):
            assert (status == 200) == (row.strict == "accept"), status


def is_invisible(name):
    """Rows about what only a login's ID token must have; and blanks around a token, which are
    none of its own in a header."""
    return name.startswith(("id-nonce", "id-missing-nonce", "id-athash")) or \
        name in ("ser-leading-space", "ser-trailing-space")


class TestKeySets:
    """Rows that spoil the key set: each on a server that has seen no other."""

    @pytest.mark.parametrize("name", KEY_SETS)
    def test_a_spoiled_key_set_is_refused(self, start, pool, backend, browsers, log, name):
        site = Site(start(api_conf(pool, backend)), pool)
        log.allow("COG2102", "COG3213", "COG3214", r"COG3001: (jwks|idp_unreachable)")
        pool.mutate(name, token="access")
        token = pool.access_token("alice")
        status = ask(site.browser(browsers), "/api", token)
        strict = MUTATIONS[name].strict
        assert status in (200, 401, 503)
        assert strict == "either" or (status == 200) == (strict == "accept")


def test_the_emulator_tells_machines_from_users(pool):
    """What the tests above rely on (client_credentials, resource servers)."""
    machine, user = jwt_claims(pool.machine_token()), jwt_claims(pool.access_token("alice"))
    assert machine["sub"] == machine["client_id"] == "machine"
    assert "username" not in machine and machine["scope"] == "orders/read"
    assert user["username"] == "alice" and user["sub"] != user["client_id"]
