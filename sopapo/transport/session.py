"""What one Engine.IO client says in Socket.IO: its connection, its requests, and how often it was not understood."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sopapo.transport import packets
from sopapo.transport.connection import Connection, Pipe
from sopapo.transport.door import Refused
from sopapo.transport.messages import MESSAGE, Message
from sopapo.transport.packets import Breach, Malformed, Packet

if TYPE_CHECKING:
    from sopapo.transport.transport import Transport

log = logging.getLogger(__name__)

FAILED = "The server failed; the failure is in its log."


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a client comes from, and what it calls itself."""

    address: str
    agent: str


class Answer:
    """The acknowledgement of one request: works once, and not at all when none was asked for."""

    __slots__ = ("_ack", "_connection")

    def __init__(self, connection: Connection, ack: int | None) -> None:
        self._connection = connection
        self._ack = ack

    def __call__(self, payload: Mapping[str, object]) -> None:
        """Send it; never yields."""
        ack, self._ack = self._ack, None
        if ack is not None:
            self._connection.push(answer(ack, payload))


class Session:
    """The Socket.IO side of one link; `receive` is called by one greenlet at a time, and may block; `offer` may not."""

    __slots__ = ("_malformed", "_over", "_pipe", "_transport", "connection", "peer")

    def __init__(self, transport: "Transport", pipe: Pipe, peer: Peer) -> None:
        self._transport = transport
        self._pipe = pipe
        self.peer = peer
        self._malformed = 0
        self._over = False
        self.connection: Connection | None = None
        self._wait_for_connect()

    def offer(self, text: str) -> Packet | None:
        """Take one packet at once if that waits for nothing, else return it; raises Breach where the link must end."""
        try:
            packet = packets.parse(text)
        except Malformed as error:
            self._transport.stats.frames_in += 1
            self.misread(error)
            return None
        except Breach:
            self._transport.stats.frames_in += 1
            raise
        connection = self.connection
        if connection is None and packet.kind == packets.CONNECT:
            self._transport.stats.frames_in += 1
            self._connect(packet)
            return None
        if connection is None or packet.kind != packets.EVENT or packet.namespace != "/":
            return packet
        event, *args = packet.data
        connection.asked_at = 0.0
        acknowledge = Answer(connection, packet.ack)
        try:
            if not self._transport.door.answer_at_once(connection, event, args, acknowledge):
                return packet
        except Exception as error:  # noqa: BLE001 - every request is answered
            fail(acknowledge, error)
        self._transport.stats.frames_in += 1
        self._transport.stats.requests += 1
        return None

    def receive(self, given: str | Packet, arrived_at: float = 0.0) -> None:
        """Take one packet that came at this moment; raises Breach where the link must end."""
        self._transport.stats.frames_in += 1
        try:
            self._handle(packets.parse(given) if isinstance(given, str) else given, arrived_at)
        except Malformed as error:
            self.misread(error)

    def misread(self, error: Malformed) -> None:
        """Count what cannot be read, and answer it where it is known how; raises Breach when it is once too often."""
        self._transport.stats.malformed += 1
        self._malformed += 1
        if error.ack is not None:
            self._pipe.push(answer(error.ack, failure("invalid", f"Not understood: {error}.")))
        if self._malformed >= self._transport.options.max_malformed:
            raise Breach("malformed", 1007)

    def over(self) -> None:
        """End the connection, if there is one: it hears nothing more and is in no channel from here on."""
        self._over = True
        self._transport.alone.discard(self)
        self._leave()

    def end_alone(self) -> None:
        """End because there has been no connection for too long."""
        self._pipe.end("no_connect", 1008)

    def _handle(self, packet: Packet, arrived_at: float) -> None:
        if packet.kind == packets.CONNECT:
            self._connect(packet)
        elif self.connection is None or packet.namespace != "/":
            raise Malformed("not connected", packet.ack)
        elif packet.kind == packets.EVENT:
            self.connection.asked_at = arrived_at
            event, *args = packet.data
            self._request(self.connection, event, args, packet.ack)
        elif packet.kind == packets.DISCONNECT:
            self._leave()
            self._wait_for_connect()

    def _connect(self, packet: Packet) -> None:
        if packet.namespace != "/":
            self._pipe.push(Message(MESSAGE + packets.refused("Invalid namespace", namespace=packet.namespace)))
            return
        if self.connection is not None:
            raise Malformed("connected already")
        connection = Connection(secrets.token_urlsafe(15), self.peer.address, self.peer.agent, pipe=self._pipe)
        self.connection = connection
        self._transport.alone.discard(self)
        self._pipe.hold()
        admit = partial(self._admit, connection)
        try:
            self._transport.door.connect(connection, packet.data, admit)
        except Exception as error:  # noqa: BLE001 - every connection is answered
            admit(error)

    def _admit(self, connection: Connection, error: Exception | None) -> None:
        if error is None:
            self._let_in(connection)
        elif isinstance(error, Refused):
            self._refuse(connection, error)
        else:
            log.error("a connection could not be let in", exc_info=error)
            self._refuse(connection, Refused("internal", {"code": "internal", "message": FAILED}))
        self._pipe.resume()

    def _let_in(self, connection: Connection) -> None:
        if connection.ended:
            self._pipe.later(self._transport.door.disconnect, connection)
            return
        self._transport.stats.connected += 1
        self._transport.connections[connection.sid] = connection
        self._pipe.push(Message(MESSAGE + packets.connected(connection.sid)))
        connection.release()

    def _refuse(self, connection: Connection, refusal: Refused) -> None:
        self._transport.stats.refused[refusal.code] += 1
        self.connection = None
        self._transport.detach(connection)
        self._pipe.push(Message(MESSAGE + packets.refused(refusal.code, refusal.data)))
        self._wait_for_connect()

    def _request(self, connection: Connection, event: str, args: list[object], ack: int | None) -> None:
        self._transport.stats.requests += 1
        acknowledge = Answer(connection, ack)
        try:
            self._transport.door.request(connection, event, args, acknowledge)
        except Exception as error:  # noqa: BLE001 - every request is answered
            fail(acknowledge, error)

    def _leave(self) -> None:
        connection, self.connection = self.connection, None
        if connection is None:
            return
        self._transport.detach(connection)
        if connection.is_in:
            self._pipe.later(self._transport.door.disconnect, connection)

    def _wait_for_connect(self) -> None:
        if not self._over:
            self._transport.alone.add(self)


def answer(ack: int, payload: Mapping[str, object]) -> Message:
    """Encode the answer to a request; one that is no JSON becomes a failure, and a line in the log."""
    try:
        return Message(MESSAGE + packets.acknowledgement(ack, payload), is_answer=True)
    except (TypeError, ValueError, RecursionError):
        log.exception("an answer cannot be sent as JSON")
        return Message(MESSAGE + packets.acknowledgement(ack, failure("internal", FAILED)), is_answer=True)


def fail(acknowledge: Answer, error: Exception) -> None:
    """Log what went wrong in the door, and answer that something did."""
    log.error("a request failed in the door", exc_info=error)
    acknowledge(failure("internal", FAILED))


def failure(code: str, message: str) -> dict[str, object]:
    """Return the shape in which a request is told that it failed."""
    return {"ok": False, "error": {"code": code, "message": message}}
