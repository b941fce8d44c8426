"""WebSocket: the handshake, the way over from polling, and a greenlet that reads where the loop does not."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from eventlet.hubs import trampoline
from eventlet.timeout import Timeout

from sopapo.transport import handshake, runtime
from sopapo.transport.carrier import NO_LINGERING, SocketCarrier
from sopapo.transport.frames import Closed, FrameReader, Pinged
from sopapo.transport.messages import Message, frame, joined
from sopapo.transport.packets import Breach

if TYPE_CHECKING:
    from sopapo.transport.link import Link

Event = str | Pinged | Closed

CHUNK, EVENTS_AT_ONCE = 16_384, 64


def serve_websocket(link: "Link", environ: dict[str, Any]) -> Any:
    """Shake hands, come over from polling where that went before, and have the link carried until it ends."""
    if link.upgrading or link.upgraded or not handshake.is_sound(environ):
        return link.engine.bad_handshake()
    sock = environ["eventlet.input"].get_socket()
    link.engine.mark_handled()
    try:
        sock.sendall(handshake.acceptance(environ))
    except OSError:
        return ()
    reader = FrameReader(link.options.max_packet)
    if not link.connected or _comes_over(link, sock, _read(sock, reader)):
        link.connected = link.upgraded = True
        link.engine.carry(link, sock, reader)
    return ()


def _read(sock: Any, reader: FrameReader) -> Iterator[Event]:
    """Yield what comes; between chunks, and often within them, others have their turn."""
    data: bytes | None = b""
    while data is not None:
        for count, event in enumerate(reader.feed(data), 1):
            yield event
            if count % EVENTS_AT_ONCE == 0:
                runtime.sleep()
        data = _receive(sock) or None


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


class WebSocket(SocketCarrier):
    """The stock path: one greenlet reads for each client, and another writes while the kernel does not take all."""

    __slots__ = ("_green",)

    def __init__(self, link: "Link", sock: Any) -> None:
        self._green = sock
        super().__init__(link, sock.fd)

    def carry(self, reader: FrameReader) -> None:
        """Bring what waits, and take what comes, until the end."""
        link = self._link
        self.wake()
        try:
            for event in _read(self._green, reader):
                if not self._heard(event):
                    break
                if link.inbox.is_full:
                    link.inbox.wait_for_room()
        except Breach as breach:
            link.end(breach.reason, breach.code)
            self._see_off()
        except OSError:
            pass
        finally:
            link.leave("transport_close")

    def hang_up(self) -> None:
        """Wake the reader and the writer by ending the socket, and let the kernel forget what it holds."""
        try:
            if self._link.queue.size:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _see_off(self) -> None:
        """Let the client read why it ends: a socket closed over unread bytes would be reset."""
        while not self._link.closed and _receive(self._green):
            pass

    def _drain(self, batch: list[Message], data: memoryview) -> None:
        runtime.spawn(self._write_rest, batch, data)

    def _write_rest(self, batch: list[Message], data: memoryview) -> None:
        try:
            while batch:
                self._write_all(data)
                self._settled(batch)
                if batch := self._link.queue.take():
                    data = memoryview(joined(batch))
        except OSError as error:
            self._lost(error)
            return
        self._is_draining = False
        self.flush()

    def _write_all(self, left: memoryview) -> None:
        patience = self._link.options.ping_timeout
        while left:
            if self.sock.fileno() < 0:
                raise ConnectionResetError
            trampoline(self._green, write=True, timeout=patience, timeout_exc=TimeoutError)
            try:
                left = left[self.sock.send(left) :]
            except BlockingIOError:
                continue
