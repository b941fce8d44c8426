"""Mentions: members by @username, everybody by @todos or @all."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.person import Person


def say(door: Door, person: Person, room: str, text: str) -> dict[str, Any]:
    """Send a message and return its state."""
    message: dict[str, Any] = door(person).send_message(room=room, client_id=str(uuid.uuid4()), text=text)["message"]
    return message


def test_a_text_names_members_in_its_order_and_once(door: Door, make_user: MakeUser) -> None:
    ana, bia, edu, eva = make_user(), make_user(), make_user(), make_user()
    room = ana.create_room(bia, edu)
    text = f"@{edu.username}, @{bia.username.upper()}. E @{edu.username}? (@{ana.username}) @{eva.username} @ninguem"
    message = say(door, ana, room, text)
    assert (message["mentions"], message["mentions_all"]) == ([edu.id, bia.id, ana.id], False)
    assert message["text"] == text
    assert bia.history(room)[-1] == message
    assert {user["id"] for user in bia.entry(room, message["rev"] - 1)["users"]} >= {ana.id, bia.id, edu.id}


@pytest.mark.parametrize("word", ["@todos", "@Todos!", "@all", "oi,@ALL", "(@all)", "@todos_"])
def test_some_words_name_everybody(make_user: MakeUser, word: str) -> None:
    ana = make_user()
    message = ana.send(ana.create_room(), word)
    assert (message["mentions"], message["mentions_all"]) == ([], True)


@pytest.mark.parametrize("word", ["@", "@ todos", "a@todos", "@allan", "x/@all", "todos", "@al"])
def test_other_words_name_nobody(make_user: MakeUser, word: str) -> None:
    ana = make_user()
    message = ana.send(ana.create_room(), word)
    assert (message["mentions"], message["mentions_all"]) == ([], False)


def test_a_name_with_dots_is_named_with_them(make_user: MakeUser) -> None:
    suffix = uuid.uuid4().hex[:8]
    ana = make_user()
    long = make_user(registered=True, username=f"zé.{suffix}.")
    short = make_user(registered=True, username=f"zé.{suffix}x")
    room = ana.create_room(long, short)
    assert ana.send(room, f"@zé.{suffix}.")["mentions"] == [long.id]
    assert ana.send(room, f"@zé.{suffix}x.")["mentions"] == [short.id]
    assert ana.send(room, f"@ze.{suffix}x")["mentions"] == []
    assert ana.send(room, f"@ZE\u0301.{suffix}x... oi")["mentions"] == [short.id]


def test_mentions_count_in_what_is_unread(door: Door, make_user: MakeUser) -> None:
    ana, bia, edu = make_user(), make_user(), make_user()
    room = ana.create_room(bia, edu)
    messages = [say(door, ana, room, text) for text in ("oi", f"@{bia.username}", "@todos", f"@{edu.username}")]

    def counts(person: Person) -> tuple[int, int]:
        entry = person.entry(room)
        return entry["unread"], entry["mentions"]

    assert (counts(ana), counts(bia), counts(edu)) == ((0, 0), (4, 2), (4, 2))
    ana.socket.ask("delete_message", {"room": room, "seq": messages[2]["seq"]})
    assert (counts(bia), counts(edu)) == ((3, 1), (3, 1))
    bia.socket.ask("hide_message", {"room": room, "seq": messages[1]["seq"]})
    assert (counts(bia), counts(edu)) == ((2, 0), (3, 1))
    bia.send(room, f"@{bia.username} @{edu.username}")
    assert (counts(bia), counts(edu)) == ((0, 0), (4, 2))


def test_mentions_before_ones_joining_do_not_count_where_history_is_hidden(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room()
    ana.socket.ask("update_room", {"room": room, "history": "since_join"})
    ana.send(room, "@todos")
    ana.socket.ask("add_members", {"room": room, "users": [bia.id]})
    assert bia.entry(room)["mentions"] == 0
    ana.send(room, "@todos")
    assert bia.entry(room)["mentions"] == 1


def test_an_edit_names_anew(door: Door, make_user: MakeUser) -> None:
    ana, bia, edu = make_user(), make_user(), make_user()
    room = ana.create_room(bia, edu)
    message = ana.send(room, f"@{bia.username}")
    name = {"room": room, "seq": message["seq"]}
    edited = door(ana).edit_message(**name, text=f"@{edu.username} @all")["message"]
    assert (edited["mentions"], edited["mentions_all"]) == ([edu.id], True)
    plain = door(ana).edit_message(**name, text="ninguém")["message"]
    assert (plain["mentions"], plain["mentions_all"]) == ([], False)
    assert bia.entry(room)["mentions"] == 0


def test_many_names_are_no_burden(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    names = " ".join(f"@n{number}" for number in range(1400))
    assert ana.send(room, f"@{bia.username} {names} @todos")["mentions"] == [bia.id]
