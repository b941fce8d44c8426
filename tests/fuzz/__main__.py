"""Coverage-guided fuzzing of what reads a client's bytes: `python -m tests.fuzz NAME FOLDER`, and libFuzzer's options.

The folder keeps what has been found to be worth trying, from one run to the next.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import atheris

INSTRUMENTED = ["sopapo.transport", "tests.fuzz", "eventlet.wsgi", "http.server"]


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    with atheris.instrument_imports(include=INSTRUMENTED):
        target: Any = importlib.import_module(f"tests.fuzz.{name}")
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.SEEDS):
        (folder / f"seed-{number}").write_bytes(seed)

    def check(data: bytes) -> None:
        try:
            target.check(data)
        except BaseException:
            sys.stderr.write(f"{data!r}\n")
            raise

    atheris.enabled_hooks.add("RegEx")
    atheris.Setup([f"fuzz {name}", *sys.argv[2:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
