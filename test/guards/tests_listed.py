#!/usr/bin/python3
"""Prevents: a source, test, fuzz target, test function or guard that is there but never built
or run. Lists: src/sources.am, test/tests.am."""
import re

from guard import code_only, run

SOURCES, TESTS = "src/sources.am", "test/tests.am"
GENERATED = {"src/version.h"}


def lists(text):
    """{variable: words} of an automake fragment."""
    text = re.sub(r"#.*", "", text).replace("\\\n", " ")
    return {m[1]: m[2].split() for m in re.finditer(r"^(\w+)\s*=(.*)$", text, re.MULTILINE)}


def compare(name, listed, present):
    for item in sorted(set(present) - set(listed)):
        yield f"{item}: not listed in {name}"
    for item in sorted(set(listed) - set(present)):
        yield f"{name}: {item} does not exist"


def order(name, variables):
    for variable, words in variables.items():
        if words != sorted(set(words)):
            yield f"{name}: {variable} is not in alphabetical order, or has a line twice"


def unregistered(path, text):
    code = code_only(text)
    for name in re.findall(r"^static void (\w+)\(void \*\*\w+\)\n\{", code, re.MULTILINE):
        if not re.search(rf"\bcmocka_unit_test\w*\(\s*{name}\b", code):
            yield f"{path}: {name} is not in the list of tests"


def programs(tree, *patterns):
    return [p[:-2] for p in tree.files(*patterns)]


def check(tree):
    sources, tests = lists(tree.read(SOURCES)), lists(tree.read(TESTS))
    listed = [s for words in sources.values() for s in words]
    present = [p for p in tree.files("src/*.c", "src/*.h") if p not in GENERATED]
    cmocka = tests["UNIT_TESTS"] + tests["NET_TESTS"] + tests["FLOW_TESTS"]
    tree.saw(len(listed) + len(cmocka))
    yield from compare(SOURCES, listed, present)
    yield from order(SOURCES, sources)
    yield from order(TESTS, tests)
    yield from compare(TESTS, cmocka, programs(tree, "test/unit/*test_*.c", "test/flow/*test_*.c"))
    yield from compare(TESTS, tests["FUZZ_TARGETS"], programs(tree, "test/fuzz/fuzz_*.c"))
    yield from compare(TESTS, tests["GUARDS"],
                       [p for p in tree.files("test/guards/*.py") if not p.endswith("/guard.py")])
    for target in tests["FUZZ_TARGETS"]:
        name = target.split("fuzz_")[-1]
        if not tree.files(f"test/data/{name}/*"):
            yield f"{target}: no seed in test/data/{name}/"
    for path in tree.files("test/unit/*.c", "test/flow/*.c"):
        yield from unregistered(path, tree.read(path))


UNIT = ("static void works(void **state)\n{\n}\n"
        "int main(void)\n{\n    cmocka_unit_test_setup_teardown(works, a, b),\n}\n")
TESTS_TEXT = ("# lists\nUNIT_TESTS = \\\n\ttest/unit/base/test_a\n\nNET_TESTS =\nFLOW_TESTS =\n"
              "FUZZ_TARGETS = test/fuzz/fuzz_a\nGUARDS = test/guards/a.py\n")
CLEAN = {SOURCES: "A = \\\n\tsrc/base/a.c \\\n\tsrc/base/a.h\n", TESTS: TESTS_TEXT,
         "src/base/a.c": "", "src/base/a.h": "", "test/unit/base/test_a.c": UNIT,
         "test/fuzz/fuzz_a.c": "", "test/data/a/one/input": "", "test/guards/a.py": "",
         "test/guards/guard.py": ""}
PLANTED = [
    {"src/base/p.h": ""},
    {"test/unit/base/test_p.c": ""},
    {"test/flow/test_p.c": ""},
    {"test/fuzz/fuzz_p.c": ""},
    {"test/guards/p.py": ""},
    {"test/unit/base/test_a.c": UNIT + "static void lost(void **state)\n{\n}\n"},
    {SOURCES: "A = src/base/a.h src/base/a.c\n"},
    {SOURCES: "A = src/base/a.c src/base/a.h src/base/gone.c\n"},
    {TESTS: TESTS_TEXT.replace("fuzz_a", "fuzz_b"), "test/fuzz/fuzz_b.c": "",
     "test/fuzz/fuzz_a.c": ""},
]
# the last one plants a target without seeds; the other one stays listed
PLANTED[-1] = {TESTS: TESTS_TEXT.replace("fuzz_a", "fuzz_a test/fuzz/fuzz_b"),
               "test/fuzz/fuzz_b.c": ""}

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
