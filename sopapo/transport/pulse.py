"""One greenlet pings everybody, spread over the interval, and ends who does not answer."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from sopapo.transport import runtime
from sopapo.transport.connection import Connection

CROWD = 64


class Living(Protocol):
    """A client that is pinged."""

    unanswered: float

    @property
    def is_busy(self) -> bool:
        """Tell whether its answer may be waiting behind a request that is still being handled."""

    @property
    def quiet(self) -> Connection | None:
        """Who can be written to directly, since nothing waits for him."""

    def ping(self, stamp: float) -> bool:
        """Send a ping after what waits, set `unanswered` to the stamp, and tell whether an answer is to be awaited."""

    def cut(self, reason: str) -> None:
        """End at once."""


class Pulse:
    """A wheel of as many slots as ticks fit into the interval; each client is in one."""

    def __init__(self, interval: float, timeout: float, write: Callable[[Sequence[Connection]], None]) -> None:
        """Ping at this interval, in seconds; `write` sends a ping directly to each of these."""
        self._write = write
        self._tick = min(1.0, interval / 4)
        self._timeout = timeout
        self._slots: list[set[Living]] = [set() for _ in range(max(1, math.ceil(interval / self._tick)))]
        self._now = 0
        self._awaited: deque[tuple[float, list[Living]]] = deque()
        self._is_running = False

    def add(self, client: Living) -> set[Living]:
        """Ping a client every interval from now on, until it is discarded from the slot returned."""
        slot = self._slots[self._now]
        if len(slot) >= CROWD:
            # Those who come at the same time are not all pinged at the same time: some a little early.
            slot = min((self._slots[self._now - early] for early in range(1 + len(self._slots) // 2)), key=len)
        slot.add(client)
        if not self._is_running:
            self._is_running = True
            runtime.spawn(self._run)
        return slot

    def ping(self, clients: Iterable[Living], stamp: float) -> list[Living]:
        """Ping these, and return those whose answers to it are to be awaited."""
        awaited: list[Living] = []
        quiet: list[Connection] = []
        for client in clients:
            connection = client.quiet
            if connection is None:
                if client.ping(stamp):
                    awaited.append(client)
                continue
            quiet.append(connection)
            if not client.unanswered:
                client.unanswered = stamp
                awaited.append(client)
        self._write(quiet)
        return awaited

    def _run(self) -> None:
        while True:
            runtime.sleep(self._tick)
            self._now = (self._now + 1) % len(self._slots)
            now = time.monotonic()
            self._awaited.append((now, self.ping(tuple(self._slots[self._now]), now)))
            self._end_the_silent(now)

    def _end_the_silent(self, now: float) -> None:
        while self._awaited and self._awaited[0][0] + self._timeout <= now:
            stamp, pinged = self._awaited.popleft()
            for client in pinged:
                if client.unanswered != stamp:
                    continue
                if client.is_busy:
                    client.unanswered = now
                    self._awaited.append((now, [client]))
                else:
                    client.cut("timeout")
