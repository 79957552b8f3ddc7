"""Free ports that stay ours until a server listens on them."""
import socket


class Port:
    """A port of 127.0.0.1 that the kernel gives to nobody else while this object lives.

    The socket is bound with SO_REUSEADDR and never listens, so a server that sets the same
    option (httpd does) may bind and listen beside it.
    """

    def __init__(self):
        self.holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))
        self.number = self.holder.getsockname()[1]

    def __int__(self):
        return self.number

    def __str__(self):
        return str(self.number)

    def close(self):
        self.holder.close()
