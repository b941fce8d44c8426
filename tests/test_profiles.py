"""What people say of themselves, whom they block, and what they report."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rows import rows
from tests.support.server import Server
from tests.support.shapes import OWN_SETTINGS, USER


def say(door: Door, person: Person, room: str) -> Any:
    return door(person).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")["message"]


def test_a_changed_name_is_told_to_those_who_share_a_room_and_the_settings_to_oneself(
    door: Door, make_user: MakeUser
) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    ana.create_room(bia)
    sockets = {"own": ana.socket, "other": ana.connect(), "bia": bia.socket, "eva": eva.socket}
    for socket in sockets.values():
        socket.barrier()
    user = door(ana).update_profile(name="  Ana Souza ", about="No churrasco", receipts="nobody")["user"]
    assert user.keys() == USER | OWN_SETTINGS
    assert (user["name"], user["about"], user["receipts"]) == ("Ana Souza", "No churrasco", "nobody")
    seen = {name: value for name, value in user.items() if name in USER}
    assert bia.socket.barrier().pushed("user") == [seen]
    assert sockets["other"].barrier().pushed("user") == [user]
    assert sockets["own"].barrier().pushed("user") == ([] if door.name == "socket" else [user])
    assert eva.socket.barrier().pushed("user") == []
    assert bia.rest.get(f"/users/{ana.id}")["user"] == seen
    assert ana.rest.get("/me")["user"] == user
    assert door(ana).update_profile(name="Ana Souza")["user"] == user
    assert len(bia.socket.barrier().pushed("user")) == 1


def test_what_only_oneself_sees_is_told_to_nobody_else(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    ana.create_room(bia)
    bia.socket.barrier()
    address = f"{uuid.uuid4().hex}@example.org"
    user = door(ana).update_profile(email=address.upper(), locale="en", last_seen="nobody")["user"]
    assert (user["email"], user["locale"], user["last_seen"]) == (address, "en", "nobody")
    assert bia.socket.barrier().pushed("user") == []
    with refused("conflict", field="email"):
        door(bia).update_profile(email=address)
    assert door(ana).update_profile(email=address)["user"] == user
    assert door(ana).update_profile(email=None)["user"]["email"] is None
    door(bia).update_profile(email=address)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "n" * 65),
        ("about", "a" * 281),
        ("email", "ana"),
        ("locale", "fr"),
        ("last_seen", "friends"),
        ("receipts", None),
        ("username", "outra"),
        ("avatar", "foto.png"),
    ],
)
def test_a_bad_profile_changes_nothing(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    before = ana.rest.get("/me")
    with refused("invalid", field=field):
        door(ana).ask("update_profile", {"about": "outra", field: value})
    with refused("invalid"):
        door(ana).update_profile()
    assert ana.rest.get("/me") == before


def test_while_one_has_blocked_the_other_neither_writes_in_their_direct_room(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, kind="direct", name=None)
    message = say(door, bia, room)
    bia.socket.barrier()
    assert door(ana).block_user(user=bia) == {}
    for person in (ana, bia):
        with refused("forbidden"):
            say(door, person, room)
        with refused("forbidden"):
            door(person).react(room=room, seq=message["seq"], emoji="👍")
    assert bia.history(room) == [message]
    assert bia.socket.barrier().pushed("message", "room", "member", "me", "user") == []
    door(bia).block_user(user=ana)
    door(ana).unblock_user(user=bia)
    with refused("forbidden"):
        say(door, ana, room)
    door(bia).unblock_user(user=ana)
    for person in (ana, bia):
        say(door, person, room)


def test_a_direct_room_made_while_one_has_blocked_the_other_takes_no_messages(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    door(ana).block_user(user=bia)
    room = door(bia).create_room(kind="direct", members=[ana])["room"]["id"]
    for person in (ana, bia):
        with refused("forbidden"):
            say(door, person, room)
    door(ana).unblock_user(user=bia)
    say(door, bia, room)


def test_who_is_blocked_cannot_put_one_into_rooms(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    door(ana).block_user(user=bia)
    made = door(bia).create_room(kind="group", name="Sala", members=[ana, ana.username])
    assert (made["unknown"], made["room"]["members"]) == ([ana.id, ana.username], 1)
    added = door(bia).add_members(room=made["room"]["id"], users=[ana])
    assert added == {"members": [], "unknown": [ana.id]}
    assert door(ana).create_room(kind="group", name="Sala", members=[bia])["unknown"] == []


def test_in_a_group_the_blocked_write_on(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    door(ana).block_user(user=bia)
    assert say(door, bia, room) == ana.history(room)[-1]


def test_one_sees_whom_one_has_blocked_and_blocking_twice_is_once(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    for user in (bia, caio, bia):
        door(ana).block_user(user=user)
    listed = ana.rest.get("/me/blocks")["users"]
    assert {user["id"] for user in listed} == {bia.id, caio.id}
    assert bia.rest.get("/me/blocks") == {"users": []}
    for _ in range(2):
        door(ana).unblock_user(user=bia)
    assert [user["id"] for user in ana.rest.get("/me/blocks")["users"]] == [caio.id]
    for act in ("block_user", "unblock_user"):
        with refused("conflict", field="user"):
            door(ana).ask(act, {"user": ana.id})
        with refused("not_found", field="user"):
            door(ana).ask(act, {"user": str(uuid.uuid4())})


def do(acts: list[Callable[[], Any]], number: int) -> Any:
    return acts[number]()


def test_blocking_and_making_the_direct_room_at_once_leaves_it_silent(make_user: MakeUser, race: Race) -> None:
    for _ in range(5):
        ana, bia = make_user(), make_user()
        acts: list[Callable[[], Any]] = [
            partial(ana.rest.ask, "PUT", f"/me/blocks/{bia.id}"),
            partial(bia.create_room, ana, kind="direct", name=None),
        ]
        room = race(partial(do, acts), 2)[1]
        with refused("forbidden"):
            bia.send(room)


def reports(server: Server, reporter: Person) -> list[tuple[Any, ...]]:
    """Return what the administrators find of somebody's reports."""
    query = "SELECT user_id, room_id, seq, text, reason FROM reports WHERE reporter_id = ? ORDER BY id"
    return rows(server, query, reporter.id)


def test_a_report_is_kept_with_what_the_message_said(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, "compre já")
    bia.socket.barrier()
    ana.socket.barrier()
    for _ in range(2):
        assert door(bia).report(room=room, seq=message["seq"], reason=" spam ") == {}
    ana.rest.ask("DELETE", f"/rooms/{room}/messages/{message['seq']}")
    door(bia).report(user=ana, reason="ameaças")
    assert reports(server, bia) == [
        (ana.id, room, message["seq"], "compre já", "spam"),
        (ana.id, None, None, None, "ameaças"),
    ]
    assert ana.socket.barrier().pushed("report", "user", "me") == []


def test_one_reports_only_what_one_sees_and_not_oneself(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    mine = bia.send(room)
    with refused("not_found"):
        door(eva).report(room=room, seq=mine["seq"], reason="spam")
    with refused("not_found", field="seq"):
        door(bia).report(room=room, seq=99, reason="spam")
    with refused("forbidden"):
        door(bia).report(room=room, seq=1, reason="spam")
    with refused("conflict"):
        door(bia).report(room=room, seq=mine["seq"], reason="spam")
    with refused("conflict"):
        door(bia).report(user=bia, reason="spam")
    with refused("not_found"):
        door(bia).report(user=str(uuid.uuid4()), reason="spam")
    assert reports(server, bia) == reports(server, eva) == []


@pytest.mark.parametrize(
    "fields", [{}, {"room": "x"}, {"user": "x"}, {"seq": 1}, {"reason": ""}, {"reason": "r" * 1001}]
)
def test_a_report_names_one_thing_and_a_reason(door: Door, make_user: MakeUser, fields: dict[str, Any]) -> None:
    ana = make_user()
    with refused("invalid"):
        door(ana).ask("report", {"reason": "spam"} | fields)
    with refused("invalid"):
        door(ana).ask("report", {"user": ana.id, "room": ana.id, "seq": 1, "reason": "spam"})
