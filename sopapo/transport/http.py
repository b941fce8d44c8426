"""HTTP as eventlet speaks it, with a deadline for each part of a request."""

import io
import logging
import sys
import time
from typing import Any

from eventlet import wsgi
from eventlet.hubs import trampoline

from sopapo.transport.options import TransportOptions

log = logging.getLogger(__name__)

SLOWEST_BODY = 16_384
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


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
        self.expect_request()

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def expect_request(self) -> None:
        """Wait for the first byte of a request, and from then on for its head."""
        self._allow(self._options.idle_seconds, LateIdle)

    def expect_body(self) -> None:
        """Wait for a body, a little longer for each piece of it that comes."""
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
            self._deadline += count / SLOWEST_BODY
        return count

    def _wait(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._late
        trampoline(self._sock, read=True, timeout=left, timeout_exc=self._late)

    def _allow(self, seconds: float, late: type[TimeoutError]) -> None:
        self._deadline = time.monotonic() + seconds
        self._late = late


class HttpProtocol(wsgi.HttpProtocol):
    """One client's requests, one after the other."""

    server_version = "SoPapo"
    sys_version = ""
    rfile: io.BufferedReader

    def __init__(self, options: TransportOptions, conn_state: Any, server: Any) -> None:
        self.options = options
        super().__init__(conn_state, server)

    def setup(self) -> None:
        """Put the timed reader in place of the plain one."""
        super().setup()
        self.rfile.close()
        self.reader = TimedReader(self.connection, self.options)
        self.rfile = io.BufferedReader(self.reader)

    def handle_one_request(self) -> None:
        """Handle a request, or tell a client that was too slow in sending one."""
        self.reader.expect_request()
        try:
            super().handle_one_request()
        except LateIdle:
            self.close_connection = True
        except LateHead:
            self.close_connection = True
            self.wfile.write(TOO_LATE)

    def get_environ(self) -> dict[str, Any]:
        """Return the request for the application; its body has a deadline of its own."""
        environ: dict[str, Any] = super().get_environ()
        self.reader.expect_body()
        return environ

    def finish(self) -> None:
        """End, and let go of the last request, which refers to this: nothing is left to be collected later."""
        super().finish()
        self.__dict__.pop("environ", None)

    def version_string(self) -> str:
        """Return the name under which errors are answered."""
        return self.server_version

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Write to the log rather than to standard error."""
        log.debug(format, *args)


class WsgiLog:
    """Where eventlet's server writes: requests at debug level, what the application left unhandled as errors."""

    def info(self, message: str, *args: object) -> None:
        """Take a line about a request, or the traceback of what ended one; a client that went is no error."""
        is_bug = message.startswith("Traceback") and not isinstance(sys.exception(), OSError)
        log.log(logging.ERROR if is_bug else logging.DEBUG, message, *args)

    def debug(self, message: str, *args: object) -> None:
        """Take a line about a socket."""
        log.debug(message, *args)

    def error(self, message: str, *args: object) -> None:
        """Take a line about a request that was cut short."""
        log.debug(message, *args)
