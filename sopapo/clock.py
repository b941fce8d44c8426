"""Time as we keep it, milliseconds since 1970, and as people and clients read it."""

import time
from datetime import UTC, datetime
from functools import lru_cache


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def rfc3339(moment: int) -> str:
    """Write a moment as RFC 3339 in UTC with milliseconds: `2026-11-22T10:29:41.123Z`."""
    seconds, milliseconds = divmod(moment, 1000)
    return f"{second(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=1024)
def second(seconds: int) -> str:
    """Write a whole second; those that are in demand come in the thousands."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def rfc3339_or_none(moment: int | None) -> str | None:
    """Write a moment that may be absent."""
    return None if moment is None else rfc3339(moment)


def moment_of(text: datetime) -> int:
    """Return the milliseconds since 1970 of a time with its zone."""
    return round(text.timestamp() * 1000)
