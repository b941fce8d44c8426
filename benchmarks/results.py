"""What the load generator has recorded: figures, medians and ratios over rounds, and noise."""

import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OURS = "sopapo"
MAX_STEAL, MAX_OTHER = 0.05, 0.15

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over several rounds."""

    median: float
    low: float
    high: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Point:
    """One question, and what came of it: for each target one result a round."""

    name: str
    store: str
    room_size: int
    results: dict[str, list[Result]]


@dataclass(frozen=True, slots=True)
class Record:
    """One run of the generator."""

    run: str
    started: str
    arguments: tuple[str, ...]
    machine: dict[str, Any]
    versions: dict[str, Any]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """What disturbed a point: the share of time that the host took, cores that others used, and rounds that failed."""

    steal: float
    other: float
    saturated: bool
    failed: int
    faults: tuple[str, ...]

    @property
    def is_noisy(self) -> bool:
        """Tell whether to measure again."""
        return self.steal > MAX_STEAL or self.other > MAX_OTHER


def load(folder: Path, runs: Iterable[str]) -> list[Record]:
    """Return what is recorded in a folder, run by run."""
    paths = [(run, folder / f"{run}.json") for run in runs]
    return [record(run, json.loads(path.read_text(encoding="utf-8"))) for run, path in paths if path.exists()]


def record(run: str, raw: dict[str, Any]) -> Record:
    """Return a record as `run.py` wrote it."""
    points = tuple(Point(p["name"], p["store"], p["room_size"], p["results"]) for p in raw["points"])
    return Record(run, raw["started"], tuple(raw["arguments"]), raw["machine"], raw["versions"], points)


def is_good(result: Result) -> bool:
    """Tell whether a round ran and every check passed: nothing else counts."""
    return "error" not in result and bool(result["ok"])


def figure(result: Result, path: str) -> float:
    """Return the figure at a dotted path; where it leads through a list, the median over its items."""
    at: Any = result
    keys = path.split(".")
    for number, key in enumerate(keys):
        if isinstance(at, list):
            return statistics.median(figure(item, ".".join(keys[number:])) for item in at)
        at = at[key]
    return float(at)


def spread(values: Sequence[float]) -> Spread | None:
    """Return the median and the range, or None of nothing."""
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values), len(values))


def figures(point: Point, target: str, path: str) -> Spread | None:
    """Return what a target reached, over its good rounds."""
    return spread([figure(result, path) for result in point.results.get(target, ()) if is_good(result)])


def ratios(point: Point, peer: str, path: str) -> Spread | None:
    """Return our figure by the peer's in the same round, over the rounds in which both are good."""
    return spread([ours / theirs for ours, theirs in pairs(point, peer, path) if theirs])


def pairs(point: Point, peer: str, path: str) -> Iterator[tuple[float, float]]:
    """Yield our figure and the peer's, round by round; a run that was cut short has an unfinished last one."""
    both = zip(point.results.get(OURS, ()), point.results.get(peer, ()), strict=False)
    for ours, theirs in both:
        if is_good(ours) and is_good(theirs):
            yield figure(ours, path), figure(theirs, path)


def noise(point: Point) -> Noise:
    """Return what disturbed a point."""
    everything = [result for results in point.results.values() for result in results]
    ran = [result for result in everything if "error" not in result]
    bad = [result for result in everything if not is_good(result)]
    return Noise(
        statistics.median(map(steal, ran)) if ran else 0.0,
        statistics.median(map(other, ran)) if ran else 0.0,
        any(result["generator"]["saturated"] for result in ran),
        len(bad),
        tuple(dict.fromkeys(fault(result) for result in bad)),
    )


def steal(result: Result) -> float:
    """Return the share of its two cores' time that the machine's host took away."""
    cores = result["cpus"][:2]
    return float(sum(core["steal_s"] for core in cores) / (result["seconds"] * len(cores)))


def other(result: Result) -> float:
    """Return the cores that other processes used."""
    ours = sum(result[part]["cpu_s"] for part in ("server", "store", "generator"))
    busy = sum(core["busy_s"] for core in result["cpus"])
    return float(max(0.0, (busy - ours) / result["seconds"]))


def fault(result: Result) -> str:
    """Return in one line why a round does not count."""
    text = result["error"] if "error" in result else result["checks"]["first"]
    return str(text).strip().partition("\n")[0]
