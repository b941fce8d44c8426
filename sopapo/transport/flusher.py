"""Who is to be written to, and in what order."""

from collections import deque
from typing import Protocol

from sopapo.transport import runtime
from sopapo.transport.connection import Connection
from sopapo.transport.messages import Message
from sopapo.transport.spreads import Spreads
from sopapo.transport.stats import Stats

SLICE = 256


class Flushable(Protocol):
    """Something whose queue wants to be written."""

    def flush(self) -> None:
        """Write what can be written; never yields, never raises."""


class Flusher:
    """Writes queues once a turn of the loop, so that what gathers in one turn leaves in one piece.

    What very many hear is written in slices, one a turn: answers to others do not wait for them all.
    """

    def __init__(self, stats: Stats) -> None:
        self.spreads = Spreads()
        self._stats = stats
        self._soon: deque[Flushable] = deque()
        self._is_due = False

    def add(self, carrier: Flushable) -> None:
        """Flush this one at the end of the turn."""
        self._soon.append(carrier)
        if not self._is_due:
            self._schedule()

    def spread(self, members: tuple[Connection, ...], message: Message, skipped: Connection | None) -> None:
        """Write this to all of them but one, some in each turn, after what was to be spread before."""
        self.spreads.add(members, message, skipped)
        if not self._is_due:
            self._schedule()

    def flush_soon(self) -> None:
        """Flush now those who would be flushed at the end of the turn."""
        for _ in range(len(self._soon)):
            self._soon.popleft().flush()

    def _schedule(self) -> None:
        self._is_due = True
        runtime.call_after(0, self._run)

    def _run(self) -> None:
        self._is_due = False
        for _ in range(min(len(self._soon), SLICE)):
            self._soon.popleft().flush()
        self._stats.frames_out += self.spreads.advance(SLICE)
        if self._soon or self.spreads.pending:
            self._schedule()
