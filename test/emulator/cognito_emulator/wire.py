"""A small threaded HTTP/1.1 server whose answers may be spoiled down to the socket."""

from __future__ import annotations

import http.client
import http.server
import select
import socket
import socketserver
import ssl
import struct
import threading
from dataclasses import dataclass, field
from email.utils import formatdate

MAX_BODY = 16 << 20


@dataclass
class Request:
    method: str
    target: str
    path: str
    query: str
    version: str
    headers: list[tuple[str, str]]
    body: bytes
    client: tuple[str, int]
    server: tuple[str, int]
    scheme: str

    def header(self, name: str) -> str | None:
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    reason: str = ""

    def header(self, name: str) -> str | None:
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def remove_header(self, name: str) -> None:
        self.headers = [(n, v) for n, v in self.headers if n.lower() != name.lower()]

    def set_header(self, name: str, value: str) -> None:
        self.remove_header(name)
        self.headers.append((name, value))


@dataclass
class Delivery:
    """How an answer goes over the wire."""

    chunked: bool = False
    drip: float | None = None  # bytes a second
    cut: int | None = None  # reset after that many bytes of body
    endless: str | None = None  # body or headers
    close: bool = False


class Wire:
    """The connection of one request, as far as answering goes."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self._request = request
        self._stopping = connection.server.stopping

    def sleep(self, seconds: float | None, cancelled: threading.Event | None = None) -> None:
        """Waits; a stop of the server, `cancelled`, or the client's going away ends it."""
        waited = 0.0
        while seconds is None or waited < seconds:
            step = 0.05 if seconds is None else min(0.05, seconds - waited)
            if self._stopping.wait(step) or (cancelled and cancelled.is_set()):
                return
            if self._connection.client_is_gone():
                return
            waited += step

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        option = struct.pack("ii", 1, 0)
        self._connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        self._connection.is_reset = True
        self._connection.close_connection = True

    def close(self) -> None:
        self._connection.close_connection = True

    def send(self, reply: Reply, how: Delivery) -> None:
        try:
            self._send(reply, how)
        except (OSError, ValueError):
            self._connection.close_connection = True

    def _send(self, reply: Reply, how: Delivery) -> None:
        has_body = self._request.method != "HEAD" and reply.status not in (204, 304)
        body = reply.body if has_body else b""
        chunked = how.chunked and bool(body) and self._request.version == "HTTP/1.1"
        chunked = chunked or how.endless == "body"
        head = self._head(reply, chunked, how)
        if how.endless == "headers":
            return self._pour(head.removesuffix(b"\r\n"), lambda n: b"X-More-%d: 0\r\n" % n, how)
        if how.endless == "body":
            filler = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
            return self._pour(head + chunk(body), lambda n: filler, how)
        if how.cut is not None:
            self._write(head + body[: how.cut], how.drip)
            return self.reset()
        framed = chunk(body) + b"0\r\n\r\n" if chunked else body
        self._write(head + framed, how.drip)

    def _head(self, reply: Reply, chunked: bool, how: Delivery) -> bytes:
        reason = reply.reason or http.client.responses.get(reply.status, "")
        headers = list(reply.headers)
        if reply.header("Date") is None:
            headers.append(("Date", formatdate(usegmt=True)))
        if chunked:
            reply.remove_header("Content-Length")
            headers = [h for h in headers if h[0].lower() != "content-length"]
            headers.append(("Transfer-Encoding", "chunked"))
        elif reply.header("Content-Length") is None and reply.status not in (204, 304):
            headers.append(("Content-Length", str(len(reply.body))))
        if how.close or self._connection.close_connection:
            headers.append(("Connection", "close"))
            self._connection.close_connection = True
        lines = [f"HTTP/1.1 {reply.status} {reason}"] + [f"{n}: {v}" for n, v in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _write(self, data: bytes, drip: float | None) -> None:
        sock = self._connection.connection
        if drip is None:
            return sock.sendall(data)
        piece = max(1, int(drip / 20))
        for start in range(0, len(data), piece):
            if self._stopping.is_set():
                break
            sock.sendall(data[start : start + piece])
            self.sleep(piece / drip)

    def _pour(self, start: bytes, more, how: Delivery) -> None:
        """Sends until the client has had enough."""
        self._write(start, how.drip)
        count = 0
        while not self._stopping.is_set():
            self._write(more(count), how.drip)
            count += 1
        self.close()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


class Connection(http.server.BaseHTTPRequestHandler):
    """Reads requests and hands them to the service of the listener."""

    protocol_version = "HTTP/1.1"
    timeout = 75
    disable_nagle_algorithm = True
    is_reset = False

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or len(self.raw_requestline) > 65536:
                self.close_connection = True
                return
            if self.parse_request():
                request = self.read_request()
                self.server.service.serve(request, Wire(self, request))
        except (OSError, ValueError):
            self.close_connection = True

    def read_request(self) -> Request:
        path, _, query = self.path.partition("?")
        return Request(
            method=self.command,
            target=self.path,
            path=path,
            query=query,
            version=self.request_version,
            headers=list(self.headers.items()),
            body=self.read_body(),
            client=self.client_address[:2],
            server=self.server.server_address[:2],
            scheme="https" if self.server.tls else "http",
        )

    def read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self.read_chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            raise ValueError("request body is too large")
        return self.rfile.read(length)

    def read_chunks(self) -> bytes:
        body = b""
        while len(body) <= MAX_BODY:
            size = int(self.rfile.readline(100).split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline(100)
            if size == 0:
                return body
        raise ValueError("request body is too large")

    def client_is_gone(self) -> bool:
        """Whether the peer closed its end, without reading what it may have sent before."""
        poll = select.poll()
        poll.register(self.connection, select.POLLRDHUP)
        return bool(poll.poll(0))

    def log_message(self, *args) -> None:
        """Requests are kept in the request log, not on stderr."""


class Listener(socketserver.ThreadingTCPServer):
    """One bound port."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, service, tls: ssl.SSLContext | None) -> None:
        try:
            super().__init__((host, port), Connection)
        except OSError as error:
            raise OSError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        self.service = service
        self.tls = tls
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        if self._thread.is_alive():
            self.shutdown()
        self.server_close()
        self._hang_up()

    def exchange_tls(self, tls: ssl.SSLContext) -> None:
        """As if started anew with another certificate: no connection of before goes on."""
        self.tls = tls
        self._hang_up()

    def _hang_up(self) -> None:
        for sock in list(self._open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def process_request_thread(self, request, client_address) -> None:
        """Runs in the connection's own thread, so that a slow handshake blocks nobody."""
        sock = request
        try:
            if self.tls is not None:
                request.settimeout(15)
                sock = self.tls.wrap_socket(request, server_side=True)
                sock.settimeout(None)
            self._open.add(sock)
            handler = Connection(sock, client_address, self)
            if not handler.is_reset:
                self._say_goodbye(sock)
        except OSError:
            pass
        finally:
            self._open.discard(sock)
            sock.close()

    def _say_goodbye(self, sock) -> None:
        """Says over TLS that this is the end, without waiting for the peer's answer."""
        try:
            if isinstance(sock, ssl.SSLSocket):
                sock.settimeout(0)
                sock.unwrap()
            sock.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass
