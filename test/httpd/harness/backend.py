"""A backend that answers with what it was asked, byte for byte as it came. Where it is asked
for a WebSocket, it opens one and sends back what comes."""
import base64
import hashlib
import json
import re
import socketserver
import threading
import time


class Seen:
    """One request as the backend received it."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.head = head.decode("latin-1")
        self.method, self.target, self.version = lines[0].split(" ", 2)
        self.headers = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "")
                        for line in lines[1:] if line]
        self.body = body

    def header(self, name):
        """The values of a header of exactly this name, joined; None when absent."""
        found = [v for n, v in self.headers if n.lower() == name.lower()]
        return ", ".join(found) if found else None

    def folded(self, pattern):
        """What a backend makes of names that takes all but letters and digits for one
        character: {folded name: its values}, of the names that match."""
        found = {}
        for name, value in self.headers:
            name = re.sub("[^a-z0-9]", "_", name.lower())
            if re.fullmatch(pattern, name):
                found.setdefault(name, []).append(value)
        return found

    def as_json(self):
        return json.dumps({"method": self.method, "target": self.target, "head": self.head,
                           "headers": self.headers, "body": self.body.decode("latin-1")})


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while head := self.read_head():
            seen = Seen(head, b"")
            seen.body = self.read_body(seen)
            self.server.backend.note(seen)
            if (seen.header("Upgrade") or "").lower() == "websocket":
                self.open_websocket(seen)
                return
            self.answer(seen)

    def read_head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline(65536)
            if not line:
                return b""
            head += line
        return head[:-4]

    def read_body(self, seen):
        if (seen.header("Transfer-Encoding") or "").lower() == "chunked":
            return self.read_chunks()
        return self.rfile.read(int(seen.header("Content-Length") or 0))

    def read_chunks(self):
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def answer(self, seen):
        status, headers, body = self.server.backend.respond(seen)
        head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}",
                *(f"{n}: {v}" for n, v in headers)]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1"))
        if seen.method != "HEAD":
            self.wfile.write(body)

    def open_websocket(self, seen):
        """RFC 6455, 4.2.2; then every octet goes back, masked or not."""
        key = seen.header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.wfile.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
                          ).encode())
        while data := self.connection.recv(65536):
            self.wfile.write(data)


class Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Backend:
    """Runs in threads of the test process. `seen` grows with each request."""

    def __init__(self):
        self.seen = []
        self.delay = 0
        self.answers = {}  # path -> (status, headers, body)
        self.lock = threading.Lock()
        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.listener.backend = self
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def note(self, seen):
        with self.lock:
            self.seen.append(seen)

    def respond(self, seen):
        if self.delay:
            time.sleep(self.delay)
        path = seen.target.split("?")[0]
        if path in self.answers:
            return self.answers[path]
        return 200, [("Content-Type", "application/json")], seen.as_json().encode()

    def clear(self):
        with self.lock:
            self.seen.clear()

    def told(self, browser, url, names, headers=()):
        """{folded name: value} of the headers with such names that a navigation brings."""
        self.clear()
        answer = browser.navigate(url, headers=headers)
        assert answer.status == 200, answer
        found = self.seen[-1].folded(names)
        assert all(len(values) == 1 for values in found.values()), found
        return {name: values[0] for name, values in found.items()}

    def text(self):
        """All that was ever received, for the search for secrets."""
        with self.lock:
            return "\n".join(s.head + "\n" + s.body.decode("latin-1") for s in self.seen)

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
