"""What this process counts, for Prometheus.

Counting is plain addition, since it happens on the way of every message; what Prometheus reads is put together when
it asks.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)

Source = Callable[[], Iterable[Metric]]


@dataclass(slots=True)
class Histogram:
    """How often values fell below each bound, and their sum."""

    bounds: tuple[float, ...]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many values there are up to each bound, as Prometheus wants it."""
        names = [*map(str, self.bounds), "+Inf"]
        return [(name, sum(self.counts[: end + 1])) for end, name in enumerate(names)]


class Figures:
    """The counts of this process, and where other figures come from."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.seconds: dict[tuple[str, str], Histogram] = defaultdict(lambda: Histogram(SECONDS))
        self.batches = Histogram(SIZES)
        self.stored = 0
        self.files_taken = 0
        self.bytes_in = 0
        self.bytes_out = 0


figures = Figures()


def observe(name: str, code: str, seconds: float, door: str = "socket") -> None:
    """Count a request by its name and outcome: `ok`, or the code of its error."""
    figures.outcomes[door, name, code] += 1
    figures.seconds[door, name].add(seconds)


def observe_batch(drafts: int, stored: int) -> None:
    """Count a transaction of the journal: how many sends it took, and how many new messages it stored."""
    figures.batches.add(drafts)
    figures.stored += stored


class Sources(Collector):
    """Puts together what Prometheus reads."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """Ask these, after the counts of this module."""
        self.sources = (counted, *sources)

    def collect(self) -> Iterator[Metric]:
        """Yield every figure as it is now."""
        for source in self.sources:
            yield from source()


def counted() -> Iterator[Metric]:
    """Yield what this module has counted."""
    requests = CounterMetricFamily("sopapo_requests", "Requests by outcome.", labels=("door", "request", "code"))
    for labels, count in list(figures.outcomes.items()):
        requests.add_metric(labels, count)
    yield requests
    seconds = HistogramMetricFamily("sopapo_request_seconds", "How long requests took.", labels=("door", "request"))
    for names, times in list(figures.seconds.items()):
        seconds.add_metric(names, times.buckets(), times.total)
    yield seconds
    sizes = HistogramMetricFamily("sopapo_journal_batch_sends", "Sends that one transaction of the journal took.")
    sizes.add_metric((), figures.batches.buckets(), figures.batches.total)
    yield sizes
    yield counter("sopapo_messages_stored", "New messages that were stored.", figures.stored)
    yield counter("sopapo_files_taken", "Files that were uploaded.", figures.files_taken)
    yield counter("sopapo_file_bytes_in", "Bytes of files that were uploaded.", figures.bytes_in)
    yield counter("sopapo_file_bytes_out", "Bytes of files that were fetched.", figures.bytes_out)


def counter(name: str, description: str, value: float) -> Metric:
    """Return a figure that only grows."""
    return CounterMetricFamily(name, description, value=value)


def counter_by(label: str, name: str, description: str, counts: Counter[str]) -> Metric:
    """Return figures that only grow, by one label."""
    family = CounterMetricFamily(name, description, labels=(label,))
    for value, count in list(counts.items()):
        family.add_metric((value,), count)
    return family


def gauge(name: str, description: str, value: float) -> Metric:
    """Return a figure that goes up and down."""
    return GaugeMetricFamily(name, description, value=value)


def make_registry(*sources: Source) -> CollectorRegistry:
    """Return everything that is told of this process, these sources included."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Sources(sources))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def written(registry: CollectorRegistry) -> bytes:
    """Return the figures as Prometheus reads them."""
    return generate_latest(registry)
