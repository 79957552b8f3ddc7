"""Other people's code judges ours. A missing tool is a failure, never a skip."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "emulator"))
sys.path.insert(0, str(HERE))

from tools import need  # noqa: E402


def cache_folder() -> Path:
    """Outside of the source files: $JUDGES_CACHE, else the build tree."""
    return Path(os.environ.get("JUDGES_CACHE") or TOP / "build" / "judges")


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Installs what package-lock.json names, once for each version of that file."""
    npm = need("npm", "npm")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = cache_folder() / hashlib.sha256(lock).hexdigest()[:12]
    done = folder / "installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder)
        run = subprocess.run(
            [npm, "ci", "--no-progress"], cwd=folder, capture_output=True, text=True, timeout=300
        )
        if run.returncode != 0:
            pytest.fail(f"npm ci failed:\n{run.stdout}{run.stderr}", pytrace=False)
        done.touch()
    return folder
