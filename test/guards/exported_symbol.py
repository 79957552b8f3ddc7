#!/usr/bin/python3
"""Prevents: a module that exports its insides (two modules in one httpd would then share
functions by name), or that was linked without its hardening. Looks at the built .so."""
import os
import re
import subprocess
import sys

SYMBOL = "auth_cognito_module"


def exported_problems(nm_output):
    names = sorted(line.split()[-1] for line in nm_output.splitlines() if line.strip())
    if names != [SYMBOL]:
        yield f"exports {', '.join(names) or 'nothing'}; must export {SYMBOL} alone"


def link_problems(readelf_output):
    if "GNU_RELRO" not in readelf_output:
        yield "no RELRO segment"
    if not re.search(r"BIND_NOW|\bNOW\b", readelf_output):
        yield "not bound at start (-z now)"
    if re.search(r"GNU_STACK.*\n?.*RWE", readelf_output):
        yield "executable stack"
    if "TEXTREL" in readelf_output:
        yield "text relocations"
    if re.search(r"\(R(UN)?PATH\)", readelf_output):
        yield "search path for libraries inside"
    if ".gnu.lto_" in readelf_output:
        yield "link-time optimisation of apxs leaked in"


def self_test():
    good = "  GNU_RELRO 0x1\n  GNU_STACK 0x0 0x0\n   0x0 0x0 RW 0x10\n 0x1e (FLAGS) BIND_NOW\n"
    wrong = ["", good.replace("GNU_RELRO", ""), good.replace("BIND_NOW", ""),
             good.replace(" RW ", " RWE "), good + "(TEXTREL)", good + "(RUNPATH)",
             good + ".gnu.lto_x"]
    if list(link_problems(good)) or not all(any(link_problems(w)) for w in wrong):
        sys.exit("self-test: link_problems")
    exported = f"0000 D {SYMBOL}\n"
    if list(exported_problems(exported)) or not any(exported_problems(exported + "0 T cog_x\n")):
        sys.exit("self-test: exported_problems")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    self_test()
    if "--self-test" in sys.argv:
        return
    module = os.path.join(os.environ["BUILD_DIR"], ".libs", "mod_auth_cognito.so")
    problems = [*exported_problems(output("nm", "-D", "--defined-only", module)),
                *link_problems(output("readelf", "-W", "-l", "-d", "-S", module))]
    for problem in problems:
        print(f"{module}: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
