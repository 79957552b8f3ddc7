"""A browser's way through the hosted UI, for tests: forms, redirects, and where they end."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin


class Form:
    def __init__(self, attributes: dict, base: str) -> None:
        self.name = attributes.get("name")
        self.method = attributes.get("method", "GET").upper()
        self.action = urljoin(base, attributes.get("action", base))
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, list[str]] = {}


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.forms: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.forms.append(Form(attributes, self.base))
            self._open = True
        elif self._open and attributes.get("name"):
            name, value = attributes["name"], attributes.get("value") or ""
            if tag == "button":
                self.forms[-1].buttons.setdefault(name, []).append(value)
            elif tag in ("input", "textarea"):
                self.forms[-1].fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


class Browser:
    """Follows redirects as long as they stay at the emulator."""

    def __init__(self, http_client, homes: tuple) -> None:
        self._client = http_client
        self._homes = [home for home in homes if home]
        self.left: str | None = None

    def open(self, url: str, method: str = "GET", data: dict | None = None):
        for _ in range(20):
            answer = self._request(method, url, data)
            location = answer.headers.get("location")
            if answer.status_code not in (301, 302, 303, 307, 308) or location is None:
                return answer
            url, method, data = urljoin(url, location), "GET", None
            if not any(url.startswith(home) for home in self._homes):
                self.left = url
                return answer
        raise AssertionError("the hosted UI redirects in a circle")

    def submit(self, form: Form, typed: dict):
        return self.open(form.action, form.method, {**form.fields, **typed})

    def form(self, answer, name: str | None = None) -> Form:
        """The named form of a page, or the last one."""
        reader = FormReader(str(answer.url))
        reader.feed(answer.text)
        found = [form for form in reader.forms if name in (None, form.name)]
        if not found:
            raise AssertionError(f"no form: {answer.status_code} {answer.url}\n{words(answer)}")
        return found[-1]

    def answer_challenge(self, answer, name: str, read):
        """Fills the named form where the page has it, with what `read(answer)` says."""
        if self.left is not None or f'name="{name}"' not in answer.text:
            return answer
        return self.submit(self.form(answer, name), read(answer))

    def callback(self, answer) -> str:
        if self.left is None:
            raise AssertionError(f"still at the hosted UI: {answer.url}\n{words(answer)}")
        return self.left

    def _request(self, method: str, url: str, data):
        is_httpx = hasattr(self._client, "follow_redirects")
        option = {"follow_redirects" if is_httpx else "allow_redirects": False}
        return self._client.request(method, url, data=data, **option)


def shown_code(answer) -> str:
    """What would come by mail or text, and is on the page instead."""
    return re.search(r'id="mail-code">(\d+)<', answer.text)[1]


def words(answer) -> str:
    """The text of a page, without its markup."""

    class Text(HTMLParser):
        parts: list[str] = []
        hidden = False

        def handle_starttag(self, tag, attrs):
            self.hidden = tag == "style"

        def handle_endtag(self, tag):
            self.hidden = False

        def handle_data(self, data):
            if not self.hidden and data.strip():
                self.parts.append(data.strip())

    reader = Text()
    reader.parts = []
    reader.feed(answer.text)
    return " | ".join(reader.parts)
