"""Holds the sizes of files and functions within the bounds of the house, and names each that is over them."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = (".py", ".js", ".mjs", ".ts", ".tsx")
# A migration is written once, by a tool, and never grows.
LEFT_OUT = ("migrations/versions/",)

FILE_LINES = 300
FUNCTION_LINES = 40
POSITIONAL_ARGUMENTS = 4
# Nine in ten stay within these.
USUAL_FILE_LINES = 150
USUAL_FUNCTION_LINES = 25

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """The files of the project, those not yet added included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.splitlines() if name.endswith(SUFFIXES) and not name.startswith(LEFT_OUT)]
    return [ROOT / name for name in names if (ROOT / name).exists()]


def functions(source: str) -> Iterator[Function]:
    """Every function and method, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: Function) -> int:
    """Lines from `def` to the end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def positional(function: Function) -> int:
    """Arguments that may be given by position, but for the object itself."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in {"self", "cls"}])


def over_in_file(path: Path, lines: int) -> Iterator[str]:
    """What is over the bounds in one file."""
    name = path.relative_to(ROOT)
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines, {FILE_LINES} at most"
    if path.suffix != ".py":
        return
    for function in functions(path.read_text(encoding="utf-8")):
        where = f"{name}:{function.lineno} {function.name}"
        if length(function) > FUNCTION_LINES:
            yield f"{where}: {length(function)} lines, {FUNCTION_LINES} at most"
        if positional(function) > POSITIONAL_ARGUMENTS:
            yield f"{where}: {positional(function)} positional arguments, {POSITIONAL_ARGUMENTS} at most"


def ninth(sizes: list[int]) -> int:
    """The size that nine in ten do not exceed."""
    return sorted(sizes)[max(0, -(-len(sizes) * 9 // 10) - 1)] if sizes else 0


def over_as_a_whole(what: str, sizes: list[int], usual: int) -> Iterator[str]:
    """The complaint where more than one in ten is unusually long."""
    if ninth(sizes) > usual:
        yield f"{what}: nine in ten are within {ninth(sizes)} lines, {usual} at most"


def main() -> None:
    """Prints what is over the bounds, and fails where something is."""
    files = {path: path.read_text(encoding="utf-8").count("\n") for path in sources()}
    # Tests tell long stories; only the hard bounds hold there.
    product = {path: lines for path, lines in files.items() if not path.is_relative_to(ROOT / "tests")}
    python = [path.read_text(encoding="utf-8") for path in product if path.suffix == ".py"]
    lengths = [length(function) for source in python for function in functions(source)]
    over = [complaint for path, lines in files.items() for complaint in over_in_file(path, lines)]
    over += over_as_a_whole("files", list(product.values()), USUAL_FILE_LINES)
    over += over_as_a_whole("functions", lengths, USUAL_FUNCTION_LINES)
    sys.exit("\n".join(over) if over else 0)


if __name__ == "__main__":
    main()
