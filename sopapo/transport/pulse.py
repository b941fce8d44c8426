"""One greenlet pings everybody, spread over the interval, and ends who does not answer."""

import math
import time
from collections import deque
from typing import Protocol

from sopapo.transport import runtime

CROWD = 64


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

    def _run(self) -> None:
        while True:
            runtime.sleep(self._tick)
            self._now = (self._now + 1) % len(self._slots)
            now = time.monotonic()
            pinged = [client for client in tuple(self._slots[self._now]) if client.ping(now)]
            self._awaited.append((now, pinged))
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
