"""Whether memory grows: the slope of resident memory over 200,000 messages and over 20,000 connects.

    python -m benchmarks.soak [--bench FOLDER] [--write]

Between two steps all clients go. Three quarters as much go before, unmeasured: caches fill once.
"""

import argparse
import math
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generator
from benchmarks.house import House
from benchmarks.page import write_section
from benchmarks.report import table

USERS, ROOMS, ROOM_SIZE, SENDERS = 1_000, 200, 5, 200
MOST_MB = 1.0
SETTLE_SECONDS = 2.0
WARM_UP = 0.75
# What one run of the generator remembers, and how often it breaks all connections, is bounded.
STEP_MESSAGES, CYCLES, MOST_STEPS = 50_000, 4, 100


Step = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Soak:
    """Resident memory in MB, by how much had been done, of which a bar allows 1 MB for each `every`."""

    name: str
    every: int
    done: tuple[int, ...]
    resident: tuple[float, ...]

    @property
    def slope(self) -> float:
        """MB for each `every`, by the straight line that fits best."""
        return statistics.linear_regression(self.done, self.resident).slope * self.every


def soak(house: House, name: str, every: int, share: float) -> Soak:
    """Warm up, then do twice as much as the bar speaks of, or a share of that, step by step."""
    step, total = STEPS[name](house, share), round(2 * every * share)
    warm = 0
    while warm < total * WARM_UP:
        warm += step()
    done, resident = [0], [settled(house)]
    while done[-1] < total and len(done) <= MOST_STEPS:
        done.append(done[-1] + step())
        resident.append(settled(house))
        print(f"{name}: {done[-1]:,}  {resident[-1]:.1f} MB", flush=True)
    return Soak(name, every, tuple(done), tuple(resident))


def settled(house: House) -> float:
    """Return the resident memory a moment after all clients have gone."""
    time.sleep(SETTLE_SECONDS)
    return house.resident_mb()


def messages(house: House, share: float) -> Step:
    """Return the step that sends messages: about 50,000 by what the last one reached, or a share of that."""
    wanted, seconds = STEP_MESSAGES * share, 3.0

    def step() -> int:
        nonlocal seconds
        options = ("--limit", SENDERS, "--window", 1, "--warm", 0.2, "--seconds", f"{seconds:.1f}")
        result = house.load("ingest", *options)
        seconds = max(1.0, wanted / result["messages_per_s"])
        return int(result["checks"]["sent"])

    return step


def connects(house: House, share: float) -> Step:
    """Return the step that connects everybody, and breaks all connections at once, several times or a share of that."""
    cycles = math.ceil(CYCLES * share)

    def step() -> int:
        result = house.load("storm", "--cycles", cycles)
        return int(result["clients"]) * (1 + cycles)

    return step


STEPS: dict[str, Callable[[House, float], Step]] = {"messages": messages, "connects": connects}


def report(soaks: Sequence[Soak]) -> str:
    """Return what was found, as a table."""
    titles = ("resident memory", "before", "after", "slope", "bar", "reached")
    return table(titles, map(row, soaks))


def row(found: Soak) -> list[str]:
    """Return one line of the table."""
    return [
        f"over {found.done[-1]:,} {found.name}",
        f"{found.resident[0]:.1f} MB",
        f"{found.resident[-1]:.1f} MB",
        f"{found.slope:.2f} MB for each {found.every:,}",
        f"≤ {MOST_MB:g} MB",
        "yes" if found.slope <= MOST_MB else "**no**",
    ]


def run(loadgen: Path, share: float) -> list[Soak]:
    """Load a server with messages, then with connects."""
    with tempfile.TemporaryDirectory(prefix="sopapo-soak-") as folder:
        house = House(Path(folder), loadgen)
        house.seed(USERS, ROOMS, ROOM_SIZE)
        with house:
            return [soak(house, "messages", 100_000, share), soak(house, "connects", 10_000, share)]


def main() -> None:
    """Soak a server, and print what became of its memory."""
    assert __doc__
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--bench", type=Path, help=f"the load generator's folder (else {generator.VARIABLE})")
    parser.add_argument("--write", action="store_true", help="write it into docs/performance.md")
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    given = parser.parse_args()
    loadgen = generator.ready(given.bench, with_peers=False) / "build" / "loadgen"
    text = report(run(loadgen, 0.1 if given.quick else 1.0))
    print(f"\n{text}")
    if given.write:
        write_section("soak", text)


if __name__ == "__main__":
    main()
