"""Whether one client is still answered while thousands lose their connections and come back at once.

    python -m benchmarks.canary [--bench FOLDER] [--write]

The canary sends on schedule, and each of its messages counts from when it was due: a stall is charged in full.
"""

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import socketio
from uuid_utils import uuid4

from benchmarks import generator
from benchmarks.house import House
from benchmarks.page import write_section
from benchmarks.report import table

CONNECTIONS, QUICK_CONNECTIONS, CYCLES = 5_000, 500, 2
BEAT_SECONDS, LAST_ANSWER_SECONDS = 0.05, 30.0
MOST_SECONDS = 2.0


@dataclass(slots=True)
class Canary:
    """A client that sends a message every 50 ms, and how long each took to be acknowledged."""

    url: str
    person: dict[str, Any]
    sent: int = 0
    seconds: list[float] = field(default_factory=list)

    def sing_until_over(self, storm: "subprocess.Popen[str]") -> None:
        """Send on schedule while a storm blows, and wait for the last answers."""
        client = socketio.Client(reconnection=False)
        client.connect(self.url, auth={"token": self.person["token"]}, transports=["websocket"])
        due = time.monotonic()
        while storm.poll() is None:
            self.send(client, due)
            due += BEAT_SECONDS
            time.sleep(max(0.0, due - time.monotonic()))
        until = time.monotonic() + LAST_ANSWER_SECONDS
        while len(self.seconds) < self.sent and time.monotonic() < until:
            time.sleep(BEAT_SECONDS)
        client.disconnect()

    def send(self, client: Any, due: float) -> None:
        """Send one message, and note when its acknowledgement says that it is stored."""

        def answered(answer: dict[str, Any]) -> None:
            if answer["ok"]:
                self.seconds.append(time.monotonic() - due)

        body = {"room": self.person["rooms"][0], "client_id": str(uuid4()), "text": "cheep"}
        client.emit("send_message", body, callback=answered)
        self.sent += 1


def run(loadgen: Path, connections: int) -> tuple[Canary, dict[str, Any]]:
    """Let a storm blow over a server and its canary, and return what both saw."""
    with tempfile.TemporaryDirectory(prefix="sopapo-canary-") as folder:
        house = House(Path(folder), loadgen)
        house.seed(2, 1, 2)
        person = json.loads(house.clients.read_text(encoding="utf-8").partition("\n")[0])
        house.seed(connections, connections // 10, 50)
        with house:
            canary = Canary(f"http://127.0.0.1:{house.port}", person)
            command = house.load_command("storm", ("--cycles", CYCLES, "--concurrency", 256))
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as storm:
                canary.sing_until_over(storm)
                assert storm.stdout
                return canary, json.loads(storm.stdout.read())


def report(canary: Canary, storm: dict[str, Any]) -> str:
    """Return what was found, as a table."""
    if len(canary.seconds) < 2:
        sys.exit("nothing was acknowledged")
    hundredths = statistics.quantiles(canary.seconds, n=100)
    lost = canary.sent - len(canary.seconds)
    is_reached = hundredths[98] <= MOST_SECONDS and not lost and storm["ok"]
    titles = ("a client's acknowledgements", "sent", "lost", "p50", "p99", "longest", "bar", "reached")
    cells = [
        f"while {storm['clients']:,} connect, break and come back {CYCLES} times",
        f"{canary.sent:,}",
        f"{lost}",
        f"{hundredths[49] * 1000:,.0f} ms",
        f"{hundredths[98] * 1000:,.0f} ms",
        f"{max(canary.seconds) * 1000:,.0f} ms",
        f"p99 ≤ {MOST_SECONDS:g} s",
        "yes" if is_reached else "**no**",
    ]
    return table(titles, [cells])


def main() -> None:
    """Raise a storm, and print how the canary fared."""
    assert __doc__
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="benchmarks.canary", description=__doc__.partition("\n")[0])
    parser.add_argument("--bench", type=Path, help=f"the load generator's folder (else {generator.VARIABLE})")
    parser.add_argument("--write", action="store_true", help="write it into docs/performance.md")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CONNECTIONS} connections")
    given = parser.parse_args()
    loadgen = generator.ready(given.bench, with_peers=False) / "build" / "loadgen"
    text = report(*run(loadgen, QUICK_CONNECTIONS if given.quick else CONNECTIONS))
    print(text)
    if given.write:
        write_section("canary", text)


if __name__ == "__main__":
    main()
