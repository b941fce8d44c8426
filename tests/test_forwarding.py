"""Saying again what was said, and answering it."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.fields import at
from tests.support.naming import brief
from tests.support.refusal import refused


def new(**fields: Any) -> dict[str, Any]:
    """The fields of a new message."""
    return {"client_id": str(uuid.uuid4())} | fields


def test_a_forward_says_the_same_and_that_it_is_one(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    source, target = ana.create_room(bia), bia.create_room(eva)
    original = ana.send(source, f"@{bia.username} @todos às 8!")
    eva.socket.barrier().heard.clear()
    for fields in ({}, {"text": ""}, {"text": "  "}):
        forward = door(bia).send_message(room=target, forward=at(original), **new(**fields))["message"]
        assert (forward["text"], forward["forwarded"], forward["sender"]) == (original["text"], True, bia.id)
        assert (forward["mentions"], forward["mentions_all"], forward["reply_to"]) == ([], False, None)
        assert eva.socket.barrier().pushed()[-1] == forward
    again = door(eva).send_message(room=target, forward=at(forward), **new())["message"]
    assert (again["text"], again["forwarded"]) == (original["text"], True)


def test_a_forward_brings_its_own_text(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room)
    with refused("invalid", field="text"):
        door(ana).send_message(room=room, forward=at(message), **new(text="oi"))


def test_only_what_one_may_see_is_forwarded(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    source, public, own = ana.create_room(bia), ana.create_room(public=True), eva.create_room()
    secret, open_one = ana.send(source), ana.send(public)

    def forward(message: dict[str, Any]) -> None:
        door(eva).send_message(room=own, forward=message, **new())

    for name in (at(secret), {"room": str(uuid.uuid4()), "seq": 1}, {"room": own, "seq": 99}):
        with refused("not_found", field="forward"):
            forward(name)
    with refused("forbidden", field="forward"):
        forward(at(open_one))
    with refused("forbidden", field="forward"):
        forward({"room": own, "seq": 1})
    eva.socket.ask("join_room", {"room": public})
    forward(at(open_one))
    ana.socket.ask("update_room", {"room": source, "history": "since_join"})
    ana.socket.ask("add_members", {"room": source, "users": [eva.id]})
    with refused("not_found", field="forward"):
        forward(at(secret))
    eva.socket.ask("hide_message", at(open_one))
    with refused("not_found", field="forward"):
        forward(at(open_one))
    assert eva.room(own)["last_seq"] == 2


def test_whither_one_may_not_write_nothing_is_forwarded(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    source, channel, strange = ana.create_room(bia), ana.create_room(bia, kind="channel"), ana.create_room()
    message = bia.send(source)
    with refused("forbidden"):
        door(bia).send_message(room=channel, forward=at(message), **new())
    with refused("not_found", field="room"):
        door(bia).send_message(room=strange, forward=at(message), **new())
    with refused("not_found", field="room"):
        door(bia).send_message(room=strange, forward={"room": strange, "seq": 1}, **new())


@pytest.mark.parametrize(
    "forward",
    [{}, [], "1", {"room": "1", "seq": 1}, {"seq": 1}, {"room": str(uuid.UUID(int=1)), "seq": "1"}],
    ids=brief,
)
def test_a_bad_forward_is_refused(door: Door, make_user: MakeUser, forward: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    with refused("invalid", field="forward"):
        door(ana).ask("send_message", {"room": room, "forward": forward} | new())
    assert ana.room(room)["last_seq"] == 1


def test_a_resent_forward_is_the_same_message_whatever_became_of_the_original(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    original = ana.send(room, "oi")
    body = {"room": room, "forward": at(original)} | new()
    first = door(ana).ask("send_message", body)["message"]
    ana.socket.ask("delete_message", at(original))
    assert door(ana).ask("send_message", body) == {"message": first, "duplicate": True}
    with refused("gone", field="forward"):
        door(ana).ask("send_message", body | new())


def test_a_resent_reply_is_the_same_message_whatever_became_of_the_original(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    original = ana.send(room, "oi")
    body = {"room": room, "text": "Oi!", "reply_to": original["seq"]} | new()
    first = door(ana).ask("send_message", body)["message"]
    ana.socket.ask("delete_message", at(original))
    assert door(ana).ask("send_message", body) == {"message": first, "duplicate": True}
    with refused("gone", field="reply_to"):
        door(ana).ask("send_message", body | new())


def test_a_forward_may_answer(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    said, asked = ana.send(room, "às 8"), ana.send(room, "Quando?")
    message = door(ana).send_message(room=room, forward=at(said), reply_to=asked["seq"], **new())["message"]
    assert (message["text"], message["reply_to"], message["forwarded"]) == ("às 8", asked["seq"], True)


def test_what_is_sent_in_one_breath_keeps_its_order_with_forwards_and_mentions_among_it(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    original = ana.send(room, "de novo")
    bodies: list[dict[str, Any]] = []
    for turn in range(10):
        bodies += [{"text": str(turn)}, {"text": f"@{bia.username}"}, {"forward": at(original)}]
    waits = [ana.socket.emit("send_message", {"room": room} | new(**body)) for body in bodies]
    texts = [wait()["message"]["text"] for wait in waits]
    stored = [message["text"] for message in ana.history(room, after=original["seq"], limit=200)]
    assert stored == texts == [body.get("text", "de novo") for body in bodies]
