"""The toy server as a process."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.support.process import PROJECT, Process
from tests.support.server import KEPT, free_port
from tests.support.waiting import eventually


class ToyServer:
    """One process on a port, until it is stopped."""

    def __init__(self, log: Path, options: dict[str, Any]) -> None:
        self.log = log
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        words = (json.dumps(options), str(self.port))
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        with log.open("wb") as output, Path(os.devnull).open("rb") as nothing:
            files = (nothing, output, output)
            self.process = Process(*words, module="tests.transport.toy", files=files, folder=PROJECT, environment=kept)
        try:
            eventually(self._answers, 60)
        except AssertionError:
            self.process.kill()
            raise

    def stats(self) -> dict[str, Any]:
        """Return what the transport has counted."""
        figures: dict[str, Any] = requests.get(f"{self.url}/stats", timeout=5).json()
        return figures

    def kept(self) -> dict[str, int]:
        """Return what it holds for its clients, and the files that it has open."""
        held: dict[str, int] = requests.get(f"{self.url}/kept", timeout=5).json()
        return held | {"files": psutil.Process(self.process.pid).num_fds()}

    def effort(self) -> float:
        """Return how many seconds it has computed: what others do on this machine takes no part in that."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def ended(self, reason: str) -> int:
        """Return how many links ended for this reason."""
        count: int = self.stats()["ended"].get(reason, 0)
        return count

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return bool(self.stats())
        except requests.ConnectionError:
            return False
