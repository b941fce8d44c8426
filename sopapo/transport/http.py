"""HTTP as eventlet speaks it, with a deadline for each part of a request."""

import io
import logging
import time
from typing import Any

from eventlet import wsgi
from werkzeug.exceptions import RequestTimeout

from sopapo.transport.options import TransportOptions

log = logging.getLogger(__name__)

SLOWEST_BODY = 16_384


class LateBody(RequestTimeout, TimeoutError):
    """A request's body did not come in time: Flask answers 408."""


class TimedReader(io.RawIOBase):
    """Reads a socket until a deadline, however little comes at a time."""

    def __init__(self, sock: Any, options: TransportOptions) -> None:
        self._sock = sock
        self._options = options
        self._deadline = 0.0
        self._late: type[TimeoutError] = TimeoutError
        self.is_idle = True

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def expect_request(self) -> None:
        """Wait for the first byte of a request, and from then on for its head."""
        self.is_idle = True
        self._late = TimeoutError
        self._allow(self._options.idle_seconds)

    def expect_body(self, length: int) -> None:
        """Wait for a body, the longer the larger it is."""
        self._late = LateBody
        self._allow(self._options.body_seconds + length / SLOWEST_BODY)

    def readinto(self, buffer: Any) -> int:
        """Read what there is; raises TimeoutError at the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._late
        self._sock.settimeout(left)
        try:
            count: int = self._sock.recv_into(buffer)
        except TimeoutError:
            raise self._late from None
        finally:
            self._sock.settimeout(self._options.body_seconds)
        if self.is_idle:
            self.is_idle = False
            self._allow(self._options.head_seconds)
        return count

    def _allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds


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
        """Handle a request, or tell the client that it was too slow in sending one."""
        self.reader.expect_request()
        try:
            super().handle_one_request()
        except TimeoutError:
            self.close_connection = True
            if not self.reader.is_idle:
                self.wfile.write(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    def get_environ(self) -> dict[str, Any]:
        """Return the request for the application, whose body has its own deadline."""
        environ: dict[str, Any] = super().get_environ()
        self.reader.expect_body(int(environ.get("CONTENT_LENGTH") or 0))
        return environ

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Write to the log rather than to standard error."""
        log.debug(format, *args)


class WsgiLog:
    """Where eventlet's server writes: requests at debug level, what the application left unhandled as errors."""

    def info(self, message: str, *args: object) -> None:
        """Take a line about a request, or a traceback."""
        log.log(logging.ERROR if message.startswith("Traceback") else logging.DEBUG, message, *args)

    def debug(self, message: str, *args: object) -> None:
        """Take a line about a socket."""
        log.debug(message, *args)

    def error(self, message: str, *args: object) -> None:
        """Take a line about a request that was cut short."""
        log.debug(message, *args)
