"""Processes of the server, forked from one that is warm."""

import json
import os
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import IO, Any

PROJECT = Path(__file__).parents[2]
START_PATIENCE = 60.0
Files = tuple[IO[Any], IO[Any], IO[Any]]


@cache
def warm() -> socket.socket:
    """Return the one end of a socket on whose other end the warm process waits; it ends when this process does."""
    ours, theirs = socket.socketpair()
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", str(theirs.fileno())],
            cwd=PROJECT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return ours


class Process:
    """A command in a process of its own, with as much of `subprocess.Popen` as is needed; it ends with the tests.

    It is a script or a module, with these words; `files` are its input, output and errors.
    """

    def __init__(
        self,
        *words: str,
        files: Files,
        folder: Path,
        environment: dict[str, str],
        script: Path | None = None,
        module: str = "",
    ) -> None:
        self._wire, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(warm(), [b"."], [theirs.fileno(), *(file.fileno() for file in files)])
        order: dict[str, Any] = {"script": str(script or ""), "module": module, "words": words}
        order |= {"folder": str(folder), "environment": environment}
        self._wire.sendall(json.dumps(order).encode())
        self._heard = b""
        self.returncode: int | None = None
        self._hear(1, START_PATIENCE)
        self.pid = int(self._heard.splitlines()[0])

    def poll(self) -> int | None:
        """Return its exit status, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit status; a signal is a negative number. Raises TimeoutExpired."""
        if self.returncode is None:
            self._hear(2, timeout)
            self.returncode = int(self._heard.splitlines()[1])
            self._wire.close()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _hear(self, lines: int, timeout: float | None) -> None:
        self._wire.settimeout(timeout)
        while self._heard.count(b"\n") < lines:
            try:
                news = self._wire.recv(64)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(str(self), timeout or 0) from None
            if not news:
                raise ChildProcessError("the warm process has ended")
            self._heard += news
