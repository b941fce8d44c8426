"""Measures SóPapo against its peers, and writes the table of the bars and its chart into `docs/performance.md`.

    python -m benchmarks.compare [--only NAME ...] [--rounds 5] [--quick] [--bench FOLDER]

Each run is recorded by itself, so that one can be measured again alone; `--only` without a name just writes the page.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks import generator, report
from benchmarks.bars import MEASURES, RUNS, verdicts
from benchmarks.chart import chart
from benchmarks.page import BUILD, PAGE, write_section
from benchmarks.results import load

QUICK = BUILD / "quick"
CHART = PAGE.with_suffix(".svg")


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    assert __doc__
    parser = argparse.ArgumentParser(prog="benchmarks.compare", description=__doc__.partition("\n")[0])
    parser.add_argument("--bench", type=Path, help=f"the load generator's folder (else {generator.VARIABLE})")
    parser.add_argument("--rounds", type=int, default=5, help="how often each target takes its turn")
    parser.add_argument("--quick", action="store_true", help="one short round, printed and not written into docs/")
    parser.add_argument("--only", nargs="*", choices=RUNS, default=list(RUNS), metavar="NAME", help=" ".join(RUNS))
    parser.add_argument("--data-dir", help="where the databases are put: a real disk")
    return parser.parse_args()


def main() -> None:
    """Measure what is asked for, and write down what is known."""
    given = arguments()
    folder = QUICK if given.quick else BUILD
    outcomes = [measure(name, given, folder) for name in given.only]
    write(folder, is_quick=given.quick)
    sys.exit(0 if all(outcomes) else 1)


def measure(name: str, given: argparse.Namespace, folder: Path) -> bool:
    """Let the generator do one run, and tell whether every check passed."""
    run = RUNS[name]
    words = [*(run.quick if given.quick else run.whole).split(), "--targets", ",".join(run.targets)]
    words += ["--rounds", str(1 if given.quick else given.rounds)]
    if given.data_dir:
        words += ["--data-dir", given.data_dir]
    began = time.monotonic()
    print(f"\n== {name}: run.py {' '.join(words)}", flush=True)
    good = generator.run(generator.ready(given.bench), words, folder / f"{name}.json")
    print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    return good


def write(folder: Path, *, is_quick: bool) -> None:
    """Write the page and its chart; a quick look is only shown."""
    records = load(folder, RUNS)
    found = verdicts(records)
    drawn = chart(found)
    text = report.whole(records, found, MEASURES, CHART.name)
    if is_quick:
        (folder / CHART.name).write_text(drawn, encoding="utf-8")
        (folder / PAGE.name).write_text(text, encoding="utf-8")
        print(f"\n{report.bars_table(found)}\n\nA quick look proves nothing; it is kept in {folder}.")
    else:
        CHART.write_text(drawn, encoding="utf-8")
        write_section("bars", text)
        print(f"\n{report.bars_table(found)}")


if __name__ == "__main__":
    main()
