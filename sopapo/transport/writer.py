"""Writing queues to WebSockets: at once where the kernel takes it, in a greenlet where it does not."""

from collections import deque
from collections.abc import Callable
from socket import socket
from typing import Protocol

from eventlet.hubs import trampoline

from sopapo.transport import runtime
from sopapo.transport.messages import Message, Outbox

SLICE = 256
MOST_MESSAGES, MOST_BYTES = 1_024, 65_536


class Flushable(Protocol):
    """Something whose queue wants to be written."""

    def flush(self) -> None:
        """Write what can be written; never yields, never raises."""


class Flusher:
    """Writes queues once a turn of the loop, so that what gathers in one turn leaves in one piece."""

    def __init__(self) -> None:
        self._waiting: deque[Flushable] = deque()
        self._is_due = False

    def add(self, link: Flushable) -> None:
        """Flush this one at the end of the turn."""
        self._waiting.append(link)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_due:
            self._is_due = True
            runtime.call_after(0, self._run)

    def _run(self) -> None:
        self._is_due = False
        for _ in range(min(len(self._waiting), SLICE)):
            self._waiting.popleft().flush()
        if self._waiting:
            self._schedule()


class Writer:
    """Writes one queue to one socket, in order; a peer that takes nothing for `patience` seconds is slow."""

    __slots__ = ("_is_draining", "_lost", "_outbox", "_patience", "_settled", "_sock")

    def __init__(
        self,
        sock: socket,
        outbox: Outbox,
        *,
        patience: float,
        settled: Callable[[list[Message]], None],
        lost: Callable[[OSError], None],
    ) -> None:
        self._sock = sock
        self._outbox = outbox
        self._patience = patience
        self._settled = settled
        self._lost = lost
        self._is_draining = False

    def flush(self) -> None:
        """Write what the kernel takes, and leave the rest to a greenlet; never yields, never raises."""
        if self._is_draining:
            return
        while batch := self._outbox.take(MOST_MESSAGES, MOST_BYTES):
            data = b"".join([message.frame for message in batch])
            try:
                sent = self._sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._lost(error)
                return
            if sent < len(data):
                self._is_draining = True
                runtime.spawn(self._drain, batch, data[sent:])
                return
            self._settled(batch)

    def _drain(self, batch: list[Message], data: bytes) -> None:
        try:
            while batch:
                self._send_all(data)
                self._settled(batch)
                batch = self._outbox.take(MOST_MESSAGES, MOST_BYTES)
                data = b"".join([message.frame for message in batch])
            self._is_draining = False
        except OSError as error:
            self._lost(error)

    def _send_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            if self._sock.fileno() < 0:
                raise ConnectionResetError
            trampoline(self._sock, write=True, timeout=self._patience, timeout_exc=TimeoutError)
            try:
                left = left[self._sock.send(left) :]
            except BlockingIOError:
                continue
