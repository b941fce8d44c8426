"""A server as its users run it: a process on a port, with a data folder that outlives it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import requests

from tests.support.process import PROJECT, Files, Process
from tests.support.waiting import eventually

JWT_KEY = "a key that the tests know and that nobody else uses for anything at all"
SCRIPT = PROJECT / "server.py"
START_PATIENCE = 60.0
# `--transport` sets SOPAPO_TRANSPORT.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SOPAPO_TRANSPORT")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One server that can be stopped, killed and started again on the same port and data.

    Where it is `cold`, Python itself is started for it, and not only what it is to run.
    """

    cold = False

    def __init__(self, folder: Path, database_url: str | None, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api/v1"
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.database_url = database_url
        self.settings = settings
        self.process: Process | subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Everything the process is told, and nothing of what the caller's shell happens to hold."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        kept |= {"SOPAPO_DATA_DIR": str(self.data), "SOPAPO_RATE_LIMITS": "off", "JWT_SECRET_KEY": JWT_KEY}
        if self.database_url:
            kept["DATABASE_URL"] = self.database_url
        return {name: value for name, value in (kept | self.settings).items() if value}

    def command(self, *words: str, timeout: float = 60, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a subcommand of `server.py` in this server's environment."""
        with TemporaryFile() as told, TemporaryFile() as said, TemporaryFile() as complained:
            told.write(given.encode())
            told.seek(0)
            status = self._run(words, (told, said, complained)).wait(timeout)
            texts = []
            for file in (said, complained):
                file.seek(0)
                texts.append(file.read().decode())
        return subprocess.CompletedProcess(words, status, *texts)

    def launch(self) -> None:
        """Start the process without waiting for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            words = ("--host", "127.0.0.1", "--port", str(self.port))
            self.process = self._run(words, (nothing, log, log))

    def _run(self, words: tuple[str, ...], files: Files) -> Process | subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.cold:
            command, (told, said, complained) = [sys.executable, str(SCRIPT), *words], files
            return subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdin=told, stdout=said, stderr=complained
            )
        return Process(*words, script=SCRIPT, files=files, folder=self.folder, environment=self.environment)

    def start(self) -> "Server":
        """Start the process and wait until it is ready."""
        self.launch()
        eventually(self._ready, START_PATIENCE)
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.logged()}")
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> int:
        """Ask the process to end, as a service manager does, and return its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end within 20 s of being asked to") from None
        finally:
            self.process = None

    def logged(self) -> str:
        """Return everything the process has printed, over all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
