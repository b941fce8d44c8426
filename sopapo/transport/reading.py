"""Reading requests from a socket, each part of them within a time and a length."""

import io
import socket
import time
from typing import Any

from eventlet.greenio import GreenSocket
from eventlet.hubs import trampoline

from sopapo.transport.options import SLOWEST_BODY, TransportOptions

LONGEST_LINE = 8_192


class LateIdle(TimeoutError):
    """No further request came."""


class LateHead(TimeoutError):
    """The head of a request did not come in time."""


class LateBody(TimeoutError):
    """The body of a request did not come in time; Flask takes it for a client that has gone."""


class Begun(GreenSocket):
    """A socket whose first bytes have been read."""

    def __init__(self, sock: socket.socket, begun: bytes) -> None:
        super().__init__(sock)
        self.begun = begun


class TimedReader(io.RawIOBase):
    """Reads a socket until a deadline, however little comes at a time; others have their turn between reads."""

    def __init__(self, sock: Any, options: TransportOptions) -> None:
        self._sock = sock
        self._options = options
        self._deadline = 0.0
        self._late: type[TimeoutError] = LateIdle
        self.expect_request()

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def expect_request(self) -> None:
        """Wait for the first byte of a request, and from then on for its head."""
        self._allow(self._options.idle_seconds, LateIdle)

    def expect_body(self) -> None:
        """Wait for a body, a little longer for each piece of it that comes, but never longer than at first."""
        self._allow(self._options.body_seconds, LateBody)

    def readinto(self, buffer: Any) -> int:
        """Read what there is, when there is something."""
        count = self._take_begun(buffer) or self._receive(buffer)
        if not count:
            return 0
        if self._late is LateIdle:
            self._allow(self._options.head_seconds, LateHead)
        elif self._late is LateBody:
            self._deadline = min(self._deadline + count / SLOWEST_BODY, time.monotonic() + self._options.body_seconds)
        return count

    def _take_begun(self, buffer: Any) -> int:
        begun: bytes = self._sock.begun
        if not begun:
            return 0
        taken = begun[: len(buffer)]
        buffer[: len(taken)] = taken
        self._sock.begun = begun[len(taken) :]
        return len(taken)

    def _receive(self, buffer: Any) -> int:
        while True:
            self._wait()
            try:
                count: int = self._sock.fd.recv_into(buffer)
            except BlockingIOError:
                continue
            except ConnectionError:
                return 0
            return count

    def _wait(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._late
        trampoline(self._sock, read=True, timeout=left, timeout_exc=self._late)

    def _allow(self, seconds: float, late: type[TimeoutError]) -> None:
        self._deadline = time.monotonic() + seconds
        self._late = late


class BoundedLines(io.BufferedReader):
    """Reads lines, none longer than any that HTTP needs, also where who reads sets no bound."""

    def readline(self, size: int | None = -1) -> bytes:
        """Return the next line, or the beginning of it where a size is given. Raises OSError where it has no end."""
        if size is not None and size >= 0:
            return super().readline(size)
        line = super().readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            raise OSError("a line without an end")
        return line
