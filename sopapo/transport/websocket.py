"""WebSocket: one greenlet reads, the flusher writes; also the way over from polling."""

import socket
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from eventlet.hubs import trampoline
from eventlet.timeout import Timeout

from sopapo.transport import handshake, runtime
from sopapo.transport.frames import Closed, FrameReader, Pinged
from sopapo.transport.messages import Message, frame
from sopapo.transport.packets import Breach
from sopapo.transport.writer import Writer

if TYPE_CHECKING:
    from sopapo.transport.link import Link

Event = str | Pinged | Closed

CLOSE_OPCODE, PONG_OPCODE = 0x8, 0xA
CHUNK, EVENTS_AT_ONCE = 16_384, 64
NORMAL = 1000
NO_LINGERING = struct.pack("ii", 1, 0)


def serve_websocket(link: "Link", environ: dict[str, Any]) -> Any:
    """Shake hands, come over from polling where that went before, and carry the link until it ends."""
    if link.upgrading or link.upgraded or not handshake.is_sound(environ):
        return link.engine.bad_handshake()
    sock = environ["eventlet.input"].get_socket()
    link.engine.mark_handled()
    try:
        sock.sendall(handshake.acceptance(environ))
    except OSError:
        return ()
    events = _read(sock, FrameReader(link.options.max_packet))
    if not link.connected or _comes_over(link, sock, events):
        link.connected = link.upgraded = True
        WebSocket(link, sock).carry(events)
    return ()


def _read(sock: Any, reader: FrameReader) -> Iterator[Event]:
    """Yield what comes; between chunks, and often within them, others have their turn."""
    while data := _receive(sock):
        for count, event in enumerate(reader.feed(data), 1):
            yield event
            if count % EVENTS_AT_ONCE == 0:
                runtime.sleep()


def _receive(sock: Any) -> bytes:
    while True:
        trampoline(sock, read=True)
        try:
            data: bytes = sock.fd.recv(CHUNK)
        except BlockingIOError:
            continue
        return data


def _comes_over(link: "Link", sock: Any, events: Iterator[Event]) -> bool:
    link.upgrading = True
    try:
        with Timeout(link.options.connect_seconds, False):  # noqa: FBT003 - eventlet's way to ask for no exception
            if next(events, None) != "2probe":
                return False
            sock.sendall(frame(b"3probe"))
            link.polling.wake()
            return next(events, None) == "5" and not link.closing
    except (Breach, OSError):
        pass
    finally:
        link.upgrading = False
    return False


class WebSocket:
    """Carries a link by one socket."""

    is_steady = True

    def __init__(self, link: "Link", sock: Any) -> None:
        self._link = link
        self._sock = sock
        self._is_awake = False
        self._writer = Writer(
            sock.fd, link.queue, patience=link.options.ping_timeout, settled=self._settled, lost=self._lost
        )
        link.carrier = self

    def carry(self, events: Iterator[Event]) -> None:
        """Bring what waits, and take what comes, until the end."""
        link = self._link
        self.wake()
        try:
            self._take(events)
        except Breach as breach:
            link.end(breach.reason, breach.code)
            self._see_off()
        except OSError:
            pass
        finally:
            link.leave("transport_close")

    def wake(self) -> None:
        """Write the queue at the end of this turn of the loop."""
        if not self._is_awake:
            self._is_awake = True
            self._link.engine.flusher.add(self)

    def flush(self) -> None:
        """Write the queue."""
        self._is_awake = False
        if not (self._link.closed or self._link.has_left):
            self._writer.flush()

    def closing(self, code: int, reason: str) -> Message:
        """Return a close frame."""
        return Message.of_frame(frame(struct.pack("!H", code) + reason.encode()[:123], CLOSE_OPCODE))

    def hang_up(self) -> None:
        """Wake the reader and the writer by ending the socket, and let the kernel forget what it holds."""
        try:
            if self._link.queue.size:
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _take(self, events: Iterator[Event]) -> None:
        link = self._link
        for event in events:
            if isinstance(event, Closed):
                link.push(self.closing(NORMAL, ""))
                self.flush()
                link.leave("client_close")
                return
            if link.closing:
                continue
            if isinstance(event, Pinged):
                link.push(Message.of_frame(frame(event.payload, PONG_OPCODE)))
                continue
            link.take(event)
            if link.inbox.is_full:
                link.inbox.wait_for_room()

    def _see_off(self) -> None:
        """Let the client read why it ends: a socket closed over unread bytes would be reset."""
        while not self._link.closed and _receive(self._sock):
            pass

    def _lost(self, error: OSError) -> None:
        if isinstance(error, TimeoutError):
            self._link.cut("slow")
        else:
            self._link.leave("transport_error")

    def _settled(self, messages: list[Message]) -> None:
        self._link.engine.transport.stats.frames_out += len(messages)
        self._link.settle(messages)
