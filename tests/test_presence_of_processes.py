"""Presence and typing with several processes: told in all of them, and kept by none that is dead."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.databases import Database
from tests.support.people import People
from tests.support.person import Person
from tests.support.server import Server
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.postgresql, pytest.mark.redis]


class Pair(NamedTuple):
    """Two servers on one database and one Redis."""

    here: Server
    there: Server
    valkey: Valkey
    people: People

    def take(self) -> tuple[Person, Person]:
        """Return somebody, as he is at each of the servers."""
        here = self.people.take()
        return here, Person(self.there, {"id": here.id, "username": here.username}, token=here.token)


@pytest.fixture
def pair(database: Database, tmp_path: Path) -> Iterator[Pair]:
    valkey = Valkey(tmp_path / "valkey").start()
    url = database.new_url(tmp_path)
    here, there = (Server(tmp_path / name, url, REDIS_URL=valkey.url) for name in ("here", "there"))
    people = People(here)
    people.seed(10)
    yield Pair(here.start(), there.start(), valkey, people)
    here.stop()
    there.stop()
    valkey.kill()
    assert "Traceback" not in here.logged() + there.logged()


def watch(watcher: Person, user: Person) -> bool:
    """Watch a user, and tell whether he is online."""
    states = watcher.socket.ask("watch_presence", {"users": [user.id]})["presence"]
    return bool(states[0]["online"])


def test_a_watcher_hears_of_both_processes_and_only_of_the_last_to_part(pair: Pair) -> None:
    (ana, _), (bia, bia_there) = pair.take(), pair.take()
    room = ana.create_room(bia)
    assert not watch(ana, bia)
    phone, tablet = bia_there.connect(), bia.connect()
    ana.socket.wait_for("presence", user=bia.id, online=True)
    phone.ask("typing", {"room": room, "on": True})
    ana.socket.wait_for("typing", user=bia.id, on=True)
    assert tablet.barrier().pushed("typing") == []
    eventually(lambda: len(ana.socket.pushed("presence")) == 2)
    phone.close()
    ana.socket.wait_for("typing", user=bia.id, on=False)
    assert watch(ana, bia)
    tablet.close()
    ana.socket.wait_for("presence", user=bia.id, online=False)
    assert not watch(ana, bia)
    ana.close()


def test_what_was_lost_on_the_way_is_told_again(pair: Pair) -> None:
    (ana, _), (_, bia) = pair.take(), pair.take()
    ana.create_room(bia)
    watch(ana, bia)
    pair.valkey.kill()
    socket = bia.connect()
    eventually(lambda: watch(ana, bia))
    socket.close()
    eventually(lambda: not watch_over_http(ana, bia))
    pair.valkey.start()
    ana.socket.wait_for("presence", user=bia.id, online=False)
    ana.close()


def watch_over_http(watcher: Person, user: Person) -> bool:
    return bool(watcher.rest.get("/presence", users=user.id)["presence"][0]["online"])


@pytest.mark.slow
@pytest.mark.parametrize(("end", "seconds"), [("stop", 15), ("kill", 70)])
def test_what_a_process_leaves_behind_is_cleared_by_another(pair: Pair, end: str, seconds: float) -> None:
    (ana, _), (_, bia) = pair.take(), pair.take()
    ana.create_room(bia)
    bia.connect()
    eventually(lambda: watch(ana, bia))
    getattr(pair.there, end)()
    ana.socket.wait_until(lambda: [state for state in ana.socket.pushed("presence") if not state["online"]], seconds)
    assert not watch(ana, bia)
    ana.close()
    bia.close()
