"""Sync: what brings a client back to the state of one that was never away."""

import re
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.mirror import Mirror
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.shapes import ENTRY, ME, MEMBER, MESSAGE, RECEIPT, ROOM, TIME, USER

pytestmark = pytest.mark.also_on_stock


def talk(person: Person, room: str, count: int) -> list[dict[str, Any]]:
    waits = [
        person.socket.emit("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": f"texto {number}"})
        for number in range(count)
    ]
    return [wait()["message"] for wait in waits]


def test_without_rooms_there_is_nothing_but_the_time(make_user: MakeUser) -> None:
    answer = make_user().sync()
    assert answer.keys() == {"now", "rooms", "marks", "left"}
    assert re.fullmatch(TIME, answer["now"])
    assert (answer["rooms"], answer["left"]) == ([], [])


@pytest.mark.parametrize("payload", [None, {}, {"rooms": {}}, {"limit": 200}], ids=str)
def test_a_room_not_named_comes_with_its_members_and_newest_messages(make_user: MakeUser, payload: Any) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    ana.rest.ask("DELETE", f"/rooms/{room}/members/{caio.id}")
    message = ana.send(room)
    (entry,) = bia.socket.ask("sync", payload)["rooms"]
    assert (entry.keys(), entry["room"].keys(), entry["me"].keys()) == (ENTRY, ROOM, ME)
    assert entry["room"] == bia.room(room)
    assert (entry["rev"], entry["more"], entry["reset"]) == (message["rev"], False, False)
    assert {member["user"] for member in entry["members"]} == {ana.id, bia.id}
    assert entry["messages"] == bia.history(room)
    assert all(member.keys() == MEMBER for member in entry["members"])
    assert all(each.keys() == MESSAGE for each in entry["messages"])
    assert all(user.keys() == USER for user in entry["users"])
    assert {ana.id, bia.id} <= {user["id"] for user in entry["users"]}
    assert all(receipt.keys() == RECEIPT for receipt in entry["receipts"])


def test_a_room_not_named_comes_with_no_more_messages_than_asked(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    sent = talk(ana, room, 8)
    (entry,) = ana.sync(limit=3)["rooms"]
    assert sorted(message["seq"] for message in entry["messages"]) == [message["seq"] for message in sent[-3:]]
    assert (entry["rev"], entry["more"]) == (sent[-1]["rev"], False)


def test_a_room_that_is_up_to_date_is_left_out(make_user: MakeUser) -> None:
    ana = make_user()
    rooms = [ana.create_room(), ana.create_room()]
    held = {entry["room"]["id"]: entry["rev"] for entry in ana.sync()["rooms"]}
    assert ana.sync(held)["rooms"] == []
    message = ana.send(rooms[0])
    (entry,) = ana.sync(held)["rooms"]
    assert (entry["room"]["id"], entry["rev"], entry["messages"]) == (rooms[0], message["rev"], [message])
    assert (entry["members"], entry["reset"], entry["more"]) == ([], False, False)


def test_only_what_is_newer_than_the_rev_held_is_brought(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    held = ana.entry(room)["rev"]
    first = ana.send(room)
    ana.rest.post(f"/rooms/{room}/members", users=[caio.id])
    ana.rest.ask("DELETE", f"/rooms/{room}/members/{bia.id}")
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"name": "Novo nome"})
    entry = ana.entry(room, held)
    assert {(member["user"], member["status"]) for member in entry["members"]} == {
        (caio.id, "joined"),
        (bia.id, "removed"),
    }
    assert entry["messages"][0] == first
    assert [message["system"]["action"] for message in entry["messages"][1:]] == ["added", "removed", "renamed"]
    revs = {state["rev"] for state in (*entry["members"], *entry["messages"], entry["room"])}
    assert (sorted(revs), entry["rev"]) == (list(range(held + 1, held + 8)), held + 7)
    assert [message["rev"] for message in entry["messages"]] == sorted(message["rev"] for message in entry["messages"])
    assert entry["room"]["name"] == "Novo nome"
    assert ana.sync({room: entry["rev"]})["rooms"] == []


def test_what_is_too_much_for_one_page_comes_in_several_oldest_first(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    held = ana.entry(room)["rev"]
    sent = talk(ana, room, 25)
    seen: list[dict[str, Any]] = []
    pages = 0
    more = True
    while more:
        (entry,) = ana.sync({room: held}, limit=10)["rooms"]
        assert len(entry["messages"]) <= 10
        assert entry["rev"] > held
        assert all(held < message["rev"] <= entry["rev"] for message in entry["messages"])
        held, more, pages = entry["rev"], entry["more"], pages + 1
        seen += entry["messages"]
    assert seen == sent
    assert pages == 3


def test_pages_hold_members_and_messages_in_one_order(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(public=True)
    mirror = Mirror(ana.id)
    mirror.take_sync(ana.sync())
    for _ in range(6):
        bia.rest.post(f"/rooms/{room}/join")
        bia.send(room)
        bia.rest.post(f"/rooms/{room}/leave")
    while mirror.take_sync(ana.sync(mirror.revs, limit=4)):
        pass
    whole = Mirror(ana.id)
    whole.take_sync(ana.sync())
    assert mirror.picture() == whole.picture()
    assert (mirror.rooms[room].rev, mirror.needs_sync) == (ana.rev(room), False)


def test_where_too_much_has_changed_the_entry_is_as_of_a_room_not_named(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    held = ana.entry(room)["rev"]
    sent = [message for _ in range(8) for message in talk(ana, room, 150)]
    entry = ana.entry(room, held)
    if entry["reset"]:
        assert (entry["more"], entry["rev"]) == (False, sent[-1]["rev"])
        assert sorted(message["seq"] for message in entry["messages"]) == [message["seq"] for message in sent[-200:]]
        assert [member["user"] for member in entry["members"]] == [ana.id]
    else:
        assert (entry["more"], entry["messages"]) == (True, sent[:200])


@pytest.mark.parametrize("beyond", [1, 1000, 2**62])
def test_a_rev_beyond_that_of_the_room_is_reset(make_user: MakeUser, beyond: int) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room)
    entry = ana.entry(room, message["rev"] + beyond)
    assert (entry["reset"], entry["more"], entry["rev"]) == (True, False, message["rev"])
    assert entry["messages"] == ana.history(room)


def test_rooms_that_are_no_longer_ones_own_are_named_as_left(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    deleted, removed, kept, left = (ana.create_room(bia) for _ in range(4))
    secret = bia.create_room()
    nowhere = str(uuid.uuid4())
    bia.rest.post(f"/rooms/{left}/leave")
    ana.rest.ask("DELETE", f"/rooms/{removed}/members/{bia.id}")
    ana.rest.ask("DELETE", f"/rooms/{deleted}")
    rev = bia.rev(kept)
    answer = bia.sync({deleted: 1, removed: 1, left: 1, nowhere: 1, kept: rev, secret: 2**40})
    assert sorted(answer["left"]) == sorted([deleted, removed, left, nowhere])
    assert [entry["room"]["id"] for entry in answer["rooms"]] == [secret]
    assert ana.sync({secret: 1})["left"] == [secret]


def test_unread_counts_what_others_have_said(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    for _ in range(3):
        ana.send(room)
    ana.rest.post(f"/rooms/{room}/members", users=[caio.id])
    assert (bia.entry(room)["unread"], ana.entry(room)["unread"]) == (3, 0)


def test_sending_reads_what_was_said_before(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    ana.send(room)
    own = bia.send(room)
    entry = bia.entry(room)
    assert (entry["unread"], entry["me"]["read"], entry["me"]["delivered"]) == (0, own["seq"], own["seq"])


def test_marks_bring_rooms_where_only_marks_have_moved(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    before = bia.sync()
    bia.send(room)
    held = ana.entry(room)["rev"]
    answer = bia.sync({room: held}, since=before["now"])
    assert answer["rooms"] == []
    for mark in answer["marks"]:
        assert mark.keys() == {"me", "receipts", "unread", "mentions"}
    assert room in {mark["me"]["room"] for mark in answer["marks"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rooms", []),
        ("rooms", "x"),
        ("rooms", {"x": 1}),
        ("rooms", {"6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55": -1}),
        ("rooms", {"6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55": "1"}),
        ("rooms", {"6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55": 2**63}),
        ("rooms", {"6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55": True}),
        ("rooms", {"6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55": None}),
        ("since", "ontem"),
        ("since", 1),
        ("since", "2026-11-22"),
        ("since", "2026-11-22T10:29:41.123"),
        ("limit", 0),
        ("limit", 501),
        ("limit", "1"),
        ("limit", 1.5),
        ("colour", "red"),
    ],
)
def test_a_sync_that_makes_no_sense_is_invalid(make_user: MakeUser, field: str, value: Any) -> None:
    with refused("invalid", field=field):
        make_user().socket.ask("sync", {field: value})


def test_who_listens_hears_every_change_of_a_busy_room_in_order(make_user: MakeUser, race: Race) -> None:
    ana, others = make_user(), [make_user() for _ in range(6)]
    room = ana.create_room(public=True)
    rev = ana.rev(room)

    def come_and_go(number: int) -> None:
        for turn in range(5):
            others[number].rest.post(f"/rooms/{room}/join")
            others[number].send(room, f"{number} {turn}")
            ana.rest.ask("PATCH", f"/rooms/{room}", json={"description": f"{number} {turn}"})
            others[number].rest.post(f"/rooms/{room}/leave")

    race(come_and_go, len(others))
    heard = [state["rev"] for state in ana.socket.barrier().pushed(room=room)]
    assert heard == list(range(rev + 1, rev + 1 + 6 * 5 * 6))
    assert ana.rev(room) == heard[-1]


def test_a_client_that_was_cut_off_holds_the_same_as_one_that_stayed(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    first = bia.connect()
    mirror = Mirror(bia.id)
    mirror.take_sync(first.ask("sync"))
    first.close()
    talk(ana, room, 5)
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"name": "Outro nome"})
    second = bia.connect()
    talk(ana, room, 2)
    second.barrier()
    for heard in second.heard:
        mirror.take(heard)
    assert mirror.needs_sync
    mirror.take_sync(second.ask("sync", {"rooms": mirror.revs}))
    assert not mirror.needs_sync
    whole = Mirror(bia.id)
    whole.take_sync(bia.sync())
    assert mirror.picture() == whole.picture()


def test_a_state_of_a_room_not_held_is_a_hole_that_a_sync_closes(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    mirror = Mirror(bia.id)
    mirror.take_sync(bia.sync())
    room = ana.create_room(bia)
    for heard in bia.socket.barrier().heard:
        mirror.take(heard)
    assert mirror.needs_sync
    mirror.take_sync(bia.sync(mirror.revs))
    assert (room in mirror.rooms, mirror.needs_sync) == (True, False)
