"""Locks by name that are taken in turn: who came first goes first, however many come after him."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from sopapo.errors import Unavailable

GATE_SECONDS = 8


class Gates:
    """The gates that are held just now, each with those who wait for it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.lines: dict[str, deque[Event]] = {}

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the gate of that name. Raises Unavailable where its turn does not come within 8 s."""
        if name in self.lines:
            self.wait(name)
        else:
            self.lines[name] = deque()
        try:
            yield
        finally:
            self.hand_over(name)

    def wait(self, name: str) -> None:
        """Wait until the gate is handed over. Raises Unavailable."""
        turn = Event()
        self.lines[name].append(turn)
        turn.wait(GATE_SECONDS)
        if not turn.is_set():
            self.lines[name].remove(turn)
            raise Unavailable("too many changes wait for this room", retry_after=1)

    def hand_over(self, name: str) -> None:
        """Hand the gate to the next in line; it goes when there is nobody."""
        if self.lines[name]:
            self.lines[name].popleft().set()
        else:
            del self.lines[name]

    def is_held(self, name: str) -> bool:
        """Tell whether somebody holds the gate of that name."""
        return name in self.lines
