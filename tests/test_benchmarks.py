"""The benchmarks reckon rightly: medians, ratios by round, bars, tables, and the page that they write."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.bars import BATCH, MEASURES, NODE, RUNS, verdicts
from benchmarks.chart import chart
from benchmarks.page import PAGE, with_section
from benchmarks.results import OURS, Record, figure, load, noise, ratios, record
from benchmarks.soak import Soak
from benchmarks.stage import Stage, measure, once
from benchmarks.storing import stages_storing
from benchmarks.way import stages_between, stages_in, stages_out

MACHINE = {
    "cpus": 2,
    "cpu": "EPYC",
    "memory_gib": 23.5,
    "kernel": "6.18",
    "python": "3.11.7",
    "data_filesystem": "ext4",
}
ARGUMENTS = ["fanout", "--members", "100,1000", "--project", "/home/somebody", "--rounds", "3", "--out", "/home/x.json"]
# Deliveries per CPU second and per second of each round, as recorded.
FANOUT = {
    OURS: [(314_136.4, 277_388.0), (301_002.0, 270_100.0), (322_870.5, 281_544.0)],
    NODE: [(79_920.0, 48_022.0), (150_501.0, 90_300.0), (100_000.0, 60_000.0)],
    BATCH: [(97_524.0, 97_127.0), (250_835.0, 180_066.0), (161_435.25, 120_000.0)],
}
DID_NOT_RUN = {"error": "the server ended at once (2)\nwith a long story"}


def result(mode: str, **figures: Any) -> dict[str, Any]:
    """One round as the generator records it, but for what nobody asks."""
    common: dict[str, Any] = {
        "mode": mode,
        "ok": True,
        "seconds": 2.0,
        "server": {"cpu_s": 1.7, "kb_per_connection": 46.9},
        "store": {"cpu_s": 0.0},
        "generator": {"cpu_s": 0.2, "saturated": False},
        "cpus": [{"busy_s": 1.7, "steal_s": 0.1}, {"busy_s": 0.4, "steal_s": 0.02}],
        "checks": {"first": ""},
    }
    return common | figures


def recorded(run: str, results: dict[str, Any], *, store: str = "sqlite", room_size: int = 1000) -> Record:
    """A record with one point, as it comes out of the file."""
    point = {"name": run, "store": store, "room_size": room_size, "results": results}
    versions = {OURS: ["c319a92"], NODE: ["socket.io 4.8.4", "ws 8.21.3"], "postgresql": "initdb 15.18"}
    raw = {"started": "2026-11-23T17:10:50Z", "arguments": ARGUMENTS, "machine": MACHINE, "versions": versions}
    return record(run, raw | {"points": [point]})


def fanout(**changed: Any) -> Record:
    """Three rounds of a fan-out, of which some targets may have had others."""
    results = {
        target: [
            result("fanout", deliveries_per_cpu_s=by_cpu, deliveries_per_s=by_clock) for by_cpu, by_clock in rounds
        ]
        for target, rounds in FANOUT.items()
    }
    return recorded("fanout", results | {name.replace("_", "-"): rounds for name, rounds in changed.items()})


def found(records: Sequence[Record], title: str, peer: str | None) -> Any:
    """The verdict about a measure."""
    return next(v for v in verdicts(records) if v.measure.title.startswith(title) and v.peer == peer)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    times = ratios(fanout().points[0], NODE, "deliveries_per_cpu_s")
    assert times is not None
    assert (round(times.median, 3), times.low, round(times.high, 3)) == (3.229, 2.0, 3.931)
    assert times.rounds == 3


def test_a_round_in_which_a_check_failed_does_not_count() -> None:
    bad = result("fanout", ok=False, deliveries_per_cpu_s=9e9, checks={"first": "a message was lost"})
    good = result("fanout", deliveries_per_cpu_s=100_000.0)
    point = fanout(node_socketio=[DID_NOT_RUN, good, bad]).points[0]
    times = ratios(point, NODE, "deliveries_per_cpu_s")
    assert times is not None
    assert (times.median, times.rounds) == (3.01002, 1)
    assert noise(point).failed == 2
    assert noise(point).faults == ("the server ended at once (2)", "a message was lost")


def test_a_figure_of_several_cycles_is_their_median() -> None:
    storm = result("storm", storm=[{"seconds": 5.0}, {"seconds": 9.0}, {"seconds": 6.0}])
    assert figure(storm, "storm.seconds") == 6.0


def test_a_bar_is_reached_by_the_median_in_the_direction_that_is_good() -> None:
    idle = recorded(
        "idle",
        {
            OURS: [result("idle", cpu_us_per_ping=30.0), result("idle", cpu_us_per_ping=20.0)],
            NODE: [result("idle", cpu_us_per_ping=100.0, server={"cpu_s": 1.0, "kb_per_connection": 93.8})] * 2,
        },
        room_size=50,
    )
    ping, memory = found([idle], "CPU of an idle", NODE), found([idle], "memory", NODE)
    assert (ping.found.median, ping.share, ping.is_reached) == (0.25, 1.0, True)
    assert (memory.found.median, memory.is_reached) == (0.5, True)
    alone = found([idle], "memory", None)
    assert (alone.found.median, alone.is_reached) == (46.9, False)
    assert report.bar_row(alone)[-1] == "**no**, 21% of it"


def test_a_measure_is_taken_from_its_own_store_and_size() -> None:
    ingest = recorded("ingest", {OURS: [result("ingest", acks_per_s=3000.0)], NODE: [DID_NOT_RUN]}, store="pg")
    assert found([ingest], "durable sends per second, SQLite", NODE).found is None
    assert found([ingest], "durable sends per second, PostgreSQL", NODE).found is None
    assert found([fanout()], "deliveries per CPU second, 100 members", NODE).found is None
    assert report.bar_row(found([ingest], "durable sends per second, SQLite", NODE))[-1] == "not measured"


def test_noise_is_what_the_host_took_and_what_others_used() -> None:
    quiet = noise(fanout().points[0])
    assert (round(quiet.steal, 3), round(quiet.other, 3), quiet.is_noisy) == (0.03, 0.1, False)
    busy = [result("fanout", cpus=[{"busy_s": 2.0, "steal_s": 0.0}] * 2)] * 3
    assert noise(recorded("fanout", {OURS: busy}).points[0]).is_noisy


def test_the_report_holds_every_measure_and_no_folder_of_the_machine() -> None:
    records = [fanout()]
    text = report.whole(records, verdicts(records), MEASURES, "performance.svg")
    assert all(measured.title in text for measured in MEASURES)
    assert "`run.py fanout --members 100,1000 --rounds 3`" in text
    assert "/home" not in text
    assert "| deliveries per CPU second, 1,000 members | Node | ≥ 1.5 × | 3.23 × | 2.00–3.93 | 3 | yes |" in text


def test_a_row_has_as_many_cells_as_there_are_titles() -> None:
    records = [fanout()]
    for text in (
        report.bars_table(verdicts(records)),
        report.figures_table(records, MEASURES),
        report.noise_table(records),
    ):
        assert len({line.count("|") for line in text.splitlines()}) == 1


def test_the_chart_is_sound_and_shows_what_was_measured_against_a_peer() -> None:
    root = ET.fromstring(chart(verdicts([fanout()])))  # noqa: S314 - our own text
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 4
    assert titles[0] == "deliveries per CPU second, 1,000 members, against Node: 3.23 times better"


def test_a_chart_of_nothing_is_sound() -> None:
    ET.fromstring(chart(verdicts([])))  # noqa: S314 - our own text


def test_records_are_read_run_by_run_where_they_are(tmp_path: Path) -> None:
    raw = {"started": "", "arguments": [], "machine": MACHINE, "versions": {}, "points": []}
    (tmp_path / "storm.json").write_text(json.dumps(raw))
    assert [read.run for read in load(tmp_path, RUNS)] == ["storm"]


def test_every_measure_comes_from_a_run_with_its_peers() -> None:
    for measured in MEASURES:
        assert set(measured.bounds) <= set(RUNS[measured.run].targets)


def test_a_section_is_replaced_and_the_rest_of_the_page_stays() -> None:
    page = "a\n<!-- bars: begin -->\nold\n<!-- bars: end -->\nb\n<!-- soak: begin -->\nkept\n<!-- soak: end -->\n"
    changed = with_section(page, "bars", r"new \1")
    assert changed == page.replace("\nold\n", "\n\nnew \\1\n\n")
    with pytest.raises(ValueError, match="no marks"):
        with_section(page, "stages", "")


@pytest.mark.parametrize("name", ["bars", "canary", "soak", "stages"])
def test_the_page_has_marks_for_each_section(name: str) -> None:
    assert with_section(PAGE.read_text(encoding="utf-8"), name, "x")


def test_the_slope_is_that_of_the_line_through_all_steps() -> None:
    grown = Soak("connects", 10_000, (0, 5_000, 10_000, 20_000), (100.0, 101.0, 102.0, 104.0))
    assert grown.slope == pytest.approx(2.0)


def test_a_cost_is_for_one_thing() -> None:
    calls: list[int] = []
    stage = Stage("sum", "item", lambda: calls.append(sum(range(100_000))), count=10, inner=5)
    cost = measure(stage, repeats=1, seconds=0.0001)
    assert len(calls) == 10
    assert 0 < cost.cpu < 10_000


def test_every_stage_of_the_way_still_works() -> None:
    for stage in (*stages_in(), *stages_between()):
        once(stage)
    for parts in (stages_out(), stages_storing(None)):
        with parts as stages:
            for stage in stages:
                once(stage)
