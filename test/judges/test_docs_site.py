"""mkdocs makes a site of docs/ (scripts/docs), and no link in it leads nowhere: each page of the site is read as a
browser reads it."""

import html.parser
import os
import subprocess
import urllib.parse
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


class Page(html.parser.HTMLParser):
    """The links of a page, its anchors, and what is between <main> tags at most."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [found[name] for name in ("href", "src") if found.get(name)]
        self.anchors += [found[name] for name in ("id", "name") if found.get(name)]

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("docs")
    done = subprocess.run([TOP / "scripts" / "docs", output], capture_output=True, text=True,
                          env={**os.environ, "SRCDIR": str(TOP)})
    assert done.returncode == 0, done.stdout + done.stderr
    return output / "site"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    """But the page of what is not found, whose links begin at the root of wherever the site is."""
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_page_is_there(site, pages):
    docs = TOP / "docs"
    written = {p.relative_to(docs).with_suffix("") for p in docs.rglob("*.md")}
    made = {p.relative_to(site).with_suffix("") for p in pages}
    # a README is the index of its folder
    assert {str(p).replace("README", "index") for p in written} <= {str(p) for p in made}
    assert len(written) > 15


def problem(pages, path, link):
    """What is wrong with a link, or nothing."""
    where, anchor = urllib.parse.urldefrag(link)
    parts = urllib.parse.urlsplit(where)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme in ("https", "mailto") else "is not https"
    target = path if not where else (path.parent / urllib.parse.unquote(parts.path)).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "leads nowhere"
    if anchor and target in pages and urllib.parse.unquote(anchor) not in pages[target].anchors:
        return "leads to no such heading"
    return ""


def test_every_link_leads_somewhere(site, pages):
    wrong = [f"{path.relative_to(site)}: {link} {found}" for path, page in pages.items()
             for link in page.links if (found := problem(pages, path, link))]
    assert wrong == []
    assert sum(len(page.links) for page in pages.values()) > 1000


def test_no_heading_is_there_twice(pages):
    for path, page in pages.items():
        twice = {a for a in page.anchors if page.anchors.count(a) > 1}
        assert not twice, f"{path}: {twice}"


def test_nothing_is_loaded_from_elsewhere(pages):
    """A site for operators opens where there is no internet."""
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for tag in ("<script src=\"http", "<img src=\"http", "<iframe"):
            assert tag not in text, path


def test_tables_and_code_are_not_text(pages):
    """What Markdown has not understood is left as it was written."""
    for path, page in pages.items():
        assert "|---|" not in page.text and "```" not in page.text, path
