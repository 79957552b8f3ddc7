"""Finds the programs and packages of other people that judge ours."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]


def need(program: str, package: str) -> str:
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        pytest.fail(f"{program} is missing: install the package {package}", pytrace=False)
    return found


def cache_folder() -> Path:
    """Outside of the source files: $JUDGES_CACHE, else the build tree."""
    return Path(os.environ.get("JUDGES_CACHE") or TOP / "build" / "judges")


def installed_packages() -> Path:
    """The folder with what package-lock.json names, installed once for each version of that
    file; who comes meanwhile waits."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = cache_folder() / hashlib.sha256(lock).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            install(folder)
    return folder


def install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, folder)
    run = subprocess.run(
        [need("npm", "npm"), "ci", "--no-progress"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if run.returncode != 0:
        pytest.fail(f"npm ci failed:\n{run.stdout}{run.stderr}", pytrace=False)
    (folder / "installed").touch()
