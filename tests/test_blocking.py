"""Nothing may block the loop: what waits for one thing does not hold up the rest."""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.databases import Postgresql
from tests.support.people import PASSWORD
from tests.support.person import Person
from tests.support.rest_user import RestUser
from tests.support.server import Server
from tests.support.waiting import eventually

HELD_UP = 1.0


@contextmanager
def foreign_lock(postgresql: Postgresql, server: Server, room: str) -> Iterator[Any]:
    """Hold the row lock of a room in a transaction that is not the server's."""
    connection = postgresql.cluster.connect(server.database_url)
    connection.autocommit = False
    cursor = connection.cursor()
    cursor.execute("SELECT 1 FROM rooms WHERE id = %s FOR UPDATE", (room,))
    assert cursor.fetchone() == (1,)
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


def send(person: Person, room: str) -> Any:
    """Send without waiting; return what waits for the answer."""
    return person.socket.emit("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"})


@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_a_locked_room_holds_up_nobody_else(server: Server, postgresql: Postgresql, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    locked, free = ana.create_room(bia), bia.create_room(ana)
    for person in (ana, bia):
        person.socket.barrier()
    with foreign_lock(postgresql, server, locked):
        waiting = send(ana, locked)
        time.sleep(HELD_UP)
        begun = time.monotonic()
        for _ in range(20):
            assert send(bia, free)()["ok"]
            assert bia.rest.get("/me")["user"]["id"] == bia.id
        assert time.monotonic() - begun < 5
        assert ana.socket.wait_for("message", room=free)
        assert ana.socket.pushed("message", room=locked) == []
        assert not any(heard.event == "send_message" for heard in ana.socket.heard)
    message = waiting()["message"]
    assert bia.socket.wait_for("message", room=locked) == message


@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_sends_to_a_locked_room_are_stored_in_order_when_it_is_free(
    server: Server, postgresql: Postgresql, make_user: MakeUser
) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    with foreign_lock(postgresql, server, room):
        waits = [send(person, room) for _ in range(10) for person in (ana, bia)]
        time.sleep(HELD_UP)
    messages = [wait()["message"] for wait in waits]
    assert sorted(message["seq"] for message in messages) == list(range(2, 22))
    for own in (messages[::2], messages[1::2]):
        assert [message["seq"] for message in own] == sorted(message["seq"] for message in own)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_who_waits_too_long_for_a_locked_room_is_told_and_nothing_is_stored(
    server: Server, postgresql: Postgresql, make_user: MakeUser
) -> None:
    ana = make_user()
    room = ana.create_room()
    with foreign_lock(postgresql, server, room):
        answer = send(ana, room)(20)
        assert (answer["ok"], answer["error"]["code"]) == (False, "unavailable")
    eventually(lambda: send(ana, room)()["ok"])
    assert ana.room(room)["last_seq"] == 2


@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_pings_go_on_while_the_database_sleeps(
    make_server: MakeServer, postgresql: Postgresql, make_user: MakeUser
) -> None:
    server = make_server(SOPAPO_PING_INTERVAL="1")
    ana = make_user(on=server)
    room = ana.create_room()
    ana.socket.barrier()
    with foreign_lock(postgresql, server, room):
        waiting = send(ana, room)
        before = ana.socket.pings
        eventually(lambda: ana.socket.pings >= before + 3)
        assert not any(heard.event == "send_message" for heard in ana.socket.heard)
    assert waiting()["ok"]


@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_a_table_that_is_locked_holds_up_requests_and_not_the_loop(
    make_server: MakeServer, postgresql: Postgresql, make_user: MakeUser
) -> None:
    server = make_server()
    ana, bia = make_user(on=server), make_user(on=server)
    room = ana.create_room(bia)
    ana.socket.barrier()
    connection = postgresql.cluster.connect(server.database_url)
    connection.autocommit = False
    connection.cursor().execute("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
    waiting = send(ana, room)
    with ThreadPoolExecutor(1) as pool:
        history = pool.submit(lambda: bia.rest.get(f"/rooms/{room}/messages"))
        for _ in range(10):
            assert bia.socket.call("nothing")["error"]["code"] == "unknown_event"
        assert not history.done()
        connection.rollback()
        connection.close()
        assert history.result()["messages"]
    assert waiting()["ok"]


def test_a_storm_of_logins_does_not_stop_messages(server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(registered=True), make_user()
    room = bia.create_room()
    bia.socket.barrier()
    storm: list[int] = []
    ended = threading.Event()

    def login() -> None:
        nobody = RestUser(server.api)
        while not ended.is_set():
            body = {"username": ana.username, "password": PASSWORD}
            storm.append(nobody.send("POST", "/auth/login", json=body).status_code)
        nobody.close()

    with ThreadPoolExecutor(16) as pool:
        for _ in range(16):
            pool.submit(login)
        eventually(lambda: len(storm) >= 16)
        before, begun = len(storm), time.monotonic()
        for _ in range(50):
            assert send(bia, room)()["ok"]
        took, logins = time.monotonic() - begun, len(storm) - before
        ended.set()
    assert took < 10
    assert logins < 50 * 16
    assert set(storm) <= {200, 503}


def test_who_sends_half_a_request_keeps_no_connection_to_the_database(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server(SOPAPO_DATABASE_CONNECTIONS="5")
    ana = make_user(on=server)
    head = (
        "POST /api/v1/rooms HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        f"Content-Length: 100\r\nAuthorization: Bearer {ana.token}\r\n\r\n"
    )
    with ExitStack() as opened:
        for _ in range(20):
            raw = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            raw.sendall(head.encode())
        for _ in range(20):
            assert ana.rest.get("/me")["user"]["id"] == ana.id
