"""Who is to be written to, and in what order."""

from collections import deque
from typing import Protocol

from sopapo.transport import runtime

SLICE = 256


class Flushable(Protocol):
    """Something whose queue wants to be written."""

    def flush(self) -> None:
        """Write what can be written; never yields, never raises."""


class Flusher:
    """Writes queues once a turn of the loop, so that what gathers in one turn leaves in one piece.

    Who only hears what very many hear has his turn among those many: answers to others do not wait for them all.
    """

    def __init__(self) -> None:
        self._soon: deque[Flushable] = deque()
        self._in_turn: deque[Flushable] = deque()
        self._is_due = False

    def add(self, carrier: Flushable) -> None:
        """Flush this one at the end of the turn."""
        self._soon.append(carrier)
        if not self._is_due:
            self._schedule()

    def add_in_turn(self, carrier: Flushable) -> None:
        """Flush this one after those that were added so before, some in each turn."""
        self._in_turn.append(carrier)
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
        for waiting in (self._soon, self._in_turn):
            for _ in range(min(len(waiting), SLICE)):
                waiting.popleft().flush()
        if self._soon or self._in_turn:
            self._schedule()
