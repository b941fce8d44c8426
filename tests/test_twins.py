"""Two processes store into one database, be it a file, with nothing between them: each message is stored once."""

import uuid
from collections.abc import Iterator

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.person import Person
from tests.support.server import Server

MANY = 60


@pytest.fixture
def twins(make_server: MakeServer) -> Iterator[tuple[Server, Server]]:
    server = make_server()
    twin = Server(server.folder, server.database_url).start()
    yield server, twin
    twin.stop()


def test_what_both_are_asked_at_the_same_time_is_stored_once(twins: tuple[Server, Server], make_user: MakeUser) -> None:
    here, there = twins
    ana = make_user(on=here)
    again = Person(there, {"id": ana.id, "username": ana.username}, token=ana.token)
    room = ana.create_room()
    sent = [{"room": room, "client_id": str(uuid.uuid4()), "text": f"oi {number}"} for number in range(MANY)]
    turns = [(ana, again) if number % 2 else (again, ana) for number in range(MANY)]
    asked = [[one.socket.emit("send_message", each) for one in turn] for each, turn in zip(sent, turns, strict=True)]
    answers = [(one(), other()) for one, other in asked]
    assert [one["message"] for one, _ in answers] == [other["message"] for _, other in answers]
    assert all(one["duplicate"] is not other["duplicate"] for one, other in answers)
    history = [message for message in ana.whole_history(room) if message["kind"] == "text"]
    assert history == sorted((one["message"] for one, _ in answers), key=lambda message: message["seq"])
    first = history[0]["seq"]
    assert [message["seq"] for message in history] == list(range(first, first + MANY))
    again.close()
