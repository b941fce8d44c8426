"""One Socket.IO connection, as the door sees it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sopapo.transport import packets
from sopapo.transport.messages import MESSAGE, Message

log = logging.getLogger(__name__)


class Pipe(Protocol):
    """What carries a connection's messages; nothing here yields or raises."""

    def push(self, message: Message) -> None:
        """Send a message after those that wait."""

    def hold(self) -> None:
        """Let all that the client asks wait until `resume`."""

    def resume(self) -> None:
        """Do what the client has asked."""

    def later(self, task: Callable[[Any], object], argument: Any) -> None:
        """Do something after the request that is being handled."""

    def end(self, reason: str, code: int, *, goodbye: bool = True) -> None:
        """Close after what waits has gone out; `goodbye` asks the client not to come back by itself."""


class Way(Protocol):
    """A way past the queue."""

    @property
    def send(self) -> Callable[[bytes], int]:
        """What gives bytes to the kernel, and returns how many it took."""

    def fall_short(self, messages: Sequence[Message], sent: int | OSError) -> None:
        """Go on where these did not all leave: after so many bytes, or after this error."""


class Connection:
    """A client that was let in, or asks to be.

    `who` is the door's own, None until it is someone. `asked_at` is when the request came that is being handled, by the
    monotonic clock, or 0 where it came just now.

    `direct` is there exactly while it is in and its queue is empty: what is given to that, its socket's own `send`,
    comes after all that was pushed before; where the kernel does not take it all, `fall_short` must be told.
    """

    __slots__ = (
        "_held",
        "_pipe",
        "_way",
        "address",
        "agent",
        "asked_at",
        "channels",
        "direct",
        "ended",
        "sid",
        "who",
    )

    def __init__(self, sid: str, address: str, agent: str, *, pipe: Pipe) -> None:
        self.sid = sid
        self.address = address
        self.agent = agent
        self.who: Any = None
        self.asked_at = 0.0
        self.channels: set[str] = set()
        self.ended = False
        self.direct: Callable[[bytes], int] | None = None
        self._way: Way | None = None
        self._pipe = pipe
        self._held: list[Message] | None = []

    @property
    def is_in(self) -> bool:
        """Tell whether the door has let it in."""
        return self._held is None

    def send(self, event: str, payload: Mapping[str, object]) -> None:
        """Send one event; never yields, never raises."""
        message = event_message(event, payload)
        if message is not None:
            self.push(message)

    def push(self, message: Message) -> None:
        """Send a message that others may share; until the connection is let in it is kept back."""
        if self.ended:
            return
        if self._held is not None:
            self._held.append(message)
        else:
            self._pipe.push(message)

    def open(self, way: Way) -> None:
        """Let it be written to directly, if it is in: nothing waits for it."""
        if self.is_in:
            self.direct, self._way = way.send, way

    def shut(self) -> None:
        """Let everything go through the queue from here on."""
        self.direct = self._way = None

    def fall_short(self, messages: Sequence[Message], sent: int | OSError) -> None:
        """Go on where these did not all leave directly: after so many bytes, or after this error."""
        assert self._way
        self._way.fall_short(messages, sent)

    def close(self, reason: str) -> None:
        """End the connection after what was sent before has gone out; never yields."""
        if not self.ended:
            self._pipe.end(reason, 1008)

    def release(self) -> None:
        """Let go what was kept back."""
        held, self._held = self._held, None
        for message in held or ():
            self._pipe.push(message)


def event_message(event: str, payload: Mapping[str, object]) -> Message | None:
    """Encode an event once for all who will hear it; None, and a line in the log, when it is no JSON."""
    try:
        return Message(MESSAGE + packets.event(event, payload))
    except (TypeError, ValueError, RecursionError):
        log.exception("cannot be sent as JSON: %s", event)
        return None
