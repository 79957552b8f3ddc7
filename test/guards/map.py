#!/usr/bin/python3
"""Prevents: a map (src/README.md, "Folders") that leads to files which are not there, or that
leaves some out. Private headers need not be told."""
import re

from guard import run

MAP = "src/README.md"
HEADING = re.compile(r"^### `(\w+)/`")
FILE = re.compile(r"`([a-z0-9_]+?)(?:_(?:…|XX))?(?:\.h)?`")


def cells(line):
    return [cell.strip() for cell in line.strip("|\n").split("|")]


def rows(text):
    """(folder, name, may begin others' names) for each file that a table names."""
    layer = folder = None
    in_folder = False
    for line in text.splitlines():
        heading = HEADING.match(line)
        if heading:
            layer = folder = heading[1]
        elif line.startswith("#"):
            layer = None
        elif layer and line.startswith("| "):
            row = cells(line)
            if row[-1] == "topic":
                in_folder, folder = row[0] == "folder", layer
                continue
            if in_folder and row[0]:
                folder = f"{layer}/{row[0].strip('`/')}"
            for match in FILE.finditer(row[-2]):
                yield folder, match[1], "_…" in match[0] or "_XX" in match[0]


def check(tree):
    sources = {(path[4:].rpartition("/")[0], path.rpartition("/")[2][:-2])
               for path in tree.files("src/*/*.c", "src/*/*.h") if "_private.h" not in path}
    told = set()
    for folder, name, is_prefix in rows(tree.read(MAP)):
        tree.saw()
        found = {(f, n) for f, n in sources
                 if f == folder and (n.startswith(name + "_") if is_prefix else n == name)}
        if not found:
            yield f"{MAP}: src/{folder}/{name} does not exist"
        told |= found
    for folder, name in sorted(sources - told):
        if not name.endswith("_tables"):
            yield f"src/{folder}/{name}: not in {MAP}"


TEXT = ("### `a/`: first\n\n| file | topic |\n|---|---|\n| `one`, `two.h` | both |\n"
        "| `many_…` | alike |\n\n| folder | file | topic |\n|---|---|---|\n"
        "| `in/` | `three` | |\n| | `four` | |\n\n## Else\n\n| `none` | |\n")
CLEAN = {MAP: TEXT, "src/a/one.c": "", "src/a/one.h": "", "src/a/two.h": "", "src/a/many_x.c": "",
         "src/a/many_y.c": "", "src/a/in/three.c": "", "src/a/in/four.c": "",
         "src/a/b_private.h": ""}
PLANTED = [
    {"src/a/five.c": ""},
    {"src/a/in/one.c": ""},
    {"src/a/three.h": ""},
    {MAP: TEXT.replace("`one`", "`one`, `gone`")},
    {MAP: TEXT.replace("`four`", "`four`, `one`")},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
