"""Long polling: GET brings the queue, POST takes packets."""

from typing import TYPE_CHECKING, Any

from engineio.exceptions import EngineIOError
from eventlet.semaphore import Semaphore

from sopapo.transport.bell import Bell
from sopapo.transport.messages import Message
from sopapo.transport.packets import Breach, Malformed

if TYPE_CHECKING:
    from sopapo.transport.link import Link

NOOP, CLOSE = Message("6"), Message("1")
MOST_PER_POLL = 16
MOST_BYTES_PER_POLL = 1_048_576
SEPARATOR = "\x1e"


class Polling:
    """Carries a link by requests that wait for news."""

    __slots__ = ("_is_open", "_link", "_news", "_taken", "_turn")

    is_steady = False

    def __init__(self, link: "Link") -> None:
        self._link = link
        self._news = Bell()
        self._taken: list[Message] = []
        self._is_open = False
        self._turn: Semaphore | None = None

    def wake(self) -> None:
        """Let a waiting poll answer."""
        self._news.ring()

    def closing(self, code: int, reason: str) -> Message:  # noqa: ARG002 - a poll has no place for them
        """Return Engine.IO's own packet for it."""
        return CLOSE

    def hang_up(self) -> None:
        """Let a waiting poll fail."""
        self._news.ring()

    def get(self, environ: dict[str, Any]) -> list[Message]:
        """Wait for news, and take as much as every client can read; one poll at a time."""
        if self._is_open:
            self._link.cut("overlap")
            raise EngineIOError
        self._is_open = True
        environ["sopapo.polling"] = self
        return self.poll()

    def poll(self) -> list[Message]:
        """Return what waits, or what comes within the time of a ping."""
        link = self._link
        if not (link.queue or link.closing or link.upgrading):
            self._news.wait(link.options.ping_interval + link.options.ping_timeout)
        if link.closed:
            raise EngineIOError
        if not link.upgraded:
            self._taken = link.queue.take(MOST_PER_POLL, MOST_BYTES_PER_POLL)
        return self._taken or [NOOP]

    def delivered(self) -> None:
        """Let go of what the poll has brought, now that the kernel has it."""
        link = self._link
        taken, self._taken, self._is_open = self._taken, [], False
        link.engine.transport.stats.frames_out += len(taken)
        link.settle(taken)
        if link.closing and not link.queue:
            link.cut("closed")

    def lost(self) -> None:
        """End: what the poll took did not arrive."""
        self._link.cut("transport_error")

    def post(self, environ: dict[str, Any]) -> None:
        """Take the packets of one body, after those of earlier ones."""
        link = self._link
        if self._turn is None:
            self._turn = Semaphore()
        with self._turn:
            try:
                for text in self._packets(environ):
                    if not link.closing:
                        link.take(text)
                    if link.inbox.is_full:
                        link.inbox.wait_for_room()
            except Breach as breach:
                link.end(breach.reason, breach.code)
            except OSError as error:
                raise EngineIOError from error

    def _packets(self, environ: dict[str, Any]) -> list[str]:
        options = self._link.options
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > options.max_body:
            self._link.end("too_large", 1009)
            raise EngineIOError
        body: bytes = environ["wsgi.input"].read(length)
        if len(body) < length:
            raise ConnectionError
        packets = body.split(SEPARATOR.encode())
        if any(len(packet) > options.max_packet for packet in packets):
            raise Breach("too_large", 1009)
        try:
            return [packet.decode() for packet in packets]
        except UnicodeDecodeError:
            self._link.client.misread(Malformed("no UTF-8"))
            return []
