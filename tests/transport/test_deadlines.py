"""Those who have a certain time for something: one timer for all of them, whoever is given time anew."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from sopapo.transport import deadlines
from sopapo.transport.deadlines import Deadlines

SECONDS, ROUNDS = 30, 20


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[..., object], tuple[Any, ...]]] = []
        patch.setattr(deadlines, "time", SimpleNamespace(monotonic=lambda: self.now))
        patch.setattr(deadlines, "runtime", SimpleNamespace(call_after=self.call_after))

    def call_after(self, seconds: float, work: Callable[..., object], *args: Any) -> None:
        self.timers.append((self.now + seconds, work, args))

    def pass_to(self, moment: float) -> None:
        while due := [timer for timer in self.timers if timer[0] <= moment]:
            when, work, args = min(due, key=lambda timer: timer[0])
            self.timers.remove((when, work, args))
            self.now = when
            work(*args)
        self.now = moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_who_is_given_time_again_and_again_shares_one_timer(clock: Clock) -> None:
    over: list[tuple[float, str]] = []

    def again(one: str) -> None:
        over.append((clock.now, one))
        waiting.add(one)

    waiting = Deadlines(SECONDS, again)
    names = "abc"
    for start, name in enumerate(names):
        clock.pass_to(start)
        waiting.add(name)
    clock.pass_to(SECONDS * ROUNDS + len(names))
    starts = enumerate(names)
    assert sorted(over) == sorted((start + SECONDS * n, name) for start, name in starts for n in range(1, ROUNDS + 1))
    assert len(clock.timers) == 1


def test_one_who_fails_keeps_nobody_else_waiting(clock: Clock) -> None:
    over: list[str] = []

    def fail(one: str) -> None:
        over.append(one)
        if one == "a":
            raise RuntimeError

    waiting = Deadlines(SECONDS, fail)
    for name in "ab":
        waiting.add(name)
    with pytest.raises(RuntimeError):
        clock.pass_to(SECONDS)
    clock.pass_to(SECONDS)
    assert over == ["a", "b"]
    assert not clock.timers
