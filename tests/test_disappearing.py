"""What is no more: messages that expired, histories that were cleared or are hidden from newcomers."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.doors import Door
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rows import age, rows
from tests.support.server import Server
from tests.support.waiting import eventually


def stored(server: Server, room: str) -> list[tuple[Any, ...]]:
    """Return what the database still holds of what people said in a room."""
    query = "SELECT seq, text FROM messages WHERE room_id = ? AND kind = 'text' AND text IS NOT NULL ORDER BY seq"
    return rows(server, query, room)


@pytest.fixture
def fleeting(server: Server, make_user: MakeUser) -> tuple[Server, str, Person, Person]:
    """A room whose messages last an hour, and two in it."""
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"expire_after": 3600})
    return server, room, ana, bia


def test_messages_say_when_they_end_and_only_those_to_come(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    assert ana.send(room)["expires_at"] is None
    door(ana).update_room(room=room, expire_after=60)
    message = ana.send(room)
    assert message["created_at"] < message["expires_at"]
    door(ana).update_room(room=room, expire_after=None)
    assert ana.send(room)["expires_at"] is None
    assert ana.history(room)[-2]["expires_at"] == message["expires_at"]


def test_what_has_expired_leaves_answers_at_once_and_the_database_soon(
    door: Door, fleeting: tuple[Server, str, Person, Person]
) -> None:
    server, room, ana, bia = fleeting
    fields = {"room": room, "client_id": str(uuid.uuid4()), "text": f"segredo @{bia.username}"}
    seq = door(ana).send_message(**fields)["message"]["seq"]
    door(bia).react(room=room, seq=seq, emoji="👍")
    door(bia).star_message(room=room, seq=seq, on=True)
    door(ana).edit_message(room=room, seq=seq, text=f"segredo! @{bia.username}")
    bia.socket.barrier()
    rev = ana.rev(room)
    age(server, room, 3_600_000)
    assert seq not in {message["seq"] for message in bia.history(room)}
    entry = bia.entry(room)
    assert (entry["unread"], entry["mentions"], entry["rev"]) == (0, 0, rev)
    assert seq not in {message["seq"] for message in entry["messages"]}
    acts: dict[str, dict[str, Any]] = {
        "edit_message": {"text": "x"},
        "delete_message": {},
        "react": {"emoji": "👍"},
        "star_message": {"on": False},
        "pin_message": {"on": True},
    }
    for act, extra in acts.items():
        with refused("not_found"):
            door(ana).ask(act, {"room": room, "seq": seq} | extra)
    with refused("not_found", field="reply_to"):
        door(bia).send_message(room=room, client_id=str(uuid.uuid4()), text="re", reply_to=seq)
    again = door(ana).send_message(**fields)
    assert (again["duplicate"], again["message"]["text"], bool(again["message"]["deleted_at"])) == (True, None, True)
    assert [again["message"][name] for name in ("reactions", "mentions", "pinned")] == [{}, [], False]
    eventually(lambda: not stored(server, room), 5)
    for table in ("reactions", "stars", "edits"):
        query = f"SELECT m.seq FROM {table} t JOIN messages m ON m.id = t.message_id WHERE m.room_id = ?"  # noqa: S608
        assert rows(server, query, room) == []
    with refused("not_found", field="reply_to"):
        door(bia).send_message(room=room, client_id=str(uuid.uuid4()), text="re", reply_to=seq)
    assert door(ana).send_message(**fields)["message"]["text"] is None
    assert ana.send(room)["seq"] == seq + 1
    assert bia.socket.barrier().pushed("room", room=room) == []


def test_what_expired_while_the_server_was_down_is_gone_soon_after_its_start(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    ana = make_user(on=server)
    room = ana.create_room()
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"expire_after": 60})
    for number in range(3):
        ana.send(room, f"segredo {number}")
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"expire_after": None})
    kept = ana.send(room, "fica")
    server.kill()
    age(server, room, 60_000)
    server.start()
    eventually(lambda: stored(server, room) == [(kept["seq"], "fica")], 5)


def test_two_processes_erase_what_is_over_once(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana = make_user(on=server)
    room = ana.create_room()
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"expire_after": 60})
    ana.send(room)
    columns = "room_id, seq, rev, kind, text, forwarded, mentions_all, pinned, created_at, expires_at"
    for doubling in range(11):
        rows(
            server,
            f"INSERT INTO messages ({columns}) SELECT room_id, seq + ?, {columns[14:]} FROM messages"  # noqa: S608
            " WHERE room_id = ? AND kind = 'text'",
            2**doubling,
            room,
        )
    twin = Server(server.folder, server.database_url).start()
    try:
        age(server, room, 60_000)
        eventually(lambda: not stored(server, room), 10)
    finally:
        twin.stop()
    assert "Traceback" not in server.logged()


def test_clearing_the_history_is_one_change_for_everybody(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    fields = {"room": room, "client_id": str(uuid.uuid4()), "text": "segredo"}
    seq = door(bia).send_message(**fields)["message"]["seq"]
    for person in (ana, bia):
        person.socket.barrier()
    rev = ana.rev(room)
    with refused("forbidden"):
        door(bia).clear_history(room=room)
    door(ana).clear_history(room=room)
    state = bia.socket.barrier().pushed(room=room)
    assert [(each["rev"], each["first_seq"], each["last_seq"]) for each in state] == [(rev + 1, seq + 1, seq)]
    assert ana.history(room) == bia.history(room) == []
    entry = ana.entry(room)
    assert (entry["messages"], entry["unread"], entry["rev"]) == ([], 0, rev + 1)
    assert bia.entry(room, 1)["messages"] == []
    again = door(bia).send_message(**fields)
    assert (again["duplicate"], again["message"]["seq"], again["message"]["text"]) == (True, seq, None)
    with refused("not_found"):
        door(ana).delete_message(room=room, seq=seq)
    with refused("not_found", field="reply_to"):
        door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="re", reply_to=seq)
    door(ana).clear_history(room=room)
    assert ana.rev(room) == rev + 1
    eventually(lambda: rows(server, "SELECT swept_seq FROM rooms WHERE id = ?", room) == [(seq + 1,)], 5)
    assert stored(server, room) == []
    assert door(bia).send_message(**fields)["message"]["text"] is None
    message = bia.send(room)
    assert (message["seq"], ana.history(room)) == (seq + 1, [message])


def test_what_was_said_before_one_came_is_hidden_where_the_room_says_so(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    old = ana.send(room, f"antes @{eva.username} @todos")
    door(ana).update_room(room=room, history="since_join")
    entry = door(ana).add_members(room=room, users=[eva]) and eva.entry(room)
    assert [message["system"]["action"] for message in entry["messages"]] == ["added"]
    assert (entry["unread"], entry["mentions"], eva.history(room)) == (0, 0, entry["messages"])
    assert [message["seq"] for message in eva.entry(room, 1)["messages"]] == [old["seq"] + 1]
    acts: dict[str, dict[str, Any]] = {"react": {"emoji": "👍"}, "star_message": {"on": True}}
    for act, extra in acts.items():
        with refused("not_found"):
            door(eva).ask(act, {"room": room, "seq": old["seq"]} | extra)
    with refused("not_found", field="reply_to"):
        door(eva).send_message(room=room, client_id=str(uuid.uuid4()), text="re", reply_to=old["seq"])
    with refused("not_found"):
        eva.history(room, around=old["seq"])
    assert old in bia.history(room)
    new = ana.send(room, "depois")
    assert eva.history(room)[-1] == new
    assert eva.entry(room)["unread"] == 1
    door(eva).leave_room(room=room)
    ana.send(room, "sem a Eva")
    door(ana).add_members(room=room, users=[eva])
    assert [message["text"] for message in eva.history(room)] == [None]
    door(ana).update_room(room=room, history="all")
    assert old["seq"] in {message["seq"] for message in eva.history(room)}


def test_one_keeps_notes_in_a_room_with_oneself(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = door(ana).create_room(kind="direct", members=[ana])["room"]["id"]
    other = ana.connect()
    message = door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="pão de alho")["message"]
    assert other.wait_for("message", seq=message["seq"]) == message
    entry = ana.entry(room)
    assert (entry["unread"], len(entry["members"]), entry["messages"]) == (0, 1, [message])
    assert door(ana).update_room(room=room, expire_after=60)["room"]["expire_after"] == 60
