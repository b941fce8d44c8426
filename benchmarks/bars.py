"""What is measured, with which arguments of the generator's `run.py`, and the bars that it is held to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.results import OURS, Point, Record, Spread, figures, ratios

NODE, BATCH = "node-socketio", "node-socketio-batch"
NAMES = {OURS: "SóPapo", NODE: "Node", BATCH: "Node with batches"}


@dataclass(frozen=True, slots=True)
class Run:
    """Arguments of `run.py`, whole and for a quick look, and who takes turns."""

    whole: str
    quick: str
    targets: tuple[str, ...] = (OURS, NODE, BATCH)


RUNS = {
    "fanout": Run("fanout --members 100,1000,5000 --seconds 3", "fanout --members 100,1000 --seconds 1.5 --warm 0.5"),
    "overload": Run(
        "fanout --members 1000 --window 16 --seconds 3", "fanout --members 1000 --window 16 --seconds 1.5 --warm 0.5"
    ),
    "rate-1000": Run(
        "rate --members 1000 --per-second 25 --seconds 5", "rate --members 1000 --per-second 25 --seconds 1.5"
    ),
    "rate-5000": Run(
        "rate --members 5000 --per-second 10 --seconds 5", "rate --members 5000 --per-second 10 --seconds 3"
    ),
    "ingest": Run("ingest --store sqlite,pg --seconds 3", "ingest --store sqlite,pg --seconds 2"),
    "idle": Run(
        "idle --connections 10000 --ping 10 --seconds 10", "idle --connections 1500 --ping 4", targets=(OURS, NODE)
    ),
    "storm": Run("storm --connections 5000 --cycles 1", "storm --connections 500 --cycles 1", targets=(OURS, NODE)),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of one run, what it must be by each peer's, and what it may be alone."""

    title: str
    unit: str
    run: str
    path: str
    bounds: dict[str, float] = field(default_factory=dict)
    room_size: int | None = None
    store: str = "sqlite"
    less_is_better: bool = False
    alone: float | None = None
    digits: int = 0

    def fits(self, point: Point) -> bool:
        """Tell whether a point of the run answers this."""
        return point.store == self.store and self.room_size in (None, point.room_size)


def deliveries(members: int, node: float, batch: float) -> Measure:
    """Return the measure of what a delivery costs the server."""
    bounds = {NODE: node, BATCH: batch}
    title = f"deliveries per CPU second, {members:,} members"
    return Measure(title, "per s", "fanout", "deliveries_per_cpu_s", bounds, members)


def lateness(members: int, per_second: int, quantile: str) -> Measure:
    """Return the measure of how late the last member has a message at a fixed rate."""
    return Measure(
        f"last delivery {quantile}, {per_second} messages/s to {members:,} members",
        "ms",
        f"rate-{members}",
        f"latency_ms.last.{quantile}",
        {NODE: 0.6, BATCH: 0.8},
        members,
        less_is_better=True,
        digits=1,
    )


MEASURES = (
    deliveries(100, 1.2, 1.0),
    deliveries(1000, 1.5, 1.2),
    deliveries(5000, 1.5, 1.2),
    Measure(
        "deliveries per second, 16 in flight, 1,000 members",
        "per s",
        "fanout",
        "deliveries_per_s",
        {NODE: 5.0, BATCH: 2.0},
        1000,
    ),
    Measure(
        "deliveries per second, 64 in flight, 1,000 members",
        "per s",
        "overload",
        "deliveries_per_s",
        {NODE: 5.0, BATCH: 2.0},
        1000,
    ),
    lateness(1000, 25, "p50"),
    lateness(1000, 25, "p99"),
    lateness(5000, 10, "p50"),
    lateness(5000, 10, "p99"),
    Measure("durable sends per second, SQLite", "per s", "ingest", "acks_per_s", {NODE: 5.0, BATCH: 2.0}),
    Measure(
        "durable sends per second, PostgreSQL", "per s", "ingest", "acks_per_s", {NODE: 2.5, BATCH: 1.2}, store="pg"
    ),
    Measure(
        "memory of an idle client",
        "KiB",
        "idle",
        "server.kb_per_connection",
        {NODE: 0.6},
        less_is_better=True,
        alone=10.0,
        digits=1,
    ),
    Measure(
        "CPU of an idle client's ping", "µs", "idle", "cpu_us_per_ping", {NODE: 0.25}, less_is_better=True, digits=1
    ),
    Measure(
        "all back after all connections broke",
        "s",
        "storm",
        "storm.seconds",
        {NODE: 1.0},
        less_is_better=True,
        digits=2,
    ),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A measure against one peer, or alone where there is none; without a figure it was not measured."""

    measure: Measure
    peer: str | None
    bound: float
    found: Spread | None

    @property
    def share(self) -> float:
        """How much of the bar is reached: 1 is just enough, more is better."""
        if self.found is None or not self.found.median:
            return 0.0
        return self.bound / self.found.median if self.measure.less_is_better else self.found.median / self.bound

    @property
    def is_reached(self) -> bool:
        """Tell whether the median is as good as it must be."""
        return self.share >= 1.0


def point_of(measure: Measure, records: Sequence[Record]) -> Point | None:
    """Return where a measure was taken, if it was."""
    points = (point for record in records if record.run == measure.run for point in record.points)
    return next(filter(measure.fits, points), None)


def verdicts(records: Sequence[Record], measures: Sequence[Measure] = MEASURES) -> list[Verdict]:
    """Return how each measure stands by each of its bars."""
    found: list[Verdict] = []
    for measure in measures:
        point = point_of(measure, records)
        if measure.alone is not None:
            ours = figures(point, OURS, measure.path) if point else None
            found.append(Verdict(measure, None, measure.alone, ours))
        for peer, bound in measure.bounds.items():
            times = ratios(point, peer, measure.path) if point else None
            found.append(Verdict(measure, peer, bound, times))
    return found
