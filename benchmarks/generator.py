"""The load generator and the peers: a folder `bench` outside the project, built in a copy where it is not built."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.page import ROOT

VARIABLE = "SOPAPO_BENCH"
BESIDE = (ROOT.parent / "shared" / "bench", ROOT.parent / "bench")
COPY = ROOT / "build" / "bench"
PEERS = Path("peers") / "node-socketio" / "node_modules"
LEFT_OUT = shutil.ignore_patterns("build", "results", "node_modules", ".venv", "__pycache__")


def places(given: Path | None) -> Iterator[Path]:
    """Yield where the folder may be: as given or as the environment says, else beside the checkout."""
    if given is not None:
        yield given
    elif VARIABLE in os.environ:
        yield Path(os.environ[VARIABLE])
    else:
        yield from BESIDE


def find(given: Path | None) -> Path:
    """Return the folder. Exits where there is none."""
    looked = list(places(given))
    found = next((place.resolve() for place in looked if (place / "run.py").is_file()), None)
    if found is None:
        names = ", ".join(os.path.relpath(place) for place in looked)
        sys.exit(f"no load generator in {names}: give its folder with --bench or {VARIABLE}")
    return found


def is_built(folder: Path, *, with_peers: bool) -> bool:
    """Tell whether it can be used as it is."""
    tools = (folder / "build" / "loadgen").is_file()
    return tools and (not with_peers or (folder / PEERS / ".bin" / "node").exists())


def ready(given: Path | None, *, with_peers: bool = True) -> Path:
    """Return a folder that is built: the one that was found, or a copy of it, since it may be read-only."""
    found = find(given)
    if is_built(found, with_peers=with_peers):
        return found
    if not is_built(COPY, with_peers=with_peers) or differs(found):
        build(found, with_peers=with_peers)
    return COPY


def differs(found: Path) -> bool:
    """Tell whether a file differs from what the copy was made of."""
    return any((found / name).read_bytes() != (COPY / name).read_bytes() for name in ("run.py", "loadgen.c"))


def build(found: Path, *, with_peers: bool) -> None:
    """Copy the sources and build them."""
    print(f"Building the load generator in {os.path.relpath(COPY)} ...", flush=True)
    copied = shutil.copytree(found, COPY, ignore=LEFT_OUT, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for folder in (copied, *copied.rglob("*/")):
        if folder.is_dir():
            folder.chmod(0o755)
    shutil.rmtree(COPY / "build", ignore_errors=True)
    subprocess.run(["make", "-C", COPY, "tools", *([PEERS] if with_peers else [])], check=True)


def run(folder: Path, arguments: Sequence[str], out: Path) -> bool:
    """Run the generator's programme, record it in a file, and tell whether every check passed."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    command = [sys.executable, "run.py", *arguments, "--project", str(ROOT), "--out", str(out)]
    return subprocess.run(command, cwd=folder, check=False).returncode == 0
