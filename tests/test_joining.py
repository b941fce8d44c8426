"""Joining with approval: who waits, who lets in, and who hears of it."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.person import Person
from tests.support.refusal import refused

Staffed = tuple[str, Person, Person, Person]


@pytest.fixture
def waiting(make_user: MakeUser) -> Staffed:
    """A public room with approval, its owner, a member, and somebody who waits to be let in."""
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia, public=True)
    ana.socket.ask("update_room", {"room": room, "approval": True})
    for person in (ana, bia, eva):
        person.socket.barrier()
    assert eva.rest.post(f"/rooms/{room}/join")["pending"] is True
    return room, ana, bia, eva


def heard(person: Person, room: str) -> list[tuple[str, Any]]:
    """Return what the states that somebody was pushed say of whom."""
    states = person.socket.barrier().pushed("member", "message", room=room)
    return [(state["user"], state["status"]) if "user" in state else ("says", state["system"]) for state in states]


def test_who_asks_to_be_let_in_waits_and_is_told_so(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room(public=True)
    door(ana).update_room(room=room, approval=True)
    other = eva.connect()
    rev = ana.rev(room)
    done = door(eva).join_room(room=room)
    assert (done["pending"], done["sync"], done["room"]["id"]) == (True, None, room)
    member = ana.socket.wait_for("member", room=room, user=eva.id)
    assert (member["status"], member["rev"]) == ("pending", rev + 1)
    assert other.wait_for("member", room=room, user=eva.id) == member
    assert (ana.room(room)["members"], ana.rev(room)) == (1, rev + 1)


def test_who_waits_is_outside(waiting: Staffed, door: Door) -> None:
    room, ana, _, eva = waiting
    ana.send(room, "só entre nós")
    assert eva.socket.barrier().pushed("message", "room", room=room) == []
    with refused("forbidden"):
        eva.history(room)
    with refused("forbidden"):
        door(eva).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")
    assert eva.sync()["rooms"] == []
    assert eva.sync({room: 1})["left"] == [room]
    assert eva.rest.get("/rooms") == {"rooms": []}


def test_asking_twice_changes_nothing(waiting: Staffed, door: Door) -> None:
    room, ana, _, eva = waiting
    rev = ana.rev(room)
    assert door(eva).join_room(room=room)["pending"] is True
    assert ana.rev(room) == rev


def test_an_admin_lets_in_and_everybody_hears(waiting: Staffed, door: Door) -> None:
    room, ana, bia, eva = waiting
    with refused("forbidden"):
        door(bia).approve_member(room=room, user=eva)
    member = door(ana).approve_member(room=room, user=eva)["member"]
    assert (member["status"], member["role"]) == ("joined", "member")
    for person in (bia, eva):
        assert heard(person, room)[-2:] == [
            (eva.id, "joined"),
            ("says", {"action": "joined", "user": eva.id, "by": ana.id}),
        ]
    message = ana.send(room)
    assert eva.socket.wait_for("message", seq=message["seq"]) == message
    rev = ana.rev(room)
    assert door(ana).approve_member(room=room, user=eva)["member"]["status"] == "joined"
    assert (ana.rev(room), ana.room(room)["members"]) == (rev, 3)


def test_nobody_is_approved_who_does_not_wait(waiting: Staffed, door: Door, make_user: MakeUser) -> None:
    room, ana, *_ = waiting
    for user in (make_user().id, str(uuid.uuid4())):
        with refused("not_found"):
            door(ana).approve_member(room=room, user=user)


def test_removing_one_who_waits_declines_him(waiting: Staffed, door: Door) -> None:
    room, ana, bia, eva = waiting
    door(ana).remove_member(room=room, user=eva)
    assert heard(eva, room)[-1] == (eva.id, "removed")
    assert heard(bia, room)[-1] == (eva.id, "removed")
    assert ana.room(room)["members"] == 2
    with refused("not_found"):
        door(ana).approve_member(room=room, user=eva)
    assert door(eva).join_room(room=room)["pending"] is True


def test_who_waits_may_take_it_back(waiting: Staffed, door: Door) -> None:
    room, ana, bia, eva = waiting
    door(eva).leave_room(room=room)
    assert heard(bia, room)[-1] == (eva.id, "left")
    assert ana.room(room)["members"] == 2
    with refused("forbidden"):
        door(eva).leave_room(room=room)


def test_those_who_wait_are_seen_by_admins_and_are_in_the_entry_of_all(waiting: Staffed, door: Door) -> None:
    room, ana, bia, eva = waiting
    listed = door(ana).list_members(room=room, status="pending")
    assert [(member["user"], member["status"]) for member in listed["members"]] == [(eva.id, "pending")]
    with refused("forbidden", field="status"):
        door(bia).list_members(room=room, status="pending")
    with refused("invalid", field="status"):
        door(ana).list_members(room=room, status="left")
    assert {member["user"]: member["status"] for member in bia.entry(room)["members"]}[eva.id] == "pending"
    assert eva.id not in ana.members(room)


def test_whom_a_member_adds_waits_too(waiting: Staffed, door: Door, make_user: MakeUser) -> None:
    room, ana, bia, eva = waiting
    door(ana).update_room(room=room, invite="everyone")
    caio = make_user()
    done = door(bia).add_members(room=room, users=[caio, eva])
    assert [member["status"] for member in done["members"]] == ["pending", "pending"]
    done = door(ana).add_members(room=room, users=[caio, eva])
    assert [member["status"] for member in done["members"]] == ["joined", "joined"]
    assert ana.room(room)["members"] == 4


def test_once_approval_is_off_who_waits_comes_in_by_joining_again(waiting: Staffed, door: Door) -> None:
    room, ana, _, eva = waiting
    door(ana).update_room(room=room, approval=False)
    done = door(eva).join_room(room=room)
    assert (done["pending"], done["sync"]["me"]["role"]) == (False, "member")


def test_joining_needs_a_room_or_an_invite(make_user: MakeUser) -> None:
    with refused("invalid"):
        make_user().socket.ask("join_room", {})


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        ("approval", [True, False], [None, 1, "yes"]),
        ("slow_mode", [1, 3600, None], [0, 3601, -1, "1", 1.5, True]),
        ("expire_after", [60, 31_536_000, None], [59, 31_536_001, 0, "60", 60.5]),
    ],
)
def test_the_newer_settings_take_what_is_in_their_bounds(
    door: Door, make_user: MakeUser, setting: str, good: list[Any], bad: list[Any]
) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    for value in good:
        assert door(ana).update_room(room=room, **{setting: value})["room"][setting] == value
    assert bia.socket.barrier().pushed("room", room=room)[-1][setting] == good[-1]
    before = ana.rev(room)
    for value in bad:
        with refused("invalid", field=setting):
            door(ana).update_room(room=room, **{setting: value})
    with refused("forbidden"):
        door(bia).update_room(room=room, **{setting: good[0]})
    assert ana.rev(room) == before


def test_of_a_direct_room_either_sets_expire_after_alone(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, kind="direct", name=None)
    for person, value in ((ana, 60), (bia, 120)):
        assert door(person).update_room(room=room, expire_after=value)["room"]["expire_after"] == value
    for other in ({"slow_mode": 5}, {"approval": True}, {"name": "Nós"}, {"expire_after": 60, "public": True}):
        with refused("forbidden"):
            door(ana).update_room(room=room, **other)


def test_a_room_takes_no_more_members_than_are_set(make_server: Any, make_user: MakeUser) -> None:
    server = make_server(SOPAPO_GROUP_MEMBERS="3", SOPAPO_CHANNEL_MEMBERS="4")
    ana, *others = (make_user(on=server) for _ in range(5))
    with refused("conflict"):
        ana.create_room(*others[:3])
    room = ana.create_room(others[0], public=True)
    with refused("conflict"):
        ana.rest.post(f"/rooms/{room}/members", users=[person.id for person in others[1:3]])
    others[1].rest.post(f"/rooms/{room}/join")
    with refused("conflict"):
        others[2].rest.post(f"/rooms/{room}/join")
    assert ana.room(room)["members"] == 3
    channel = ana.create_room(*others[:3], kind="channel")
    with refused("conflict"):
        ana.rest.post(f"/rooms/{channel}/members", users=[others[3].id])
