#!/usr/bin/python3
"""Prevents: functions without a length, with silent errors, with shared state or outside the
pools; jumps; notes for later. banned.allow names the few wrappers that may use one:
`path name reason`; an entry that is not needed is an error."""
import re

from guard import TOKEN, calls, code_only, line_of, run

ALLOWED = "test/guards/banned.allow"
INSTEAD = {
    "strcpy strcat strncpy strncat stpcpy strdup strndup": "apr_pstrdup, apr_pstrcat, apr_cpystrn",
    "sprintf vsprintf snprintf vsnprintf asprintf": "apr_psprintf, apr_snprintf",
    "strtok strtok_r": "the parsers of base/",
    "atoi atol atoll atof strtol strtoul strtoll strtoull strtod sscanf apr_atoi64 apr_strtoi64":
        "base/number.h",
    "gets fgets scanf fscanf": "apr_file_read_full",
    "malloc calloc realloc reallocarray free alloca": "a pool",
    "memcmp bcmp": "cog_secret_equal for secrets, cog_text_* for text",
    "system popen execv execve fork": "apr_proc_create",
    "rand srand random srandom drand48": "crypto/random.h",
    "gmtime localtime ctime asctime mktime setlocale": "apr_time_exp_gmt",
    "abort exit _exit assert": "an error code",
    "printf puts fprintf perror": "base/log.h",
    "setenv putenv": "apr_table_setn on subprocess_env",
    "cjose_jwe_import cjose_jwe_import_json cjose_jwe_decrypt cjose_jwe_decrypt_multi "
    "cjose_jwe_encrypt cjose_jwe_encrypt_iv cjose_jwe_encrypt_multi": "crypto/seal.h",
}
REASON = {name: reason for names, reason in INSTEAD.items() for name in names.split()}
# assembled, so that this file does not hold the words
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")


def load_allowed(tree):
    lines = tree.read(ALLOWED).splitlines() if tree.has(ALLOWED) else []
    rows = [line.split(None, 2) for line in lines if line.strip() and not line.startswith("#")]
    return {(row[0], row[1]) for row in rows if len(row) == 3}


def code_problems(path, text, allowed, used):
    code = code_only(text)
    for line, name, _ in calls(code, "|".join(REASON)):
        if (path, name) in allowed:
            used.add((path, name))
        else:
            yield f"{path}:{line}: {name}(): use {REASON[name]}"
    for match in re.finditer(r"\bgoto\b", code):
        yield f"{path}:{line_of(code, match.start())}: goto: register a pool cleanup"


def comment_problems(path, text):
    for match in TOKEN.finditer(text):
        if match.lastgroup != "comment":
            continue
        line = line_of(text, match.start())
        if match[0].startswith("//"):
            yield f"{path}:{line}: // comment: write /* */"
        elif LATER.search(match[0]):
            yield f"{path}:{line}: note for later: do it, or open an issue"


def check(tree):
    allowed, used = load_allowed(tree), set()
    for path in tree.files("src/*.c", "src/*.h"):
        text = tree.read(path)
        tree.saw()
        yield from code_problems(path, text, allowed, used)
        yield from comment_problems(path, text)
    for path in tree.files("test/*.c", "test/*.h"):
        tree.saw()
        yield from comment_problems(path, tree.read(path))
    for path, name in sorted(allowed - used):
        yield f"{ALLOWED}: {path} {name}: not needed, take it out"


CLEAN = {"src/base/a.c": '/* strcpy() is banned */\nx = apr_pstrdup(p, "http://free(x)");\n'
                         "apr_free(x);\ny.free(x);\n".replace("y.free", "y.release"),
         "test/unit/a.c": "free(json);\n"}
PLANTED = [
    {"src/base/p.c": "    strcpy(a, b);\n"},
    {"src/flow/p.h": "#define X(a) memcmp(a, a, 1)\n"},
    {"src/base/p.c": "    goto out;\n"},
    {"src/base/p.c": "int a; // why\n"},
    {"test/unit/p.c": "/* FIX" "ME later */\n"},
    {ALLOWED: "src/base/a.c malloc gives memory to jansson\n"},
    {ALLOWED: "src/base/p.c malloc\n", "src/base/p.c": "malloc(1);\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
