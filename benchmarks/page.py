"""The page of results, `docs/performance.md`: each tool writes its own section, and leaves the rest to people."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
BUILD = ROOT / "build" / "benchmarks"


def with_section(text: str, name: str, section: str) -> str:
    """Return a page with what stands between the marks of a section replaced. Raises ValueError without marks."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        message = f"the page has no marks for {name}"
        raise ValueError(message)
    return pattern.sub(lambda _: f"{begin}\n\n{section.strip()}\n\n{end}", text)


def write_section(name: str, section: str) -> None:
    """Replace a section of the page."""
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), name, section), encoding="utf-8")
