"""A proxy for what httpd asks elsewhere (CognitoProxy): tunnels to ports of this machine."""
import socket
import socketserver
import threading

from .backend import Listener


class Tunnel(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        target = self.read_target()
        proxy = self.server.proxy
        port = None if proxy.is_closed else proxy.routes.get(target)
        proxy.asked.append(target)
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
        """HOST:PORT of a CONNECT; another request as it stands, which leads nowhere."""
        method, target, _ = self.rfile.readline().decode("latin-1").split()
        while self.rfile.readline().strip():
            pass
        return target if method == "CONNECT" else f"{method} {target}"


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class ForwardProxy:
    """Runs in threads of the test process. `routes`: HOST:PORT -> port; `asked` grows."""

    def __init__(self, routes):
        self.routes = routes
        self.asked = []
        self.tunnels = []
        self.is_closed = False
        self.listener = Listener(("127.0.0.1", 0), Tunnel)
        self.listener.proxy = self
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

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
