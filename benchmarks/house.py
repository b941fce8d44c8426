"""A server of one's own to load: started on a fresh data folder, and pinned to a core."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from benchmarks.page import ROOT

START_SECONDS, STOP_SECONDS = 60, 20


class House:
    """A seeded server that runs until it is left; `DATABASE_URL` of the environment is where it stores, if given."""

    def __init__(self, folder: Path, loadgen: Path) -> None:
        """Keep data, clients and log in a folder, and load with this generator."""
        self.folder = folder
        self.clients = folder / "clients.jsonl"
        self.loadgen = loadgen
        self.port = free_port()
        cores = sorted(os.sched_getaffinity(0))
        self.core, self.other_core = cores[0], cores[1 % len(cores)]
        data = {"SOPAPO_DATA_DIR": str(folder / "data"), "SOPAPO_RATE_LIMITS": "off"}
        self.environment = os.environ | data
        self.process: subprocess.Popen[bytes] | None = None

    def seed(self, users: int, rooms: int, room_size: int) -> None:
        """Make the users in rooms who will load the server."""
        sizes = ["--users", str(users), "--rooms", str(rooms), "--room-size", str(room_size)]
        self.command("seed", *sizes, "--out", str(self.clients))

    def command(self, *words: str) -> None:
        """Run a subcommand of the server."""
        command = [sys.executable, "server.py", *words]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        command = ["taskset", "-c", str(self.core), sys.executable, "server.py", "--port", str(self.port)]
        with (self.folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                sys.exit(f"the server did not start:\n{(self.folder / 'server.log').read_text(errors='replace')}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def is_ready(self) -> bool:
        """Tell whether the server answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def load(self, mode: str, *options: object) -> dict[str, Any]:
        """Load the server, and return what the generator says. Exits where a check failed."""
        done = subprocess.run(self.load_command(mode, options), capture_output=True, text=True, check=False)
        result: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        if done.returncode:
            sys.exit(f"the load generator failed: {done.stderr.strip() or result['checks']['first']}")
        return result

    def load_command(self, mode: str, options: Sequence[object]) -> list[str]:
        """Return the command that loads the server."""
        assert self.process
        where = ["--clients", str(self.clients), "--port", str(self.port), "--pid", str(self.process.pid)]
        return ["taskset", "-c", str(self.other_core), str(self.loadgen), "--mode", mode, *where, *map(str, options)]

    def resident_mb(self) -> float:
        """Return the server's resident memory in MB."""
        assert self.process
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
