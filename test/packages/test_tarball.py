"""`make dist` gives the same bytes to everybody, with all of the sources in it; `make sbom`
says what the module is linked to."""
import hashlib
import json
import os
import re
import subprocess
import tarfile

import pytest

from conftest import BUILD, TOP

NOT_SHIPPED = {".gitignore"}


def make(tree, *arguments, **options):
    done = subprocess.run(["make", "-C", tree, *arguments], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=300, check=False, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def names_in(tarball):
    with tarfile.open(tarball) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.fixture(scope="module")
def other_tree(tarball, tmp_path_factory):
    """What somebody else makes of the tarball: unpacked, configured, elsewhere."""
    folder = tmp_path_factory.mktemp("tree")
    subprocess.run(["tar", "-xf", tarball, "--strip-components=1", "-C", folder], check=True)
    build = folder / "build"
    build.mkdir()
    done = subprocess.run(["../configure", "-q", "PYTHON3=/usr/bin/python3"], cwd=build,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    return build


def test_the_tarball_made_of_the_tarball_has_the_same_bytes(tarball, other_tree):
    """Other place, other time, other permissions: umask 077."""
    make(other_tree, "dist", umask=0o077)
    digests = {hashlib.sha256(path.read_bytes()).hexdigest()
               for path in (tarball, other_tree / tarball.name)}
    assert len(digests) == 1


def test_the_tarball_tells_nothing_of_who_packed_it(tarball):
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
    assert len(members) > 400
    assert {(m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, "", "")}
    assert len({m.mtime for m in members}) == 1
    assert {m.mode & ~0o111 for m in members if m.isfile()} == {0o644}


def test_the_tarball_has_every_file_of_the_repository(tarball):
    if not (TOP / ".git").exists():
        listed = [p.relative_to(TOP) for p in TOP.glob("debian/**/*") if p.is_file()]
    else:
        git = ["git", "-c", "safe.directory=*", "-C", TOP, "ls-files", "-z"]
        listed = subprocess.run(git, check=True, stdout=subprocess.PIPE,
                                text=True).stdout.strip("\0").split("\0")
    missing = {str(x) for x in listed} - names_in(tarball) - NOT_SHIPPED
    assert listed and not missing


def test_the_tarball_has_no_leavings(tarball):
    odd = [n for n in names_in(tarball)
           if re.search(r"(^|/)(\.git|__pycache__|node_modules|build|autom4te\.cache)(/|$)|"
                        r"\.(o|lo|la|so|log|trs|orig|rej)$|~$", n)]
    assert odd == []


# ---- what it is linked to -----------------------------------------------------------------


@pytest.fixture(scope="module")
def sbom(tarball):
    make(BUILD, "sbom")
    path = BUILD / "packages" / tarball.name.replace(".tar.gz", ".spdx.json")
    return path, json.loads(path.read_text(encoding="utf-8"))


def test_the_sbom_has_what_spdx_2_3_demands(sbom, tarball):
    _, document = sbom
    assert document["spdxVersion"] == "SPDX-2.3"
    assert document["dataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT"
    assert re.fullmatch(r"https://\S+-[0-9a-f-]{36}", document["documentNamespace"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"])
    assert all(re.match(r"(Tool|Organization|Person): ", x)
               for x in document["creationInfo"]["creators"])
    ids = [x["SPDXID"] for x in document["packages"]]
    assert len(set(ids)) == len(ids) == 9
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", x) for x in ids)
    for package in document["packages"]:
        assert package["name"] and package["downloadLocation"] == "NOASSERTION"
        assert re.match(r"\d+\.\d+", package["versionInfo"]), package["name"]
        assert package["licenseDeclared"] in {"Apache-2.0", "MIT", "BSD-3-Clause", "curl"}
    ours = document["packages"][0]
    assert ours["checksums"][0]["checksumValue"] == hashlib.sha256(tarball.read_bytes()).hexdigest()
    assert {x["relatedSpdxElement"] for x in document["relationships"]} == set(ids)


def test_the_sbom_names_every_library_that_the_module_loads(sbom):
    """By the stem of its file: libcrypto.so.3 comes with OpenSSL."""
    owners = {"curl": "curl", "cjose": "cjose", "jansson": "jansson", "crypto": "openssl",
              "ssl": "openssl", "apr-1": "apr", "aprutil-1": "apr-util", "hiredis": "hiredis"}
    dynamic = subprocess.run(["readelf", "-dW", BUILD / ".libs/mod_auth_cognito.so"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    stems = set(re.findall(r"\(NEEDED\).*\[lib(.*?)\.so", dynamic)) - {"c", "m"}
    assert len(stems) >= 5
    named = {x["name"] for x in sbom[1]["packages"]}
    assert {owners.get(stem, stem) for stem in stems} <= named


def test_the_sbom_is_the_same_whoever_makes_it(sbom, other_tree, tarball):
    make(other_tree, "sbom")
    assert (other_tree / "packages" / sbom[0].name).read_bytes() == sbom[0].read_bytes()
    assert os.path.getsize(sbom[0]) > 3000
