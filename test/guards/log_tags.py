#!/usr/bin/python3
"""Prevents: two log lines with one number, lines without one, and numbers that nobody can look
up. Each number of COG_LOG(log, LEVEL, 1204, ...) and COG_LOG_AT is used once and has its entry
`COG1204` in docs/errors.md; what the page explains exists; nothing else writes to a log."""
import re

from guard import calls, run

PAGE = "docs/errors.md"
# how COG_LOG itself reaches the log
PORTS = {"src/base/log.c", "src/base/log.h", "src/httpd/log_httpd.c"}


def check(tree):
    places = {}
    for path in tree.files("src/*.c", "src/*.h"):
        if path in PORTS:
            continue
        text = tree.read(path)
        for line, name, _ in calls(text, r"ap_log_\w+|cog_log_write"):
            yield f"{path}:{line}: {name}(): use COG_LOG, which wants a number"
        for line, _, arguments in calls(text, "COG_LOG|COG_LOG_AT"):
            tree.saw()
            numbers = [a for a in arguments[:4] if a.isdigit()]
            if len(numbers) != 1 or len(numbers[0]) != 4:
                yield f"{path}:{line}: COG_LOG without its number of four digits"
                continue
            places.setdefault(numbers[0], []).append(f"{path}:{line}")
    documented = set(re.findall(r"\bCOG(\d{4})\b", tree.read(PAGE) if tree.has(PAGE) else ""))
    for number, where in sorted(places.items()):
        if len(where) > 1:
            yield f"COG{number} is used more than once: {', '.join(where)}"
        if number not in documented:
            yield f"{where[0]}: COG{number} has no entry in {PAGE}"
    for number in sorted(documented - set(places)):
        yield f"{PAGE}: COG{number} is logged nowhere"


CLEAN = {"src/flow/a.c": 'COG_LOG(log, ERR, 1001, "a, b: %s (%d)", a, 2);\n'
                         'COG_LOG(log, WARN, 1002,\n        "b");\n',
         "src/base/log.h": "#define COG_LOG(log, level, number, ...) f(log, number)\n",
         PAGE: "| COG1001 | a |\n## COG1002\n"}
PLANTED = [
    {"src/flow/p.c": 'COG_LOG(log, ERR, 1001, "again");\n'},
    {"src/flow/p.c": 'COG_LOG(log, ERR, 1003, "not documented");\n'},
    {"src/flow/p.c": 'COG_LOG(log, ERR, TAG, "no number");\n'},
    {"src/httpd/p.c": 'ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "no number");\n'},
    {PAGE: "COG1001 COG1002 COG1003\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
