"""One Engine.IO client: its queue, its session, and whichever of polling and WebSocket carries them."""

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from engineio.socket import Socket

from sopapo.transport import handshake, runtime
from sopapo.transport.bell import Bell
from sopapo.transport.inbox import Inbox
from sopapo.transport.messages import Message, Outbox
from sopapo.transport.options import TransportOptions
from sopapo.transport.packets import Breach, Malformed
from sopapo.transport.polling import Polling
from sopapo.transport.session import Peer, Session
from sopapo.transport.websocket import serve_websocket

if TYPE_CHECKING:
    from sopapo.transport.engine import Engine

log = logging.getLogger(__name__)

PING, GOODBYE = Message("2"), Message("41")
ROOM = 262_144


class Carrier(Protocol):
    """What brings a link's queue to its client; nothing here yields or raises."""

    is_steady: bool

    def wake(self) -> None:
        """Look at the queue: something waits there."""

    def closing(self, code: int, reason: str) -> Message:
        """Return what tells the client that this is the end."""

    def hang_up(self) -> None:
        """Let go of the client at once."""


class Link(Socket):
    """In come texts, handled one at a time; out go messages, in the order in which they were pushed."""

    queue: Outbox
    closing: bool
    closed: bool

    def __init__(self, engine: "Engine", sid: str, peer: Peer) -> None:
        super().__init__(engine, sid)
        self.engine = engine
        self.options: TransportOptions = engine.transport.options
        self.client = Session(engine.transport, self, peer)
        self.polling = Polling(self)
        self.carrier: Carrier = self.polling
        self.unanswered = 0.0
        self.inbox = Inbox()
        self.has_left = False
        self._room = Bell()
        self._slot = engine.pulse.add(self)

    @property
    def is_busy(self) -> bool:
        """Tell whether so many requests wait that a sign of life may wait behind them unread."""
        return self.inbox.is_full

    def push(self, message: Message) -> None:
        """Send a message after those that wait; a client that lets too much wait is cut."""
        if self.closing or self.has_left:
            return
        self.queue.put(message)
        if self.queue.weight > self.options.max_queue:
            self.cut("slow")
        else:
            self.carrier.wake()

    def settle(self, messages: Iterable[Message]) -> None:
        """Count no longer what has left for good."""
        self.queue.settle(messages)
        if self.queue.size < ROOM:
            self._room.ring()

    def ping(self, stamp: float) -> bool:
        """Ask for a sign of life, and tell whether to wait for it: who is still taking earlier bytes gives one so."""
        waits_already = bool(self.unanswered) or (self.carrier.is_steady and self.queue.size > 0)
        self.push(PING)
        if waits_already or self.closing:
            return False
        self.unanswered = stamp
        return True

    def later(self, task: Callable[[Any], object], argument: Any) -> None:
        """Do something after the requests that wait."""
        self.inbox.put(task, argument)

    def take(self, text: str) -> None:
        """Take one Engine.IO packet, without waiting for what it asks; raises Breach where the link must end."""
        kind = text[:1]
        if kind == "4":
            self.inbox.put(self._handle, text[1:], len(text))
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
            self._room.ring()
            self.inbox.put(self.cut, reason)

    def end(self, reason: str, code: int, *, goodbye: bool = True) -> None:
        """Close once what waits has gone out; `goodbye` asks the client not to come back by itself."""
        if self.closing:
            return
        if not (goodbye or self.carrier.is_steady):
            self.cut(reason)
            return
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
        self._room.ring()

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

    def _handle(self, text: str) -> None:
        self._wait_for_room()
        if self.closing:
            return
        try:
            self.client.receive(text)
        except Breach as breach:
            self.end(breach.reason, breach.code)

    def _wait_for_room(self) -> None:
        patience = self.options.ping_interval + self.options.ping_timeout
        while self.queue.size > ROOM and not (self.closing or self.has_left):
            if not self._room.wait(patience) and not self.carrier.is_steady:
                self.cut("slow")

    def _note(self, reason: str) -> None:
        self.closing = True
        self.engine.transport.stats.ended[reason] += 1
        log.info("connection ended: %s", reason, extra={"address": self.client.peer.address})
        self.inbox.clear()
        self.client.over()
