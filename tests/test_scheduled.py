"""Messages for later: asked for, changed, cancelled, and sent once when their time has come."""

import time
import uuid
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.doors import Door
from tests.support.fields import in_seconds
from tests.support.naming import brief
from tests.support.people import People
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.server import Server
from tests.support.waiting import eventually

Json = dict[str, Any]
FIELDS = {"room", "client_id", "text", "files", "reply_to", "send_at", "created_at", "status", "error"}


def schedule(door: Door, person: Person, room: str, seconds: float = 3600, **fields: Any) -> Json:
    """Ask for a message for later and return its state."""
    body = {"room": room, "client_id": str(uuid.uuid4()), "text": "depois", "send_at": in_seconds(seconds)} | fields
    state: Json = door(person).ask("schedule_message", body)["scheduled"]
    assert state.keys() == FIELDS
    return state


def listed(door: Door, person: Person, **fields: Any) -> list[Json]:
    """Somebody's messages for later."""
    states: list[Json] = door(person).ask("list_scheduled", fields)["scheduled"]
    return states


def name(state: Json) -> Json:
    """How a request names a message for later."""
    return {"room": state["room"], "client_id": state["client_id"]}


def texts(person: Person, room: str) -> list[str]:
    """What has been said in a room."""
    return [message["text"] for message in person.history(room) if message["kind"] == "text"]


def test_a_message_for_later_waits_and_only_its_author_knows(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, other = ana.create_room(bia), ana.create_room(bia)
    phone = ana.connect()
    bia.socket.barrier().heard.clear()
    late, soon = schedule(door, ana, room, 7200), schedule(door, ana, other, 3600)
    assert (late["status"], late["error"], late["text"]) == ("waiting", None, "depois")
    assert phone.barrier().pushed("scheduled") == [late, soon]
    assert listed(door, ana) == [soon, late]
    assert listed(door, ana, room=room) == [late]
    assert listed(door, bia) == []
    assert texts(bia, room) == []
    for request in ("change_scheduled", "cancel_scheduled"):
        with refused("not_found", field="client_id"):
            door(bia).ask(request, name(late))


def test_it_is_sent_when_its_time_has_come(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    first = ana.send(room)
    phone = ana.connect()
    state = schedule(door, ana, room, 1, text="agora @todos", reply_to=first["seq"])
    assert texts(bia, room) == ["oi"]
    eventually(lambda: texts(bia, room) == ["oi", "agora @todos"])
    sent = bia.history(room)[-1]
    assert (sent["client_id"], sent["sender"], sent["reply_to"]) == (state["client_id"], ana.id, first["seq"])
    assert sent["mentions_all"]
    assert sent["created_at"] >= state["send_at"]
    eventually(lambda: not listed(door, ana))
    assert phone.barrier().pushed("scheduled") == [state, state | {"status": "sent"}]
    assert sent in phone.pushed("message")


def test_the_same_client_id_is_the_same_message(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    state = schedule(door, ana, room)
    again = door(ana).schedule_message(**name(state), text="outra coisa", send_at=in_seconds(60))
    assert again == {"scheduled": state, "duplicate": True}
    sent = ana.send(room)
    with refused("conflict", field="client_id"):
        schedule(door, ana, room, client_id=sent["client_id"])


def test_it_may_be_changed_and_cancelled(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room, phone = ana.create_room(), ana.connect()
    state = schedule(door, ana, room)
    changed = door(ana).change_scheduled(**name(state), text=" melhor ", send_at=in_seconds(60))["scheduled"]
    assert changed == state | {"text": "melhor", "send_at": changed["send_at"]}
    assert changed["send_at"] < state["send_at"]
    assert door(ana).change_scheduled(**name(state), text="melhor")["scheduled"] == changed
    door(ana).cancel_scheduled(**name(state))
    assert phone.barrier().pushed("scheduled") == [state, changed, changed | {"status": "cancelled"}]
    assert listed(door, ana) == []
    for request in ("change_scheduled", "cancel_scheduled"):
        with refused("not_found", field="client_id"):
            door(ana).ask(request, name(state))


def test_one_that_cannot_be_sent_is_kept_with_the_reason(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, quiet = ana.create_room(bia), ana.create_room(bia)
    schedule(door, bia, room, 1, text="tarde demais")
    schedule(door, bia, quiet, 1, text="calada")
    ana.socket.ask("remove_member", {"room": room, "user": bia.id})
    ana.socket.ask("update_room", {"room": quiet, "post": "admins"})
    eventually(lambda: {state["status"] for state in listed(door, bia)} == {"failed"})
    assert {state["room"]: state["error"] for state in listed(door, bia)} == {room: "not_found", quiet: "forbidden"}
    assert texts(ana, room) == texts(ana, quiet) == []
    ana.socket.ask("update_room", {"room": quiet, "post": "everyone"})
    retried = door(bia).change_scheduled(**name(listed(door, bia, room=quiet)[0]), send_at=in_seconds(0.5))
    assert (retried["scheduled"]["status"], retried["scheduled"]["error"]) == ("waiting", None)
    eventually(lambda: texts(ana, quiet) == ["calada"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("send_at", "2020-01-01T00:00:00Z"),
        ("send_at", "2999-01-01T00:00:00Z"),
        ("send_at", None),
        ("send_at", 5),
        ("text", ""),
        ("text", " "),
        ("text", "x" * 10_001),
        ("client_id", "1"),
        ("reply_to", 0),
        ("files", ["1"]),
        ("forward", None),
    ],
    ids=brief,
)
def test_what_makes_no_sense_is_invalid(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    with refused("invalid", field=field):
        schedule(door, ana, ana.create_room(), **{field: value})


def test_who_may_not_write_may_not_schedule(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    channel = ana.create_room(bia, kind="channel")
    schedule(door, ana, channel)
    with refused("forbidden"):
        schedule(door, bia, channel)
    with refused("not_found"):
        schedule(door, eva, channel)


def test_a_hundred_may_wait(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = {"room": room, "text": "oi", "send_at": in_seconds(3600)}
    for _ in range(100):
        ana.socket.ask("schedule_message", body | {"client_id": str(uuid.uuid4())})
    with refused("conflict"):
        ana.socket.ask("schedule_message", body | {"client_id": str(uuid.uuid4())})


def test_what_was_due_while_the_server_was_down_is_sent_once(make_server: MakeServer) -> None:
    server = make_server()
    ana = People(server).register()
    room = ana.create_room()
    for number in range(5):
        body = {"client_id": str(uuid.uuid4()), "text": f"{number}", "send_at": in_seconds(1 + number / 100)}
        ana.rest.post(f"/rooms/{room}/scheduled", **body)
    server.kill()
    time.sleep(1.2)
    server.start()
    eventually(lambda: texts(ana, room) == ["0", "1", "2", "3", "4"])
    eventually(lambda: ana.rest.get("/me/scheduled") == {"scheduled": []})


def test_of_three_processes_one_sends(make_server: MakeServer) -> None:
    first = make_server()
    others = [
        Server(first.folder / f"other-{n}", first.database_url, SOPAPO_DATA_DIR=str(first.data)) for n in range(2)
    ]
    try:
        for other in others:
            other.start()
        ana = People(first).register()
        room = ana.create_room()
        for number in range(30):
            ana.rest.post(
                f"/rooms/{room}/scheduled", client_id=str(uuid.uuid4()), text=f"{number}", send_at=in_seconds(4)
            )
        eventually(lambda: ana.rest.get("/me/scheduled") == {"scheduled": []}, 40)
        assert sorted(texts(ana, room), key=int) == [str(number) for number in range(30)]
    finally:
        for other in others:
            other.stop()
