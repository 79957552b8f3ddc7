#!/usr/bin/python3
"""Prevents: paths of one developer's machine and names of package registries in the project.
The files speak of the project alone."""
import re

from guard import line_of, run

# bracketed, so that this file does not hold what it forbids
PATTERNS = [
    (re.compile(r"(?<![\w.$}{)~-])/(?:home|Users|work|farm|workspace)/\w"), "a path of one machine"),
    (re.compile(r"/tmp/bash[_]jobs"), "a path of one machine"),
    (re.compile(r"\b(?:deb|security|ftp)[.]debian[.]org|registry[.]npmjs|registry[.]yarnpkg|"
                r"\bpypi[.]org|files[.]pythonhosted"), "a package registry"),
]
BINARY = re.compile(r"\.(png|jpg|gif|ico|woff2?|gz|xz|bin|svg)$")


def check(tree):
    for path in tree.paths:
        if BINARY.search(path) or path.startswith("test/data/"):
            continue
        text = tree.read(path)
        tree.saw()
        for pattern, what in PATTERNS:
            for match in pattern.finditer(text):
                yield f"{path}:{line_of(text, match.start())}: {match[0]}: {what}"


CLEAN = {"docs/a.md": "https://example.com/home/page and $HOME/src/x, /usr/lib/httpd\n"}
PLANTED = [
    {"docs/p.md": "cd /ho" "me/alice/src\n"},
    {"test/p.sh": "ls '/wor" "k/tree'\n"},
    {".npmrc": "registry=https://registry.npm" "js.org\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
