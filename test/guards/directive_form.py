#!/usr/bin/python3
"""Prevents: a directive, or a type of Require, about which docs/directives.md says less than httpd's documentation would,
or something else than the command table does. Each entry has its syntax, its default, the contexts in which httpd lets it
stand, the class of AllowOverride, and an example in which it stands; the list at the top names them all."""
import re

from guard import run, without_comments

TABLE, TYPES, PAGE = "src/httpd/conf/directives.c", "src/httpd/require_line.c", "docs/directives.md"
COMMAND = re.compile(r'\bAP_INIT_\w+\(\s*"<?(\w+)", \w+, (\w+), ([\w |]+),')
TYPE = re.compile(r'\{"(cognito-[\w-]+)",')
ENTRY = re.compile(r"^### `?<?(Cognito\w+|Require cognito-[\w-]+)>?`?\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
EVERYWHERE = ["server config", "virtual host"]
# what req_override allows beside those
MASKS = {"SERVER": [], "PLACE": ["directory", ".htaccess"], "RSRC_CONF | ACCESS_CONF": ["directory"]}


def contexts(info, mask):
    return ", ".join(EVERYWHERE + ["client"] * (info == "CLIENT") + MASKS[mask])


def rows(text):
    return dict(re.findall(r"^\| (\w+) \| (.*) \|$", text, re.MULTILINE))


def wrong(name, text, context, needs_default):
    """What an entry lacks."""
    table = rows(text)
    if name not in table.get("Syntax", "").replace("[not] ", ""):
        yield "has no syntax"
    if needs_default and "Default" not in table:
        yield "has no default"
    if table.get("Context") != context:
        yield f"has another context than the code: {context}"
    if ("AuthConfig" if ".htaccess" in context else None) != table.get("Override"):
        yield "needs a row Override | AuthConfig where a .htaccess may hold it, and only there"
    examples = re.findall(r"^```apache\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if not examples or not all(re.search(rf"^\s*<?{name}\b", e, re.MULTILINE) for e in examples):
        yield "has no example, or one without it"


def expected(tree):
    for name, info, mask in COMMAND.findall(without_comments(tree.read(TABLE))):
        yield name, contexts(info, mask), True
    for name in TYPE.findall(without_comments(tree.read(TYPES))):
        yield f"Require {name}", "directory, .htaccess", False


def check(tree):
    page = tree.read(PAGE)
    entries, top = dict(ENTRY.findall(page)), page.partition("\n## ")[0]
    for name, context, needs_default in expected(tree):
        tree.saw()
        if name not in entries:
            yield f"{PAGE}: no entry for {name}"
            continue
        for problem in wrong(name, entries[name], context, needs_default):
            yield f"{PAGE}: {name} {problem}"
        if not re.search(rf"\[`<?{name.removeprefix('Require ')}>?`\]", top):
            yield f"{PAGE}: {name} is not in the list at the top"


GOOD = ("[`CognitoUse`](#x) [`CognitoPath`](#x) [`cognito-group`](#x)\n\n## Place\n"
        "### CognitoUse\n| Syntax | `CognitoUse NAME` |\n| Default | none |\n"
        "| Context | server config, virtual host, client, directory, .htaccess |\n| Override | AuthConfig |\n"
        "```apache\nCognitoUse staff\n```\n"
        "### CognitoPath\n| Syntax | `CognitoPath PATH` |\n| Default | `x` |\n| Context | server config, virtual host |\n"
        "```apache\nCognitoPath /a\n```\n"
        "### Require cognito-group\n| Syntax | `Require [not] cognito-group G` |\n| Context | directory, .htaccess |\n"
        "| Override | AuthConfig |\n```apache\n<Location />\n    Require cognito-group a\n</Location>\n```\n")
CLEAN = {TABLE: 'AP_INIT_TAKE1("CognitoUse", f, CLIENT, PLACE,\n  "x"),\nAP_INIT_TAKE1("CognitoPath", f, NULL, SERVER, "x"),\n',
         TYPES: '  {"cognito-group", "admins"},\n', PAGE: GOOD}
PLANTED = [
    {PAGE: GOOD.replace("| Default | none |\n", "")},
    {PAGE: GOOD.replace("| Override | AuthConfig |\n", "", 1)},
    {PAGE: GOOD.replace("client, ", "")},
    {PAGE: GOOD.replace("CognitoUse staff", "CognitoUser staff")},
    {PAGE: GOOD.replace("```apache\nCognitoPath /a\n```\n", "")},
    {PAGE: GOOD.replace("[`CognitoPath`](#x)", "")},
    {PAGE: GOOD.replace("`Require [not] cognito-group G`", "G")},
    {TYPES: CLEAN[TYPES] + '  {"cognito-new", "x"},\n'},
    {TABLE: CLEAN[TABLE] + 'AP_INIT_FLAG("CognitoNew", f, NULL, SERVER, "x"),\n'},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
