"""What is kept at hand: pins for all, stars for oneself."""

from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.fields import at
from tests.support.naming import brief
from tests.support.refusal import Refusal, refused


def test_a_pin_is_one_change_that_all_hear(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    ana.socket.barrier().heard.clear()
    pinned = door(bia).pin_message(**at(message), on=True)["message"]
    assert pinned == message | {"rev": message["rev"] + 1, "pinned": True}
    assert ana.socket.barrier().pushed() == [pinned]
    assert ana.rest.get(f"/rooms/{room}/pins")["messages"] == [pinned]
    unpinned = door(ana).pin_message(**at(message), on=False)["message"]
    assert unpinned == message | {"rev": message["rev"] + 2}
    assert ana.rest.get(f"/rooms/{room}/pins") == {"messages": [], "users": []}


def test_what_is_pinned_already_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    assert door(bia).pin_message(**at(message), on=False)["message"] == message
    pinned = door(bia).pin_message(**at(message), on=True)["message"]
    ana.socket.barrier().heard.clear()
    assert door(bia).pin_message(**at(message), on=True)["message"] == pinned
    assert ana.socket.barrier().pushed() == []
    assert ana.rev(room) == pinned["rev"]


def test_a_room_has_three_pins_at_most(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    first, second, third, fourth = (ana.send(room) for _ in range(4))
    for message in (third, first, second):
        door(ana).pin_message(**at(message), on=True)
    with refused("conflict"):
        door(ana).pin_message(**at(fourth), on=True)
    seqs = [message["seq"] for message in ana.rest.get(f"/rooms/{room}/pins")["messages"]]
    assert seqs == [message["seq"] for message in (first, second, third)]
    ana.socket.ask("delete_message", at(second))
    door(ana).pin_message(**at(fourth), on=True)
    with refused("gone"):
        door(ana).pin_message(**at(second), on=True)


def test_of_eight_who_pin_at_once_three_do(make_user: MakeUser, race: Race) -> None:
    ana = make_user()
    room = ana.create_room()
    messages = [ana.send(room) for _ in range(8)]
    sockets = [ana.connect() for _ in range(8)]

    def pin(number: int) -> bool:
        try:
            sockets[number].ask("pin_message", at(messages[number]) | {"on": True})
        except Refusal as refusal:
            assert refusal.code == "conflict"  # noqa: PT017
            return False
        return True

    assert sum(race(pin, 8)) == 3
    assert len(ana.rest.get(f"/rooms/{room}/pins")["messages"]) == 3


def test_who_may_write_may_pin(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    for room in (ana.create_room(bia, kind="channel"), ana.create_room(bia)):
        ana.rest.ask("PATCH", f"/rooms/{room}", json={"name": "Outra"})
        if ana.room(room)["kind"] == "group":
            ana.socket.ask("update_room", {"room": room, "post": "admins"})
        message = ana.send(room)
        door(ana).pin_message(**at(message), on=True)
        for on in (True, False):
            with refused("forbidden"):
                door(bia).pin_message(**at(message), on=on)
        with refused("not_found"):
            door(eva).pin_message(**at(message), on=True)
        with refused("forbidden"):
            door(ana).pin_message(**at(ana.history(room)[0]), on=True)
        assert [each["seq"] for each in bia.rest.get(f"/rooms/{room}/pins")["messages"]] == [message["seq"]]
        with refused("not_found"):
            eva.rest.get(f"/rooms/{room}/pins")


@pytest.mark.parametrize("request_name", ["pin_message", "star_message"])
@pytest.mark.parametrize("on", [None, 1, "true", "on"], ids=brief)
def test_a_switch_is_on_or_off(door: Door, make_user: MakeUser, request_name: str, on: Any) -> None:
    ana = make_user()
    message = ana.send(ana.create_room())
    with refused("invalid", field="on"):
        door(ana).ask(request_name, at(message) | {"on": on})


def test_a_star_is_ones_own(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    phone = bia.connect()
    for socket in (ana.socket, bia.socket, phone):
        socket.barrier().heard.clear()
    for on in (True, True, False, False):
        assert door(bia).star_message(**at(message), on=on) == {}
    states = [at(message) | {"on": True}, at(message) | {"on": False}]
    assert phone.barrier().pushed("star") == states
    assert bia.socket.barrier().pushed("star") == ([] if door.name == "socket" else states)
    assert [heard.event for heard in ana.socket.barrier().heard if not heard.answer] == []
    assert ana.rev(room) == message["rev"]


def test_stars_are_listed_newest_first_page_by_page(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    rooms = [ana.create_room(bia), ana.create_room(bia)]
    messages = [ana.send(rooms[number % 2]) for number in range(5)]
    for message in (messages[2], messages[0], messages[4]):
        door(bia).star_message(**at(message), on=True)
    page = bia.rest.get("/me/stars", limit=2)
    assert page["messages"] == [messages[4], messages[0]]
    assert {user["id"] for user in page["users"]} == {ana.id}
    rest = bia.rest.get("/me/stars", cursor=page["next"])
    assert (rest["messages"], rest["next"]) == ([messages[2]], None)
    assert ana.rest.get("/me/stars") == {"messages": [], "users": [], "next": None}


@pytest.mark.parametrize(("field", "value"), [("limit", 0), ("limit", 201), ("cursor", "a"), ("cursor", 0), ("x", 1)])
def test_a_page_of_stars_has_its_bounds(make_user: MakeUser, field: str, value: Any) -> None:
    with refused("invalid", field=field):
        make_user().rest.get("/me/stars", **{field: value})


def test_stars_show_only_what_one_may_see(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, public=True)
    message, other = ana.send(room), ana.send(room)
    for each in (message, other):
        door(bia).star_message(**at(each), on=True)
    with refused("forbidden"):
        door(bia).star_message(**at(ana.history(room)[0]), on=True)
    with refused("not_found"):
        door(bia).star_message(room=room, seq=other["seq"] + 1, on=True)
    ana.socket.ask("delete_message", at(other))
    assert bia.rest.get("/me/stars")["messages"] == [message]
    bia.socket.ask("leave_room", {"room": room})
    assert bia.rest.get("/me/stars")["messages"] == []
    with refused("forbidden"):
        door(bia).star_message(**at(message), on=True)
    ana.socket.ask("update_room", {"room": room, "history": "since_join"})
    bia.socket.ask("join_room", {"room": room})
    assert bia.rest.get("/me/stars")["messages"] == []
    ana.socket.ask("update_room", {"room": room, "history": "all"})
    assert bia.rest.get("/me/stars")["messages"] == [message]
