"""One Engine.IO client: its queue, its session, and whichever of polling and WebSocket carries them."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sopapo.transport import handshake, runtime
from sopapo.transport.bell import Bell
from sopapo.transport.carrier import Carrier, NoCarrier
from sopapo.transport.connection import Connection, Way
from sopapo.transport.inbox import Inbox
from sopapo.transport.messages import PING, Message, Outbox
from sopapo.transport.options import TransportOptions
from sopapo.transport.packets import Breach, Malformed, Packet
from sopapo.transport.polling import Polling
from sopapo.transport.session import Peer, Session
from sopapo.transport.websocket import serve_websocket

if TYPE_CHECKING:
    from sopapo.transport.engine import Engine

log = logging.getLogger(__name__)

GOODBYE = Message("41")
ROOM = 262_144
NOWHERE = NoCarrier()


class Link:
    """In come texts, handled one at a time; out go messages, in the order in which they were pushed.

    It stands where engineio has its own socket: what engineio looks at keeps engineio's names.
    """

    __slots__ = (
        "_polling",
        "_room",
        "_slot",
        "carrier",
        "client",
        "closed",
        "closing",
        "connected",
        "engine",
        "has_left",
        "inbox",
        "queue",
        "sid",
        "unanswered",
        "upgraded",
        "upgrading",
    )

    def __init__(self, engine: "Engine", sid: str, peer: Peer) -> None:
        self.engine = engine
        self.sid = sid
        self.connected = self.upgrading = self.upgraded = False
        self.closing = self.closed = self.has_left = False
        self.queue = Outbox()
        self.inbox = Inbox()
        self.client = Session(engine.transport, self, peer)
        self.carrier: Carrier = NOWHERE
        self.unanswered = 0.0
        self._polling: Polling | None = None
        self._room: Bell | None = None
        self._slot = engine.pulse.add(self)

    @property
    def options(self) -> TransportOptions:
        """The bounds that it keeps."""
        return self.engine.transport.options

    @property
    def polling(self) -> Polling:
        """What carries it by requests, from its first use until it comes over to a WebSocket."""
        if self._polling is None:
            self._polling = Polling(self)
            if not self.upgraded:
                self.carrier = self._polling
        return self._polling

    @property
    def is_busy(self) -> bool:
        """Tell whether so many requests wait that a sign of life may wait behind them unread."""
        return self.inbox.is_full

    def push(self, message: Message) -> None:
        """Send a message after those that wait; a client that lets too much wait is cut."""
        if self.closing or self.has_left:
            return
        if self.engine.flusher.spreads.pending:
            self._put_what_is_owed()
        self.queue.put(message)
        if self.queue.weight > self.engine.max_queue:
            self.cut("slow")
        else:
            self.carrier.wake()

    def open(self, way: Way) -> None:
        """Let the connection, if it is in, be written to directly: nothing waits in its queue."""
        connection = self.client.connection
        if connection is not None:
            connection.open(way)

    def shut(self) -> None:
        """Let everything go through the queue from here on."""
        connection = self.client.connection
        if connection is not None:
            connection.shut()

    def settle(self, messages: Iterable[Message]) -> None:
        """Count no longer what has left for good."""
        self.queue.settle(messages)
        if self._room is not None and self.queue.size < ROOM:
            self._room.ring()

    @property
    def quiet(self) -> Connection | None:
        """The connection, if it can be written to directly: nothing waits for it, and nothing is owed to it."""
        connection = self.client.connection
        if connection is None or connection.direct is None or self.engine.flusher.spreads.pending:
            return None
        return connection

    def ping(self, stamp: float) -> bool:
        """Ask for a sign of life, and tell whether to wait for it: who is still taking earlier bytes gives one so."""
        waits_already = bool(self.unanswered) or (self.carrier.is_steady and self.queue.size > 0)
        self.push(PING)
        if waits_already or self.closing:
            return False
        self.unanswered = stamp
        return True

    def hold(self) -> None:
        """Let all that the client asks wait until `resume`."""
        self.inbox.hold()

    def resume(self) -> None:
        """Do what the client has asked."""
        self.inbox.resume()

    def later(self, task: Callable[[Any], object], argument: Any) -> None:
        """Do something after the requests that wait."""
        self.inbox.put(task, argument)

    def take(self, text: str) -> None:
        """Take one Engine.IO packet, without waiting for what it asks; raises Breach where the link must end."""
        kind = text[:1]
        if kind == "4":
            self._take_message(text[1:])
        elif kind == "3":
            self.unanswered = 0.0
        elif kind == "1":
            self.leave("client_close")
        elif kind == "b":
            raise Breach("binary", 1003)
        elif kind not in ("5", "6"):
            self.client.misread(Malformed("no Engine.IO packet"))

    def leave(self, reason: str) -> None:
        """End because the client has gone; what it asked before is done first."""
        if not self.has_left:
            self.has_left = True
            self.shut()
            self._ring()
            self.inbox.put(self.cut, reason)

    def end(self, reason: str, code: int, *, goodbye: bool = True) -> None:
        """Close once what waits has gone out; `goodbye` asks the client not to come back by itself."""
        if self.closing:
            return
        if not (goodbye or self.carrier.is_steady):
            self.cut(reason)
            return
        self._put_what_is_owed()
        if goodbye and self.client.connection is not None:
            self.queue.put(GOODBYE)
        self.queue.put(self.carrier.closing(code, reason))
        self._note(reason)
        self.carrier.wake()
        runtime.call_after(self.options.close_seconds, self.cut, reason)

    def cut(self, reason: str) -> None:
        """End at once, whatever waits."""
        if self.closed:
            return
        if not self.closing:
            self._note(reason)
        self.closed = True
        self._slot.discard(self)
        self.engine.sockets.pop(self.sid, None)
        self.carrier.hang_up()
        self.queue.clear()
        self._ring()

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:  # noqa: ARG002, FBT001, FBT002 - engineio calls it so
        """End because engineio found something wrong, unless the end has begun."""
        if not self.closing:
            self.cut(reason or "transport_error")

    def handle_get_request(self, environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ARG002 - engineio calls it so
        """Answer a poll, or become a WebSocket."""
        if handshake.wants_websocket(environ):
            return serve_websocket(self, environ)
        return self.polling.get(environ)

    def handle_post_request(self, environ: dict[str, Any]) -> None:
        """Take what a polling client sends."""
        self.polling.post(environ)

    def _put_what_is_owed(self) -> None:
        """Put what is being spread before what is to come."""
        connection = self.client.connection
        if connection is not None:
            for message in self.engine.flusher.spreads.owed_to(connection):
                self.queue.put(message)

    def _take_message(self, text: str) -> None:
        given: str | Packet | None = text
        if self.inbox.is_idle and self.queue.size <= ROOM:
            given = self.client.offer(text)
        if given is not None:
            self.inbox.put(self._handle, (given, time.monotonic()), len(text) + 1)

    def _handle(self, arrival: tuple[str | Packet, float]) -> None:
        self._wait_for_room()
        if self.closing:
            return
        try:
            self.client.receive(*arrival)
        except Breach as breach:
            self.end(breach.reason, breach.code)

    def _wait_for_room(self) -> None:
        patience = self.options.ping_interval + self.options.ping_timeout
        while self.queue.size > ROOM and not (self.closing or self.has_left):
            self._room = Bell()
            if not self._room.wait(patience) and not self.carrier.is_steady:
                self.cut("slow")
        self._room = None

    def _ring(self) -> None:
        if self._room is not None:
            self._room.ring()

    def _note(self, reason: str) -> None:
        self.closing = True
        self.engine.transport.stats.ended[reason] += 1
        log.info("connection ended: %s", reason, extra={"address": self.client.peer.address})
        self.inbox.clear()
        self.client.over()
