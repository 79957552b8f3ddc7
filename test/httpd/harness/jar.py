"""A cookie jar with a browser's rules, as far as they matter here."""
import time
import urllib.parse

MAX_COOKIE = 4096  # name and value, as Chromium and Firefox have it


class Cookie:
    """One cookie as it was set."""

    def __init__(self, line, url):
        pair, *attributes = [part.strip() for part in line.split(";")]
        self.line = line
        self.name, _, self.value = pair.partition("=")
        self.attributes = {}
        for attribute in attributes:
            name, _, value = attribute.partition("=")
            self.attributes[name.lower()] = value
        parts = urllib.parse.urlsplit(url)
        self.scheme, self.host = parts.scheme, parts.hostname
        self.domain = self.attributes.get("domain", "").lstrip(".").lower()
        self.path = self.attributes.get("path") or "/"
        self.same_site = self.attributes.get("samesite", "Lax").lower()
        self.expires = self.expiry()

    def expiry(self):
        if "max-age" in self.attributes:
            return time.time() + int(self.attributes["max-age"])
        if "expires" in self.attributes:
            return 0 if "1970" in self.attributes["expires"] else float("inf")
        return float("inf")

    def why_refused(self):
        """Why a browser would not take it, or nothing."""
        secure = "secure" in self.attributes
        if len(self.name) + len(self.value) > MAX_COOKIE:
            return "is too large"
        if secure and self.scheme != "https":
            return "is Secure over http"
        if self.name.startswith(("__Secure-", "__Host-")) and not secure:
            return "has a prefix that needs Secure"
        if self.name.startswith("__Host-") and (self.domain or self.attributes.get("path") != "/"):
            return "has the prefix __Host- and not Path=/ without Domain"
        if self.domain and not is_below(self.host, self.domain):
            return "is for a foreign domain"
        if self.same_site == "none" and not secure:
            return "is SameSite=None and not Secure"
        return ""

    def fits(self, url, cross_site, method, is_navigation):
        parts = urllib.parse.urlsplit(url)
        host_fits = is_below(parts.hostname, self.domain) if self.domain \
            else parts.hostname == self.host
        path = parts.path or "/"
        path_fits = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        return (host_fits and path_fits and self.expires > time.time()
                and ("secure" not in self.attributes or parts.scheme == "https")
                and (not cross_site or self.goes_cross_site(method, is_navigation)))

    def goes_cross_site(self, method, is_navigation):
        if self.same_site == "none":
            return True
        return self.same_site == "lax" and is_navigation and method in ("GET", "HEAD")


def is_below(host, domain):
    return host == domain or host.endswith("." + domain)


class Jar:
    """Cookies of one browser. `refused` lists what a browser would not have taken: that is a
    fault of the server, and fails the test."""

    def __init__(self):
        self.cookies = {}
        self.refused = []
        self.secrets = set()

    def take(self, lines, url):
        for line in lines:
            cookie = Cookie(line, url)
            why = cookie.why_refused()
            if why:
                self.refused.append(f"{cookie.name} {why}: {line[:200]}")
                continue
            key = (cookie.name, cookie.domain or cookie.host, cookie.path)
            self.cookies.pop(key, None)
            if cookie.expires > time.time():
                self.cookies[key] = cookie
                self.remember(cookie)

    def remember(self, cookie):
        """A long value is a secret; its ends are enough to recognise it in a log."""
        if len(cookie.value) >= 40:
            self.secrets |= {cookie.value[1:33], cookie.value[-32:]}

    def header(self, url, cross_site=False, method="GET", is_navigation=True):
        """The Cookie header for a request, "" when there is nothing to send."""
        fitting = [c for c in self.cookies.values()
                   if c.fits(url, cross_site, method, is_navigation)]
        fitting.sort(key=lambda c: -len(c.path))
        return "; ".join(f"{c.name}={c.value}" for c in fitting)

    def all(self, prefix="", host=None):
        """Live cookies whose name begins with `prefix`, by name."""
        return {c.name: c for c in self.cookies.values() if c.name.startswith(prefix)
                and c.expires > time.time() and host in (None, c.host)}

    def value(self, name):
        return self.all(name)[name].value

    def put(self, name, value, url, attributes="; Path=/; Secure; HttpOnly; SameSite=Lax"):
        """Plants or changes a cookie, as an attacker with the browser in his hands may."""
        cookie = Cookie(f"{name}={value}{attributes}", url)
        self.cookies[name, cookie.domain or cookie.host, cookie.path] = cookie

    def drop(self, prefix=""):
        for key in [k for k in self.cookies if k[0].startswith(prefix)]:
            del self.cookies[key]

    def copy(self):
        """Another browser with the same cookies."""
        other = Jar()
        other.cookies = dict(self.cookies)
        other.secrets = set(self.secrets)
        return other
