"""Holds the sizes of files and functions within the bounds of the house; run at the top of the project."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".py", ".js", ".mjs", ".ts", ".tsx")
LEFT_OUT = ("migrations/versions/",)  # written once, never grows

FILE_LINES = 300
FUNCTION_LINES = 40
POSITIONAL_ARGUMENTS = 4
# Nine in ten stay within these.
USUAL_FILE_LINES = 150
USUAL_FUNCTION_LINES = 25

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """The files of the project by their names in it, those not yet added included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.splitlines() if name.endswith(SUFFIXES) and not name.startswith(LEFT_OUT)]
    return [path for path in map(Path, names) if path.exists()]


def functions(path: Path) -> list[Function]:
    """Every function and method of a Python file, at any depth."""
    if path.suffix != ".py":
        return []
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: Function) -> int:
    """Lines from `def` to the end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def positional(function: Function) -> int:
    """Arguments that may be given by position, but for the object itself."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in {"self", "cls"}])


def over_in_product(path: Path) -> Iterator[str]:
    """What is over the bounds that hold everywhere but in tests: they tell long stories, and take fixtures by name."""
    source = path.read_text(encoding="utf-8")
    if (lines := source.count("\n")) > FILE_LINES:
        yield f"{path}: {lines} lines, {FILE_LINES} at most"
    for function in functions(path):
        if (count := positional(function)) > POSITIONAL_ARGUMENTS:
            yield f"{path}:{function.lineno} {function.name}: {count} arguments, {POSITIONAL_ARGUMENTS} at most"


def over_anywhere(path: Path) -> Iterator[str]:
    """The functions of one file that are too long."""
    for function in functions(path):
        if (lines := length(function)) > FUNCTION_LINES:
            yield f"{path}:{function.lineno} {function.name}: {lines} lines, {FUNCTION_LINES} at most"


def ninth(sizes: list[int]) -> int:
    """The size that nine in ten do not exceed."""
    return sorted(sizes)[max(0, -(-len(sizes) * 9 // 10) - 1)] if sizes else 0


def over_as_a_whole(what: str, sizes: list[int], usual: int) -> Iterator[str]:
    """The complaint where more than one in ten is unusually long."""
    if ninth(sizes) > usual:
        yield f"{what}: nine in ten are within {ninth(sizes)} lines, {usual} at most"


def complaints() -> Iterator[str]:
    """Everything that is over the bounds."""
    files = sources()
    product = [path for path in files if path.parts[0] != "tests"]
    for path in files:
        yield from over_anywhere(path)
    for path in product:
        yield from over_in_product(path)
    yield from over_as_a_whole(
        "files", [path.read_text(encoding="utf-8").count("\n") for path in product], USUAL_FILE_LINES
    )
    yield from over_as_a_whole(
        "functions", [length(function) for path in product for function in functions(path)], USUAL_FUNCTION_LINES
    )


def main() -> None:
    """Prints what is over the bounds, and fails where something is."""
    if found := list(complaints()):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
