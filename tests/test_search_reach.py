"""Who finds what: only what he may read, and nothing that is no longer said."""

import random
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rows import rows
from tests.support.server import Server
from tests.support.talk import Talk, finds

Json = dict[str, Any]


def texts(door: Door, person: Person, q: str, **filters: Any) -> list[str]:
    """The texts that somebody finds, the newest first."""
    return [result["message"]["text"] for result in door(person).ask("search", {"q": q} | filters)["results"]]


def test_only_members_find_what_is_said_in_a_room(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    closed, public = ana.create_room(bia), ana.create_room(bia, public=True)
    for room in (closed, public):
        ana.send(room, "segredo")
    assert texts(door, bia, "segredos") == ["segredo", "segredo"]
    assert texts(door, eva, "segredo") == []
    with refused("not_found", field="room"):
        door(eva).search(q="segredo", room=closed)
    with refused("forbidden"):
        door(eva).search(q="segredo", room=public)
    with refused("not_found", field="room"):
        door(eva).search(q="segredo", room=str(uuid.uuid4()))


def test_who_left_or_was_removed_finds_nothing_more(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    ana.send(room, "segredo")
    bia.socket.ask("leave_room", {"room": room})
    ana.socket.ask("remove_member", {"room": room, "user": caio.id})
    assert [texts(door, each, "segredo") for each in (ana, bia, caio)] == [["segredo"], [], []]


def test_a_deleted_room_is_not_found_in(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    ana.send(room, "segredo")
    ana.socket.ask("delete_room", {"room": room})
    assert texts(door, ana, "segredo") == []


def test_who_joined_later_finds_only_what_he_may_read(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room()
    ana.send(room, "segredo antes")
    ana.socket.ask("update_room", {"room": room, "history": "since_join"})
    ana.socket.ask("add_members", {"room": room, "users": [bia.id]})
    ana.send(room, "segredo depois")
    assert texts(door, bia, "segredo") == ["segredo depois"]
    assert texts(door, ana, "segredo") == ["segredo depois", "segredo antes"]
    ana.socket.ask("update_room", {"room": room, "history": "all"})
    assert texts(door, bia, "segredo") == ["segredo depois", "segredo antes"]


def test_what_is_deleted_or_hidden_is_not_found(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    deleted, hidden = ana.send(room, "segredo um"), ana.send(room, "segredo dois")
    ana.socket.ask("delete_message", {"room": room, "seq": deleted["seq"]})
    bia.socket.ask("hide_message", {"room": room, "seq": hidden["seq"]})
    assert texts(door, ana, "segredo") == ["segredo dois"]
    assert texts(door, bia, "segredo") == []


def test_an_edited_message_is_found_by_what_it_says_now(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room, "gatos e cães")
    ana.socket.ask("edit_message", {"room": room, "seq": message["seq"], "text": "gatos e peixes"})
    assert texts(door, ana, "peixe") == texts(door, ana, "gato") == ["gatos e peixes"]
    assert texts(door, ana, "cão") == []


def test_history_that_was_cleared_is_not_found(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    ana.send(room, "segredo")
    ana.socket.ask("clear_history", {"room": room})
    ana.send(room, "segredo novo")
    assert texts(door, ana, "segredo") == ["segredo novo"]


@pytest.mark.only_on("postgresql")
def test_what_was_said_long_before_the_newest_messages_is_found(
    door: Door, make_user: MakeUser, server: Server
) -> None:
    """The newest are looked through, what is older is found by the index."""
    ana = make_user()
    room = ana.create_room()
    said = ["antiga reunião", "antes das reuniões de hoje", "uma reunião antiga"]
    for text in said:
        ana.send(room, text)
        pass_over(server, 60_000)
    ana.send(room, "reunião de hoje")
    assert texts(door, ana, "reuniao") == ["reunião de hoje", *reversed(said)]
    assert texts(door, ana, '"reunião antiga"') == ["uma reunião antiga"]
    assert texts(door, ana, "reuni* antigas") == ["uma reunião antiga", "antiga reunião"]
    assert texts(door, ana, "reuniões", limit=2) == ["reunião de hoje", "uma reunião antiga"]
    assert texts(door, make_user(), "reuniao") == []


def pass_over(server: Server, many: int) -> None:
    """Leave out the numbers of so many messages, as if they had been said elsewhere."""
    sequence = "pg_get_serial_sequence('messages', 'id')"
    rows(server, f"SELECT setval({sequence}, nextval({sequence}) + ?)", many)


@pytest.mark.parametrize("number", [1, 2])
def test_search_agrees_with_a_plain_reading_of_what_each_may_read(door: Door, make_user: MakeUser, number: int) -> None:
    talk = Talk([make_user() for _ in range(3)], random.Random(f"{number} {door.name}"))
    for _ in range(60):
        talk.say()
    for _ in range(45):
        place = talk.rnd.randrange(3)
        person, rooms = talk.people[place], talk.rooms[place:]
        question = talk.question(rooms)
        readable = {room: {m["seq"] for m in person.whole_history(room)} for room in rooms}
        expected = [
            (message["room"], message["seq"])
            for message in reversed(talk.said)
            if message["seq"] in readable.get(message["room"], ()) and finds(question, message)
        ]
        results = door(person).ask("search", question | {"limit": 50})["results"]
        assert [(r["message"]["room"], r["message"]["seq"]) for r in results] == expected[:50], question
        assert all(("<mark>" in result["snippet"]) is ("q" in question) for result in results)
        assert all(plainly(result) == result["message"]["text"] for result in results)
        talk.disturb()


def plainly(result: Json) -> str:
    """The text of a short message as its snippet says it."""
    return str(result["snippet"].replace("<mark>", "").replace("</mark>", ""))


COLUMNS = "room_id, kind, forwarded, mentions_all, pinned, created_at, sender_id"


def put(server: Server, room: str, text: str) -> None:
    """Write a message into the database behind the server's back, after the last one of a room."""
    rows(
        server,
        f"INSERT INTO messages ({COLUMNS}, seq, rev, text) SELECT {COLUMNS}, seq + 1, rev + 1, ? FROM messages"  # noqa: S608
        " WHERE room_id = ? ORDER BY seq DESC LIMIT 1",
        text,
        room,
    )


def test_what_others_have_written_into_the_database_is_found_too(
    door: Door, server: Server, make_user: MakeUser
) -> None:
    ana = make_user()
    room = ana.create_room()
    ana.send(room, "primeira")
    put(server, room, "segunda")
    assert texts(door, ana, "segunda") == ["segunda"]
    rows(server, "UPDATE messages SET text = 'terceira' WHERE room_id = ? AND text = 'segunda'", room)
    assert texts(door, ana, "segunda") == []
    assert texts(door, ana, "terceira") == ["terceira"]


def test_a_message_in_the_place_of_the_last_one_that_went_is_found(
    door: Door, server: Server, make_user: MakeUser
) -> None:
    ana = make_user()
    room = ana.create_room()
    for text in ("fica", "some", "chega"):
        ana.send(room, "antes")
        put(server, room, text)
        assert texts(door, ana, text) == [text]
        rows(server, "DELETE FROM messages WHERE room_id = ? AND text IN ('antes', 'some')", room)
        assert texts(door, ana, "some") == []
        rows(server, "UPDATE rooms SET last_seq = last_seq + 2, last_rev = last_rev + 2 WHERE id = ?", room)
    assert texts(door, ana, "chega") == ["chega"]
    assert texts(door, ana, "antes") == []
