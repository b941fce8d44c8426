"""What brings a link's queue to its client by a socket, whoever reads that socket."""

import struct
from typing import TYPE_CHECKING, Protocol

from sopapo.transport.frames import Closed, Pinged
from sopapo.transport.messages import Message, frame

if TYPE_CHECKING:
    from socket import socket

    from sopapo.transport.link import Link

CLOSE_OPCODE, PONG_OPCODE = 0x8, 0xA
MOST_MESSAGES, MOST_BYTES = 1_024, 65_536
NORMAL = 1000
NO_LINGERING = struct.pack("ii", 1, 0)


class Carrier(Protocol):
    """What brings a link's queue to its client; nothing here yields or raises."""

    is_steady: bool

    def wake(self) -> None:
        """Look at the queue: something waits there."""

    def wake_in_turn(self) -> None:
        """Look at the queue when those have had their turn whom few share it with."""

    def write(self, message: Message) -> None:
        """Send this at once: nothing waits before it."""

    def closing(self, code: int, reason: str) -> Message:
        """Return what tells the client that this is the end."""

    def hang_up(self) -> None:
        """Let go of the client at once."""


class NoCarrier:
    """Carries nothing yet: what is pushed waits for the carrier to come."""

    is_steady = True

    def wake(self) -> None:
        """Let it wait."""

    wake_in_turn = wake
    hang_up = wake

    def write(self, message: Message) -> None:
        """Nobody is pinged so early."""

    def closing(self, code: int, reason: str) -> Message:
        """Return a close frame."""
        return close_frame(code, reason)


class SocketCarrier:
    """Writes a queue to a WebSocket at once where the kernel takes it; subclasses read, and write the rest."""

    __slots__ = ("_awake", "_is_draining", "_link", "_sock")

    is_steady = True

    def __init__(self, link: "Link", sock: "socket") -> None:
        self._link = link
        self._sock = sock
        # 0 when asleep, 1 when it is flushed in turn, 2 when it is flushed soon.
        self._awake = 0
        self._is_draining = False
        link.carrier = self

    def wake(self) -> None:
        """Write the queue at the end of this turn of the loop."""
        if self._awake < 2:  # noqa: PLR2004 - see above
            self._awake = 2
            self._link.engine.flusher.add(self)

    def wake_in_turn(self) -> None:
        """Write the queue after those of the members of the same channel that came before."""
        if not self._awake:
            self._awake = 1
            self._link.engine.flusher.add_in_turn(self)

    def flush(self) -> None:
        """Write what the kernel takes, and leave the rest for later; never yields, never raises."""
        self._awake = 0
        link = self._link
        if self._is_draining or link.closed or link.has_left:
            return
        while batch := link.queue.take(MOST_MESSAGES, MOST_BYTES):
            data = batch[0].frame if len(batch) == 1 else b"".join([message.frame for message in batch])
            try:
                sent = self._sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._lost(error)
                return
            if sent < len(data):
                self._is_draining = True
                self._drain(batch, data[sent:])
                return
            self._settled(batch)

    def write(self, message: Message) -> None:
        """Send this at once, or as soon as the kernel takes it: nothing waits before it."""
        data = message.frame
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._lost(error)
            return
        link = self._link
        if sent == len(data):
            link.engine.transport.stats.frames_out += 1
            return
        link.queue.put(message)
        self._is_draining = True
        self._drain(link.queue.take(1, MOST_BYTES), data[sent:])

    def closing(self, code: int, reason: str) -> Message:
        """Return a close frame."""
        return close_frame(code, reason)

    def hang_up(self) -> None:
        """Let go of the client at once."""
        raise NotImplementedError

    def _drain(self, batch: list[Message], data: bytes) -> None:
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


def close_frame(code: int, reason: str) -> Message:
    """Return a close frame as a message."""
    return Message.of_frame(frame(struct.pack("!H", code) + reason.encode()[:123], CLOSE_OPCODE))
