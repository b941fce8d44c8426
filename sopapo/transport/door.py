"""What the transport asks of the one who answers."""

from collections.abc import Callable, Mapping
from typing import Protocol

from sopapo.transport.connection import Connection

Acknowledge = Callable[[Mapping[str, object]], None]
Admit = Callable[[Exception | None], None]


class Refused(Exception):
    """A connection is turned away: the client's `connect_error` carries the code as its message, and the data."""

    def __init__(self, code: str, data: Mapping[str, object]) -> None:
        super().__init__(code)
        self.code = code
        self.data = dict(data)


class Door(Protocol):
    """Answers what clients ask; `request` and `disconnect` run in a greenlet that may block, the others may not."""

    def connect(self, connection: Connection, auth: object, admit: Admit) -> None:
        """Let a connection in, now or later, by admitting None; its other requests wait until then.

        A `Refused` admitted, or raised here, turns it away, and so does any other exception, with code `internal`.
        """

    def request(self, connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> None:
        """Answer one request; those of one connection come one at a time, in the order in which they were sent.

        `acknowledge` never yields, works once, and does nothing when the client asked for no acknowledgement.
        """

    def answer_at_once(self, connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> bool:
        """Answer as `request` does if that waits for nothing, and tell whether it did; called on the loop itself."""

    def disconnect(self, connection: Connection) -> None:
        """Forget a connection that was let in; called once, after the last request has returned."""
