"""One greenlet pings everybody, spread over the interval, and ends who does not answer."""

import math
import time
from collections import deque
from typing import Protocol

from sopapo.transport import runtime


class Living(Protocol):
    """A client that is pinged."""

    unanswered: float

    @property
    def is_busy(self) -> bool:
        """Tell whether its answer may be waiting behind a request that is still being handled."""

    def ping(self, stamp: float) -> bool:
        """Send a ping, set `unanswered` to the stamp until the answer comes, and tell whether one was sent."""

    def cut(self, reason: str) -> None:
        """End at once."""


class Pulse:
    """A wheel of as many slots as ticks fit into the interval; each client is in one."""

    def __init__(self, interval: float, timeout: float) -> None:
        self._tick = min(1.0, interval / 4)
        self._timeout = timeout
        self._slots: list[set[Living]] = [set() for _ in range(max(1, math.ceil(interval / self._tick)))]
        self._now = 0
        self._awaited: deque[tuple[float, float, Living]] = deque()
        self._is_running = False

    def add(self, client: Living) -> set[Living]:
        """Ping a client every interval from now on, until it is discarded from the slot returned."""
        slot = self._slots[self._now]
        slot.add(client)
        if not self._is_running:
            self._is_running = True
            runtime.spawn(self._run)
        return slot

    def _run(self) -> None:
        while True:
            runtime.sleep(self._tick)
            self._now = (self._now + 1) % len(self._slots)
            now = time.monotonic()
            for client in tuple(self._slots[self._now]):
                if client.ping(now):
                    self._awaited.append((now + self._timeout, now, client))
            self._end_the_silent(now)

    def _end_the_silent(self, now: float) -> None:
        while self._awaited and self._awaited[0][0] <= now:
            _, stamp, client = self._awaited.popleft()
            if client.unanswered != stamp:
                continue
            if client.is_busy:
                self._awaited.append((now + self._timeout, stamp, client))
            else:
                client.cut("timeout")
