"""Nobody is ever sent to another site: security.md, section 5."""
import re
import urllib.parse

import pytest

from harness.site import ORIGIN, SIGNED_OUT, is_login, type_password

EVIL = [
    "https://evil.example", "http://evil.example", "//evil.example", "///evil.example",
    "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "/\\/evil.example", "/%5Cevil.example", "/%5c%5cevil.example", "/%09/evil.example",
    "/\t/evil.example", "/%0a/evil.example", "/\n/evil.example", "/%0d/evil.example",
    "/\r\n/evil.example", "/ /evil.example", "/%20/evil.example", "\t//evil.example",
    " //evil.example", "%20//evil.example", "\x00//evil.example", "/%00/evil.example",
    "https:evil.example", "https:/evil.example", "https:\\evil.example", "https:%5c%5cevil.example",
    "HTTPS://evil.example", "http:evil.example", "://evil.example", ":evil.example",
    "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "mailto:a@evil.example",
    "https://app.example.test.evil.example", "https://app.example.test@evil.example",
    "https://app.example.test:443@evil.example", "https://evil.example#app.example.test",
    "https://evil.example?app.example.test", "https://evil.example/app.example.test",
    "https://evilapp.example.test", "https://app.example.testevil", "https://.app.example.test",
    "https://app.example.test%2eevil.example", "https://app.example.test%00.evil.example",
    "https://app%E3%80%82evil.example", "https://\u200bapp.example.test", "//evil\u3002example",
    "/\u2028/evil.example", "/\u0085/evil.example", "/\u00a0/evil.example", "/\x7f/evil.example",
    "/\x0b/evil.example", "/\x0c/evil.example", "/\x1b/evil.example",
    "/./\\evil.example", "/..//evil.example", "/.//evil.example", "/%2e%2e//evil.example",
    "/%2F/evil.example", "/%2f%2fevil.example", "/%252f%252fevil.example", "%2f%2fevil.example",
    "%2F%2Fevil.example", "%5C%5Cevil.example", "evil.example", "@evil.example", "/@evil.example",
    "?//evil.example", "#//evil.example", ";//evil.example", ";@evil.example", "/;@evil.example",
    "/x\r\nLocation: https://evil.example", "/x%0d%0aSet-Cookie:%20a=b", "/x\r\n\r\n<script>",
    "/.cognito/logout", "/.cognito/login?return_to=//evil.example", "/.cognito/callback?code=x",
    "/.cognito/signed-out", "[::1]", "//[::1]/", "//127.0.0.1", "//2130706433", "//0x7f000001",
    "/" + "a" * 5000, "", "//", "/\\", "\\", "///", "https://", "http:", "*", ".", "..", "~",
    "/path\\..\\..\\evil.example", "/<script>alert(1)</script>", "/\"onmouseover=\"x", "//;@evil.example",
    "///;@evil.example", "////%2Fevil.example", "/https://evil.example", "/http:/evil.example",
    "https://app.example.test\\@evil.example", "https://app.example.test;@evil.example",
    "https:///evil.example", "https:////evil.example", "//evil.example:443", "//evil.example%2f..",
    "/\u2215/evil.example", "/\uff0f/evil.example", "\uff0f\uff0fevil.example",
    "//app.example.test//evil.example", "//app.example.test",
]
ALLOWED = ["/", "/a", "/a/b?c=d&e=f", "/a%20b", "/a?u=https://evil.example/", "/a?//evil.example",
           "/%C3%A9", "/a;b=c", "/~user/", "/a:b", "/a@b", "/a,b(c)!$'*+", "/a?x=%2F%2F&y=%2520",
           "/.well-known/x", "/.cognitox"]
SPELLINGS = {
    "encoded": lambda t: urllib.parse.quote(t.encode("utf-8", "surrogatepass"), safe=""),
    "twice": lambda t: urllib.parse.quote(urllib.parse.quote(t.encode(), safe=""), safe=""),
    "plus": lambda t: urllib.parse.quote_plus(t.encode(), safe=""),
}
LINKS = re.compile(r"""(?:href|src|action|content|url)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def whatwg_host(url):
    """The host to which a browser goes from a page of ours."""
    url = re.sub(r"[\t\n\r]", "", url.strip("".join(map(chr, range(33)))))
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url)
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        return scheme[0].lower()
    rest = url[scheme.end():] if scheme else url
    slashes = re.match(r"[/\\]*", rest)[0]
    if not scheme and len(slashes) < 2:
        return urllib.parse.urlsplit(ORIGIN).hostname
    if scheme and scheme[0].lower() == "https:" and len(slashes) < 2 and \
            not slashes and not rest:
        return ""
    authority = re.split(r"[/\\?#]", rest[len(slashes):])[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()


def check(answer, pool):
    """Every URL of an answer stays at home, or is one of the user pool's."""
    homes = {"app.example.test", urllib.parse.urlsplit(pool.domain).hostname}
    found = [v for n, v in answer.headers if n.lower() in ("location", "refresh",
                                                           "content-location")]
    if "text/html" in (answer.header("Content-Type") or ""):
        found += [u.replace("&amp;", "&") for u in LINKS.findall(answer.text)
                  if "=" not in u or "/" in u]
    for url in found:
        assert whatwg_host(url) in homes, f"leads to {url}: {answer}"
        assert not re.search(r"[\x00-\x20\x7f\\]", url), f"holds what it may not: {url!r}"
    assert not answer.header("a") and "a" not in [c.split("=")[0] for c in answer.set_cookies]


class TestOracle:
    """The eye of this file sees."""

    @pytest.mark.parametrize("url,host", [
        ("/a", "app.example.test"), ("//evil", "evil"), ("/\\evil", "evil"),
        ("https:evil", "evil"), ("https:\\\\evil/x", "evil"), ("\thttps://a@evil:1/", "evil"),
        ("/\t/evil", "evil"), ("javascript:x", "javascript:"), ("a/b", "app.example.test")])
    def test_it_reads_urls_as_browsers_do(self, url, host):
        assert whatwg_host(url) == host


class TestB10:
    @pytest.mark.parametrize("spelling", SPELLINGS)
    def test_login_sends_nobody_away(self, site, browser, pool, log, spelling):
        log.allow(r"COG3\d\d\d")
        for text in EVIL:
            answer = site.visit(browser, "/.cognito/login?return_to=" + SPELLINGS[spelling](text))
            check(answer, pool)
            browser.jar.drop()

    def test_a_login_ends_at_home(self, site, browser, pool, log):
        """The whole way for each: what is sealed in the login comes out at the callback."""
        log.allow(r"COG3\d\d\d")
        for text in EVIL:
            browser.jar.drop("__Host-cognito")
            answer = site.visit(browser, "/.cognito/login?return_to=" +
                                SPELLINGS["encoded"](text))
            if not is_login(pool, answer):
                continue
            answer = browser.follow(type_password(browser, answer, "alice", pool))
            check(answer, pool)
            path = urllib.parse.urlsplit(answer.location).path
            assert not path.startswith("/.cognito/"), answer

    @pytest.mark.parametrize("spelling", SPELLINGS)
    def test_logout_sends_nobody_away(self, site, browser, pool, log, spelling):
        log.allow(r"COG3\d\d\d")
        for text in EVIL:
            query = "?return_to=" + SPELLINGS[spelling](text)
            answer = site.visit(browser, "/.cognito/logout" + query, site="same-origin")
            check(answer, pool)
            answer = site.visit(browser, SIGNED_OUT)
            check(answer, pool)

    def test_the_page_that_asks_before_a_logout_does_not_either(self, site, browser, pool, log):
        log.allow(r"COG3\d\d\d")
        site.sign_in(browser)
        for text in EVIL:
            query = "?return_to=" + SPELLINGS["encoded"](text)
            check(site.visit(browser, "/.cognito/logout" + query, site="cross-site"), pool)

    @pytest.mark.parametrize("target", ALLOWED)
    def test_a_path_of_the_site_is_kept(self, site, browser, pool, target):
        answer = site.visit(browser, "/.cognito/login?return_to=" +
                            urllib.parse.quote(target, safe=""))
        answer = browser.follow(type_password(browser, answer, "alice", pool))
        assert answer.location == ORIGIN + target


class TestOriginalUrl:
    """The path of a protected request itself may look like another site."""

    RAW = [b"//evil.example/", b"///evil.example", b"/secure//evil.example", b"/secure/..;/x",
           b"/secure/%0d%0aX:%20y", b"/secure/%5cevil.example", b"/secure?//evil.example",
           b"/secure/\\evil.example", b"/\\evil.example/secure", b"/secure/%2f%2fevil.example",
           b"/secure/%09/evil", b"//evil.example/secure", b"/secure#//evil.example",
           b"/./secure", b"//secure", b"/secure/%c0%ae", b"/secure/\xc3\xa9", b"/secure?\xff"]

    @pytest.mark.parametrize("target", RAW)
    def test_it_stays_at_home(self, site, browser, pool, target, log):
        log.allow("AH", r"COG3\d\d\d")
        raw = browser.raw(ORIGIN, b"GET " + target + b" HTTP/1.1\r\nHost: app.example.test\r\n"
                          b"Accept: text/html\r\nConnection: close\r\n\r\n")
        head = raw.split(b"\r\n\r\n")[0].decode("latin-1")
        status = int(head.split()[1])
        location = re.search(r"^Location: (.*)$", head, re.MULTILINE | re.IGNORECASE)
        if status in (301, 302, 303) and location:
            assert location[1].startswith(pool.domain + "/oauth2/authorize?")
            assert "\\" not in location[1] and "evil" not in urllib.parse.urlsplit(
                location[1]).netloc

    def test_who_comes_back_is_at_home(self, site, browser, pool):
        for path in ("/secure//evil.example", "/secure?u=//evil.example", "/secure/@evil.example"):
            browser.jar.drop("__Host")
            back = site.to_callback(browser, path)
            answer = browser.follow(back)
            assert answer.status == 303
            check(answer, pool)
