"""groff judges the manual page: no unknown macro, no line that does not fit."""

import os
import subprocess
from pathlib import Path

import pytest
from tools import need

PAGES = sorted(Path(__file__).resolve().parents[2].glob("docs/*.8"))


def test_there_is_one():
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("columns", [80, 132])
def test_man_has_nothing_to_warn_of(page, columns):
    shown = subprocess.run(
        [need("man", "man-db"), "--warnings", "--local-file", page],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": str(columns), "MANPAGER": "cat"},
    )
    assert shown.stderr == ""
    assert "SEE ALSO" in shown.stdout
