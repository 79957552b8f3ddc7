"""Between the wire and the apps: notes each request, then lets a fault or an app answer it."""

from __future__ import annotations

import io
import sys
from urllib.parse import unquote_to_bytes

from .fault_player import play
from .request_log import RequestLog
from .wire import Delivery, Reply, Request, Wire


class Service:
    """What a listener serves. `classify` names pool id and endpoint of a path."""

    def __init__(self, name: str, app, classify, pools: dict, log: RequestLog | None) -> None:
        self.name = name
        self.app = app
        self.classify = classify
        self.pools = pools
        self.log = log

    def serve(self, request: Request, wire: Wire) -> None:
        how = Delivery(chunked=self.name == "domain")
        if self.log is None:
            return wire.send(run(self.app, request), how)
        pool_id, endpoint = self.classify(request.path)
        entry = self.log.add(self.name, pool_id, endpoint, request)
        pool = self.pools.get(pool_id)
        fault = pool.faults.take(endpoint, request.method) if pool else None
        if fault is None:
            reply = run(self.app, request, note=entry.explain)
            entry.status = reply.status
            return wire.send(reply, how)
        entry.fault = fault.number
        entry.status = play(fault, lambda t: run(self.app, request, t, entry.explain), wire, how)
        return None


def run(app, request: Request, trouble: tuple | None = None, note=lambda why: None) -> Reply:
    """Runs a WSGI app to its end. `trouble`: error and description that end a sign-in.
    `note` is told why a request was refused."""
    reply = Reply(500)

    def start_response(status: str, headers: list, exc_info=None):
        reply.status = int(status.split(" ", 1)[0])
        reply.headers = [("Server", "Server"), *headers]

    ours = {"cognito.trouble": trouble, "cognito.note": note}
    chunks = app({**environ(request), **ours}, start_response)
    try:
        reply.body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return reply


def environ(request: Request) -> dict:
    result = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": request.server[0],
        "SERVER_PORT": str(request.server[1]),
        "SERVER_PROTOCOL": request.version,
        "REMOTE_ADDR": request.client[0],
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            result[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            result[f"HTTP_{key}"] = value
    return result
