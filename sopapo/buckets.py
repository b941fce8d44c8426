"""Allowances that fill up again by themselves, kept in this process: asking for one costs a microsecond."""

import time
from collections.abc import Hashable
from typing import NamedTuple

# Longer than any bucket takes to fill: what was not asked for since then is full, and need not be kept.
KEPT_SECONDS = 600


class Rate(NamedTuple):
    """How many may come at once, and how many a second are let through in the long run."""

    burst: int
    per_second: float


class Buckets:
    """A bucket for each who asks for something, as full as he left it."""

    def __init__(self) -> None:
        """Begin with full buckets."""
        self.older: dict[Hashable, tuple[float, float]] = {}
        self.newer: dict[Hashable, tuple[float, float]] = {}
        self.turned_at = time.monotonic()

    def take(self, key: Hashable, rate: Rate) -> float:
        """Take one and return 0; or return after how many seconds there will be one."""
        moment = time.monotonic()
        if moment - self.turned_at > KEPT_SECONDS:
            self.older, self.newer, self.turned_at = self.newer, {}, moment
        level, filled_at = self.newer.get(key) or self.older.get(key) or (float(rate.burst), moment)
        level = min(rate.burst, level + (moment - filled_at) * rate.per_second)
        if level < 1:
            return (1 - level) / rate.per_second
        self.newer[key] = (level - 1, moment)
        return 0
