#!/usr/bin/python3
"""Prevents: a page that speaks English in the middle of another language, one that says in Spanish
what the code has long given up to say, and a placeholder that got lost on the way. All texts
that COG_SAY marks stand in every src/base/language_XX.c, once each, and no others do."""
import ast
import re

from guard import TOKEN, calls, run, without_comments

HEADER = "src/base/language.h"
PLACEHOLDER = re.compile(r"%\w|\{\{\w+\}\}")


def texts_of(code):
    """The texts in a piece of C, adjacent strings joined."""
    found, after = [], None
    for match in TOKEN.finditer(code):
        if match.lastgroup != "string":
            continue
        value = ast.literal_eval(match[0])
        if after is not None and not code[after:match.start()].strip():
            found[-1] += value
        else:
            found.append(value)
        after = match.end()
    return found


def marked(tree):
    for path in tree.files("src/*.c", "src/*.h"):
        if path == HEADER:
            continue
        text = tree.read(path).replace("\\\n", "\n")
        for _, _, arguments in calls(text, "COG_SAY"):
            for argument in arguments:
                yield from texts_of(argument)


def placeholders(text):
    return sorted(PLACEHOLDER.findall(text))


def check(tree):
    wanted = set(marked(tree))
    for path in tree.files("src/base/language_??.c"):
        texts = texts_of(without_comments(tree.read(path)).partition("[] =")[2])
        pairs = list(zip(texts[::2], texts[1::2]))
        tree.saw(len(pairs))
        has = [english for english, _ in pairs]
        for english in sorted(wanted - set(has)):
            yield f"{path}: has nothing for {english!r}"
        for english in sorted(set(has) - wanted):
            yield f"{path}: nobody says {english!r}"
        for english in sorted({e for e in has if has.count(e) > 1}):
            yield f"{path}: has {english!r} twice"
        for english, text in pairs:
            if not text.strip() or placeholders(english) != placeholders(text):
                yield f"{path}: {text!r} does not say all of {english!r}"


TABLE = "const cog_translation_t cog_language_de[] = {\n%s {NULL, NULL}};\n"
ROWS = '{"Go on.", "Weiter."},\n{"It is " "%s.", "Es ist %s."},\n'
CLEAN = {"src/flow/a.c": '#define GO COG_SAY("Go on.")\nrow = {COG_SAY("It is "\n  "%s.", GO), "x"};\n',
         HEADER: "#define COG_SAY(...) __VA_ARGS__\n",
         "src/base/language_de.c": TABLE % ROWS}
PLANTED = [
    {"src/flow/p.c": 'page->title = COG_SAY("Not translated");\n'},
    {"src/base/language_de.c": TABLE % (ROWS + '{"Gone.", "Vorbei."},\n')},
    {"src/base/language_de.c": TABLE % (ROWS + '{"Go on.", "Los."},\n')},
    {"src/base/language_de.c": TABLE % ROWS.replace("Es ist %s", "Es ist")},
    {"src/base/language_de.c": TABLE % ROWS.replace("Weiter.", "")},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
