"""One stage of a message's way, and how its cost is measured."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.report import table

REPEATS = 7
CPU_SECONDS = 0.05
MOST_TURNS = 20_000


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Work that handles `count` things each time; `before` sets it up, and `after` clears it away, unmeasured."""

    name: str
    unit: str
    work: Callable[[], object]
    count: int = 1
    before: Callable[[], object] = nothing
    after: Callable[[], object] = nothing
    inner: int = 1


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU, kernel included, and of the clock on the wall, for one thing: medians of the repeats."""

    stage: Stage
    cpu: float
    wall: float


def measure(stage: Stage, repeats: int = REPEATS, seconds: float = CPU_SECONDS) -> Cost:
    """Return what a stage costs."""
    once(stage)
    found = [repeat(stage, seconds) for _ in range(repeats)]
    return Cost(stage, statistics.median(cpu for cpu, _ in found), statistics.median(wall for _, wall in found))


def repeat(stage: Stage, seconds: float) -> tuple[float, float]:
    """Work for so many seconds of CPU, and return the microseconds of CPU and wall for one thing."""
    cpu = wall = 0.0
    turns = 0
    while cpu < seconds and turns < MOST_TURNS:
        used, took = once(stage)
        cpu, wall, turns = cpu + used, wall + took, turns + 1
    things = turns * stage.inner * stage.count
    return cpu / things * 1e6, wall / things * 1e6


def once(stage: Stage) -> tuple[float, float]:
    """Do the work `inner` times, and return its seconds of CPU and wall."""
    stage.before()
    work, turns = stage.work, range(stage.inner)
    began, cpu = time.perf_counter(), time.process_time()
    for _ in turns:
        work()
    used, took = time.process_time() - cpu, time.perf_counter() - began
    stage.after()
    return used, took


def costs_table(costs: Iterable[Cost]) -> str:
    """Return the costs as a table."""
    rows = [[cost.stage.name, cost.stage.unit, f"{cost.cpu:,.2f}", f"{cost.wall:,.2f}"] for cost in costs]
    return table(("stage", "for each", "CPU µs", "wall µs"), rows)
