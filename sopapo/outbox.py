"""What this process has to tell the others, and cannot wait for."""

from collections import deque
from threading import Event

MAX_ACTS = 20_000
MAX_BYTES = 16 * 1024 * 1024
MESSAGE_BYTES = 256 * 1024


class Outbox:
    """What waits to be told, within bounds; what finds no room is dropped, and leaves a hole in the numbers."""

    def __init__(self) -> None:
        """Begin closed: there is nobody yet to carry anything."""
        self.acts: deque[bytes] = deque()
        self.size = 0
        self.number = 0
        self.dropped = 0
        self.is_open = False
        self.has_hole = False
        self.awake = Event()

    def add(self, act: bytes) -> None:
        """Let an act wait, or drop it; never yields."""
        if not self.is_open or len(self.acts) >= MAX_ACTS or self.size + len(act) > MAX_BYTES:
            self.dropped += 1
            self.has_hole = True
            return
        if not self.acts:
            self.awake.set()
        self.acts.append(act)
        self.size += len(act)

    def close(self) -> None:
        """Drop everything: when it could be told again, it would come after what is newer."""
        self.is_open = False
        self.dropped += len(self.acts)
        self.has_hole = True
        self.acts.clear()
        self.size = 0

    def take(self, seconds: float) -> tuple[int, list[bytes]]:
        """Return the next number and what goes with it, at the latest after so many seconds, then perhaps nothing."""
        self.awake.wait(seconds)
        self.number += 2 if self.has_hole else 1
        self.has_hole = False
        acts: list[bytes] = []
        size = 0
        while self.acts and size < MESSAGE_BYTES:
            acts.append(self.acts.popleft())
            size += len(acts[-1])
        self.size -= size
        if not self.acts:
            self.awake.clear()
        return self.number, acts
