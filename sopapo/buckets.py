"""Allowances that fill up again by themselves, kept in this process: asking for one costs a microsecond.

What other processes granted is taken off here as it is heard of. So a bucket may fall below empty, down to a whole
bucket of debt, and what was granted too much in the meantime is paid back by waiting.
"""

import time
from collections.abc import Iterable
from typing import NamedTuple

# Longer than any bucket takes to fill from its deepest debt: what was not asked for since then need not be kept.
KEPT_SECONDS = 1200


# The act, and who asks for it.
Key = tuple[str, str]


class Rate(NamedTuple):
    """How many may come at once, and how many a second are let through in the long run."""

    burst: int
    per_second: float


class Buckets:
    """A bucket for each who asks for something, as full as he left it."""

    def __init__(self) -> None:
        """Begin with full buckets."""
        self.older: dict[Key, tuple[float, float]] = {}
        self.newer: dict[Key, tuple[float, float]] = {}
        self.turned_at = time.monotonic()
        # What was granted since others were told, where there are others.
        self.spent: dict[tuple[Key, Rate], int] | None = None

    def take(self, key: Key, rate: Rate) -> float:
        """Take one and return 0; or return after how many seconds there will be one."""
        moment = time.monotonic()
        level = self.level(key, rate, moment)
        if level < 1:
            return (1 - level) / rate.per_second
        self.newer[key] = (level - 1, moment)
        if self.spent is not None:
            self.spent[key, rate] = self.spent.get((key, rate), 0) + 1
        return 0

    def level(self, key: Key, rate: Rate, moment: float) -> float:
        """Return how full a bucket is, less than nothing where more was granted elsewhere."""
        if moment - self.turned_at > KEPT_SECONDS:
            self.older, self.newer, self.turned_at = self.newer, {}, moment
        level, filled_at = self.newer.get(key) or self.older.get(key) or (float(rate.burst), moment)
        return min(rate.burst, level + (moment - filled_at) * rate.per_second)

    def hear(self, spent: Iterable[tuple[str, str, int, float, int]]) -> None:
        """Take off what another process granted: to which key, in two parts, at which rate, and how often."""
        moment = time.monotonic()
        for act, who, burst, per_second, count in spent:
            level = self.level((act, who), Rate(burst, per_second), moment)
            self.newer[act, who] = (max(level - count, -burst), moment)
