#!/usr/bin/python3
"""Prevents: a setting of which the doctor cannot say where it is written, and a directive that it
does not show. Each field of conf_fields.h, but those that are collected for checks (ALL), is noted
with COG_WRITTEN_AT or through `at.`; each directive stands in a row of dump/*.c."""
import re

from guard import run, without_comments

FIELDS, TABLE = "src/httpd/conf_fields.h", "src/httpd/conf/directives.c"
CODE, DUMP = "src/httpd/*.c", "src/httpd/dump/*.c"
SECTION = "<"  # of a client: its settings are shown


def text_of(tree, pattern):
    return "".join(without_comments(tree.read(path)) for path in tree.files(pattern))


def is_noted(field, code):
    kind = field.removeprefix("endpoint_")  # ENDPOINT(kind)
    return re.search(rf"\bCOG_WRITTEN_AT\([^)]*\b{field}\)|\bat\.{field}\b|\bENDPOINT\({kind}\)",
                     code)


def check(tree):
    fields = re.findall(r"\b(?:STR|INT|TIME|LIST|STORE)\((\w+)\)",
                        without_comments(tree.read(FIELDS)))
    tree.saw(len(fields))
    # PARAM: each element has its own
    code = text_of(tree, CODE)
    for field in fields:
        if not is_noted(field, code):
            yield f"{FIELDS}: nobody notes where {field} is written: COG_WRITTEN_AT"
    dump = text_of(tree, DUMP)
    for name in re.findall(r'\bAP_INIT_\w+\(\s*"([^"]+)"', without_comments(tree.read(TABLE))):
        if not name.startswith(SECTION) and f'"{name}' not in dump:
            yield f"{DUMP}: no row for {name}"


CLEAN = {FIELDS: "#define F(STR, ALL) \\\n    STR(domain) /* CognitoDomain */ \\\n    ALL(all) \\\n"
                 "    STR(endpoint_token)\n",
         TABLE: 'AP_INIT_TAKE1("CognitoDomain", f, NULL, 0, "x"),\n'
                'AP_INIT_RAW_ARGS("<CognitoClient", f, NULL, 0, "x"),\n',
         "src/httpd/set.c": "COG_WRITTEN_AT(cmd, server, domain);\n{ENDPOINT(token)}\n",
         "src/httpd/dump/dump.c": 'add(rows, "CognitoDomain host=", x);\n'}
PLANTED = [
    {FIELDS: CLEAN[FIELDS] + "    LIST(forgotten)\n"},
    {"src/httpd/set.c": "// COG_WRITTEN_AT(cmd, server, domain);\n{ENDPOINT(token)}\n"},
    {TABLE: CLEAN[TABLE] + 'AP_INIT_FLAG("CognitoNew", f, NULL, 0, "x"),\n'},
    {"src/httpd/dump/dump.c": "\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
