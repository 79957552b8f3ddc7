#!/usr/bin/python3
"""Prevents: a known attack whose test has gone. test/attacks.md names tests, as `file`: `test`,
`test`; each must be in its file."""
import re

from guard import run

PAGE = "test/attacks.md"
TESTS = re.compile(r"`([\w/]+\.(?:py|c))`: ((?:`\w+`(?:, )?)+)")
IN_C = r"^static void {}\("
IN_PYTHON = r"^ *(?:def test_{0}\(|class {0}\b)"
IN_GUARD = r"\b{}\b"


def pattern_of(path):
    if path.startswith("guards/"):
        return IN_GUARD
    return IN_C if path.endswith(".c") else IN_PYTHON


def missing(tree, path, names):
    text = tree.read(f"test/{path}") if tree.has(f"test/{path}") else ""
    for name in names:
        tree.saw()
        if not re.search(pattern_of(path).format(name), text, re.MULTILINE):
            yield f"{PAGE}: {path} has no {name}"


def check(tree):
    rows = re.findall(r"^\| (?!fault|-)(.*) \|$", tree.read(PAGE), re.MULTILINE)
    for row in rows:
        found = TESTS.findall(row)
        if not found:
            yield f"{PAGE}: no test for {row.split(' | ')[0]}"
        for path, names in found:
            yield from missing(tree, path, re.findall(r"`(\w+)`", names))


HEAD = "| fault | the attack | tests |\n|---|---|---|\n"
CLEAN = {PAGE: HEAD + "| CVE-1 | a `b` | `unit/test_a.c`: `holds`, `stands`; `httpd/test_b.py`: `C`, `d` |\n",
         "test/unit/test_a.c": "static void holds(void **state)\nstatic void stands(void **state)\n",
         "test/httpd/test_b.py": "class C:\n    def test_d(self):\n"}
PLANTED = [
    {**CLEAN, PAGE: HEAD + "| CVE-1 | x | `unit/test_a.c`: `falls` |\n"},
    {**CLEAN, PAGE: HEAD + "| CVE-1 | x | `httpd/test_b.py`: `e` |\n"},
    {**CLEAN, PAGE: HEAD + "| CVE-1 | x | `unit/test_z.c`: `holds` |\n"},
    {**CLEAN, PAGE: HEAD + "| CVE-1 | x | none |\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
