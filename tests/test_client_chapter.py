"""The client that the documents print does what they say of it."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeServer
from tests.support.people import People
from tests.support.waiting import eventually

CHAPTER = Path(__file__).parent.parent / "docs" / "client.md"
PRINTED = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MESSAGES = 40
RECONNECTED = 30.0

MakeClient = Callable[..., Any]


def printed_code() -> str:
    """The one block of Python in the chapter."""
    (code,) = PRINTED.findall(CHAPTER.read_text(encoding="utf-8"))
    return str(code)


@pytest.fixture
def make_client() -> MakeClient:
    """Make clients of the class that is printed, each with its thread running."""
    printed: dict[str, Any] = {}
    exec(compile(printed_code(), CHAPTER, "exec"), printed)  # noqa: S102

    def make(*arguments: Any) -> Any:
        client = printed["Client"](*arguments)
        client.sio.reconnection_delay = client.sio.reconnection_delay_max = 0.5
        threading.Thread(target=client.run, daemon=True).start()
        return client

    return make


def messages_of(client: Any, room: str) -> list[dict[str, Any]]:
    """The messages of a room that a client holds, oldest first."""
    states = client.rooms[room]["states"]
    return [states[name] for name in sorted(name for name in states if name[0] == "message")]


def test_the_printed_client_is_as_short_as_it_says() -> None:
    assert len([line for line in printed_code().splitlines() if line]) < 70


@pytest.mark.only_on("sqlite")
def test_the_printed_client_ends_with_what_is_stored_though_the_server_is_killed(
    make_server: MakeServer, make_client: MakeClient
) -> None:
    server = make_server()
    ana, bia = (People(server).register(name) for name in ("ana", "bia"))
    room = ana.create_room(bia)
    clients = [make_client(server.url, person.id, lambda token=person.token: token) for person in (ana, bia)]
    eventually(lambda: all(client.rooms.get(room) for client in clients))
    for number in range(MESSAGES):
        clients[number % 2].send(room, str(number))
        if number == MESSAGES // 2:
            server.kill()
    server.start()
    eventually(lambda: not any(client.outbox for client in clients), RECONNECTED)
    stored = ana.whole_history(room)
    assert sorted(int(message["text"]) for message in stored if message["text"]) == list(range(MESSAGES))
    eventually(lambda: all(messages_of(client, room) == stored for client in clients))
    for client in clients:
        client.sio.disconnect()
    ana.close()
