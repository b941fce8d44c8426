"""The tables of what was measured, in Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.bars import NAMES, Measure, Verdict, point_of
from benchmarks.results import OURS, Noise, Point, Record, Spread, figures, noise

NOTHING = "–"
FOLDERS = ("--project", "--out", "--data-dir", "--targets-file")


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table: the first column to the left, the others to the right."""
    rules = ["---", *["---:"] * (len(titles) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, rules, *rows))


def bars_table(verdicts: Sequence[Verdict]) -> str:
    """Return which bars are reached, and how far the others are."""
    titles = ("", "against", "bar", "measured", "range", "rounds", "reached")
    return table(titles, map(bar_row, verdicts))


def bar_row(verdict: Verdict) -> list[str]:
    """Return one bar."""
    measure, found = verdict.measure, verdict.found
    sign = "≤" if measure.less_is_better else "≥"
    unit = "×" if verdict.peer else measure.unit
    head = [measure.title, NAMES[verdict.peer] if verdict.peer else "alone", f"{sign} {verdict.bound:g} {unit}"]
    if found is None:
        return [*head, NOTHING, NOTHING, "0", "not measured"]
    range_ = f"{found.low:.2f}–{found.high:.2f}"
    return [*head, f"{found.median:.2f} {unit}", range_, str(found.rounds), reached(verdict)]


def reached(verdict: Verdict) -> str:
    """Say whether a bar is reached, or how much of it."""
    return "yes" if verdict.is_reached else f"**no**, {verdict.share:.0%} of it"


def figures_table(records: Sequence[Record], measures: Sequence[Measure]) -> str:
    """Return what each target reached: median and range over the rounds."""
    rows = [
        [f"{measure.title} ({measure.unit})", *(cell(measure, point, target) for target in NAMES)]
        for measure in measures
        if (point := point_of(measure, records))
    ]
    return table(("", *NAMES.values()), rows)


def cell(measure: Measure, point: Point, target: str) -> str:
    """Return the figure of one target."""
    found = figures(point, target, measure.path)
    return NOTHING if found is None else f"{number(found.median, measure)} ({span(found, measure)})"


def number(value: float, measure: Measure) -> str:
    """Return a figure with as many digits as it deserves."""
    return f"{value:,.{measure.digits}f}"


def span(found: Spread, measure: Measure) -> str:
    """Return the lowest and the highest."""
    return f"{number(found.low, measure)}–{number(found.high, measure)}"


def noise_table(records: Sequence[Record]) -> str:
    """Return what disturbed each point."""
    titles = ("", "store", "host took", "others used", "")
    points = [point for record in records for point in record.points if any(point.results.values())]
    return table(titles, [noise_row(point, noise(point)) for point in points])


def noise_row(point: Point, found: Noise) -> list[str]:
    """Return what disturbed one point."""
    remarks = []
    if found.is_noisy:
        remarks.append("noisy")
    if found.saturated:
        remarks.append("generator saturated: a lower bound")
    if found.failed:
        remarks.append(f"not counted: {found.failed} of its rounds ({'; '.join(found.faults)})")
    return [point.name, point.store, f"{found.steal:.1%}", f"{found.other:.2f} cores", ", ".join(remarks) or "quiet"]


def circumstances(records: Sequence[Record]) -> str:
    """Say on what machine, with which versions and commands it was measured."""
    machines = unique(machine_line(record) for record in records)
    versions = unique(line for record in records for line in version_lines(record))
    return "\n".join([*machines, *versions, *map(run_line, records)])


def machine_line(record: Record) -> str:
    """Say on what machine a run was."""
    machine = record.machine
    return (
        f"- **Machine:** {machine['cpus']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, "
        f"Linux {machine['kernel'].partition('-')[0]}, Python {machine['python']}, data on {machine['data_filesystem']}"
    )


def version_lines(record: Record) -> Iterable[str]:
    """Say against which versions a run was."""
    for name, version in record.versions.items():
        if name != OURS:
            text = version if isinstance(version, str) else ", ".join(version)
            yield f"- **{NAMES.get(name, name)}:** {text}"


def run_line(record: Record) -> str:
    """Say when a run was, of which version, and with which arguments."""
    version = ", ".join(record.versions.get(OURS, ()))
    return f"- **{record.run}:** {NAMES[OURS]} {version}, {record.started}, `run.py {' '.join(told(record.arguments))}`"


def told(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the arguments, without the folders of the machine."""
    words = iter(arguments)
    for word in words:
        if word in FOLDERS:
            next(words, None)
        else:
            yield word


def unique(lines: Iterable[str]) -> list[str]:
    """Return each line once, in the order in which they came."""
    return list(dict.fromkeys(lines))


def whole(records: Sequence[Record], verdicts: Sequence[Verdict], measures: Sequence[Measure], chart: str) -> str:
    """Return everything that one measuring says."""
    count = sum(verdict.is_reached for verdict in verdicts)
    return "\n\n".join(
        (
            f"{count} of {len(verdicts)} bars are reached.",
            f"![How many times better than its peers {NAMES[OURS]} is, with the bars]({chart})",
            bars_table(verdicts),
            "### Figures\n\nMedians, with the lowest and the highest round.",
            figures_table(records, measures),
            "### Noise",
            noise_table(records),
            "### Circumstances",
            circumstances(records),
        )
    )
