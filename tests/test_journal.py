"""New messages share transactions, and nobody can tell: order, repetitions and refusals are as if each had its own."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.rows import rows, written
from tests.support.server import Server

PEOPLE, ROOMS, EACH = 6, 4, 12

Json = dict[str, Any]


def said(room: str, text: str = "oi") -> Json:
    return {"room": room, "client_id": str(uuid.uuid4()), "text": text}


def seqs(answers: list[Callable[..., Json]]) -> list[int]:
    return [answer()["message"]["seq"] for answer in answers]


def test_a_sender_s_messages_are_stored_in_the_order_in_which_he_sent_them_to_whichever_rooms(
    server: Server, make_user: MakeUser
) -> None:
    people = [make_user() for _ in range(PEOPLE)]
    rooms = [people[0].create_room(*people[1:]) for _ in range(ROOMS)]
    marks = [f"{number:04}" for number in range(ROOMS * EACH)]
    sent = [
        [
            (room, person.socket.emit("send_message", said(room, mark)))
            for mark, room in zip(marks, rooms * EACH, strict=True)
        ]
        for person in people
    ]
    for turn in sent:
        for room in rooms:
            numbers = seqs([answer for to, answer in turn if to == room])
            assert numbers == sorted(numbers)
    names = "room_id IN ({})".format(", ".join(["?"] * ROOMS))
    order = f"SELECT sender_id, text FROM messages WHERE kind = 'text' AND {names} ORDER BY id"  # noqa: S608
    stored = rows(server, order, *rooms)
    assert len(stored) == PEOPLE * len(marks)
    for person in people:
        assert [text for sender, text in stored if sender == person.id] == marks


def test_of_messages_that_come_again_among_new_ones_each_is_answered_as_it_is(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    old = [said(room, f"antes {number}") for number in range(EACH)]
    before = seqs([ana.socket.emit("send_message", message) for message in old])
    new = [said(room, f"depois {number}") for number in range(EACH)]
    mixed = [message for pair in zip(old, new, strict=True) for message in pair]
    heard = len(bia.socket.barrier().heard)
    answers = [answer() for answer in [ana.socket.emit("send_message", message) for message in mixed]]
    assert [answer["message"]["seq"] for answer in answers[::2]] == before
    assert all(answer["duplicate"] for answer in answers[::2])
    assert not any(answer["duplicate"] for answer in answers[1::2])
    fresh = [answer["message"]["seq"] for answer in answers[1::2]]
    assert fresh == list(range(before[-1] + 1, before[-1] + 1 + EACH))
    bia.socket.wait_for("message", since=heard, seq=fresh[-1])
    assert [state["seq"] for state in bia.socket.pushed("message", room=room)[-EACH:]] == fresh


def test_one_who_may_no_longer_write_is_answered_what_he_wrote_before(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    first = said(room)
    stored = bia.socket.ask("send_message", first)["message"]
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"post": "admins"})
    again, refused = (bia.socket.emit("send_message", message) for message in (first, said(room)))
    assert again()["message"]["seq"] == stored["seq"]
    assert refused()["error"]["code"] == "forbidden"


@pytest.mark.only_on("sqlite")
def test_a_database_that_others_keep_to_themselves_is_away(server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    seq = ana.send(room)["seq"]
    with written(server):
        edited, sent = (
            ana.connect().emit(request, fields)
            for request, fields in (
                ("edit_message", {"room": room, "seq": seq, "text": "novo"}),
                ("send_message", said(room)),
            )
        )
        assert [edited(20)["error"]["code"], sent(20)["error"]["code"]] == ["unavailable"] * 2
    assert ana.socket.ask("edit_message", {"room": room, "seq": seq, "text": "novo"})["message"]["text"] == "novo"
    assert ana.socket.ask("send_message", said(room))["message"]["seq"] > seq


@pytest.mark.only_on("postgresql")
@pytest.mark.postgresql
def test_a_connection_that_the_database_has_ended_costs_nobody_his_message(server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    sent = [ana.send(room)["seq"]]
    ended = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE ? AND pid != pg_backend_pid()"
    )
    assert rows(server, ended, "%EXECUTE insert_messages%")[0][0]
    sent += [message["message"]["seq"] for message in (ana.socket.ask("send_message", said(room)) for _ in range(3))]
    assert sent == list(range(sent[0], sent[0] + 4))
