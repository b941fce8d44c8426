"""What requests are filled with: a message by its place, a time by how far away it is."""

from datetime import UTC, datetime, timedelta
from typing import Any


def at(message: dict[str, Any]) -> dict[str, Any]:
    """How a request names a message."""
    return {"room": message["room"], "seq": message["seq"]}


def in_seconds(seconds: float) -> str:
    """A time to come, or one that is past, as clients write it."""
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
