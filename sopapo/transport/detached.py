"""WebSocket, the fast path: no greenlet reads or writes, but callbacks of eventlet's loop."""

import logging
import socket
from typing import TYPE_CHECKING

from sopapo.transport import runtime
from sopapo.transport.carrier import NO_LINGERING, SocketCarrier
from sopapo.transport.frames import SIGN_OF_LIFE, FrameReader, is_sign_of_life
from sopapo.transport.messages import Message
from sopapo.transport.packets import Breach

if TYPE_CHECKING:
    from sopapo.transport.link import Link

log = logging.getLogger(__name__)

# Where all clients' bytes arrive, one after the other; nothing yields between a read and the copy of it.
ARRIVAL = bytearray(8_192)
_arrival = memoryview(ARRIVAL)


class Rest:
    """What the kernel did not take yet."""

    __slots__ = ("batch", "left", "stalled", "timer")

    def __init__(self, batch: list[Message], data: memoryview) -> None:
        self.batch = batch
        self.left = data
        self.stalled = False
        self.timer: runtime.Timer


class Detached(SocketCarrier):
    """Carries a link by a socket that has left eventlet's HTTP server; nothing here yields or raises."""

    __slots__ = ("_is_deaf", "_is_listening", "_reader", "_rest")

    def __init__(self, link: "Link", sock: socket.socket, reader: FrameReader, *, at_once: bool = False) -> None:
        super().__init__(link, sock)
        self._reader = reader
        self._is_listening = False
        self._rest: Rest | None = None
        self._is_deaf = False
        link.engine.carried += 1
        if at_once:
            self._listen()
        else:
            self.wake()
            runtime.call_after(0, self._begin)

    def hang_up(self) -> None:
        """Close the socket, after the loop has forgotten it: its number may be a stranger's from then on."""
        if self.sock.fileno() < 0:
            return
        self._stop_reading()
        self._stop_draining()
        try:
            if self._link.queue.size:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        self._link.engine.carried -= 1

    def _begin(self) -> None:
        """Take what came along with the way over, and go on reading."""
        if self._link.closed or self._link.has_left:
            return
        self._listen()
        self._take(b"")

    def _listen(self) -> None:
        self._is_listening = True
        self._watch()

    def readable(self) -> None:
        """Take what has come."""
        if not self._is_listening:
            return
        link = self._link
        try:
            count = self.sock.recv_into(ARRIVAL)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self._stop_reading()
            link.leave("transport_close")
        elif self._is_deaf:
            # A client that is seen off reads why; a socket closed over unread bytes would be reset.
            return
        elif count == SIGN_OF_LIFE and is_sign_of_life(ARRIVAL) and self._reader.is_between:
            link.unanswered = 0.0
        else:
            self._take(bytes(_arrival[:count]))

    def _take(self, data: bytes) -> None:
        link = self._link
        try:
            for event in self._reader.feed(data):
                if not self._heard(event):
                    self._stop_reading()
                if link.inbox.is_full:
                    self._stop_reading()
                    link.inbox.when_room(self._make_room)
                if not self._is_listening:
                    return
        except Breach as breach:
            self._is_deaf = True
            link.end(breach.reason, breach.code)
        except Exception:
            log.exception("a client's bytes could not be taken")
            link.cut("transport_error")

    def _make_room(self) -> None:
        runtime.call_after(0, self._begin)

    def _stop_reading(self) -> None:
        if self._is_listening:
            self._is_listening = False
            self._watch()

    def _watch(self) -> None:
        self._link.engine.readiness.watch(
            self.sock.fileno(), self, read=self._is_listening, write=self._rest is not None
        )

    def _drain(self, batch: list[Message], data: memoryview) -> None:
        self._rest = Rest(batch, data)
        self._watch()
        self._cut_if_stalled(self._rest)

    def writable(self) -> None:
        """Write what is left."""
        rest = self._rest
        if rest is None:
            return
        try:
            rest.left = rest.left[self.sock.send(rest.left) :]
        except BlockingIOError:
            return
        except OSError as error:
            self._stop_draining()
            self._lost(error)
            return
        rest.stalled = False
        if not rest.left:
            self._stop_draining()
            self._is_draining = False
            self._settled(rest.batch)
            self.flush()

    def _stop_draining(self) -> None:
        rest, self._rest = self._rest, None
        if rest is not None:
            self._watch()
            rest.timer.cancel()

    def _cut_if_stalled(self, rest: Rest) -> None:
        """Cut a client that takes nothing for as long as a ping may stay unanswered."""
        if rest.stalled:
            self._link.cut("slow")
            return
        rest.stalled = True
        rest.timer = runtime.call_after(self._link.options.ping_timeout, self._cut_if_stalled, rest)
