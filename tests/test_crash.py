"""After a power cut, everything acknowledged is there once and in order, and clients heal by themselves."""

import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import MakeServer, MakeUser
from tests.support.databases import Cluster
from tests.support.mirror import Mirror
from tests.support.person import Person
from tests.support.refusal import Refusal
from tests.support.server import Server
from tests.support.waiting import eventually


class Sender:
    """A client that sends without a pause, and repeats every send until it is acknowledged."""

    def __init__(self, person: Person, room: str) -> None:
        self.person = person
        self.room = room
        self.acknowledged: list[dict[str, Any]] = []
        self.sent = 0
        self.refused: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.socket = person.connect(reconnection_delay=0.05, reconnection_delay_max=0.2, reconnection=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.sent += 1
            body = {"room": self.room, "client_id": str(uuid.uuid4()), "text": f"{self.person.username} {self.sent}"}
            self.acknowledged.append(self._until_acknowledged(body))

    def _until_acknowledged(self, body: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                answer = self.socket.call("send_message", body, timeout=0.5)
            except Exception:  # noqa: BLE001 - not connected, or no answer: the same send is tried again
                time.sleep(0.02)
                continue
            if answer["ok"]:
                message: dict[str, Any] = answer["message"]
                return message
            self.refused.add(answer["error"]["code"])

    def end(self) -> None:
        """Stop after the send under way."""
        self._ended.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


class Listener:
    """A client that stays open, and heals by itself."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.mirror = Mirror(person.id)
        self.socket = person.connect(reconnection_delay=0.05, reconnection_delay_max=0.2, reconnection=True)
        self.mirror.take_sync(self.socket.ask("sync"))
        self.taken = 0

    def heal(self) -> None:
        """Take what was heard, and sync after every reconnect and at every hole."""
        heard = self.socket.heard[self.taken :]
        self.taken += len(heard)
        for item in heard:
            self.mirror.take(item)
        if self.mirror.needs_sync or any(item.event == "connect" for item in heard):
            more = True
            while more:
                more = self.mirror.take_sync(self.socket.ask("sync", {"rooms": self.mirror.revs}))


def hold_all(room: str, senders: list[Sender], listener: Listener) -> None:
    """Hold that everything acknowledged is stored once and in order, and that the listener has it all."""
    for sender in senders:
        sender.end()
    eventually(lambda: listener.socket.client.connected)
    listener.socket.barrier()
    listener.heal()
    assert not listener.mirror.needs_sync
    stored = listener.person.whole_history(room)
    assert [message["seq"] for message in stored] == list(range(1, len(stored) + 1))
    revs = [message["rev"] for message in stored]
    assert revs == sorted(set(revs))
    by_client_id = {message["client_id"]: message for message in stored if message["client_id"]}
    assert len(by_client_id) == sum(message["kind"] == "text" for message in stored)
    for sender in senders:
        assert sender.acknowledged
        own = [by_client_id[message["client_id"]] for message in sender.acknowledged]
        assert own == sender.acknowledged
        assert [message["seq"] for message in own] == sorted(message["seq"] for message in own)
        said = [message for message in stored if message["sender"] == sender.person.id]
        assert said == own
    held = listener.mirror.rooms[room]
    assert held.messages == {message["seq"]: message for message in stored}
    assert held.rev == listener.person.rev(room)


def under_traffic(server: Server, make_user: MakeUser) -> tuple[str, list[Sender], Listener]:
    people = [make_user(on=server) for _ in range(4)]
    room = people[0].create_room(*people[1:])
    listener = Listener(people[3])
    return room, [Sender(person, room) for person in people[:3]], listener


def wait_for_more(senders: list[Sender], count: int = 20) -> None:
    """Wait until every sender has `count` more acknowledgements."""
    goals = [len(sender.acknowledged) + count for sender in senders]
    eventually(lambda: all(len(s.acknowledged) >= goal for s, goal in zip(senders, goals, strict=True)), 30)


@pytest.mark.slow
def test_a_killed_server_loses_nothing_that_it_acknowledged(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    room, senders, listener = under_traffic(server, make_user)
    for _ in range(2):
        wait_for_more(senders)
        server.kill()
        server.start()
        eventually(lambda: listener.socket.client.connected)
        listener.heal()
    wait_for_more(senders)
    hold_all(room, senders, listener)
    first = senders[0].acknowledged[0]
    again = senders[0].socket.ask("send_message", {"room": room, "client_id": first["client_id"], "text": "outra vez"})
    assert again == {"message": first, "duplicate": True}


@pytest.mark.only_on("sqlite")
def test_a_server_that_ends_as_asked_loses_nothing_either(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    room, senders, listener = under_traffic(server, make_user)
    wait_for_more(senders)
    assert server.stop() == 0
    server.start()
    wait_for_more(senders)
    hold_all(room, senders, listener)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster of its own, which may be killed."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def on_cluster(cluster: Cluster, tmp_path: Path) -> Iterator[Server]:
    """A server on a database of that cluster."""
    server = Server(tmp_path, cluster.create("chat"))
    assert server.command("db", "upgrade").returncode == 0
    yield server.start()
    server.stop()


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_a_killed_database_loses_nothing_and_heals(cluster: Cluster, on_cluster: Server, make_user: MakeUser) -> None:
    room, senders, listener = under_traffic(on_cluster, make_user)
    sids = {sender.socket.client.sid for sender in senders}
    wait_for_more(senders)
    cluster.kill()
    eventually(lambda: all(sender.refused for sender in senders))
    assert requests.get(f"{on_cluster.url}/healthz", timeout=5).status_code == 200
    assert requests.get(f"{on_cluster.url}/readyz", timeout=5).status_code == 503
    with pytest.raises(Refusal) as caught:
        listener.person.rest.get(f"/rooms/{room}")
    assert caught.value.code == "unavailable"
    assert caught.value.retry_after
    cluster.start()
    wait_for_more(senders)
    assert set.union(*(sender.refused for sender in senders)) == {"unavailable"}
    assert {sender.socket.client.sid for sender in senders} == sids
    assert requests.get(f"{on_cluster.url}/readyz", timeout=5).status_code == 200
    hold_all(room, senders, listener)


@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_while_the_database_is_away_every_request_says_so_and_sockets_stay(
    cluster: Cluster, on_cluster: Server, make_user: MakeUser
) -> None:
    ana = make_user(on=on_cluster)
    room = ana.create_room()
    ana.socket.barrier()
    cluster.kill()
    for request, fields in {
        "sync": {},
        "send_message": {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"},
        "list_members": {"room": room},
        "update_room": {"room": room, "name": "Outra"},
        "leave_room": {"room": room},
        "create_room": {"kind": "group", "name": "Nova"},
    }.items():
        answer = ana.socket.call(request, fields)
        assert (answer["ok"], answer["error"]["code"]) == (False, "unavailable"), request
        assert answer["error"]["retry_after"] > 0
    with pytest.raises(Refusal) as caught:
        ana.connect()
    assert caught.value.code == "unavailable"
    for method, path in {"GET": "/me", "POST": "/rooms"}.items():
        response = ana.rest.send(method, path, json={"kind": "group", "name": "Nova"} if method == "POST" else None)
        assert response.status_code == 503
    cluster.start()
    eventually(lambda: ana.socket.call("sync")["ok"])
    (entry,) = ana.sync()["rooms"]
    assert (entry["room"]["name"], entry["room"]["last_seq"]) == ("Sala", 1)
    assert not any(heard.event == "disconnect" for heard in ana.socket.heard)
