"""WebSocket frames of a client, read without any socket."""

from collections.abc import Iterator
from dataclasses import dataclass

from wsproto.connection import Connection as Parser
from wsproto.connection import ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

from sopapo.transport.packets import Breach


@dataclass(frozen=True, slots=True)
class Pinged:
    """The client asks for a pong with these bytes."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The client closes, or answers our close."""


class FrameReader:
    """Turns bytes into whole texts of a bounded size, however they were cut into frames; no extension is spoken."""

    __slots__ = ("_most", "_parser", "_parts", "_size")

    def __init__(self, most: int) -> None:
        self._parser = Parser(ConnectionType.SERVER)
        self._most = most
        self._parts: list[str] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[str | Pinged | Closed]:
        """Yield what these bytes complete; raises Breach for what may not be sent here."""
        self._parser.receive_data(data)
        for event in self._parser.events():
            if isinstance(event, TextMessage):
                self._gather(event.data)
                if event.message_finished:
                    yield self._whole()
            elif isinstance(event, BytesMessage):
                raise Breach("binary", 1003)
            elif isinstance(event, Ping):
                yield Pinged(bytes(event.payload))
            elif isinstance(event, CloseConnection):
                if self._parser.state is ConnectionState.OPEN:
                    raise Breach("malformed", int(event.code))
                yield Closed()
                return

    def _gather(self, part: str) -> None:
        if not part:
            return
        self._parts.append(part)
        self._size += len(part) if part.isascii() else len(part.encode())
        if self._size > self._most:
            raise Breach("too_large", 1009)

    def _whole(self) -> str:
        text = "".join(self._parts)
        self._parts.clear()
        self._size = 0
        return text
