"""Somebody with a browser: browse.py JAR URL [USER PASSWORD]

Follows to the last page, fills in the form of the sign-in page when there is one, and prints the
last page's address and status on the first line, then the page."""
import html
import http.cookiejar
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

jar = http.cookiejar.LWPCookieJar(sys.argv[1])
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
browser.addheaders = [("Accept", "text/html"), ("User-Agent", "Mozilla/5.0"),
                      ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"),
                      ("Sec-Fetch-Site", os.environ.get("FROM", "none"))]


def visit(url, data=None):
    try:
        answer = browser.open(url, data, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    return answer, answer.read().decode()


def fields_of(form):
    inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall("<input[^>]*>", form)]
    return {html.unescape(i["name"]): html.unescape(i.get("value", "")) for i in inputs if "name" in i}


def fill_in(answer, page, user, password):
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="password"' in f)
    action = re.search(r'<form[^>]* action="([^"]*)"', form)
    target = urllib.parse.urljoin(answer.geturl(), html.unescape(action[1]) if action else "")
    values = {**fields_of(form), "username": user, "password": password}
    return visit(target, urllib.parse.urlencode(values).encode())


if os.path.exists(jar.filename):
    jar.load(ignore_discard=True)
last, text = visit(sys.argv[2])
if len(sys.argv) > 3 and 'name="password"' in text:
    last, text = fill_in(last, text, *sys.argv[3:])
jar.save(ignore_discard=True)
print(last.geturl(), last.status)
print(text)
