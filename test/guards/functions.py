#!/usr/bin/python3
"""Prevents: functions that do two things and files with two topics. Limits: 60 lines between
the braces, 5 parameters, complexity 10 (a switch counts once, its cases do not), 400 lines a
file of src/. functions.allow holds the exceptions, `path name rule measure`; it may only
shrink: an entry has to name the measure of today and goes when the limit is kept."""
import re

from guard import arguments, closing, code_only, line_of, run

LIMITS = {"lines": 60, "parameters": 5, "complexity": 10, "file": 400}
EXCEPTIONS = "test/guards/functions.allow"
BRANCH = re.compile(r"\b(?:if|for|while|switch)\b|&&|\|\||\?")
# clang-format'ed code: a head begins in column 0, the body's braces stand alone there
HEAD = re.compile(r"^(?:[A-Za-z_][^;{}=#]*?)\b([A-Za-z_]\w*)\s*(\([^;{}]*\))\s*\n\{\n", re.MULTILINE)


def without_macros(text):
    """Without preprocessor lines; a macro's branches count where it is used, as one call."""
    return re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", lambda m: re.sub(r"[^\n]", " ", m[0]), text,
                  flags=re.MULTILINE)


def functions(text):
    """(line, name, measures) of each function definition."""
    code = without_macros(code_only(text))
    for match in HEAD.finditer(code):
        open_brace = match.end() - 2
        body = code[open_brace:closing(code, open_brace)]
        parameters = arguments(match[2], 0)
        yield line_of(code, match.start()), match[1], {
            "lines": body.count("\n") - 1,
            "parameters": 0 if parameters == ["void"] else len(parameters),
            "complexity": 1 + len(BRANCH.findall(body)),
        }


def load_exceptions(tree):
    lines = tree.read(EXCEPTIONS).splitlines() if tree.has(EXCEPTIONS) else []
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {(path, name, rule): int(measure) for path, name, rule, measure in rows}


def measures(tree):
    for path in tree.files("src/*.c", "src/*.h", "test/*.c", "test/*.h"):
        text = tree.read(path)
        tree.saw()
        if path.startswith("src/"):
            yield path, 1, "-", "file", text.count("\n")
        for line, name, measured in functions(text):
            tree.saw()
            for rule, value in measured.items():
                yield path, line, name, rule, value


def check(tree):
    allowed = load_exceptions(tree)
    for path, line, name, rule, value in measures(tree):
        limit = LIMITS[rule]
        expected = allowed.pop((path, name, rule), None)
        if expected is None and value > limit:
            yield f"{path}:{line}: {name}: {rule} {value}, limit {limit}"
        elif expected is not None and value <= limit:
            yield f"{EXCEPTIONS}: {path} {name} {rule}: no exception any more, take it out"
        elif expected is not None and value != expected:
            yield f"{EXCEPTIONS}: {path} {name} {rule}: is {value}, not {expected}"
    for path, name, rule in allowed:
        yield f"{EXCEPTIONS}: {path} {name} {rule}: there is no such thing"


def function(name, parameters, body):
    return f"static int {name}({parameters})\n{{\n{body}}}\n"


LONG = "    a();\n" * 61
CLEAN = {"src/base/a.c":
         "#define X(a)  \\\n    if (a) {  \\\n    }\n"
         + function("f", "int a, int b, int c,\n             int d, int (*e)(int, int)",
                    "    if (a && b || c) {\n        s(\"a ? b ? c ? d ? e ? f ? g\");\n    }\n")
         + function("g", "void", "    a();\n" * 60)}
PLANTED = [
    {"src/base/p.c": function("f", "void", LONG)},
    {"src/base/p.c": function("f", "int a, int b, int c, int d, int e, int f", "")},
    {"src/base/p.c": function("f", "int a", "    a = a ? 1 : 2;\n" * 10)},
    {"src/base/p.c": "\n" * 401},
    {"test/unit/p.c": function("f", "void", LONG)},
    {EXCEPTIONS: "src/base/a.c f lines 70\n"},
    {EXCEPTIONS: "src/base/a.c gone lines 70\n"},
    {EXCEPTIONS: "src/base/p.c f lines 70\n", "src/base/p.c": function("f", "void", LONG)},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
