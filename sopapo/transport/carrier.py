"""What brings a link's queue to its client by a socket, whoever reads that socket."""

import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from sopapo.transport.frames import Closed, Pinged
from sopapo.transport.messages import Message, close_frame, frame, joined

if TYPE_CHECKING:
    from socket import socket

    from sopapo.transport.link import Link

PONG_OPCODE = 0xA
NORMAL = 1000
NO_LINGERING = struct.pack("ii", 1, 0)


class Carrier(Protocol):
    """What brings a link's queue to its client; nothing here yields or raises."""

    is_steady: bool

    def wake(self) -> None:
        """Look at the queue: something waits there."""

    def closing(self, code: int, reason: str) -> Message:
        """Return what tells the client that this is the end."""

    def hang_up(self) -> None:
        """Let go of the client at once."""


class NoCarrier:
    """Carries nothing yet: what is pushed waits for the carrier to come."""

    is_steady = True

    def wake(self) -> None:
        """Let it wait."""

    hang_up = wake

    def closing(self, code: int, reason: str) -> Message:
        """Return a close frame."""
        return close_frame(code, reason)


class SocketCarrier:
    """Writes a queue to a WebSocket at once where the kernel takes it; subclasses read, and write the rest.

    While it sleeps over an empty queue, it is its connection's way past that queue.
    """

    __slots__ = ("_is_awake", "_is_draining", "_link", "sock")

    is_steady = True

    def __init__(self, link: "Link", sock: "socket") -> None:
        self._link = link
        self.sock = sock
        self._is_awake = False
        self._is_draining = False
        link.carrier = self

    @property
    def send(self) -> Callable[[bytes], int]:
        """The socket's own."""
        return self.sock.send

    def wake(self) -> None:
        """Write the queue at the end of this turn of the loop."""
        if not self._is_awake:
            self._is_awake = True
            self._link.shut()
            self._link.engine.flusher.add(self)

    def flush(self) -> None:
        """Write what the kernel takes, and leave the rest for later; never yields, never raises."""
        self._is_awake = False
        link = self._link
        if self._is_draining or link.closed or link.has_left:
            return
        while batch := link.queue.take():
            data = joined(batch)
            try:
                sent = self.sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._lost(error)
                return
            if sent < len(data):
                self._is_draining = True
                self._drain(batch, memoryview(data)[sent:])
                return
            self._settled(batch)
        link.open(self)

    def fall_short(self, messages: Sequence[Message], sent: int | OSError) -> None:
        """Write the rest of these as soon as the kernel takes it; until then nothing passes the queue."""
        if isinstance(sent, BlockingIOError):
            sent = 0
        if isinstance(sent, OSError):
            self._lost(sent)
            return
        link = self._link
        link.shut()
        for message in messages:
            link.queue.put(message)
        self._is_draining = True
        self._drain(link.queue.take(len(messages), link.queue.size), memoryview(joined(messages))[sent:])

    def closing(self, code: int, reason: str) -> Message:
        """Return a close frame."""
        return close_frame(code, reason)

    def hang_up(self) -> None:
        """Let go of the client at once."""
        raise NotImplementedError

    def _drain(self, batch: list[Message], data: memoryview) -> None:
        """Write this, which is left of a batch, and then the queue."""
        raise NotImplementedError

    def _heard(self, event: str | Pinged | Closed) -> bool:
        """Take what came, and tell whether more may come."""
        link = self._link
        if isinstance(event, Closed):
            link.push(close_frame(NORMAL, ""))
            self.flush()
            link.leave("client_close")
            return False
        if link.closing:
            return True
        if isinstance(event, Pinged):
            link.push(Message.of_frame(frame(event.payload, PONG_OPCODE)))
        else:
            link.take(event)
        return True

    def _lost(self, error: OSError) -> None:
        if isinstance(error, TimeoutError):
            self._link.cut("slow")
        else:
            self._link.leave("transport_error")

    def _settled(self, messages: list[Message]) -> None:
        link = self._link
        link.engine.transport.stats.frames_out += len(messages)
        link.settle(messages)
