"""Two processes count what people do together, through Redis, and alone while it is away."""

import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.support.databases import Database
from tests.support.people import People
from tests.support.person import Person
from tests.support.rest_user import RestUser
from tests.support.server import Server
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.postgresql, pytest.mark.redis]

CHANNEL = "sopapo:sopapo"
REPORTS = 20
SECONDS_EACH = 20
HERE, THERE = 0, 1


def is_ready(server: Server) -> bool:
    return requests.get(f"{server.url}/readyz", timeout=5).ok


class Pair:
    """Two processes with limits on one database and one Redis."""

    def __init__(self, database: Database, home: Path) -> None:
        self.valkey = Valkey(home / "valkey").start()
        url = database.new_url(home)
        settings = {"REDIS_URL": self.valkey.url, "SOPAPO_RATE_LIMITS": "on"}
        self.servers = [Server(home / name, url, **settings) for name in ("here", "there")]
        self.people = People(self.servers[0])
        self.people.seed(10)
        for server in self.servers:
            server.start()
        self.meet()

    def meet(self) -> None:
        """Wait until each hears the other: both listen, and both are heard by themselves."""
        eventually(lambda: self.valkey.listeners(CHANNEL) == len(self.servers), timeout=20)
        for server in self.servers:
            eventually(partial(is_ready, server), timeout=20)

    def take(self) -> Person:
        """Return somebody new."""
        return self.people.take()

    def stop(self) -> None:
        """End everything; nothing may have gone wrong."""
        for server in self.servers:
            server.stop()
            assert "Traceback" not in server.logged()
        self.valkey.kill()


@pytest.fixture
def pair(database: Database, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(database, tmp_path)
    yield made
    made.stop()


class Reporter:
    """Somebody who reports another at both processes, and counts how often that is granted."""

    def __init__(self, pair: Pair) -> None:
        self.whom = pair.take()
        person = pair.take()
        self.clients = [RestUser(server.api, person.token) for server in pair.servers]
        self.granted = 0
        self.began = time.monotonic()

    def report(self, at: int, times: int = 1) -> int:
        """Report so often at one of the processes, and return how often it was granted."""
        return sum(self.wait(self.clients[at]) == 0 for _ in range(times))

    def wait(self, client: RestUser) -> float:
        """Report once more, and return how long one is told to wait, 0 where it is granted."""
        response = client.send("POST", "/reports", json={"user": self.whom.id, "reason": f"grita {uuid.uuid4()}"})
        if response.status_code == 201:
            self.granted += 1
            return 0
        assert response.status_code == 429
        wait: float = response.json()["retry_after"]
        return wait

    def settle(self) -> None:
        """Wait until both processes have him pay back what he was granted above his due."""
        eventually(lambda: all(self.wait(client) > self.owed() for client in self.clients), timeout=30)

    def owed(self) -> float:
        """Return how long he has to wait at least, if all that was granted is known; time pays back."""
        return (self.granted - REPORTS) * SECONDS_EACH - (time.monotonic() - self.began)


def test_what_one_process_has_granted_the_other_takes_off(pair: Pair) -> None:
    ana, bia = Reporter(pair), Reporter(pair)
    assert ana.report(HERE, REPORTS) == REPORTS
    ana.report(THERE, REPORTS)
    ana.settle()
    assert (bia.report(HERE), bia.report(THERE)) == (1, 1)


def test_what_came_too_much_in_the_same_moment_is_paid_back_by_waiting(pair: Pair) -> None:
    ana = Reporter(pair)
    for _ in range(REPORTS + 1):
        ana.report(HERE)
        ana.report(THERE)
    ana.settle()


def test_without_redis_each_process_counts_alone_and_together_once_it_is_back(pair: Pair) -> None:
    ana, bia = Reporter(pair), Reporter(pair)
    pair.valkey.kill()
    assert ana.report(HERE, REPORTS) == ana.report(THERE, REPORTS) == REPORTS
    assert max(ana.wait(client) for client in ana.clients) <= SECONDS_EACH
    pair.valkey.start()
    pair.meet()
    assert bia.report(HERE, REPORTS) == REPORTS
    bia.report(THERE, REPORTS)
    bia.settle()
