"""A proxy for what httpd asks elsewhere (CognitoProxy): tunnels to ports of this machine."""
import base64
import socket
import socketserver
import threading

from .backend import Listener


class Tunnel(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        target, head = self.read_target()
        proxy = self.server.proxy
        port = None if proxy.is_closed else proxy.routes.get(target)
        proxy.asked.append(target)
        proxy.heads.append(head)
        if not proxy.lets_in(head):
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                             b'Proxy-Authenticate: Basic realm="way out"\r\n'
                             b"Content-Length: 0\r\n\r\n")
            return
        if port is None:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", port)) as peer:
            proxy.tunnels.append(peer)
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=pump, args=(peer, self.connection), daemon=True)
            back.start()
            pump(self.connection, peer)
            back.join()

    def read_target(self):
        """HOST:PORT of a CONNECT, or another request as it stands, which leads nowhere; and the
        header's lines."""
        method, target, _ = self.rfile.readline().decode("latin-1").split()
        head = list(iter(lambda: self.rfile.readline().decode("latin-1").strip(), ""))
        return target if method == "CONNECT" else f"{method} {target}", head


def basic(login):
    return base64.b64encode(login.encode()).decode()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class ForwardProxy:
    """Runs in threads of the test process. `routes`: HOST:PORT -> port; `asked` and `heads` grow.
    `login`: the "user:password" that it asks for."""

    def __init__(self, routes, login=None):
        self.routes = routes
        self.login = login
        self.asked = []
        self.heads = []
        self.tunnels = []
        self.is_closed = False
        self.listener = Listener(("127.0.0.1", 0), Tunnel)
        self.listener.proxy = self
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def address(self, login):
        """Its URL with a user and the source of a password."""
        return self.url.replace("//", f"//{login}@")

    def lets_in(self, head):
        return not self.login or f"Proxy-Authorization: Basic {basic(self.login)}" in head

    def refuse(self):
        """From now on nobody gets through, and who is through is cut off."""
        self.is_closed = True
        for tunnel in self.tunnels:
            try:
                tunnel.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
