#!/usr/bin/python3
"""Prevents: a link that leads nowhere, in any page; a failure whose name nobody can look up in
docs/errors.md; a directive, or a type of Require, that the manual page does not name; and an answer of Cognito that the code knows but docs/troubleshooting.md does not."""
import os
import re

from guard import TOKEN, line_of, run, without_comments

ERRORS, NAMES = "src/base/error.h", "docs/errors.md"
PAGE, MANUAL = "docs/directives.md", "docs/mod_auth_cognito.8"
ANSWERS, ADVICE = "src/oidc/error_text.c", "docs/troubleshooting.md"
FENCE = re.compile(r"^```.*?^```|^(?: {4}|\t)[^\n]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def prose(text):
    """Without code, of the same length."""
    return FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def anchors(text):
    """As both GitHub and mkdocs make them of headings."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = set()
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        found.add(re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", plain).strip()))
    return found


def broken(tree, path, target):
    """What is wrong with a link, or nothing."""
    name, _, anchor = target.partition("#")
    where = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
    if not tree.has(where) and not any(p.startswith(where + "/") for p in tree.paths):
        return "leads nowhere"
    if anchor and where.endswith(".md") and anchor not in anchors(tree.read(where)):
        return f"{where} has no such heading"
    return ""


def check(tree):
    for path in tree.files("*.md"):
        if path.startswith("test/data/"):
            continue
        text = prose(tree.read(path))
        for match in LINK.finditer(text):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            tree.saw()
            problem = broken(tree, path, target)
            if problem:
                yield f"{path}:{line_of(text, match.start())}: {target} {problem}"
    yield from check_names(tree)
    yield from check_answers(tree)
    yield from check_manual(tree)


def check_manual(tree):
    named = set(re.findall(r"^\.B <?(Cognito\w+)>?$", tree.read(MANUAL), re.MULTILINE))
    named |= {name.replace("\\", "") for name in
              re.findall(r"^\.BI (cognito[\w\\-]+)", tree.read(MANUAL), re.MULTILINE)}
    known = set(re.findall(r"^### (?:`?<?|Require )([Cc]ognito[\w-]+)", tree.read(PAGE), re.MULTILINE))
    tree.saw(len(known))
    for name in sorted(known ^ named):
        yield f"{MANUAL}: {name} is " + ("missing" if name in known else "no directive")


def check_names(tree):
    known = set(re.findall(r'X\(COG_E_\w+,\s*\\?\s*"(\w+)"', tree.read(ERRORS)))
    page = tree.read(NAMES).partition("## Names of failures")[2]
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    tree.saw(len(known))
    for name in sorted(known ^ listed):
        yield f"{NAMES}: {name} is " + ("not in its table" if name in known else "no failure")


def check_answers(tree):
    """Each row of the table begins with an error and a piece of its description."""
    code = without_comments(tree.read(ANSWERS))
    page = tree.read(ADVICE).lower()
    for match in re.finditer(r'\{(NULL|"[^"]*"), (NULL|"[^"]*"),\s*\{COG_SAY', code):
        for text in (TOKEN.match(part) for part in match.groups() if part != "NULL"):
            tree.saw()
            if text[0].strip('" -').lower() not in page:
                yield f"{ADVICE}: says nothing about {text[0]}"


CLEAN = {ERRORS: '    X(COG_E_GONE, "gone", "x") \\\n    X(COG_E_LATE, \\\n      "late", "y")\n',
         NAMES: "# Errors\n\n## Names of failures\n\n| `gone` | 1 |\n| `late` | 2 |\n",
         ANSWERS: '    {NULL, "is disabled",\n     {COG_SAY("a", B), "c", 0}},\n',
         PAGE: "### CognitoUse\n### `<CognitoClient>`\n### Require cognito-a-b\n",
         MANUAL: ".B CognitoUse\n.B <CognitoClient>\n.BI cognito\\-a\\-b \" GROUP\"\n",
         ADVICE: "# Help\n[a](errors.md#names-of-failures) `User Is Disabled` ![x](x.png)\n",
         "docs/x.png": ""}
PLANTED = [
    {"docs/p.md": "text [b](gone.md)\n"},
    {"docs/p.md": "```\n# no heading\n```\n[b](p.md#no-heading)\n"},
    {"README.md": '<img src="docs/y.png">\n'},
    {NAMES: CLEAN[NAMES] + "| `never` | 3 |\n"},
    {MANUAL: CLEAN[MANUAL] + ".B CognitoGone\n"},
    {PAGE: CLEAN[PAGE] + "### CognitoNew\n"},
    {PAGE: CLEAN[PAGE] + "### Require cognito-new\n"},
    {ERRORS: CLEAN[ERRORS] + '    X(COG_E_NEW, "new", "z") \\\n'},
    {ANSWERS: CLEAN[ANSWERS] + '    {"new_error", NULL,\n     {COG_SAY("a", B), "c", 0}},\n'},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
