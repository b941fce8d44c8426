"""The Engine.IO server under Flask-SocketIO: everything that touches inner parts of the libraries it rests on.

Checked with the versions named in `CHECKED`:

- `SocketIO.server.eio`, to which python-socketio hands every request, is an `Engine` here;
- `engineio.Server`: `sockets`, `_handle_connect`, `_ok`, `_bad_request`, `_log_error_once`;
- what the server does with a member of `sockets`: its flags, `close`, `handle_get_request`, `handle_post_request`
  (in `link.py`);
- `eventlet.wsgi.WSGI_LOCAL.already_handled` says that a WebSocket needs no response;
- for the fast path only: a `GreenSocket` holds the socket itself in `fd`, and closes no more than what is there
  (`detach` here); listeners are added to the hub, and removed from it, as its own `trampoline` does (`reception.py`,
  `readiness.py`).
  What `open_plainly` lets in at once is what the long way through all of these lets in.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from socket import MSG_PEEK, socket
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from engineio import Server
from eventlet import wsgi
from eventlet.hubs import get_hub
from flask import Flask
from flask_socketio import SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix

from sopapo.transport import handshake, origins
from sopapo.transport import text as json_text
from sopapo.transport.connection import Connection
from sopapo.transport.detached import Detached
from sopapo.transport.flusher import Flusher
from sopapo.transport.frames import FrameReader
from sopapo.transport.heads import plain_opening
from sopapo.transport.link import Link
from sopapo.transport.messages import PING, Message
from sopapo.transport.pulse import Pulse
from sopapo.transport.readiness import Readiness
from sopapo.transport.session import Peer
from sopapo.transport.spreads import write
from sopapo.transport.websocket import WebSocket, serve_websocket

if TYPE_CHECKING:
    from sopapo.transport.transport import Transport

log = logging.getLogger(__name__)

PATH = "/socket.io"
MOST_OF_AGENT = 256
CHECKED = {
    "eventlet": ("0.41.3",),
    "Flask-SocketIO": ("5.7.0",),
    "python-engineio": ("4.15.1",),
    "python-socketio": ("5.18.1",),
}
HUBS = ("eventlet.hubs.epolls",)


def mount(app: Flask, transport: "Transport") -> "Engine":
    """Let Flask-SocketIO answer its path in front of an application, with an engine of ours beneath it."""
    socketio: Any = SocketIO(app, async_mode="eventlet", path=PATH)
    engine = Engine(transport)
    socketio.server.eio = engine
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = transport.options.max_body
    hops = transport.options.trusted_proxies
    if hops:
        app.wsgi_app = behind_proxies(app.wsgi_app, hops)  # type: ignore[method-assign]
    return engine


def behind_proxies(app: Any, hops: int) -> Any:
    """Return an application to which requests look as they did to the outermost proxy that is trusted."""
    return ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops)


class Engine(Server):
    """Opens links, and answers their requests as engineio does, but for what DESIGN's traps name."""

    def __init__(self, transport: "Transport") -> None:
        options = transport.options
        quiet = logging.getLogger("engineio")
        quiet.setLevel(logging.WARNING)
        super().__init__(
            async_mode="eventlet",
            max_http_buffer_size=options.max_packet,
            http_compression=False,
            cors_allowed_origins=self._allows,
            cors_credentials=False,
            monitor_clients=False,
            json=json_text,
            logger=quiet,
        )
        self.transport = transport
        self.flusher = Flusher(transport.stats)
        self.pulse = Pulse(options.ping_interval, options.ping_timeout, self._ping)
        self.is_stopping = False
        self.is_fast = options.path == "fast" and is_checked()
        self.max_queue = options.max_queue
        self._forwarded = behind_proxies(lambda environ, _: environ, options.trusted_proxies)
        # How many sockets are served by callbacks.
        self.carried = 0

    @cached_property
    def readiness(self) -> Readiness:
        """What tells that the sockets of the fast path are ready."""
        return Readiness()

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request; where a poll's answer does not reach the kernel, its link ends."""
        if self.is_stopping or "j" in parse_qs(environ.get("QUERY_STRING", "")):
            start_response("503 Service Unavailable" if self.is_stopping else "400 Bad Request", [])
            return [b""]
        head: list[Any] = []
        body = super().handle_request(environ, lambda *given: head.extend(given))
        if not head:
            return body
        if "sopapo.polling" not in environ:
            start_response(*head)
            return body
        return self._deliver(environ, body, start_response, head)

    def open_plainly(self, sock: socket, address: str, data: bytes) -> bool:
        """Open a link for who asks for a WebSocket with these first bytes, plainly and rightly; tell whether it did."""
        headers = plain_opening(data) if self.is_fast and not self.is_stopping else None
        if headers is None:
            return False
        environ: dict[str, Any] = headers | {"REMOTE_ADDR": address, "wsgi.url_scheme": "http"}
        if self.transport.options.trusted_proxies:
            self._forwarded(environ, None)
        if not (handshake.is_sound(environ) and self._allows(environ.get("HTTP_ORIGIN"), environ)):
            return False
        link = self._link(environ)
        answer = handshake.acceptance(environ) + self._opening(link.sid, "websocket").frame
        try:
            is_answered = sock.send(answer) == len(answer)
        except OSError:
            is_answered = False
        if is_answered:
            self.transport.stats.frames_out += 1
            link.connected = link.upgraded = True
            Detached(link, sock, FrameReader(link.options.max_packet), at_once=True)
        else:
            sock.close()
            link.cut("bad_handshake")
        return True

    def stop(self) -> None:
        """Open no more links, and end those that are open; their clients look for another server."""
        self.is_stopping = True
        for link in tuple(self.sockets.values()):
            link.end("stopping", 1001, goodbye=False)

    def bad_handshake(self) -> dict[str, Any]:
        """Return the answer to a request that cannot become a WebSocket."""
        answer: dict[str, Any] = self._bad_request("Bad WebSocket handshake")
        answer["headers"].append(("Sec-WebSocket-Version", handshake.VERSION))
        return answer

    def carry(self, link: Link, sock: Any, reader: FrameReader) -> None:
        """Carry a link by this socket: until it ends, or, on the fast path, from now on."""
        if self.is_fast:
            Detached(link, detach(sock), reader)
        else:
            WebSocket(link, sock).carry(reader)

    def mark_handled(self) -> None:
        """Say that the request being handled has been answered on its socket."""
        wsgi.WSGI_LOCAL.already_handled = True

    def _ping(self, connections: Sequence[Connection]) -> None:
        self.transport.stats.frames_out += write(connections, (PING,))

    def _deliver(self, environ: dict[str, Any], body: list[bytes], start_response: Any, head: list[Any]) -> list[bytes]:
        polling, (status, headers) = environ["sopapo.polling"], head
        whole = b"".join(body)
        try:
            refuse_who_hung_up(environ["eventlet.input"].get_socket().fd)
            write = start_response(
                status, [*headers, ("Cache-Control", "no-store"), ("Content-Length", str(len(whole)))]
            )
            write(whole)
        except OSError:
            polling.lost()
            raise
        polling.delivered()
        return []

    def _log_error_once(self, message: str, message_key: str) -> None:  # noqa: ARG002 - it holds what a client wrote
        log.debug("refused a request: %s", message_key)

    def _handle_connect(
        self,
        environ: dict[str, Any],
        start_response: Any,  # noqa: ARG002 - engineio calls it so
        transport: str,
        jsonp_index: int | None = None,
    ) -> Any:
        link = self._link(environ)
        link.push(self._opening(link.sid, transport))
        if transport == "websocket":
            answer = serve_websocket(link, environ)
            if not link.connected:
                link.cut("bad_handshake")
            return answer
        link.connected = True
        return self._ok(link.polling.get(environ), jsonp_index=jsonp_index)

    def _link(self, environ: Mapping[str, str]) -> Link:
        link = Link(self, self.generate_id(), _peer(environ))
        self.sockets[link.sid] = link
        self.transport.stats.links += 1
        return link

    def _opening(self, sid: str, transport: str) -> Message:
        options = self.transport.options
        return Message(
            "0"
            + json_text.dumps(
                {
                    "sid": sid,
                    "upgrades": ["websocket"] if transport == "polling" else [],
                    "pingInterval": int(options.ping_interval * 1000),
                    "pingTimeout": int(options.ping_timeout * 1000),
                    "maxPayload": options.max_packet,
                }
            )
        )

    def _allows(self, origin: str | None, environ: Mapping[str, object]) -> bool:
        return origins.is_allowed(origin, environ, self.transport.options.allowed_origins)


def _peer(environ: Mapping[str, str]) -> Peer:
    # Many clients share each: it is kept once.
    return Peer(
        sys.intern(environ.get("REMOTE_ADDR", "")), sys.intern(environ.get("HTTP_USER_AGENT", "")[:MOST_OF_AGENT])
    )


def is_checked() -> bool:
    """Tell whether the libraries are those that the fast path was checked with; warn if not."""
    found = {name: version(name) for name in CHECKED}
    others = [f"{name} {found[name]}" for name, versions in CHECKED.items() if found[name] not in versions]
    hub = type(get_hub()).__module__
    if hub not in HUBS:
        others.append(f"the hub {hub}")
    if others:
        log.warning("the fast path is not checked with %s: the stock path is taken", ", ".join(others))
    return not others


def refuse_who_hung_up(sock: socket) -> None:
    """Raise OSError for a client that no longer waits: the kernel would take what is sent to it all the same."""
    try:
        if not sock.recv(1, MSG_PEEK):
            raise ConnectionAbortedError
    except BlockingIOError:
        pass


def detach(sock: Any) -> socket:
    """Take a socket from eventlet's server, which may close what is left of it as often as it likes."""
    whole = sock.fd
    own: socket = type(whole)(whole.family, whole.type, whole.proto, fileno=whole.detach())
    own.setblocking(False)  # noqa: FBT003 - the standard library's signature
    return own
