"""Socket.IO packets as text, in and out; knows no connection."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sopapo.transport import text as json_text

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = "0123456"
_HEAD = re.compile(r"([0-6])(?:(/[^,]*),?)?([0-9]{0,15})(?![0-9])", re.ASCII)
_LEAST = {EVENT: 1, ACK: 0}


class Breach(Exception):
    """The client broke the protocol so that its connection must end; `code` is that of a WebSocket close frame."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Malformed(Exception):
    """A packet that cannot be read; `ack` is the id under which the client waits for its answer, if that is known."""

    def __init__(self, message: str, ack: int | None = None) -> None:
        super().__init__(message)
        self.ack = ack


class Packet(NamedTuple):
    """One packet of a client; `data` is a list for an event and an acknowledgement."""

    kind: str
    namespace: str
    ack: int | None
    data: Any


def parse(text: str) -> Packet:
    """Read one packet; raises Malformed, or Breach for a binary one."""
    if text[:1] in (BINARY_EVENT, BINARY_ACK):
        raise Breach("binary", 1003)
    head = _HEAD.match(text)
    if head is None:
        raise Malformed("no Socket.IO packet")
    kind, namespace, digits = head.groups()
    ack = int(digits) if digits and kind in _LEAST else None
    packet = Packet(kind, (namespace or "/").partition("?")[0], ack, _data(text[head.end() :], ack))
    _check(packet)
    return packet


def _data(text: str, ack: int | None) -> object:
    if not text:
        return None
    try:
        return json_text.loads(text)
    except ValueError:
        raise Malformed("the payload is no JSON", ack) from None


def _check(packet: Packet) -> None:
    if packet.kind == CONNECT_ERROR:
        raise Malformed("only a server refuses")
    if packet.kind not in _LEAST:
        return
    if not isinstance(packet.data, list) or len(packet.data) < _LEAST[packet.kind]:
        raise Malformed("the payload is no list", packet.ack)
    if packet.kind == EVENT and not isinstance(packet.data[0], str):
        raise Malformed("the event has no name", packet.ack)


def connected(sid: str) -> str:
    """Write the packet that lets a connection in."""
    return f"{CONNECT}{json_text.dumps({'sid': sid})}"


def refused(message: str, data: Mapping[str, object] | None = None, namespace: str = "/") -> str:
    """Write the packet that turns a connection away."""
    body: dict[str, object] = {"message": message} if data is None else {"message": message, "data": data}
    where = "" if namespace == "/" else f"{namespace},"
    return f"{CONNECT_ERROR}{where}{json_text.dumps(body)}"


def event(name: str, payload: object) -> str:
    """Write an event with one argument."""
    return f"{EVENT}{json_text.dumps([name, payload])}"


def acknowledgement(ack: int, payload: object) -> str:
    """Write the answer to the event that carried this id."""
    return f"{ACK}{ack}{json_text.dumps([payload])}"
