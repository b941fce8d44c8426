"""Where clients come in: a plain WebSocket is opened at once, everybody else is handed to eventlet's HTTP server."""

import logging
import socket
from collections.abc import Callable
from typing import Any, Protocol

from eventlet.hubs import get_hub, notify_opened
from eventlet.queue import LightQueue

from sopapo.transport import runtime
from sopapo.transport.deadlines import Deadlines
from sopapo.transport.heads import LONGEST_HEAD
from sopapo.transport.options import TransportOptions
from sopapo.transport.reading import Begun

log = logging.getLogger(__name__)

BREATH = 0.1
# So many are accepted at once: of thousands that come at the same time the rest wait while others have their turn.
ADMITTED_AT_ONCE = 16


class Opener(Protocol):
    """Who opens plain WebSockets."""

    @property
    def carried(self) -> int:
        """How many clients he serves."""

    def open_plainly(self, sock: socket.socket, address: str, data: bytes) -> bool:
        """Take a client who has begun with these bytes, or leave him to others; tell which."""


class Newcomer:
    """A client who has said nothing yet."""

    __slots__ = ("_listener", "_reception", "address", "sock")

    def __init__(self, reception: "Reception", sock: socket.socket, address: Any) -> None:
        self._reception = reception
        self.sock = sock
        self.address = address
        self._listener = get_hub().add("read", sock.fileno(), self._readable, self._obsolete, None)

    def hang_up(self) -> None:
        """End, since nothing has come for too long."""
        get_hub().remove(self._listener)
        self.sock.close()

    def _readable(self, _number: int) -> None:
        get_hub().remove(self._listener)
        self._reception.begun(self)

    def _obsolete(self, _error: BaseException) -> None:
        self.sock.detach()
        self._reception.silent.discard(self)


class Reception:
    """Stands where eventlet's server expects a listening socket, and outlives a shortage of descriptors."""

    def __init__(
        self, sock: socket.socket, opener: Opener, options: TransportOptions, served: Callable[[], int]
    ) -> None:
        self._sock = sock
        self._opener = opener
        self._most = options.max_connections
        # How many clients eventlet's server has.
        self._served = served
        self._others = LightQueue()
        self._listener: Any = None
        self.silent: Deadlines[Newcomer] = Deadlines(options.idle_seconds, Newcomer.hang_up)
        self.family = sock.family
        self.getsockname = sock.getsockname
        self._listen()

    def accept(self) -> Any:
        """Return the next client who wants something else than a plain WebSocket: his socket and his address."""
        return self._others.get()

    def close(self) -> None:
        """Let nobody in any more, and see off who has said nothing."""
        self._pause()
        self._sock.close()
        self.silent.end_all()

    def begun(self, one: Newcomer) -> None:
        """Look at what somebody says who was silent when he came."""
        self.silent.discard(one)
        self._meet(one.sock, one.address)

    def _listen(self) -> None:
        if self._sock.fileno() >= 0:
            self._listener = get_hub().add("read", self._sock.fileno(), self._acceptable, self._obsolete, None)

    def _pause(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            get_hub().remove(listener)

    def _rest(self) -> None:
        self._pause()
        runtime.call_after(BREATH, self._listen)

    def _acceptable(self, _number: int) -> None:
        for _ in range(ADMITTED_AT_ONCE):
            if self._served() + self._opener.carried + len(self.silent) >= self._most:
                self._rest()
                return
            try:
                sock, address = self._sock.accept()
            except BlockingIOError:
                return
            except OSError as error:
                log.warning("no connection could be accepted: %s", error)
                self._rest()
                return
            notify_opened(sock.fileno())
            sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
            self._meet(sock, address)

    def _obsolete(self, _error: BaseException) -> None:
        self._listener = None

    def _meet(self, sock: socket.socket, address: Any) -> None:
        try:
            data = sock.recv(LONGEST_HEAD)
        except BlockingIOError:
            self.silent.add(Newcomer(self, sock, address))
            return
        except OSError:
            data = b""
        if not data:
            sock.close()
        elif not self._opener.open_plainly(sock, address[0], data):
            self._others.put((Begun(sock, data), address))
