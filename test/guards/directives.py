#!/usr/bin/python3
"""Prevents: a directive that nobody can read about, and a page about a directive that does not
exist. The command table (AP_INIT_) and the headings of docs/directives.md name
the same directives, and docs/examples/ and docs/recipes/ use no other."""
import re

from guard import run, without_comments

TABLE, PAGE = "src/httpd/conf/directives.c", "docs/directives.md"
TABLES = ["src/httpd/*.c", "src/mod_auth_cognito.c"]
NAME = r"<?Cognito[A-Z]\w*"


def check(tree):
    code = "".join(without_comments(tree.read(path)) for path in tree.files(*TABLES))
    table = re.findall(rf'\bAP_INIT_\w+\(\s*"({NAME})"', code)
    headings = re.findall(rf"^#+\s[^\n]*?({NAME})", tree.read(PAGE) if tree.has(PAGE) else "",
                          re.MULTILINE)
    tree.saw(len(table))
    for name in sorted(set(table) - set(headings)):
        yield f"{PAGE}: no heading for {name}"
    for name in sorted(set(headings) - set(table)):
        yield f"{PAGE}: {name} is no directive"
    for path in tree.files("docs/examples/*", "docs/recipes/*.md"):
        for name in sorted(set(re.findall(NAME, tree.read(path))) - set(table)):
            yield f"{path}: {name} is no directive"
    for name in sorted({n for n in table if table.count(n) > 1}):
        yield f"{TABLE}: {name} stands twice"


CLEAN = {TABLE: 'AP_INIT_TAKE1("CognitoDomain", set_domain, NULL, 0, "host"),\n'
                'AP_INIT_RAW_ARGS("<CognitoClient", open_client, NULL, 0, "section"),\n',
         PAGE: "# Directives\n\n## `CognitoDomain PREFIX`\n\n### <CognitoClient \"name\">\n"}
PLANTED = [
    {PAGE: "## CognitoDomain\n"},
    {"docs/recipes/app.md": "| `OLD` | `CognitoGone` |\n"},
    {"docs/examples/site.conf": "#CognitoDomain x\nCognitoGone y\nAuthType Cognito\n"},
    {PAGE: CLEAN[PAGE] + "## CognitoMissing\n"},
    {TABLE: CLEAN[TABLE] + 'AP_INIT_FLAG("CognitoNew", f, NULL, 0, "x"),\n'},
    {TABLE: CLEAN[TABLE] + 'AP_INIT_TAKE1("CognitoDomain", f, NULL, 0, "x"),\n'},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
