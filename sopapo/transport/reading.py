"""Reading requests from a socket, each part of them within a time and a length."""

import io
import time
from typing import Any

from eventlet.hubs import trampoline

from sopapo.transport.options import SLOWEST_BODY, TransportOptions

LONGEST_LINE = 8_192


class LateIdle(TimeoutError):
    """No further request came."""


class LateHead(TimeoutError):
    """The head of a request did not come in time."""


class LateBody(TimeoutError):
    """The body of a request did not come in time; Flask takes it for a client that has gone."""


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
        count: int | None = None
        while count is None:
            self._wait()
            try:
                count = self._sock.fd.recv_into(buffer)
            except BlockingIOError:
                continue
            except ConnectionError:
                return 0
        if self._late is LateIdle:
            self._allow(self._options.head_seconds, LateHead)
        elif self._late is LateBody:
            self._deadline = min(self._deadline + count / SLOWEST_BODY, time.monotonic() + self._options.body_seconds)
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
