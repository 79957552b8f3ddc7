"""Throw-away Debian systems: debootstrap's result below, a layer of packages above it, and on
top a folder that takes what a test writes. The lower two are kept in $PACKAGES_ROOTS."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SUITES = {"bookworm": "Debian 12", "trixie": "Debian 13"}
NEEDED = {"debootstrap": "debootstrap", "unshare": "util-linux", "nsenter": "util-linux",
          "ip": "iproute2"}
APT = "apt-get -q -y --no-install-recommends"
STEP_SEC = 1500
ENVIRONMENT = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]


def need_tools():
    """Says what is missing: these tests fail then, for nothing else can show what they show."""
    missing = {package for tool, package in NEEDED.items() if not shutil.which(tool)}
    if missing:
        pytest.fail("the package tests need: apt-get install " + " ".join(missing), pytrace=False)
    if os.getuid() != 0:
        pytest.fail("the package tests mount and chroot: run them as root", pytrace=False)
    if subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.fail("the package tests need namespaces of their own, which this machine (a "
                    "container?) does not give: unshare --mount --pid --net fails", pytrace=False)


def cache():
    build = os.environ.get("BUILD_DIR") or HERE.parents[1] / "build"
    folder = pathlib.Path(os.environ.get("PACKAGES_ROOTS") or pathlib.Path(build) / "roots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def sweep():
    """Removes what a run has left that was killed."""
    for folder in cache().glob("root-*"):
        if not pathlib.Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder)


def last_lines(text, count=40):
    return "\n".join(text.splitlines()[-count:])


def bash(script):
    return ["bash", "-euo", "pipefail", "-c", script]


def captured(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=STEP_SEC, check=False)


def must_work(done, script):
    """What was said; a failure of the test when it did not work."""
    if done.returncode != 0:
        pytest.fail(f"exit {done.returncode} of:\n{script}\n{last_lines(done.stdout)}",
                    pytrace=False)
    return done.stdout


class Root:
    """`lower`: folders, the uppermost first."""

    def __init__(self, lower, upper=None):
        self.lower = list(lower)
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix=f"root-{os.getpid()}-", dir=cache()))
        self.upper = pathlib.Path(upper or self.scratch / "upper")
        for folder in (self.upper, self.scratch / "work", self.scratch / "root"):
            folder.mkdir(exist_ok=True)

    def entered(self, script, network=False):
        """The command that runs lines of bash; every process that they leave ends with them."""
        command = ["setpriv", "--pdeathsig", "KILL", "env", f"NETWORK={1 if network else 0}",
                   "unshare", "--mount", "--pid", "--fork", "--kill-child"]
        command += [] if network else ["--net"]
        command += [HERE / "enter", ":".join(map(str, self.lower)), self.upper,
                    self.scratch / "work", self.scratch / "root", *bash(script)]
        return command

    def try_to(self, script, network=False):
        return captured(self.entered(script, network))

    def run(self, script, network=False):
        """The same, and it has to work. Returns what was said."""
        return must_work(self.try_to(script, network), script)

    def hold(self):
        """From here on scripts share namespaces: servers that one starts serve the next one."""
        return Held(self)

    def install(self, *packages):
        self.run(f"apt-get -q update; {APT} install {' '.join(packages)}", network=True)

    def put(self, path, target):
        """A file of ours at an absolute path of the root."""
        place = self.upper / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)

    def write(self, target, text):
        place = self.upper / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def path(self, target):
        """Where something lies that the root's processes have written."""
        return self.upper / target.lstrip("/")

    def close(self):
        shutil.rmtree(self.scratch)


class Held:
    """The namespaces of a root, without a network, until close()."""

    def __init__(self, root):
        self.root = root
        self.keeper = subprocess.Popen(root.entered("echo held; sleep infinity & wait"),
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self.keeper.stdout.readline() == "held\n"
        children = pathlib.Path(f"/proc/{self.keeper.pid}/task/{self.keeper.pid}/children")
        self.inside = children.read_text().split()[0]

    def try_to(self, script):
        """Runs lines of bash. Servers that they leave must not hold on to the output."""
        return captured(["nsenter", "--target", self.inside, "--mount", "--pid", "--net", "--root",
                         f"--wd=/proc/{self.inside}/root", "env", "-i", *ENVIRONMENT, *bash(script)])

    def run(self, script):
        return must_work(self.try_to(script), script)

    def path(self, target):
        """A file, as the processes inside see it."""
        return pathlib.Path(f"/proc/{self.inside}/root", target.lstrip("/"))

    def close(self):
        self.keeper.kill()
        self.keeper.wait()
        self.keeper.stdout.close()


def debian(suite):
    """debootstrap's result."""
    need_tools()
    sweep()
    base = cache() / f"{suite}.base"
    if base.exists():
        return base
    part = cache() / f"{suite}.base.part"
    shutil.rmtree(part, ignore_errors=True)
    done = subprocess.run(["debootstrap", "--variant=minbase", suite, part], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=STEP_SEC, check=False)
    if done.returncode != 0:
        pytest.fail(f"debootstrap {suite} failed:\n{last_lines(done.stdout)}", pytrace=False)
    part.rename(base)
    return base


def layer(suite, name, wanted, prepare):
    """Folders of a Debian that `prepare(root)` has added to, made once for each `wanted`, a
    text that says what it is to hold."""
    base = debian(suite)
    made = cache() / f"{suite}.{name}-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if not made.exists():
        part = cache() / f"{made.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        root = Root([base], part)
        try:
            root.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")
            root.path("/usr/sbin/policy-rc.d").chmod(0o755)
            prepare(root)
            root.run("apt-get clean")
        finally:
            root.close()
        part.rename(made)
    return [made, base]
