"""Invites: making, using and ending them."""

import re
import time
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.refusal import Refusal, refused
from tests.support.shapes import TIME

INVITE = {"code", "url", "expires_at", "uses", "max_uses"}


def test_an_invite_lets_somebody_into_a_private_room(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    ana.socket.barrier()
    invite = door(ana).create_invite(room=room)["invite"]
    assert (invite.keys(), invite["uses"], invite["max_uses"], invite["expires_at"]) == (INVITE, 0, None, None)
    assert invite["url"].endswith(f"/invite/{invite['code']}")
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", invite["code"])
    done = door(eva).join_room(room=room, invite=invite["code"])
    assert (done["pending"], done["sync"]["me"]["role"]) == (False, "member")
    system = ana.socket.wait_for("message", room=room, kind="system")["system"]
    assert system == {"action": "joined", "user": eva.id, "by": eva.id}
    assert ana.rest.get(f"/rooms/{room}/invites")["invites"][0]["uses"] == 1


def test_the_code_alone_is_enough(make_user: MakeUser) -> None:
    ana, eva, caio = make_user(), make_user(), make_user()
    room = ana.create_room()
    code = ana.rest.post(f"/rooms/{room}/invites")["invite"]["code"]
    assert eva.socket.ask("join_room", {"invite": code})["room"]["id"] == room
    assert caio.rest.post("/rooms/join", invite=code)["room"]["id"] == room


def test_an_invite_counts_those_whom_it_lets_in_and_no_others(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva, caio = (make_user() for _ in range(4))
    room = ana.create_room(bia)
    code = door(ana).create_invite(room=room, max_uses=1)["invite"]["code"]
    door(bia).join_room(room=room, invite=code)
    door(eva).join_room(room=room, invite=code)
    door(eva).join_room(room=room, invite=code)
    with refused("gone", field="invite"):
        door(caio).join_room(room=room, invite=code)
    assert set(ana.members(room)) == {ana.id, bia.id, eva.id}


def test_of_ten_who_race_for_three_places_three_come_in(make_user: MakeUser, race: Race) -> None:
    ana, joiners = make_user(), [make_user() for _ in range(10)]
    room = ana.create_room()
    code = ana.rest.post(f"/rooms/{room}/invites", max_uses=3)["invite"]["code"]

    def join(number: int) -> str:
        try:
            joiners[number].rest.post("/rooms/join", invite=code)
        except Refusal as refusal:
            return refusal.code
        return "in"

    outcomes = race(join, 10)
    assert sorted(outcomes) == ["gone"] * 7 + ["in"] * 3
    assert ana.room(room)["members"] == 4


def test_an_invite_that_is_over_or_revoked_is_gone(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    short = door(ana).create_invite(room=room, expires_in=1)["invite"]
    ended = door(ana).create_invite(room=room)["invite"]
    assert re.fullmatch(TIME, short["expires_at"])
    for _ in range(2):
        assert door(ana).revoke_invite(room=room, code=ended["code"]) == {}
    time.sleep(1.1)
    for invite in (short, ended):
        with refused("gone", field="invite"):
            door(eva).join_room(room=room, invite=invite["code"])
    assert ana.rest.get(f"/rooms/{room}/invites") == {"invites": []}


def test_a_code_that_nobody_has_made_is_not_found(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room, other = ana.create_room(), ana.create_room(public=True)
    code = door(ana).create_invite(room=room)["invite"]["code"]
    for target, invite in ((room, "x" * 22), (other, code)):
        with refused("not_found", field="invite"):
            door(eva).join_room(room=target, invite=invite)
    with refused("not_found"):
        eva.rest.post("/rooms/join", invite="x" * 22)
    with refused("invalid", field="invite"):
        eva.rest.post("/rooms/join", invite="a b")
    with refused("not_found", field="code"):
        door(ana).revoke_invite(room=other, code=code)


def test_with_approval_an_invite_lets_one_wait(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    door(ana).update_room(room=room, approval=True)
    code = door(ana).create_invite(room=room, max_uses=1)["invite"]["code"]
    for _ in range(2):
        assert door(eva).join_room(room=room, invite=code)["pending"] is True
    with refused("not_found"):
        eva.history(room)
    door(ana).approve_member(room=room, user=eva)
    assert eva.history(room)


def test_a_banned_one_is_not_let_in_by_an_invite(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room(eva)
    code = door(ana).create_invite(room=room, max_uses=1)["invite"]["code"]
    door(ana).ban_member(room=room, user=eva)
    with refused("forbidden"):
        door(eva).join_room(room=room, invite=code)
    assert ana.rest.get(f"/rooms/{room}/invites")["invites"][0]["uses"] == 0


def test_members_invite_where_they_may_and_see_and_end_their_own(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    with refused("forbidden"):
        door(bia).create_invite(room=room)
    with refused("forbidden"):
        bia.rest.get(f"/rooms/{room}/invites")
    door(ana).update_room(room=room, invite="everyone")
    mine = door(bia).create_invite(room=room)["invite"]
    hers = door(ana).create_invite(room=room)["invite"]
    assert bia.rest.get(f"/rooms/{room}/invites") == {"invites": [mine]}
    assert {invite["code"] for invite in ana.rest.get(f"/rooms/{room}/invites")["invites"]} == {
        mine["code"],
        hers["code"],
    }
    with refused("forbidden"):
        door(caio).revoke_invite(room=room, code=mine["code"])
    door(ana).revoke_invite(room=room, code=mine["code"])
    assert bia.rest.get(f"/rooms/{room}/invites") == {"invites": []}


@pytest.mark.parametrize(
    ("field", "value"),
    [("expires_in", 0), ("expires_in", 31_536_001), ("expires_in", "1"), ("max_uses", 0), ("max_uses", 1.5)],
)
def test_a_bad_invite_is_not_made(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    with refused("invalid", field=field):
        door(ana).create_invite(room=room, **{field: value})
    assert ana.rest.get(f"/rooms/{room}/invites") == {"invites": []}


def test_a_stranger_learns_nothing_of_invites(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    code = door(ana).create_invite(room=room)["invite"]["code"]
    with refused("not_found"):
        door(eva).create_invite(room=room)
    with refused("not_found"):
        door(eva).revoke_invite(room=room, code=code)
    with refused("not_found"):
        eva.rest.get(f"/rooms/{room}/invites")


def test_an_invite_to_a_deleted_room_is_not_found(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    code = door(ana).create_invite(room=room)["invite"]["code"]
    door(ana).delete_room(room=room)
    with refused("not_found"):
        door(eva).join_room(room=room, invite=code)
    with refused("not_found"):
        door(eva).create_invite(room=str(uuid.uuid4()))
