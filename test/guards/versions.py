#!/usr/bin/python3
"""Prevents: packages of one version with another's name. configure.ac has the version; the
changelogs and the specification of the packages name the same as their newest."""
import re

from guard import run

TRUTH = "configure.ac", r"^AC_INIT\(\[\w+\], \[([\d.]+)\]\)"
# what follows the version in each file tells that it is whole
OTHERS = {
    "CHANGES.md": r"^## ([\d.]+)[,\s]",
    "debian/changelog": r"^mod-auth-cognito \(([\d.]+)\) ",
    "rpm/mod_auth_cognito.spec": r"^Version: +([\d.]+)$",
}
SPEC_CHANGELOG = r"^%changelog\n\* .* - ([\d.]+)-\d+$"


def first(tree, path, pattern):
    tree.saw()
    found = re.search(pattern, tree.read(path) if tree.has(path) else "", re.MULTILINE)
    return found[1] if found else None


def check(tree):
    version = first(tree, *TRUTH)
    if version is None:
        yield "configure.ac: AC_INIT has no version"
    for path, pattern in OTHERS.items():
        found = first(tree, path, pattern)
        if found != version:
            yield f"{path}: the newest version is {found}, in configure.ac {version}"
    spec = "rpm/mod_auth_cognito.spec"
    found = first(tree, spec, SPEC_CHANGELOG)
    if found != version:
        yield f"{spec}: %changelog begins with {found}, in configure.ac it is {version}"


CLEAN = {
    "configure.ac": "AC_INIT([mod_auth_cognito], [1.2.0])\n",
    "CHANGES.md": "# Changes\n\n## 1.2.0, unreleased\n\n## 1.1.0\n",
    "debian/changelog": "mod-auth-cognito (1.2.0) UNRELEASED; urgency=medium\n",
    "rpm/mod_auth_cognito.spec": "Version:        1.2.0\n\n%changelog\n"
                                 "* Wed Nov 25 2026 A <a@b.example> - 1.2.0-1\n- new\n",
}
PLANTED = [
    {"CHANGES.md": "# Changes\n\n## 1.1.0\n\n## 1.2.0\n"},
    {"debian/changelog": CLEAN["debian/changelog"].replace("1.2.0", "1.2.1")},
    {"rpm/mod_auth_cognito.spec": CLEAN["rpm/mod_auth_cognito.spec"].replace(" 1.2.0\n", " 1.2\n")},
    {"rpm/mod_auth_cognito.spec": CLEAN["rpm/mod_auth_cognito.spec"].replace("- 1.2.0", "- 1.1.0")},
    {"debian/changelog": ""},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
