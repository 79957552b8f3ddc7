"""Other people's code judges ours. A missing tool is a failure, never a skip."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "emulator"))
sys.path.insert(0, str(HERE))

from tools import installed_packages  # noqa: E402


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of other people's packages."""
    return installed_packages()
