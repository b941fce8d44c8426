"""Waits until whoever started it has ended, however that came, and takes away a PostgreSQL that was left behind."""

import shutil
import sys
from pathlib import Path

import psutil


def end_postgresql(data: Path) -> None:
    """End the processes of a cluster, where it still runs."""
    try:
        postmaster = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
        victims = [postmaster, *postmaster.children(recursive=True)]
        for victim in victims:
            victim.kill()
        psutil.wait_procs(victims, timeout=10)
    except (OSError, psutil.NoSuchProcess):
        pass


if __name__ == "__main__":
    sys.stdin.buffer.read()
    end_postgresql(Path(sys.argv[1]) / "data")
    shutil.rmtree(sys.argv[1], ignore_errors=True)
