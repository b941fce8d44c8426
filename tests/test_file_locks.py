"""Whoever lets go of several files locks them in the order of their ids, as whoever sends them: so nobody waits in a ring."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.databases import Postgresql
from tests.support.fields import in_seconds
from tests.support.files import kept_of, png, upload
from tests.support.people import PASSWORD
from tests.support.person import Person
from tests.support.rows import age
from tests.support.server import Server
from tests.support.waiting import eventually

pytestmark = [pytest.mark.postgresql, pytest.mark.only_on("postgresql")]

Json = dict[str, Any]
Act = Callable[[], object]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def another(postgresql: Postgresql, server: Server) -> Iterator[Any]:
    """A connection that is not the server's, each of whose statements is a transaction until one begins."""
    connection = postgresql.cluster.connect(server.database_url)
    try:
        yield connection.cursor()
    finally:
        connection.close()


def lock(cursor: Any, file: Json) -> None:
    """Lock a file that nobody else has locked; else this fails at once."""
    cursor.execute("SELECT 1 FROM files WHERE id = %s FOR UPDATE NOWAIT", (file["id"],))
    assert cursor.fetchone() == (1,)


def hold(postgresql: Postgresql, server: Server, files: tuple[Json, Json], act: Act) -> None:
    """Hold that an act which waits for the first of two files has not locked the second yet."""
    first, second = files
    with another(postgresql, server) as watching, another(postgresql, server) as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("BEGIN")
        lock(cursor, first)
        done = pool.submit(act)
        eventually(lambda: watching.execute(WAITING) or watching.fetchone() == (1,))
        lock(cursor, second)
        cursor.execute("ROLLBACK")
        done.result()


def bringing(person: Person, room: str, *files: Json) -> str:
    """Say something with files, and return its address."""
    return f"/rooms/{room}/messages/{person.send(room, '', files=[file['id'] for file in files])['seq']}"


def deletes(ana: Person, first: Json, second: Json) -> Act:
    """Delete a message that holds the files in the other order."""
    address = bringing(ana, ana.create_room(), second, first)
    return lambda: ana.rest.ask("DELETE", address)


def clears(ana: Person, first: Json, second: Json) -> Act:
    """Clear a history whose earlier message holds the second file."""
    room = ana.create_room()
    for file in (second, first):
        bringing(ana, room, file)
    return lambda: ana.rest.ask("DELETE", f"/rooms/{room}/messages")


def expires(ana: Person, first: Json, second: Json) -> Act:
    """Let the same messages expire."""
    room = ana.create_room()
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"expire_after": 3600})
    for file in (second, first):
        bringing(ana, room, file)
    return lambda: age(ana.server, room, 3_600_000)


def cancels(ana: Person, first: Json, second: Json) -> Act:
    """Cancel a message for later that holds the files in the other order."""
    path, client_id = f"/rooms/{ana.create_room()}/scheduled", str(uuid.uuid4())
    files = [second["id"], first["id"]]
    ana.rest.post(path, client_id=client_id, files=files, send_at=in_seconds(3600))
    return lambda: ana.rest.ask("DELETE", f"{path}/{client_id}")


def pictures_himself(ana: Person, first: Json, second: Json) -> Act:
    """Let the second file take the place of the first as an avatar."""
    ana.rest.ask("PATCH", "/me", json={"avatar": first["id"]})
    return lambda: ana.rest.ask("PATCH", "/me", json={"avatar": second["id"]})


def pictures_a_room(ana: Person, first: Json, second: Json) -> Act:
    """Let it do so as the avatar of a room."""
    path = f"/rooms/{ana.create_room()}"
    ana.rest.ask("PATCH", path, json={"avatar": first["id"]})
    return lambda: ana.rest.ask("PATCH", path, json={"avatar": second["id"]})


def goes(ana: Person, first: Json, second: Json) -> Act:
    """Delete an account whose avatar is the first file, while the second one waits to be used."""
    assert second["expires_at"]
    ana.rest.ask("PATCH", "/me", json={"avatar": first["id"]})
    return lambda: ana.rest.ask("DELETE", "/me", json={"password": PASSWORD})


ACTS = [deletes, clears, expires, cancels, pictures_himself, pictures_a_room, goes]


@pytest.mark.parametrize("lets_go", ACTS, ids=lambda act: act.__name__)
def test_who_lets_go_of_two_files_waits_for_the_first_before_he_locks_the_second(
    postgresql: Postgresql, server: Server, make_user: MakeUser, lets_go: Callable[[Person, Json, Json], Act]
) -> None:
    ana = make_user(registered=True)
    files = upload(ana, png()), upload(ana, png())
    hold(postgresql, server, files, lets_go(ana, *files))
    eventually(lambda: any(not kept_of(server, file) for file in files))


def test_what_a_deleted_room_held_is_let_go_of_in_the_same_order(
    postgresql: Postgresql, make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    ana = make_user(on=server)
    room, files = ana.create_room(), (upload(ana, png()), upload(ana, png()))
    for file in reversed(files):
        bringing(ana, room, file)
    ana.rest.ask("DELETE", f"/rooms/{room}")
    server.stop()
    hold(postgresql, server, files, server.start)
    eventually(lambda: not any(kept_of(server, file) for file in files))
