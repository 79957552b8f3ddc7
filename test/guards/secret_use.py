#!/usr/bin/python3
"""Prevents: secrets compared in a time that depends on them, and secrets printed. A comparing
function gets no argument that is named like a secret (cog_secret_equal is for those), and the
bytes of a cog_secret_t do not stand beside a format string."""
import re

from guard import calls, run

COMPARING = (r"strn?cmp|strn?casecmp|memcmp|apr_strnatcmp|apr_strnatcasecmp|apr_cstr_case\w+|"
             r"ap_cstr_case\w+|strstr|ap_strcmp_match|ap_strcasecmp_match")
SECRET_WORDS = {"state", "nonce", "hash", "mac", "hmac", "sig", "signature", "secret", "token",
                "sid", "verifier", "password"}
# names that hold such a word but no secret: kinds of tokens, names of parameters
PUBLIC = re.compile(r"^(token_(use|type|uses|types|name|kind)|state_name|secret_(source|name))$")


def names_a_secret(expression):
    expression = re.sub(r'"(?:\\.|[^"\\])*"', '""', expression)
    for name in re.findall(r"[A-Za-z_]\w*", expression):
        if not PUBLIC.match(name) and SECRET_WORDS & set(name.lower().split("_")):
            return name
    return None


def formats(arguments):
    return any(re.search(r'"[^"]*%[^"]*"', a) for a in arguments)


def check(tree):
    for path in tree.files("src/*.c", "src/*.h"):
        text = tree.read(path)
        tree.saw()
        for line, function, arguments in calls(text, COMPARING):
            name = next(filter(None, map(names_a_secret, arguments)), None)
            if name:
                yield f"{path}:{line}: {function}() on {name}: use cog_secret_equal"
        for line, function, arguments in calls(text, r"\w+"):
            if formats(arguments) and any(re.search(r"(\.|->)bytes\b", a) for a in arguments):
                yield f"{path}:{line}: {function}() prints a secret: use cog_secret_hint"


CLEAN = {"src/oidc/a.c": 'if (strcmp(token_use, "access") == 0 && strcmp(name, "state") == 0) {\n'
                         '}\nf(a.bytes);\nlog("%s", hint(a));\n'}
PLANTED = [
    {"src/oidc/p.c": "x = strcmp(nonce, expected);\n"},
    {"src/oidc/p.c": "x = strncmp(a, login->state, 4);\n"},
    {"src/oidc/p.c": "x = apr_strnatcmp(at_hash, b);\n"},
    {"src/oidc/p.c": 'log(log, "token %s", token.bytes);\n'},
    {"src/oidc/p.c": 'COG_LOG(log, ERR, 1, "token %s",\n    t->bytes);\n'},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
