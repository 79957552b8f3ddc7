"""A scripted browser: sends what a browser would send, follows nothing by itself."""
import html.parser
import http.client
import json
import socket
import ssl
import urllib.parse

from .jar import Jar
from .waiting import PATIENCE

TIMEOUT = 20 * PATIENCE
NAVIGATION = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
              "Accept-Language": "en", "Upgrade-Insecure-Requests": "1",
              "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1"}
FETCH = {"Accept": "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
ELSEWHERE = "https://elsewhere.example"
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) scripted"}


class Response:
    """What came back for `url`."""

    def __init__(self, url, status, headers, body):
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        """All values of the header joined by ", "; None when absent."""
        found = self.header_lines(name)
        return ", ".join(found) if found else None

    def header_lines(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)

    @property
    def variables(self):
        """The environment that a script of Conf.cgi() shows: {name: value}."""
        return dict(pair.split("=", 1) for pair in self.text.split("\0") if "=" in pair)

    @property
    def location(self):
        """The Location header as an absolute URL; None when there is none."""
        value = self.header("Location")
        return None if value is None else urllib.parse.urljoin(self.url, value)

    @property
    def query(self):
        """The parameters of the location, each once."""
        pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(self.location or "").query,
                                       keep_blank_values=True)
        assert len(dict(pairs)) == len(pairs), f"a parameter is there twice: {pairs}"
        return dict(pairs)

    @property
    def set_cookies(self):
        return self.header_lines("Set-Cookie")

    def __repr__(self):
        where = f" -> {self.location}" if self.location else ""
        return f"<{self.status} for {self.url}{where}: {self.text[:300]!r}>"


class Form(html.parser.HTMLParser):
    """The forms of a page: [(method, action, {name: value})]."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = {n: v or "" for n, v in attrs}
        if tag == "form":
            self.forms.append((attrs.get("method", "get").upper(), attrs.get("action", ""), {}))
        elif tag == "input" and self.forms and attrs.get("name"):
            self.forms[-1][2][attrs["name"]] = attrs.get("value", "")

    handle_startendtag = handle_starttag


class Client:
    """One browser. `routes` says where an origin really is: an https origin may be served by
    a plain port, as behind a load balancer that speaks TLS."""

    def __init__(self, routes=None, jar=None):
        self.jar = jar or Jar()
        self.routes = routes if routes is not None else {}
        self.connections = {}
        self.history = []

    def route(self, origin, port, tls=None):
        self.routes[origin] = ("127.0.0.1", int(port), tls)

    # ---- requests ----

    def request(self, method, url, headers=(), body=None, **how):
        """One request. `headers`: dict, or pairs where one comes twice. `how`: cross_site,
        is_navigation (for SameSite), cookies (False: send none)."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        if how.get("cookies", True):
            cookie = self.jar.header(url, how.get("cross_site", False), method,
                                     how.get("is_navigation", True))
            pairs += [("Cookie", cookie)] if cookie else []
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
            pairs.append(("Content-Type", "application/x-www-form-urlencoded"))
        response = self.send(method, url, pairs, body)
        self.jar.take(response.set_cookies, url)
        self.history.append(response)
        return response

    def send(self, method, url, pairs, body):
        parts = urllib.parse.urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        target = url[len(origin):].split("#")[0] or "/"
        for attempt in (1, 2):
            fresh = origin not in self.connections
            try:
                return self.exchange(origin, method, url, target, pairs, body)
            except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError):
                self.forget(origin)
                if fresh or attempt == 2:  # a kept connection may have been closed meanwhile
                    raise
        raise AssertionError("unreachable")

    def exchange(self, origin, method, url, target, pairs, body):
        connection = self.connect(origin)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        if not any(n.lower() == "host" for n, _ in pairs):
            connection.putheader("Host", urllib.parse.urlsplit(url).netloc)
        for name, value in [*AGENT.items(), *pairs]:
            connection.putheader(name, value)
        data = body.encode() if isinstance(body, str) else body
        if data is not None or method in ("POST", "PUT"):
            connection.putheader("Content-Length", str(len(data or b"")))
        connection.endheaders(data)
        answer = connection.getresponse()
        content = answer.read()
        if answer.will_close:
            self.forget(origin)
        return Response(url, answer.status, answer.getheaders(), content)

    def connect(self, origin):
        if origin not in self.connections:
            parts = urllib.parse.urlsplit(origin)
            host, port, tls = self.routes.get(origin) or (
                parts.hostname, parts.port or (443 if parts.scheme == "https" else 80),
                insecure_tls() if parts.scheme == "https" else None)
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
            if tls:
                connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=tls)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections[origin] = connection
        return self.connections[origin]

    def forget(self, origin):
        connection = self.connections.pop(origin, None)
        if connection:
            connection.close()

    def close(self):
        for origin in list(self.connections):
            self.forget(origin)

    def raw(self, origin, data, timeout=5, until=None, ends=False):
        """Sends bytes as they are and reads until the server closes or is silent, or has sent
        `until`. `ends`: says that there will be no more."""
        host, port, _ = self.routes[origin]
        with socket.create_connection((host, port), timeout=timeout * PATIENCE) as sock:
            sock.sendall(data)
            if ends:
                sock.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while not (until and answer.endswith(until)) and (chunk := sock.recv(65536)):
                    answer += chunk
            except TimeoutError:
                pass
            return answer

    # ---- as a browser ----

    def navigate(self, url, method="GET", body=None, site="none", headers=(), **how):
        """As when somebody types or clicks. `site`: none, same-origin, same-site, cross-site."""
        sent = {**NAVIGATION, "Sec-Fetch-Site": site, **dict(headers)}
        if method == "POST" and site != "none":
            sent.setdefault("Origin", origin_of(url) if site == "same-origin" else ELSEWHERE)
        return self.request(method, url, sent, body, cross_site=site == "cross-site", **how)

    def fetch(self, url, method="GET", body=None, site="same-origin", headers=(), **how):
        """As a script of the page does."""
        sent = {**FETCH, "Sec-Fetch-Site": site, **dict(headers)}
        return self.request(method, url, sent, body, cross_site=site == "cross-site",
                            is_navigation=False, **how)

    def follow(self, response, **how):
        """One step along a redirect, by GET as 302 and 303 ask for."""
        assert response.status in (302, 303) and response.location, f"no redirect: {response}"
        site = "same-origin" if origin_of(response.url) == origin_of(response.location) \
            else "cross-site"
        return self.navigate(response.location, site=site, **how)

    def follow_all(self, response, limit=10):
        """Follows until something else than a redirect comes; more than `limit` is a loop."""
        for _ in range(limit):
            if response.status not in (301, 302, 303, 307, 308):
                return response
            response = self.follow(response)
        raise AssertionError(f"a loop: {self.history[-limit:]}")

    def submit(self, response, form=0, **fields):
        """Fills in a form of the page and sends it."""
        forms = Form(response.text).forms
        assert len(forms) > form, f"no form in {response}"
        method, action, values = forms[form]
        url = urllib.parse.urljoin(response.url, action or response.url)
        values = {**values, **fields}
        if method == "GET":
            return self.navigate(url.split("?")[0] + "?" + urllib.parse.urlencode(values),
                                 site="same-origin")
        return self.navigate(url, method="POST", body=values, site="same-origin")


def origin_of(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def insecure_tls():
    """For the throw-away certificates of the emulator, as the scripted browser sees them."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
