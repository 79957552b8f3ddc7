"""What all guards share: the tree of sources, a reader for C, and the run with its self-test.

A guard is a script with three names:

    check(tree)   yields one line for each violation; calls tree.saw() for each thing looked at
    PLANTED       small trees {path: text}, each with exactly one violation that must be caught
    CLEAN         a small tree without a violation

`run(...)` first proves on PLANTED and CLEAN that the guard still sees, then checks the sources
in $SRCDIR. A guard that finds nothing to look at fails. `--self-test` stops after the proof.
"""
import fnmatch
import os
import re
import subprocess
import sys

SKIPPED_FOLDERS = {".git", "autom4te.cache", "build-aux", "node_modules", "__pycache__",
                   ".pytest_cache", "gen"}


class Tree:
    """Files by path relative to the top, in memory or on disk."""

    def __init__(self, paths, load):
        self.paths = sorted(paths)
        self.load = load
        self.seen = 0

    def saw(self, count=1):
        self.seen += count

    def files(self, *patterns):
        """Paths that match one of the patterns; `*` crosses folders."""
        return [p for p in self.paths if any(fnmatch.fnmatch(p, x) for x in patterns)]

    def has(self, path):
        return path in self.paths

    def read(self, path):
        return self.load(path)


def tree_in_memory(texts):
    return Tree(texts, texts.__getitem__)


def tree_on_disk(top):
    def load(path):
        with open(os.path.join(top, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    return Tree(git_files(top) or walk(top), load)


def git_files(top):
    """What git knows or would add; nothing outside a checkout (a tarball, a copy)."""
    if not os.path.exists(os.path.join(top, ".git")):
        return []
    git = ["git", "-c", "safe.directory=*", "-C", top, "ls-files", "-z", "--cached", "--others",
           "--exclude-standard"]
    names = subprocess.run(git, check=True, capture_output=True, text=True).stdout.split("\0")
    return [n for n in names if n and os.path.isfile(os.path.join(top, n))]


def walk(top):
    found = []
    for folder, subfolders, names in os.walk(top):
        # a build tree below the sources (config.status) is none of our text
        subfolders[:] = [s for s in subfolders if s not in SKIPPED_FOLDERS and
                         not os.path.exists(os.path.join(folder, s, "config.status"))]
        found += [os.path.relpath(os.path.join(folder, n), top) for n in names]
    return found


def run(check, planted, clean):
    self_test(check, planted, clean)
    if "--self-test" in sys.argv:
        return
    tree = tree_on_disk(os.environ.get("SRCDIR", "."))
    problems = list(check(tree))
    for problem in problems:
        print(problem)
    print(f"{os.path.basename(sys.argv[0])}: {tree.seen} checked, {len(problems)} wrong")
    if tree.seen == 0:
        print("nothing to check: this guard looks in the wrong place")
    sys.exit(1 if problems or tree.seen == 0 else 0)


def self_test(check, planted, clean):
    found = list(check(tree_in_memory(clean)))
    if found:
        sys.exit(f"self-test: reports what is right: {found}")
    for number, texts in enumerate(planted, 1):
        if len(list(check(tree_in_memory({**clean, **texts})))) != 1:
            sys.exit(f"self-test: does not catch planted violation {number}: {texts}")


# ---- C ------------------------------------------------------------------------------------

TOKEN = re.compile(r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<string>  "(?:\\.|[^"\\\n])*" )
  | (?P<char>    '(?:\\.|[^'\\\n])*' )
""", re.VERBOSE | re.DOTALL)


def blank(text):
    """Spaces of the same shape: lines and columns stay where they are."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return TOKEN.sub(lambda m: blank(m[0]) if m.lastgroup == "comment" else m[0], text)


def code_only(text):
    """Without comments and without the insides of strings."""
    def strip(match):
        if match.lastgroup == "comment":
            return blank(match[0])
        return match[0][0] + blank(match[0][1:-1]) + match[0][-1]

    return TOKEN.sub(strip, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def closing(text, start):
    """Position behind the bracket that closes the one at `start`, strings respected."""
    depth, position = 0, start
    while position < len(text):
        token = TOKEN.match(text, position)
        if token:
            position = token.end()
            continue
        depth += text[position] in "([{"
        depth -= text[position] in ")]}"
        position += 1
        if depth == 0:
            break
    return position


def arguments(text, start):
    """The arguments between the parentheses that open at `start`."""
    end = closing(text, start) - 1
    found, begin, position = [], start + 1, start + 1
    while position < end:
        token = TOKEN.match(text, position)
        if token:
            position = token.end()
        elif text[position] in "([{":
            position = closing(text, position)
        else:
            if text[position] == ",":
                found.append(text[begin:position].strip())
                begin = position + 1
            position += 1
    last = text[begin:end].strip()
    return found + [last] if found or last else []


def calls(text, name_pattern):
    """(line, name, arguments) of each call of a matching name, comments left out."""
    text = without_comments(text)
    blind = code_only(text)
    for match in re.finditer(rf"\b({name_pattern})\s*\(", blind):
        yield line_of(text, match.start()), match[1], arguments(text, match.end() - 1)
