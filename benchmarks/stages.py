"""What each stage of a message's way costs, in microseconds of CPU.

    python -m benchmarks.stages [--write]

With `DATABASE_URL` naming an empty PostgreSQL database, storing is measured there too.
"""

import argparse
import os
from collections.abc import Iterator

from benchmarks.page import write_section
from benchmarks.stage import Cost, costs_table, measure
from benchmarks.storing import stages_storing
from benchmarks.way import stages_between, stages_in, stages_out


def all_costs() -> Iterator[Cost]:
    """Measure stage after stage, in the order of the way."""
    yield from map(measure, stages_in())
    url = os.environ.get("DATABASE_URL", "")
    for where in (None, *([url] if url.startswith("postgres") else [])):
        with stages_storing(where) as stages:
            yield from map(measure, stages)
    yield from map(measure, stages_between())
    with stages_out() as stages:
        yield from map(measure, stages)


def main() -> None:
    """Measure all stages and print them, or write them into the page as well."""
    assert __doc__
    parser = argparse.ArgumentParser(prog="benchmarks.stages", description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write them into docs/performance.md")
    given = parser.parse_args()
    text = costs_table(all_costs())
    print(text)
    if given.write:
        write_section("stages", text)


if __name__ == "__main__":
    main()
