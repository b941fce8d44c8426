"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 10.0


def eventually(probe: Callable[[], Found], timeout: float = PATIENCE) -> Found:
    """Return the first true value of `probe`, or fail with its last one."""
    deadline = time.monotonic() + timeout
    while not (found := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still {found!r} after {timeout} s")
        time.sleep(0.02)
    return found
