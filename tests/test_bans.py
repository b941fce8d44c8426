"""Keeping people out and quiet: bans, muted members, slow mode."""

import time
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.fields import in_seconds
from tests.support.person import Person
from tests.support.refusal import refused

Trio = tuple[str, Person, Person, Person]


@pytest.fixture
def trio(make_user: MakeUser) -> Trio:
    """A public room with its owner and two members, who listen."""
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio, public=True)
    for person in (ana, bia, caio):
        person.socket.barrier()
    return room, ana, bia, caio


def say(door: Door, person: Person, room: str) -> Any:
    return door(person).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")


def test_a_banned_member_is_out_and_cannot_come_back(door: Door, trio: Trio) -> None:
    room, ana, bia, caio = trio
    rev = ana.rev(room)
    member = door(ana).ban_member(room=room, user=bia)["member"]
    assert (member["status"], member["rev"]) == ("banned", rev + 1)
    ana.send(room, "sem a Bia")
    assert bia.socket.barrier().pushed(room=room) == [member]
    heard = caio.socket.barrier().pushed(room=room)
    assert (heard[0], heard[1]["system"]) == (member, {"action": "banned", "user": bia.id, "by": ana.id})
    with refused("forbidden"):
        door(bia).join_room(room=room)
    with refused("conflict", field="users"):
        door(ana).add_members(room=room, users=[bia])
    assert ana.room(room)["members"] == 2
    rev = ana.rev(room)
    assert door(ana).ban_member(room=room, user=bia)["member"] == member
    assert ana.rev(room) == rev


def test_one_who_was_never_there_can_be_banned(door: Door, trio: Trio, make_user: MakeUser) -> None:
    room, ana, _, caio = trio
    eva = make_user()
    eva.socket.barrier()
    member = door(ana).ban_member(room=room, user=eva)["member"]
    assert eva.socket.barrier().pushed() == [member]
    assert caio.socket.barrier().pushed(room=room) == [member]
    with refused("forbidden"):
        door(eva).join_room(room=room)
    assert ana.room(room)["members"] == 3
    with refused("not_found"):
        door(ana).ban_member(room=room, user=str(uuid.uuid4()))


def test_one_who_waits_can_be_banned(door: Door, trio: Trio, make_user: MakeUser) -> None:
    room, ana, *_ = trio
    eva = make_user()
    door(ana).update_room(room=room, approval=True)
    assert door(eva).join_room(room=room)["pending"]
    door(ana).ban_member(room=room, user=eva)
    with refused("forbidden"):
        door(eva).join_room(room=room)
    with refused("not_found"):
        door(ana).approve_member(room=room, user=eva)


def test_after_an_unban_one_may_join_again_and_is_not_back_by_it(door: Door, trio: Trio) -> None:
    room, ana, bia, caio = trio
    door(ana).ban_member(room=room, user=bia)
    listed = door(ana).list_members(room=room, status="banned")["members"]
    assert [member["user"] for member in listed] == [bia.id]
    with refused("forbidden", field="status"):
        door(caio).list_members(room=room, status="banned")
    with refused("forbidden"):
        door(caio).unban_member(room=room, user=bia)
    for _ in range(2):
        door(ana).unban_member(room=room, user=bia)
    assert bia.socket.wait_for("member", user=bia.id, status="removed")
    assert bia.id not in ana.members(room)
    assert door(bia).join_room(room=room)["pending"] is False
    with refused("not_found"):
        door(ana).unban_member(room=room, user=str(uuid.uuid4()))


@pytest.mark.parametrize("act", ["ban_member", "mute_member"])
def test_one_bans_and_mutes_those_below_oneself(door: Door, trio: Trio, act: str) -> None:
    room, ana, bia, caio = trio
    ana.socket.ask("set_role", {"room": room, "user": bia.id, "role": "admin"})
    fields: dict[str, Any] = {"until": in_seconds(3600)} if act == "mute_member" else {}
    for actor, target, code in ((bia, ana, "forbidden"), (caio, bia, "forbidden"), (ana, ana, "conflict")):
        with refused(code):
            door(actor).ask(act, {"room": room, "user": target.id} | fields)
    door(bia).ask(act, {"room": room, "user": caio.id} | fields)
    door(ana).ask(act, {"room": room, "user": bia.id} | fields)


def test_a_muted_member_reads_and_does_not_write(door: Door, trio: Trio) -> None:
    room, ana, bia, caio = trio
    until = in_seconds(3600)
    message = ana.send(room)
    done = door(ana).mute_member(room=room, user=bia, until=until)
    assert (done["until"], done["member"]["status"]) == (until, "joined")
    system = caio.socket.wait_for("message", room=room, kind="system")["system"]
    assert system == {"action": "muted", "user": bia.id, "by": ana.id}
    with refused("forbidden"):
        say(door, bia, room)
    with refused("forbidden"):
        door(bia).react(room=room, seq=message["seq"], emoji="👍")
    assert bia.history(room)
    rev = ana.rev(room)
    door(ana).mute_member(room=room, user=bia, until=until)
    assert ana.rev(room) == rev
    assert door(ana).mute_member(room=room, user=bia, until=None)["until"] is None
    say(door, bia, room)


def test_leaving_and_coming_back_gives_no_word_back_but_time_does(door: Door, trio: Trio) -> None:
    room, ana, bia, _ = trio
    door(ana).mute_member(room=room, user=bia, until=in_seconds(2))
    door(bia).leave_room(room=room)
    door(bia).join_room(room=room)
    with refused("forbidden"):
        say(door, bia, room)
    time.sleep(2.1)
    say(door, bia, room)


def test_muting_until_a_moment_that_is_past_changes_nothing(door: Door, trio: Trio, make_user: MakeUser) -> None:
    room, ana, bia, _ = trio
    rev = ana.rev(room)
    assert door(ana).mute_member(room=room, user=bia, until=in_seconds(-60))["until"] is None
    assert ana.rev(room) == rev
    with refused("not_found"):
        door(ana).mute_member(room=room, user=make_user(), until=None)
    for until in ("amanhã", 1, "2026-11-23"):
        with refused("invalid", field="until"):
            door(ana).mute_member(room=room, user=bia, until=until)


def test_slow_mode_spaces_the_messages_of_members(door: Door, trio: Trio) -> None:
    room, ana, bia, caio = trio
    door(ana).update_room(room=room, slow_mode=2)
    say(door, bia, room)
    with refused("rate_limited") as refusal:
        say(door, bia, room)
    assert 0 < (refusal.value.retry_after or 0) <= 2
    say(door, caio, room)
    for _ in range(3):
        say(door, ana, room)
    time.sleep(2.05)
    say(door, bia, room)
    door(ana).update_room(room=room, slow_mode=None)
    say(door, bia, room)


def test_a_resend_does_not_wait_in_slow_mode(door: Door, trio: Trio) -> None:
    room, ana, bia, _ = trio
    door(ana).update_room(room=room, slow_mode=3600)
    fields = {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"}
    first = door(bia).send_message(**fields)
    again = door(bia).send_message(**fields)
    assert (again["message"], again["duplicate"]) == (first["message"], True)
