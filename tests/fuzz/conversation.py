"""One client's requests, as the server reads them, over a wire that is only bytes: no time passes, nobody waits."""

import io
import re
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

from eventlet import wsgi

from sopapo.transport import reading
from sopapo.transport.http import HttpProtocol, WsgiLog
from sopapo.transport.options import TransportOptions

ADDRESS = ("192.0.2.1", 50_000)
LARGEST_BODY = 100_000
BROKEN = b"broken"


class Wire:
    """Stands where eventlet's socket does, and where the socket in that does: what comes, in pieces, then the end."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.fd = self
        self.begun = b""
        self._coming = list(pieces)[::-1]
        self.said = io.BytesIO()

    def recv_into(self, buffer: Any) -> int:
        piece = self._coming.pop() if self._coming else b""
        taken, left = piece[: len(buffer)], piece[len(buffer) :]
        if left:
            self._coming.append(left)
        buffer[: len(taken)] = taken
        return len(taken)

    def makefile(self, mode: str, _size: int) -> Any:
        return io.BytesIO() if mode == "rb" else Kept(self.said)

    def getsockname(self) -> tuple[str, int]:
        return ADDRESS

    def ignore(self, *_args: Any, **_options: Any) -> None:
        """Do nothing."""

    setsockopt = settimeout = shutdown = close = ignore


class Kept(io.RawIOBase):
    """Writes where it can be read after it has been closed."""

    def __init__(self, kept: io.BytesIO) -> None:
        self._kept = kept

    def write(self, data: Any) -> int:
        return self._kept.write(data)


class Conversation:
    """What was heard of a client, and what it was told; every body is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.heard: list[tuple[dict[str, Any], bytes]] = []
        self.failed: str = ""
        wire = Wire(pieces)
        server = wsgi.Server(wire, ADDRESS, self._answer, log=WsgiLog(), keepalive=60, debug=False, socket_timeout=30)
        try:
            with patch.object(reading, "trampoline", wire.ignore):
                HttpProtocol(TransportOptions(), [ADDRESS, wire, wsgi.STATE_IDLE], server)
        except OSError as error:
            # It ends the connection.
            self.failed = str(error)
        self.told = re.sub(rb"Date: [^\r]*\r\n", b"", wire.said.getvalue())

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            body = environ["wsgi.input"].read(LARGEST_BODY)
        except (OSError, ValueError):
            body = BROKEN
        self.heard.append(({name: value for name, value in environ.items() if isinstance(value, str)}, body))
        start_response("200 OK", [])
        return [b"heard"]
