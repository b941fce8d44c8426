"""What one message costs in a room of five thousand: one frame for each who hears it, and no storm after it."""

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.person import Person
from tests.support.server import Server
from tests.support.socket_user import room_of

MEMBERS = 5000
READERS = 40
MEMBERS_SHOWN = 200
GATHERED_SECONDS = 0.25

Json = dict[str, Any]


@pytest.fixture(scope="module")
def crowded(database: Database, folder: Path) -> Iterator[list[Person]]:
    """Some of the members of the one room of a server."""
    home = folder / f"crowded-{uuid.uuid4()}"
    server = Server(home, database.new_url(home))
    out = home / "people.jsonl"
    words = ("--users", str(MEMBERS), "--rooms", "1", "--room-size", str(MEMBERS), "--out", str(out))
    done = server.command("seed", *words, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()[: READERS + 2]]
    server.start()
    people = [Person(server, {"id": line["user"], "username": line["username"]}, token=line["token"]) for line in lines]
    yield people
    for person in people:
        person.close()
    assert "Traceback" not in server.logged()
    server.stop()


def test_in_a_room_of_thousands_a_message_is_one_frame_and_its_readers_send_none_to_its_sender(
    crowded: list[Person],
) -> None:
    ana, listener, *readers = crowded
    (entry,) = ana.sync()["rooms"]
    room = entry["room"]["id"]
    assert entry["room"]["members"] == MEMBERS
    assert (len(entry["members"]), len(entry["receipts"])) == (MEMBERS_SHOWN, MEMBERS_SHOWN)
    listener.socket.barrier().heard.clear()
    ana.socket.barrier().heard.clear()
    seq = ana.send(room)["seq"]

    def read(reader: Person) -> Json:
        return reader.rest.ask("PUT", f"/rooms/{room}/read", json={"seq": seq})

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, readers)) == [{"delivered": seq, "read": seq}] * READERS
    # What the same process gathers goes out together: after a receipt of a small room none of before is to come.
    small = ana.create_room(readers[0])
    readers[0].socket.ask("mark_read", {"room": small, "seq": ana.send(small)["seq"]})
    ana.socket.wait_for("receipt", room=small)
    for person in (ana, listener):
        states = [heard.event for heard in person.socket.barrier().heard if not heard.answer and room_of(heard) == room]
        assert states == ["message"]
    reach = ana.socket.ask("message_info", {"room": room, "seq": seq})
    assert {reader["user"] for reader in reach["read"]} == {reader.id for reader in readers}
    assert len(reach["waiting"]) == MEMBERS - 1 - READERS


def test_many_marks_in_one_breath_come_to_the_sender_as_few_receipts(crowded: list[Person]) -> None:
    ana, bia = crowded[:2]
    room = ana.create_room(bia)
    ana.socket.barrier()
    began = time.monotonic()
    seqs = [ana.send(room, str(number))["seq"] for number in range(50)]
    waits = [bia.socket.emit("mark_read", {"room": room, "seq": seq}) for seq in seqs]
    assert [wait()["read"] for wait in waits] == seqs
    ana.socket.wait_for("receipt", room=room, user=bia.id, read=seqs[-1])
    assert len(ana.socket.pushed("receipt", room=room)) <= 2 + (time.monotonic() - began) / GATHERED_SECONDS
