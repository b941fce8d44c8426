"""Messages: sent once, numbered without a hole, and pushed to whom they concern."""

import re
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.naming import brief
from tests.support.refusal import refused
from tests.support.shapes import MESSAGE, TIME

pytestmark = pytest.mark.also_on_stock


def new_id() -> str:
    return str(uuid.uuid4())


def test_a_message_is_acknowledged_with_its_whole_state(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    seq, rev, client_id = ana.room(room)["last_seq"], ana.rev(room), new_id()
    done = door(ana).send_message(room=room, client_id=client_id, text="  Olá, tudo bem? 😀\n\t")
    assert (done.keys(), done["duplicate"]) == ({"message", "duplicate"}, False)
    message = done["message"]
    assert message.keys() == MESSAGE
    assert (message["room"], message["client_id"], message["sender"]) == (room, client_id, ana.id)
    assert (message["seq"], message["rev"]) == (seq + 1, rev + 1)
    assert (message["kind"], message["text"], message["system"]) == ("text", "Olá, tudo bem? 😀", None)
    assert (message["reply_to"], message["forwarded"], message["pinned"]) == (None, False, False)
    assert (message["mentions"], message["mentions_all"], message["files"], message["reactions"]) == ([], False, [], {})
    assert (message["edited_at"], message["deleted_at"], message["expires_at"]) == (None, None, None)
    assert re.fullmatch(TIME, message["created_at"])
    assert ana.history(room)[-1] == message


def test_a_message_is_pushed_to_every_other_socket_of_its_room_and_to_nobody_else(
    door: Door, make_user: MakeUser
) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    own, others = ana.socket, [ana.connect(), bia.socket, bia.connect()]
    for socket in (own, *others, eva.socket):
        socket.barrier()
    message = door(ana).send_message(room=room, client_id=new_id(), text="oi")["message"]
    for socket in others:
        assert socket.barrier().pushed() == [message]
    assert own.barrier().pushed() == ([] if door.name == "socket" else [message])
    assert eva.socket.barrier().pushed() == []


def test_a_message_may_say_that_it_holds_no_files_and_cannot_hold_one_that_is_not_there(
    door: Door, make_user: MakeUser
) -> None:
    ana = make_user()
    room = ana.create_room()
    assert door(ana).send_message(room=room, client_id=new_id(), text="oi", files=[])["message"]["files"] == []
    with refused("not_found", field="files"):
        door(ana).send_message(room=room, client_id=new_id(), text="oi", files=[new_id()])


def test_a_repeated_send_names_the_same_message_whatever_it_says(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    client_id = new_id()
    first = door(ana).send_message(room=room, client_id=client_id, text="uma vez")
    ana.send(room, "outra")
    for text in ("uma vez", "com outras palavras"):
        again = door(ana).send_message(room=room, client_id=client_id.upper(), text=text)
        assert again == {"message": first["message"], "duplicate": True}
    assert [message["text"] for message in bia.socket.barrier().pushed()] == ["uma vez", "outra"]
    assert [message["text"] for message in ana.history(room)[-2:]] == ["uma vez", "outra"]


def test_a_client_id_is_ones_own_in_one_room(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    rooms = [ana.create_room(bia), ana.create_room(bia)]
    client_id = new_id()
    sent = [
        door(person).send_message(room=room, client_id=client_id, text="oi") for person in (ana, bia) for room in rooms
    ]
    assert [done["duplicate"] for done in sent] == [False] * 4
    assert len({(done["message"]["room"], done["message"]["seq"]) for done in sent}) == 4


def test_ten_copies_of_one_send_at_once_store_and_push_one_message(make_user: MakeUser, race: Race) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    sockets = [ana.connect() for _ in range(5)]
    bia.socket.barrier()
    body = {"room": room, "client_id": new_id(), "text": "uma só"}

    def send(number: int) -> dict[str, Any]:
        if number < len(sockets):
            return sockets[number].ask("send_message", body)
        return ana.rest.post(f"/rooms/{room}/messages", client_id=body["client_id"], text=body["text"])

    answers = race(send, 10)
    assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * 9
    message = answers[0]["message"]
    assert all(answer["message"] == message for answer in answers)
    assert bia.socket.barrier().pushed() == [message]
    assert [each for each in ana.history(room) if each["kind"] == "text"] == [message]


def test_ten_copies_from_one_socket_in_one_breath_store_one_message(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = {"room": room, "client_id": new_id(), "text": "uma só"}
    answers = [wait() for wait in [ana.socket.emit("send_message", body) for _ in range(10)]]
    assert [answer["duplicate"] for answer in answers] == [False] + [True] * 9
    assert len({str(answer["message"]) for answer in answers}) == 1


def test_eight_senders_at_once_leave_seq_and_rev_dense_and_heard_in_order(make_user: MakeUser, race: Race) -> None:
    each = 25
    people = [make_user() for _ in range(8)]
    room = people[0].create_room(*people[1:])
    for person in people:
        person.socket.barrier()
    rev, seq = people[0].rev(room), people[0].room(room)["last_seq"]

    def send(number: int) -> list[dict[str, Any]]:
        waits = [
            people[number].socket.emit(
                "send_message", {"room": room, "client_id": new_id(), "text": f"{number} {turn}"}
            )
            for turn in range(each)
        ]
        return [wait()["message"] for wait in waits]

    sent = race(send, 8)
    total = 8 * each
    stored = [message for page in (0, 100) for message in people[0].history(room, after=seq + page, limit=100)]
    assert [message["seq"] for message in stored] == list(range(seq + 1, seq + total + 1))
    assert [message["rev"] for message in stored] == list(range(rev + 1, rev + total + 1))
    for number, own in enumerate(sent):
        assert [message["text"] for message in own] == [f"{number} {turn}" for turn in range(each)]
        assert [message["seq"] for message in own] == sorted(message["seq"] for message in own)
        heard = people[number].socket.barrier().heard
        revs = [
            (item.payload["message"] if item.answer else item.payload)["rev"]
            for item in heard
            if item.event in ("message", "send_message")
        ]
        assert revs == list(range(rev + 1, rev + total + 1))


def test_requests_of_one_client_take_effect_in_the_order_it_sent_them(make_user: MakeUser) -> None:
    ana = make_user()
    rooms = [ana.create_room(name=str(number)) for number in range(3)]
    waits = [
        ana.socket.emit("send_message", {"room": rooms[turn % 3], "client_id": new_id(), "text": str(turn)})
        for turn in range(200)
    ]
    answers = [wait() for wait in waits]
    assert all(answer["ok"] for answer in answers)
    answered = [heard.payload["message"]["text"] for heard in ana.socket.heard if heard.event == "send_message"]
    assert answered == [str(turn) for turn in range(200)]
    for number, room in enumerate(rooms):
        texts = [message["text"] for message in ana.history(room, limit=200) if message["kind"] == "text"]
        assert texts == [str(turn) for turn in range(number, 200, 3)]


def test_different_requests_of_one_client_take_effect_in_order(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    waits = []
    for turn in range(20):
        waits += [
            ana.socket.emit("update_room", {"room": room, "name": f"nome {turn}"}),
            ana.socket.emit("send_message", {"room": room, "client_id": new_id(), "text": f"texto {turn}"}),
        ]
    revs = [(answer.get("room") or answer["message"])["rev"] for answer in (wait() for wait in waits)]
    assert revs == sorted(revs)


def test_what_one_says_in_the_same_breath_as_coming_and_going_is_said_between(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(public=True)
    bia.socket.barrier()
    body = {"room": room, "text": "entre a chegada e a partida"}
    asked = [("send_message", {"client_id": new_id()}), ("join_room", {}), ("send_message", {"client_id": new_id()})]
    asked += [("leave_room", {}), ("send_message", {"client_id": new_id()})]
    waits = [
        bia.socket.emit(request, fields | (body if request == "send_message" else {"room": room}))
        for request, fields in asked
    ]
    answers = [wait() for wait in waits]
    assert [answer["ok"] for answer in answers] == [False, True, True, True, False]
    assert [answers[number]["error"]["code"] for number in (0, 4)] == ["forbidden", "forbidden"]
    heard = [message["text"] or message["system"]["action"] for message in ana.history(room)]
    assert heard == ["created", "joined", "entre a chegada e a partida", "left"]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "x" * 10_000,
        "😀" * 10_000,
        "a\nb",
        "\u202eabc",
        "<script>alert(1)</script>",
        "'; DROP TABLE messages; --",
        "\\u0000",
    ],
)
def test_a_text_is_kept_as_it_was_sent(door: Door, make_user: MakeUser, text: str) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    message = door(ana).send_message(room=room, client_id=new_id(), text=text)["message"]
    assert message["text"] == text
    assert bia.socket.wait_for("message", seq=message["seq"])["text"] == text
    assert bia.history(room)[-1]["text"] == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", " \n\t "),
        ("text", "x" * 10_001),
        ("text", None),
        ("text", 1),
        ("text", ["oi"]),
        ("text", True),
        ("client_id", "1"),
        ("client_id", None),
        ("client_id", 1),
        ("client_id", ""),
        ("client_id", "{6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55}"),
        ("client_id", "6f0d0b7e7d7c4d1c9a552b3a7f1c0e55"),
        ("reply_to", 0),
        ("reply_to", -1),
        ("reply_to", "1"),
        ("reply_to", 1.5),
        ("reply_to", True),
        ("reply_to", 2**63),
        ("reply_to", 10**30),
        ("colour", "red"),
    ],
    ids=brief,
)
def test_a_message_with_a_bad_field_is_not_stored(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    before = ana.room(room)
    with refused("invalid", field=field):
        door(ana).ask("send_message", {"room": room, "client_id": new_id(), "text": "oi"} | {field: value})
    assert ana.room(room) == before


@pytest.mark.parametrize("missing", ["client_id", "text"])
def test_a_message_without_a_needed_field_is_not_stored(door: Door, make_user: MakeUser, missing: str) -> None:
    ana = make_user()
    room = ana.create_room()
    fields = {"client_id": new_id(), "text": "oi"}
    del fields[missing]
    with refused("invalid", field=missing):
        door(ana).ask("send_message", {"room": room} | fields)
    assert ana.room(room)["last_seq"] == 1


def test_a_reply_names_a_message_of_its_room(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    question = ana.send(room, "Vamos?")
    reply = door(ana).send_message(room=room, client_id=new_id(), text="Vamos!", reply_to=question["seq"])["message"]
    assert reply["reply_to"] == question["seq"]
    with refused("not_found"):
        door(ana).send_message(room=room, client_id=new_id(), text="A quê?", reply_to=reply["seq"] + 1)
    assert ana.room(room)["last_seq"] == reply["seq"]


def test_who_sends_over_http_is_answered_200_for_a_copy(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = {"client_id": new_id(), "text": "oi"}
    statuses = [ana.rest.send("POST", f"/rooms/{room}/messages", json=body).status_code for _ in range(3)]
    assert statuses == [201, 200, 200]


def test_acknowledgements_and_pushes_are_the_same_state(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    message = ana.socket.ask("send_message", {"room": room, "client_id": new_id(), "text": "oi"})["message"]
    assert bia.socket.wait_for("message") == bia.history(room)[-1] == bia.entry(room)["messages"][-1] == message
