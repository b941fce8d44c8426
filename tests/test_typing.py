"""Typing: told to the others in the room, and over by itself."""

import time
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.refusal import refused


def state(room: str, user: str, *, on: bool) -> dict[str, Any]:
    return {"room": room, "user": user, "on": on}


def test_the_others_hear_who_types_and_who_no_longer_does(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    phone = ana.connect()
    for socket in (ana.socket, bia.socket, eva.socket):
        socket.barrier()
    assert door(ana).typing(room=room, on=True) == {}
    bia.socket.wait_for("typing", **state(room, ana.id, on=True))
    door(ana).typing(room=room, on=True)
    door(ana).typing(room=room, on=False)
    bia.socket.wait_for("typing", **state(room, ana.id, on=False))
    door(ana).typing(room=room, on=False)
    assert [heard["on"] for heard in bia.socket.barrier().pushed("typing")] == [True, False]
    for socket in (ana.socket, phone, eva.socket):
        assert socket.barrier().pushed("typing") == []


def test_typing_ends_by_itself_six_seconds_after_it_was_last_said(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    ana.socket.ask("typing", {"room": room, "on": True})
    time.sleep(2)
    ana.socket.ask("typing", {"room": room, "on": True})
    began = time.monotonic()
    bia.socket.wait_for("typing", **state(room, ana.id, on=False))
    assert 5 < time.monotonic() - began < 15
    assert len(bia.socket.pushed("typing")) == 2


def test_typing_ends_with_the_last_socket_of_the_one_who_types(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    phone = ana.connect()
    ana.socket.ask("typing", {"room": room, "on": True})
    ana.socket.close()
    time.sleep(0.5)
    assert [heard["on"] for heard in bia.socket.barrier().pushed("typing")] == [True]
    began = time.monotonic()
    phone.close()
    bia.socket.wait_for("typing", **state(room, ana.id, on=False))
    assert time.monotonic() - began < 4.5


def test_only_who_may_write_may_type(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia, kind="channel")
    door(ana).typing(room=room, on=True)
    bia.socket.barrier()
    with refused("forbidden"):
        door(bia).typing(room=room, on=True)
    with refused("not_found", field="room"):
        door(eva).typing(room=room, on=True)
    with refused("not_found", field="room"):
        door(ana).typing(room=str(uuid.uuid4()), on=True)
    for nonsense in ({"on": "sim"}, {"on": None}, {}):
        with refused("invalid", field="on"):
            door(ana).typing(room=room, **nonsense)


@pytest.mark.parametrize("others", [199, 200])
def test_nobody_hears_who_types_in_a_room_over_200(make_user: MakeUser, others: int) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, *[make_user() for _ in range(others - 1)])
    bia.socket.barrier()
    ana.socket.ask("typing", {"room": room, "on": True})
    ana.socket.ask("typing", {"room": room, "on": False})
    ana.send(room)
    bia.socket.wait_for("message", room=room, sender=ana.id)
    assert len(bia.socket.pushed("typing")) == (2 if others == 199 else 0)


def test_typing_is_not_told_across_a_block(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    direct = ana.create_room(bia, kind="direct", name=None)
    caio.socket.barrier()
    bia.socket.ask("block_user", {"user": ana.id})
    for typist, other in ((ana, bia), (bia, ana)):
        typist.socket.ask("typing", {"room": room, "on": True})
        caio.socket.wait_for("typing", **state(room, typist.id, on=True))
        assert other.socket.barrier().pushed("typing") == []
        with refused("forbidden"):
            typist.socket.ask("typing", {"room": direct, "on": True})
    bia.socket.ask("unblock_user", {"user": ana.id})
    ana.socket.ask("typing", {"room": direct, "on": True})
    bia.socket.wait_for("typing", **state(direct, ana.id, on=True))
