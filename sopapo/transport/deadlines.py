"""Those who have a certain time for something."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sopapo.transport import runtime

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls `over`, which does not block, for who is still here when his time has passed; one timer for all."""

    def __init__(self, seconds: float, over: Callable[[T], object]) -> None:
        self._seconds = seconds
        self._over = over
        self._until: dict[T, float] = {}
        self._is_set = False

    def add(self, one: T) -> None:
        """Give somebody his time, from now on."""
        self._until.pop(one, None)
        self._until[one] = time.monotonic() + self._seconds
        if not self._is_set:
            self._set(self._seconds)

    def discard(self, one: T) -> None:
        """Wait for somebody no more."""
        self._until.pop(one, None)

    def end_all(self) -> None:
        """Give nobody any more time."""
        over, self._until = list(self._until), {}
        for one in over:
            self._over(one)

    def __len__(self) -> int:
        return len(self._until)

    def _set(self, seconds: float) -> None:
        self._is_set = True
        runtime.call_after(seconds, self._look)

    def _look(self) -> None:
        now = time.monotonic()
        try:
            while self._until:
                one, until = next(iter(self._until.items()))
                if until > now:
                    break
                del self._until[one]
                self._over(one)
        finally:
            # Not before: who was given time anew meanwhile needs no timer of his own.
            self._is_set = False
            if self._until:
                self._set(max(0.0, next(iter(self._until.values())) - now))
