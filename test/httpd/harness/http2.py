"""An HTTP/2 client that sends what it is told, well-formed or not (prior knowledge, no TLS)."""
import socket

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from .waiting import PATIENCE

RAW = h2.config.H2Configuration(
    client_side=True, header_encoding="latin-1", validate_outbound_headers=False,
    normalize_outbound_headers=False, validate_inbound_headers=False)


class Refused(Exception):
    """The server has reset the stream, closed the connection, or not answered."""


def exchange(port, method, path, pairs, body=None, trailers=None):
    """(status, body). `pairs`: header fields behind the pseudo-headers, in this order. With
    `trailers` a second block of headers ends the stream."""
    head = [(":method", method), (":scheme", "http"), (":authority", "app.example.test"),
            (":path", path), *pairs]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10 * PATIENCE) as sock:
        connection = h2.connection.H2Connection(RAW)
        connection.initiate_connection()
        connection.send_headers(1, head, end_stream=body is None and trailers is None)
        if body is not None:
            connection.send_data(1, body, end_stream=trailers is None)
        if trailers is not None:
            connection.send_headers(1, trailers, end_stream=True)
        sock.sendall(connection.data_to_send())
        return read_answer(sock, connection)


def read_answer(sock, connection):
    status, content = 0, b""
    while data := receive(sock):
        try:
            events = connection.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            raise Refused(error) from error
        for event in events:
            if isinstance(event, h2.events.ResponseReceived):
                status = int(dict(event.headers)[":status"])
            elif isinstance(event, h2.events.DataReceived):
                content += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, 1)
            elif isinstance(event, h2.events.StreamEnded):
                return status, content
            elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                raise Refused(event)
        sock.sendall(connection.data_to_send())
    raise Refused("the connection has been closed")


def open_websocket(port, path, pairs, frame):
    """(status, what came back for `frame`): RFC 8441. Nothing is sent to who refuses."""
    head = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"),
            (":authority", "app.example.test"), (":path", path), ("sec-websocket-version", "13"),
            *pairs]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10 * PATIENCE) as sock:
        connection = h2.connection.H2Connection(RAW)
        connection.initiate_connection()
        connection.send_headers(1, head)
        sock.sendall(connection.data_to_send())
        status, echo = 0, b""
        while not status or (status == 200 and len(echo) < len(frame)):
            data = receive(sock)
            if not data:
                raise Refused("the connection has been closed")
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    status = int(dict(event.headers)[":status"])
                    if status == 200:
                        connection.send_data(1, frame)
                elif isinstance(event, h2.events.DataReceived):
                    echo += event.data
                elif isinstance(event, h2.events.StreamReset) and status in (0, 200):
                    raise Refused(event)  # who is refused need not end what they had begun
            sock.sendall(connection.data_to_send())
    return status, echo if status == 200 else b""


def in_turn(port, *requests):
    """[(status, body)] of GET requests, (path, header fields) each, on one connection: the next
    one is sent when the one before has been answered."""
    answers = {}
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10 * PATIENCE) as sock:
        connection = h2.connection.H2Connection(RAW)
        connection.initiate_connection()
        for number, (path, pairs) in enumerate(requests):
            head = [(":method", "GET"), (":scheme", "http"), (":authority", "app.example.test"),
                    (":path", path), *pairs]
            connection.send_headers(2 * number + 1, head, end_stream=True)
            sock.sendall(connection.data_to_send())
            read_streams(sock, connection, {2 * number + 1}, answers)
    return [answers[2 * number + 1] for number in range(len(requests))]


def exchange_all(port, path, requests, at_once=20):
    """[(status, body)] of GET requests with these header fields, all on one connection, some
    of them at once."""
    answers = {}
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10 * PATIENCE) as sock:
        connection = h2.connection.H2Connection(RAW)
        connection.initiate_connection()
        for begin in range(0, len(requests), at_once):
            streams = range(begin, min(begin + at_once, len(requests)))
            for number in streams:
                head = [(":method", "GET"), (":scheme", "http"),
                        (":authority", "app.example.test"), (":path", path), *requests[number]]
                connection.send_headers(2 * number + 1, head, end_stream=True)
            sock.sendall(connection.data_to_send())
            read_streams(sock, connection, {2 * number + 1 for number in streams}, answers)
    return [answers[2 * number + 1] for number in range(len(requests))]


def read_streams(sock, connection, wanted, answers):
    while wanted:
        data = receive(sock)
        if not data:
            raise Refused("the connection has been closed")
        for event in connection.receive_data(data):
            stream = getattr(event, "stream_id", 0)
            if isinstance(event, h2.events.ResponseReceived):
                answers[stream] = (int(dict(event.headers)[":status"]), b"")
            elif isinstance(event, h2.events.DataReceived):
                status, content = answers[stream]
                answers[stream] = status, content + event.data
                connection.acknowledge_received_data(event.flow_controlled_length, stream)
            elif isinstance(event, h2.events.StreamEnded):
                wanted.discard(stream)
            elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                raise Refused(event)
        sock.sendall(connection.data_to_send())


def receive(sock):
    try:
        return sock.recv(65536)
    except (TimeoutError, ConnectionError) as error:
        raise Refused(error) from error
