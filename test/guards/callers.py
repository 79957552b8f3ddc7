#!/usr/bin/python3
"""Prevents: code that nobody needs any more. Each function and macro of a header in src/ is
used in src/, a test alone is no reason to keep it; each error code is raised somewhere; each
helper of the C tests helps a test."""
import re

from guard import code_only, line_of, run

CODES, MEANINGS = "src/base/error.h", "src/flow/failure.c"

# what clang-format leaves at the margin is declared or defined there, a use is indented
DECLARED = re.compile(r"^(?!#|typedef\b|return\b)[^\s/{}].*?\b(\w+)\(", re.MULTILINE)
MACRO = re.compile(r"^#define (\w+)", re.MULTILINE)
WORD = re.compile(r"\b\w+")
CODE = re.compile(r"^ +X\((COG_E_\w+)", re.MULTILINE)


def used_words(line):
    """What a line uses: of one at the margin, what a macro or a variable is made of."""
    if line[:1].isspace():
        return WORD.findall(line)
    macro = MACRO.match(line)
    return WORD.findall(line[macro.end():] if macro else line.partition("=")[2])


def users(tree, *patterns):
    """{name: paths of the files that use it}"""
    found = {}
    for path in tree.files(*patterns):
        for line in code_only(tree.read(path)).split("\n"):
            for word in used_words(line):
                found.setdefault(word, set()).add(path)
    return found


def unused(tree, headers, found):
    for path in tree.files(headers):
        code = code_only(tree.read(path))
        for match in [*DECLARED.finditer(code), *MACRO.finditer(code)]:
            tree.saw()
            if not match[1].endswith("_H") and match[1] not in found:
                yield f"{path}:{line_of(code, match.start())}: nobody uses {match[1]}"


def never_raised(tree, found):
    for code in CODE.findall(tree.read(CODES) if tree.has(CODES) else ""):
        tree.saw()
        if not found.get(code, set()) - {CODES, MEANINGS}:
            yield f"{CODES}: nobody raises {code}"


def check(tree):
    sources = users(tree, "src/*.c", "src/*.h")
    yield from unused(tree, "src/*.h", sources)
    yield from never_raised(tree, sources)
    yield from unused(tree, "test/*.h", users(tree, "test/*.c", "test/*.h"))


CLEAN = {
    CODES: "#define COG_ERRORS(X) \\\n    X(COG_E_A, \"a\", \"a\")\ntypedef int cog_err_t;\n",
    "src/base/a.h": "#ifndef COG_A_H\n#define COG_A_H\n#define COG_TWICE(x) cog_b(cog_b(x))\n"
                    "cog_err_t cog_b(int x);\n#endif\n",
    "src/base/a.c": "cog_err_t cog_b(int x)\n{\n    return x ? COG_E_A : COG_TWICE(x);\n}\n"
                    "#define LIST COG_ERRORS(cog_b)\n",
    "src/base/b.c": "static const int list[] = {COG_LIST};\n",
    "src/base/b.h": "#define COG_LIST 1\n",
    "test/unit/unit.h": "void helper(void);\n",
    "test/unit/unit.c": "void helper(void)\n{\n}\n",
    "test/unit/test_a.c": "static void test(void)\n{\n    helper();\n}\n",
}
PLANTED = [
    {"src/base/p.h": "int cog_p(void);\n", "src/base/p.c": "int cog_p(void)\n{\n    return 1;\n}\n",
     "test/unit/test_p.c": "static void test(void)\n{\n    cog_p();\n}\n"},
    {"src/base/p.h": "#define COG_P 1 /* COG_P */\n"},
    {"src/base/p.h": "static inline int cog_p(void)\n{\n    return 1;\n}\n"},
    {CODES: CLEAN[CODES].replace("\"a\")\n", "\"a\") \\\n    X(COG_E_P, \"p\", \"p\")\n"),
     MEANINGS: "    {COG_E_P, 500}\n"},
    {"test/unit/unit.h": "void helper(void);\nvoid never(void);\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
