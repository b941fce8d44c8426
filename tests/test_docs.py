"""The documents say what is so: the table of settings, and where links lead."""

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    from sopapo.config import Settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests" / "README.md"])
FIELDS = {str(field.alias): field for field in Settings.model_fields.values()}
REQUEST = re.compile(r'@request\("(\w+)"')
FIGURE = re.compile(r'"(sopapo_\w+)"')
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```|^ {4}[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def rows() -> dict[str, list[str]]:
    """The cells of each setting in the table, by variable."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def bounds(field: FieldInfo) -> dict[str, Any]:
    """The bounds of a number or a text, as the word that names them and the figure."""
    found: dict[str, Any] = {}
    for bound in field.metadata:
        for name, word in (("ge", "below"), ("le", "above"), ("max_length", "above")):
            if hasattr(bound, name):
                found[word] = getattr(bound, name)
    return found


def test_the_table_names_every_setting_once_and_in_its_order() -> None:
    assert list(rows()) == list(FIELDS)


@pytest.mark.parametrize("variable", FIELDS)
def test_the_table_gives_the_default_of_a_setting(variable: str) -> None:
    default = FIELDS[variable].default
    assert rows()[variable][1].strip("`") == ("" if default == () else str(default))


@pytest.mark.parametrize("variable", FIELDS)
def test_the_table_gives_the_bounds_of_a_setting(variable: str) -> None:
    refused = rows()[variable][3]
    for word, figure in bounds(FIELDS[variable]).items():
        assert re.search(rf"\b{word} {figure}\b", refused)


def test_the_protocol_describes_every_request_and_no_other() -> None:
    registered = {name for path in ROOT.glob("events/*.py") for name in REQUEST.findall(path.read_text())}
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").partition("| Request |")[2].partition("\n\n")[0]
    described = {name for line in text.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert described == registered


def test_operations_name_every_figure() -> None:
    sources = (ROOT / "sopapo" / "metrics.py", ROOT / "sopapo" / "rest" / "figures.py")
    figures = {name for path in sources for name in FIGURE.findall(path.read_text())}
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in figures if not re.search(rf"`{name}(_total)?[`{{]", text)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    for link in LINK.findall(text):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def anchors(document: Path) -> set[str]:
    """The names that headings have as targets of links."""
    titles = HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}
