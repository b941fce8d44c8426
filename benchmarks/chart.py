"""The chart of the bars: how many times better than each peer, on a logarithmic scale, readable on light and dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.bars import BATCH, NAMES, NODE, Measure, Verdict
from benchmarks.results import Spread

WIDTH, LEFT, RIGHT, TOP, LANE, GAP = 960, 400, 70, 64, 14, 12
BOTTOM, FIGURE = 34, 48
PEERS = {NODE: "a", BATCH: "b"}
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .small { font-size: 11px; fill: #57606a; }
    .grid { stroke: #d0d7de; }
    .even { stroke: #24292f; }
    .a { fill: #0969da; } .b { fill: #bf5700; }
    .range { stroke: #24292f; stroke-width: 1.5; }
    .bar { stroke: #24292f; stroke-width: 3; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .small { fill: #9198a1; }
      .grid { stroke: #3d444d; } .even, .range, .bar { stroke: #e6edf3; }
      .a { fill: #4493f8; } .b { fill: #f0883e; }
    }
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """A logarithmic axis between two powers of two."""

    low: int
    high: int

    def x(self, times: float) -> float:
        """Return where so many times stand, at the edge where they are beyond it."""
        place = (math.log2(times) - self.low) / (self.high - self.low) if times > 0 else 0.0
        return round(LEFT + min(max(place, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)


def better(found: Spread, *, less: bool) -> Spread:
    """Return how many times better this is, whichever direction is good."""
    if not less:
        return found
    return Spread(1 / found.median, 1 / found.high, 1 / found.low, found.rounds)


def scale_of(times: Sequence[float]) -> Scale:
    """Return the axis on which everything has its place."""
    exponents = [math.log2(value) for value in times if value > 0]
    return Scale(math.floor(min([-1.0, *exponents])), math.ceil(max([3.0, *exponents])))


def chart(verdicts: Sequence[Verdict]) -> str:
    """Return the chart as SVG; only what was measured against a peer is in it."""
    shown = [verdict for verdict in verdicts if verdict.peer and verdict.found and verdict.found.low > 0]
    spreads = [better(verdict.found, less=verdict.measure.less_is_better) for verdict in shown if verdict.found]
    scale = scale_of([value for found in spreads for value in (found.low, found.high)])
    parts: list[str] = []
    y = TOP
    for measure in dict.fromkeys(verdict.measure.title for verdict in shown):
        lanes = [(v, s) for v, s in zip(shown, spreads, strict=True) if v.measure.title == measure]
        parts.append(label(measure, y + LANE * len(lanes) / 2))
        for verdict, found in lanes:
            parts.append(lane(scale, verdict, found, y))
            y += LANE
        y += GAP
    return svg([*axis(scale, y), legend(), *parts], y + BOTTOM)


def label(text: str, y: float) -> str:
    """Return the name of a measure beside its lanes."""
    return f'<text x="{LEFT - 12}" y="{y + 4:g}" text-anchor="end">{escape(text)}</text>'


def lane(scale: Scale, verdict: Verdict, found: Spread, y: int) -> str:
    """Return one peer's lane: from 1 to the median, a thin line for the range, and a tick where the bar is."""
    assert verdict.peer
    even, low, median, high = map(scale.x, (1.0, found.low, found.median, found.high))
    middle = y + LANE / 2 - 1
    tick = scale.x(bound_of(verdict.measure, verdict.peer))
    end = max(even, high)
    beside = tick if end <= tick < end + FIGURE else end
    title = f"{verdict.measure.title}, against {NAMES[verdict.peer]}: {found.median:.2f} times better"
    return (
        f'<g><title>{escape(title)}</title><rect class="{PEERS[verdict.peer]}" x="{min(even, median):g}" y="{y}" '
        f'width="{max(abs(median - even), 1):g}" height="{LANE - 2}"/>'
        f'<line class="range" x1="{low:g}" x2="{high:g}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<line class="bar" x1="{tick:g}" x2="{tick:g}" y1="{y - 1}" y2="{y + LANE - 1}"/>'
        f'<text class="small" x="{beside + 6:g}" y="{middle + 4:g}">'
        f"{found.median:.2f}×</text></g>"
    )


def bound_of(measure: Measure, peer: str) -> float:
    """Return the bar as times better."""
    bound = measure.bounds[peer]
    return 1 / bound if measure.less_is_better else bound


def axis(scale: Scale, bottom: int) -> list[str]:
    """Return the lines of the powers of two, with their names under them."""
    parts = []
    for exponent in range(scale.low, scale.high + 1):
        x = scale.x(2.0**exponent)
        kind = "grid" if exponent else "even"
        parts.append(f'<line class="{kind}" x1="{x:g}" x2="{x:g}" y1="{TOP - 8}" y2="{bottom}"/>')
        parts.append(f'<text class="small" x="{x:g}" y="{bottom + 16}" text-anchor="middle">{2.0**exponent:g}×</text>')
    return parts


def legend() -> str:
    """Return what the colours and lines mean."""
    x, parts = LEFT, []
    for peer, kind in PEERS.items():
        parts.append(f'<rect class="{kind}" x="{x}" y="34" width="12" height="12"/>')
        parts.append(f'<text x="{x + 18}" y="45">against {escape(NAMES[peer])}</text>')
        x += 125 if peer == NODE else 210
    parts.append(f'<line class="bar" x1="{x}" x2="{x}" y1="33" y2="47"/><text x="{x + 8}" y="45">the bar</text>')
    title = f"How many times better {NAMES['sopapo']} is (median; thin line: all rounds)"
    return f'<text x="{LEFT}" y="20">{escape(title)}</text>' + "".join(parts)


def svg(parts: Sequence[str], height: int) -> str:
    """Return a whole document."""
    lines = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n'
        f"  <style>{STYLE}  </style>\n  {lines}\n</svg>\n"
    )
