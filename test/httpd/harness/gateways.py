"""Backends that are spoken to in other protocols than HTTP: FastCGI, SCGI, uwsgi and AJP.
Each answers with nothing but keeps the variables, or headers, that it was told."""
import socketserver
import struct
import threading

ANSWER = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nok\n"


class Gateway:
    """Runs in threads of the test process. `seen` grows with each request: a dict of what
    came, as bytes decoded by Latin-1; a name that came twice is a list."""

    def __init__(self, protocol):
        self.seen = []
        self.listener = socketserver.ThreadingTCPServer(("127.0.0.1", 0), HANDLERS[protocol])
        self.listener.daemon_threads = True
        self.listener.gateway = self
        scheme = {"fastcgi": "fcgi"}.get(protocol, protocol)
        self.url = f"{scheme}://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def note(self, pairs):
        found = {}
        for name, value in pairs:
            name, value = name.decode("latin-1"), value.decode("latin-1")
            found[name] = value if name not in found else [found[name], value]
        self.seen.append(found)

    def text(self):
        return repr(self.seen)

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()


class Scgi(socketserver.StreamRequestHandler):
    def handle(self):
        length = b""
        while (octet := self.rfile.read(1)) not in (b":", b""):
            length += octet
        items = self.rfile.read(int(length or 0)).split(b"\0")[:-1]
        self.server.gateway.note(zip(items[::2], items[1::2]))
        self.wfile.write(ANSWER)


class Uwsgi(socketserver.StreamRequestHandler):
    def handle(self):
        head = self.rfile.read(4)
        if len(head) < 4:
            return
        data = self.rfile.read(struct.unpack("<BHB", head)[1])
        self.server.gateway.note(pairs_of(data, "<H"))
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok\n")


def pairs_of(data, form):
    """Names and values, each behind its length."""
    size, at, texts = struct.calcsize(form), 0, []
    while at < len(data):
        length = struct.unpack_from(form, data, at)[0]
        texts.append(data[at + size:at + size + length])
        at += size + length
    return list(zip(texts[::2], texts[1::2]))


class FastCgi(socketserver.StreamRequestHandler):
    BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6

    def handle(self):
        params = b""
        while record := self.read_record():
            kind, request, content = record
            if kind == self.PARAMS:
                params += content
            elif kind == self.STDIN and not content:
                self.server.gateway.note(self.pairs(params))
                self.write_record(self.STDOUT, request, ANSWER)
                self.write_record(self.STDOUT, request, b"")
                self.write_record(self.END, request, bytes(8))
                return

    def read_record(self):
        head = self.rfile.read(8)
        if len(head) < 8:
            return None
        _, kind, request, length, padding, _ = struct.unpack(">BBHHBB", head)
        content = self.rfile.read(length)
        self.rfile.read(padding)
        return kind, request, content

    def write_record(self, kind, request, content):
        self.wfile.write(struct.pack(">BBHHBB", 1, kind, request, len(content), 0, 0) + content)

    @staticmethod
    def pairs(data):
        at, found = 0, []

        def length():
            nonlocal at
            if data[at] < 128:
                at += 1
                return data[at - 1]
            at += 4
            return struct.unpack_from(">I", data, at - 4)[0] & 0x7fffffff

        while at < len(data):
            name, value = length(), length()
            found.append((data[at:at + name], data[at + name:at + name + value]))
            at += name + value
        return found


class Ajp(socketserver.StreamRequestHandler):
    CODED = ["accept", "accept-charset", "accept-encoding", "accept-language", "authorization",
             "connection", "content-type", "content-length", "cookie", "cookie2", "host", "pragma",
             "referer", "user-agent"]
    REMOTE_USER, REQUEST_ATTRIBUTE, END = 0x03, 0x0a, 0xff

    def handle(self):
        while packet := self.read_packet():
            if packet[0] == 2:
                self.server.gateway.note(self.forward(packet))
                self.write(b"\x04" + struct.pack(">H", 200) + self.text(b"OK")
                           + struct.pack(">H", 0))
                self.write(b"\x03" + struct.pack(">H", 3) + b"ok\n" + b"\0")
                self.write(b"\x05\x01")

    def read_packet(self):
        head = self.rfile.read(4)
        return self.rfile.read(struct.unpack(">HH", head)[1]) if len(head) == 4 else None

    def write(self, content):
        self.wfile.write(b"AB" + struct.pack(">H", len(content)) + content)

    @staticmethod
    def text(octets):
        return struct.pack(">H", len(octets)) + octets + b"\0"

    def forward(self, packet):
        self.packet, self.at = packet, 2
        for _ in range(5):  # protocol, URI, address, host, server
            self.string()
        self.at += 3        # port, TLS
        found = [(self.name(), self.string()) for _ in range(self.number())]
        while (code := self.octet()) != self.END:
            if code == self.REQUEST_ATTRIBUTE:
                found.append((b"attribute " + self.string(), self.string()))
            else:
                value = self.string()
                found += [(b"remote_user", value)] if code == self.REMOTE_USER else []
        return found

    def octet(self):
        self.at += 1
        return self.packet[self.at - 1]

    def number(self):
        self.at += 2
        return struct.unpack_from(">H", self.packet, self.at - 2)[0]

    def string(self):
        length = self.number()
        if length == 0xffff:
            return b""
        self.at += length + 1
        return self.packet[self.at - length - 1:self.at - 1]

    def name(self):
        if self.packet[self.at] == 0xa0:
            return self.CODED[(self.number() & 0xff) - 1].encode()
        return self.string()


HANDLERS = {"fastcgi": FastCgi, "scgi": Scgi, "uwsgi": Uwsgi, "ajp": Ajp}
