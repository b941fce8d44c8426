"""HTTP as eventlet speaks it, with a deadline for each part of a request."""

import logging
import sys
from typing import Any

from eventlet import wsgi

from sopapo.transport.chunks import ChunkLines
from sopapo.transport.framing import BadHead, HeadLines, check_length, has_known_end
from sopapo.transport.options import TransportOptions
from sopapo.transport.reading import BoundedLines, LateHead, LateIdle, TimedReader

log = logging.getLogger(__name__)

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class HttpProtocol(wsgi.HttpProtocol):
    """One client's requests, one after the other."""

    server_version = "SoPapo"
    sys_version = ""
    rfile: Any

    def __init__(self, options: TransportOptions, conn_state: Any, server: Any) -> None:
        self.options = options
        super().__init__(conn_state, server)

    def setup(self) -> None:
        """Put the timed reader in place of the plain one."""
        super().setup()
        self.rfile.close()
        self.reader = TimedReader(self.connection, self.options)
        self.rfile = BoundedLines(self.reader)

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

    def parse_request(self) -> bool:
        """Read the head; one that may be read in two ways is refused, and a body without a known end is the last."""
        self.rfile = HeadLines(self.rfile)
        try:
            if not super().parse_request():
                return False
            check_length(self.headers)
        except BadHead:
            self.send_error(400)
            return False
        if not has_known_end(self.headers, self.request_version):
            self.close_connection = True
        return True

    def get_environ(self) -> dict[str, Any]:
        """Return the request for the application; its body has a deadline of its own."""
        environ: dict[str, Any] = super().get_environ()
        body = environ["eventlet.input"]
        if body.chunked_input:
            body.rfile = ChunkLines(body.rfile)
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
