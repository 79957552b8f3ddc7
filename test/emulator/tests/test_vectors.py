"""The table of mutations as JSON for other languages."""

import json
import subprocess
import sys
from pathlib import Path

from cognito_emulator.mutation_table import ROWS
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from steps import header_of

EMULATOR = Path(__file__).resolve().parents[1]


def test_every_row_is_a_case_and_the_good_ones_verify():
    run = subprocess.run(
        [sys.executable, "-m", "cognito_emulator.vectors"], cwd=EMULATOR, capture_output=True
    )
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    cases = {case["name"]: case for case in document["cases"]}
    assert set(cases) == {row.name for row in ROWS}
    keys = {key["kid"]: JWK(**key) for key in document["jwks"]["keys"]}
    for name in ("id-ok", "ac-ok", "id-athash-absent", "pay-spaces"):
        token = cases[name]["token"]
        JWS().deserialize(token, keys[header_of(token)["kid"]])
        assert cases[name]["expect"] == "accept"
    assert "jwks" in cases["key-1024"]
