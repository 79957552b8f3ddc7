"""Answers a request as a fault says."""

from __future__ import annotations

import base64
import json

from .damage import DAMAGES, gzipped
from .faults import Fault
from .quota import SHAPES
from .wire import Delivery, Reply, Wire

# where an OAuth error travels to the redirect_uri; elsewhere it is JSON
TRAVELLING = ("authorize", "login", "idpresponse")


def play(fault: Fault, work, wire: Wire, how: Delivery) -> int | None:
    """`work` runs the endpoint, with trouble if given. Gives the status that was sent, if any."""
    if fault.delay is not None:
        wire.sleep(fault.delay, fault.cancelled)
    if fault.reset == "at-once":
        return wire.reset()
    if fault.hang:
        wire.sleep(None, fault.cancelled)
        return wire.close()
    reply = change(make_reply(fault, work), fault)
    if fault.late is not None:
        wire.sleep(fault.late, fault.cancelled)
    if fault.reset == "after-work":
        return wire.reset()
    wire.send(reply, delivery(fault, reply, how))
    return reply.status


def make_reply(fault: Fault, work) -> Reply:
    """A fault that makes up the answer keeps the endpoint from working, unless told otherwise."""
    if fault.error is not None and fault.endpoint in TRAVELLING:
        return work((fault.error, fault.error_description))
    runs = fault.work if fault.work is not None else not fault.replaces_answer()
    return replace(work(None) if runs else Reply(200), fault)


def replace(reply: Reply, fault: Fault) -> Reply:
    if fault.error is not None:
        return oauth_error(fault)
    if fault.throttle is not None:
        status, body = SHAPES[fault.throttle]
        return json_reply(status, body) if body else html_reply(status)
    if fault.redirect is not None:
        return Reply(fault.status or 302, [("Location", fault.redirect)])
    if fault.body is not None or fault.body_base64 is not None:
        body = (fault.body or "").encode() + base64.b64decode(fault.body_base64 or "")
        kind = reply.header("Content-Type") or "application/json;charset=UTF-8"
        return Reply(fault.status or reply.status, [("Content-Type", kind)], body)
    if fault.status is not None:
        return Reply(fault.status, reply.headers, reply.body)
    return reply


def oauth_error(fault: Fault) -> Reply:
    body = {"error": fault.error}
    if fault.error_description is not None:
        body["error_description"] = fault.error_description
    return json_reply(fault.status or 400, body)


def json_reply(status: int, value) -> Reply:
    return Reply(
        status,
        [("Content-Type", "application/json;charset=UTF-8")],
        json.dumps(value, separators=(",", ":")).encode(),
    )


def html_reply(status: int) -> Reply:
    body = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
    return Reply(status, [("Content-Type", "text/html")], body.encode())


def change(reply: Reply, fault: Fault) -> Reply:
    """Spoils the body first, then the headers."""
    if fault.json_set or fault.json_remove:
        members = {**json.loads(reply.body), **fault.json_set}
        for name in fault.json_remove:
            members.pop(name, None)
        reply.body = json.dumps(members, separators=(",", ":")).encode()
    if fault.broken is not None:
        reply.body = DAMAGES[fault.broken](reply.body)
    if fault.size is not None:
        reply.body = reply.body.ljust(fault.size)
    if fault.gzip is not None:
        reply.body = gzipped(reply.body, fault.gzip)
        reply.set_header("Content-Encoding", "gzip")
    reply.remove_header("Content-Length")
    change_headers(reply, fault)
    return reply


def change_headers(reply: Reply, fault: Fault) -> None:
    if fault.content_type is not None:
        reply.set_header("Content-Type", fault.content_type)
    for name, value in fault.headers.items():
        reply.remove_header(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        reply.headers += [(name, text) for text in values]
    if fault.header_size is not None:
        reply.headers.append(("X-Padding", "x" * fault.header_size))
    reply.headers += [(f"X-Padding-{n}", "x") for n in range(fault.header_count or 0)]
    if fault.content_length is not None:
        reply.set_header("Content-Length", str(fault.content_length))


def delivery(fault: Fault, reply: Reply, how: Delivery) -> Delivery:
    chunked = how.chunked if fault.chunked is None else fault.chunked
    return Delivery(
        chunked=chunked and fault.content_length is None,
        drip=fault.drip,
        cut=len(reply.body) // 2 if fault.reset == "in-body" else None,
        endless=fault.endless,
        close=fault.close or fault.content_length is not None,
    )
