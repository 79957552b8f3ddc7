"""Packages are built and tried in throw-away Debian systems. See README.md."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD_DIR") or TOP / "build")
sys.path.insert(0, str(HERE))

from roots import APT, SUITES, Root, layer  # noqa: E402

CHECKERS = "build-essential lintian blhc rpm rpmlint curl"
SITE_TOOLS = "apache2 autopkgtest curl ssl-cert"
ADMIN_TOOLS = ("apache2 curl ssl-cert sudo openssl ca-certificates awscli redis-server "
               "python3-cryptography python3-flask python3-jwcrypto")


@pytest.fixture(scope="session")
def tarball():
    """What `make dist` makes."""
    done = subprocess.run(["make", "-C", BUILD, "dist"], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    found = list(BUILD.glob("mod_auth_cognito-*.tar.gz"))
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(scope="session", params=SUITES, ids=SUITES)
def suite(request):
    return request.param


def build_layer(suite):
    """Everything that a build needs, and what judges its result."""
    control = (TOP / "debian/control").read_text(encoding="utf-8")

    def prepare(root):
        root.write("/src/debian/control", control)
        root.run(f"apt-get -q update; {APT} install {CHECKERS}; {APT} build-dep /src",
                 network=True)
        root.run("useradd builder; rm -r /src")

    return layer(suite, "build", CHECKERS + control.partition("\nPackage:")[0], prepare)


def site_layer(suite):
    """A Debian with apache2, and what debian/tests needs."""
    tests = (TOP / "debian/tests/control").read_text(encoding="utf-8")
    needed = re.search(r"^Depends: @,(.*)$", tests, re.MULTILINE)[1].replace(",", " ")
    packages = f"{SITE_TOOLS} {needed}"
    return layer(suite, "site", packages, lambda root: root.install(packages))


def admin_layer(suite):
    """A Debian with apache2, the AWS CLI, and what the emulator of a user pool needs."""
    return layer(suite, "admin", ADMIN_TOOLS, lambda root: root.install(ADMIN_TOOLS))


class Built:
    """What came out of a build: a folder of files, and what the build said."""

    def __init__(self, folder, log):
        self.folder, self.log = folder, log

    def file(self, pattern):
        found = list(self.folder.glob(pattern))
        assert len(found) == 1, f"{pattern}: {[p.name for p in self.folder.iterdir()]}"
        return found[0]


def build(suite, script, tarball, folder, place="/built", options=""):
    """scripts/deb or scripts/rpm by an ordinary user, without a network, in `place`."""
    root = Root(build_layer(suite))
    try:
        for name in (tarball, TOP / "scripts" / script):
            root.put(name, f"/src/{name.name}")
        said = root.run(f"install -d -o builder {place}; cd {place}; chmod -R a+rX /src\n"
                        f"setpriv --reuid builder --regid builder --clear-groups env "
                        f"BUILD_DIR={place} HOME={place} {options} "
                        f"/src/{script} /src/{tarball.name}")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(root.path(f"{place}/packages/{script}"), folder)
        (folder / "build.log").write_text(said)
    finally:
        root.close()
    return Built(folder, said)


@pytest.fixture(scope="session")
def deb(suite, tarball):
    return build(suite, "deb", tarball, BUILD / "packages" / suite)


@pytest.fixture
def site(suite, deb):
    """A Debian with apache2 and our .deb at /deb/module.deb, not installed."""
    root = Root(site_layer(suite))
    root.put(deb.file("libapache2-mod-auth-cognito_*.deb"), "/deb/module.deb")
    yield root
    root.close()


@pytest.fixture
def builder(suite):
    """A Debian with what checks packages."""
    root = Root(build_layer(suite))
    yield root
    root.close()
