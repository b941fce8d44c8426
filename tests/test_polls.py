"""Polls: asked like any message, closed by hand or by time, and gone as a whole."""

import uuid
from contextlib import suppress
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.fields import at, in_seconds
from tests.support.naming import brief
from tests.support.people import PASSWORD
from tests.support.refusal import Refusal, refused
from tests.support.rows import age, rows
from tests.support.server import Server
from tests.support.shapes import MESSAGE, OPTION, POLL
from tests.support.waiting import eventually

Json = dict[str, Any]


def question(room: str, **fields: Any) -> Json:
    """The fields of a good poll, but for `fields`."""
    good = {"client_id": str(uuid.uuid4()), "text": "Que dia?", "options": ["sábado", "domingo"]}
    return {"room": room} | good | fields


def test_a_poll_is_a_message_that_all_hear_once(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier().heard.clear()
    body = question(room, text=f" Que dia, @{bia.username}? ", options=[" sábado ", "domingo", "tanto faz"])
    sent = door(ana).ask("create_poll", body)
    message = sent["message"]
    assert message.keys() == MESSAGE | {"poll"}
    assert (message["kind"], message["text"]) == ("poll", f"Que dia, @{bia.username}?")
    assert (message["mentions"], message["rev"]) == ([bia.id], ana.rev(room))
    assert message["poll"].keys() == POLL
    assert all(option.keys() == OPTION for option in message["poll"]["options"])
    assert message["poll"] == {
        "options": [
            {"id": number, "text": text, "votes": 0, "voters": []}
            for number, text in enumerate(("sábado", "domingo", "tanto faz"), 1)
        ],
        "multiple": False,
        "anonymous": False,
        "closes_at": None,
        "closed_at": None,
        "people": 0,
    }
    assert door(ana).ask("create_poll", body | {"text": "outra"}) == {"message": message, "duplicate": True}
    assert bia.socket.barrier().pushed() == [message]
    assert ana.history(room)[-1] == bia.entry(room)["messages"][-1] == message
    assert (bia.entry(room)["unread"], bia.entry(room)["mentions"]) == (1, 1)


def test_other_messages_have_no_poll(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    ana.ask_all(room)
    text = door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")["message"]
    assert text.keys() == MESSAGE
    assert [message.keys() == MESSAGE for message in ana.history(room)] == [True, False, True]


def test_a_client_id_names_one_message_of_whatever_kind(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    text, poll = ana.send(room), ana.ask_all(room)
    assert door(ana).ask("create_poll", question(room, client_id=text["client_id"])) == {
        "message": text,
        "duplicate": True,
    }
    again = door(ana).send_message(room=room, client_id=poll["client_id"], text="oi")
    assert again == {"message": poll, "duplicate": True}
    assert len(ana.history(room)) == 3


def test_polls_and_texts_that_come_at_once_are_dense_and_in_order(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier().heard.clear()
    waits = [
        ana.socket.emit("create_poll", question(room))
        if number % 3 == 0
        else ana.socket.emit("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"})
        for number in range(30)
    ]
    messages = [wait()["message"] for wait in waits]
    assert [message["kind"] for message in messages] == ["poll", "text", "text"] * 10
    assert [message["seq"] for message in messages] == list(range(2, 32))
    assert bia.socket.barrier().pushed() == messages
    assert ana.history(room)[1:] == messages


def test_eight_tries_at_once_are_one_poll(make_user: MakeUser, race: Race) -> None:
    ana = make_user()
    room = ana.create_room()
    sockets = [ana.connect() for _ in range(8)]
    body = question(room)
    answers = race(lambda number: sockets[number].ask("create_poll", body), 8)
    assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * 7
    assert [message["kind"] for message in ana.history(room)] == ["system", "poll"]


BAD: list[tuple[str, Any]] = [
    ("text", ""),
    ("text", " \n "),
    ("text", "x" * 10_001),
    ("text", None),
    ("options", ["um"]),
    ("options", []),
    ("options", [str(number) for number in range(13)]),
    ("options", ["um", "um"]),
    ("options", ["um", " um "]),
    ("options", ["um", ""]),
    ("options", ["um", "  "]),
    ("options", ["um", "x" * 101]),
    ("options", ["um", "a\nb"]),
    ("options", ["um", "a\x00b"]),
    ("options", ["um", 2]),
    ("options", "um"),
    ("options", None),
    ("multiple", 1),
    ("anonymous", "true"),
    ("closes_at", "amanhã"),
    ("closes_at", 1_900_000_000),
    ("closes_at", "2020-01-01T00:00:00.000Z"),
    ("closes_at", "2999-01-01T00:00:00.000Z"),
    ("client_id", "x"),
    ("reply_to", 1),
    ("files", []),
]


@pytest.mark.parametrize(("field", "value"), BAD, ids=brief)
def test_a_poll_that_makes_no_sense_is_not_kept(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    rev = ana.rev(room)
    with refused("invalid") as caught:
        door(ana).ask("create_poll", question(room, **{field: value}))
    assert str(caught.value.field).startswith(field)
    assert ana.rev(room) == rev


def test_twelve_options_of_a_hundred_letters_fit(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    options = [f"{number:02}" + "ç" * 98 for number in range(12)]
    poll = door(ana).ask("create_poll", question(ana.create_room(), options=options))["message"]["poll"]
    assert [option["text"] for option in poll["options"]] == options


def test_who_may_write_may_ask(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    channel, public = ana.create_room(bia, kind="channel"), ana.create_room(public=True)
    with refused("forbidden"):
        door(bia).ask("create_poll", question(channel))
    with refused("not_found"):
        door(eva).ask("create_poll", question(channel))
    with refused("forbidden"):
        door(eva).ask("create_poll", question(public))
    room = bia.rest.post("/rooms", kind="direct", members=[ana.id])["room"]["id"]
    door(bia).ask("create_poll", question(room))
    ana.rest.ask("PUT", f"/me/blocks/{bia.id}")
    with refused("forbidden"):
        door(bia).ask("create_poll", question(room))


def test_slow_mode_holds_for_polls_too(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"slow_mode": 3600})
    bia.send(room)
    with refused("rate_limited"):
        door(bia).ask("create_poll", question(room))
    door(ana).ask("create_poll", question(room))


def test_its_author_and_admins_close_a_poll_and_again_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia, eva)
    for closer in (bia, ana):
        poll = bia.ask_all(room)
        bia.socket.ask("vote", at(poll) | {"options": [1]})
        with refused("forbidden"):
            door(eva).close_poll(**at(poll))
        ana.socket.barrier().heard.clear()
        closed = door(closer).close_poll(**at(poll))["message"]
        assert (closed["rev"], closed["poll"]["people"]) == (poll["rev"] + 2, 1)
        assert closed["poll"]["closed_at"] is not None
        assert door(closer).close_poll(**at(poll))["message"] == closed
        pushed = ana.socket.barrier().pushed()
        assert pushed == ([] if closer is ana and door.name == "socket" else [closed])
        assert ana.history(room)[-1] == closed
        with refused("gone"):
            door(eva).vote(**at(poll), options=[2])
        with refused("gone"):
            door(bia).vote(**at(poll), options=[])
        assert door(bia).vote(**at(poll), options=[1])["message"] == closed


def test_a_poll_ends_at_its_time_and_nobody_is_told(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    closes_at = in_seconds(3600)
    poll = door(ana).ask("create_poll", question(room, closes_at=closes_at))["message"]
    assert poll["poll"]["closes_at"] == closes_at
    voted = door(bia).vote(**at(poll), options=[1])["message"]
    end(server, room)
    over = ana.history(room)[-1]
    with refused("gone"):
        door(ana).vote(**at(poll), options=[1])
    with refused("gone"):
        door(bia).vote(**at(poll), options=[2])
    assert door(ana).close_poll(**at(poll))["message"] == over
    assert (over["rev"], over["poll"]["closed_at"]) == (voted["rev"], None)
    assert over["poll"]["options"] == voted["poll"]["options"]


def end(server: Server, room: str) -> None:
    """Let the polls of a room have ended by themselves."""
    new = {
        "sqlite": "json_set(poll, '$.closes_at', 1)",
        "postgresql": "jsonb_set(poll, '{closes_at}', '1')",
    }["postgresql" if server.database_url else "sqlite"]
    rows(server, f"UPDATE messages SET poll = {new} WHERE room_id = ? AND poll IS NOT NULL", room)  # noqa: S608


def test_a_resend_is_answered_also_after_the_poll_has_ended(door: Door, server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = question(room, closes_at=in_seconds(3600))
    door(ana).ask("create_poll", body)
    end(server, room)
    again = door(ana).ask("create_poll", body | {"closes_at": "2020-01-01T00:00:00.000Z"})
    assert (again["duplicate"], again["message"]) == (True, ana.history(room)[-1])


def test_a_poll_is_not_edited(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    poll = ana.ask_all(ana.create_room())
    for text in ("Outra?", poll["text"]):
        with refused("forbidden"):
            door(ana).edit_message(**at(poll), text=text)
    assert ana.history(poll["room"])[-1] == poll


def test_a_poll_is_answered_felt_about_pinned_and_found_like_any_message(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room, text="Qual churrascaria?")
    door(bia).vote(**at(poll), options=[2])
    answer = door(bia).send_message(room=room, client_id=str(uuid.uuid4()), text="!", reply_to=poll["seq"])
    assert answer["message"]["reply_to"] == poll["seq"]
    door(bia).react(**at(poll), emoji="👍")
    state = door(bia).pin_message(**at(poll), on=True)["message"]
    assert state["poll"]["people"] == 1
    assert bia.rest.get(f"/rooms/{room}/pins")["messages"] == [state]
    found = door(bia).search(q="churrascarias")["results"]
    assert [each["message"] for each in found] == [state]


def test_deleting_a_poll_takes_its_options_and_votes_out_of_the_database(
    door: Door, server: Server, make_user: MakeUser
) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room)
    door(bia).vote(**at(poll), options=[1])
    ana.socket.ask("delete_message", at(poll))
    gone = bia.history(room)[-1]
    assert (gone["kind"], gone["text"], gone["poll"]) == ("poll", None, None)
    assert kept(server, room) == []
    assert bia.rest.get("/me/votes")["votes"] == []
    acts: list[tuple[str, Json]] = [("vote", {"options": [2]}), ("vote", {"options": []}), ("close_poll", {})]
    for act, fields in [*acts, ("poll_voters", {})]:
        with refused("gone"):
            door(ana).ask(act, at(poll) | fields)


def kept(server: Server, room: str) -> list[tuple[Any, ...]]:
    """What the database holds of polls and votes of a room."""
    query = "SELECT v.choices FROM votes v JOIN messages m ON m.id = v.message_id WHERE m.room_id = ?"
    polls = rows(server, "SELECT seq FROM messages WHERE room_id = ? AND poll IS NOT NULL", room)
    return rows(server, query, room) + polls


def test_an_expired_poll_leaves_the_database_with_its_votes(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"expire_after": 3600})
    body = question(room)
    poll = door(ana).ask("create_poll", body)["message"]
    door(bia).vote(**at(poll), options=[1])
    age(server, room, 3_600_000)
    for act, fields in (("vote", {"options": [2]}), ("close_poll", {}), ("poll_voters", {})):
        with refused("not_found"):
            door(ana).ask(act, at(poll) | fields)
    again = door(ana).ask("create_poll", body)
    assert (again["duplicate"], again["message"]["poll"], again["message"]["text"]) == (True, None, None)
    eventually(lambda: not kept(server, room))
    again = door(ana).ask("create_poll", body)["message"]
    assert (again["kind"], again["poll"]) == ("poll", None)


def test_clearing_the_history_takes_polls_along(door: Door, server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    poll = ana.ask_all(room)
    door(ana).vote(**at(poll), options=[1])
    ana.rest.ask("DELETE", f"/rooms/{room}/messages")
    with refused("not_found"):
        door(ana).vote(**at(poll), options=[2])
    eventually(lambda: not kept(server, room))
    assert ana.rest.get("/me/votes")["votes"] == []


def test_what_is_hidden_from_one_is_not_voted_on(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"history": "since_join"})
    poll = ana.ask_all(room)
    door(bia).hide_message(**at(poll))
    ana.rest.post(f"/rooms/{room}/members", users=[eva.id])
    for person in (bia, eva):
        person.socket.barrier().heard.clear()
        for act, fields in (("vote", {"options": [1]}), ("poll_voters", {})):
            with refused("not_found"):
                door(person).ask(act, at(poll) | fields)
        door(ana).vote(**at(poll), options=[1])
        door(ana).vote(**at(poll), options=[])
        assert person.socket.barrier().pushed("message") == []


def test_a_forwarded_poll_begins_anew(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, other = ana.create_room(bia), bia.create_room()
    poll = ana.ask_all(room, "a", "b", "c", multiple=True, anonymous=True, closes_at=in_seconds(3600))
    door(ana).vote(**at(poll), options=[1, 3])
    ana.socket.ask("close_poll", at(poll))
    body = {"room": other, "client_id": str(uuid.uuid4()), "forward": at(poll)}
    copy = door(bia).ask("send_message", body)["message"]
    assert (copy["kind"], copy["text"], copy["forwarded"], copy["sender"]) == ("poll", poll["text"], True, bia.id)
    assert copy["poll"] == poll["poll"] | {"closes_at": None}
    door(bia).vote(**at(copy), options=[2])
    assert door(bia).close_poll(**at(copy))["message"]["poll"]["closed_at"]
    ana.socket.ask("delete_message", at(poll))
    with refused("gone", field="forward"):
        door(bia).ask("send_message", body | {"client_id": str(uuid.uuid4())})


def test_a_report_keeps_the_options_too(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    poll = ana.ask_all(ana.create_room(bia), "compre", "já")
    door(bia).report(**at(poll), reason="spam")
    assert rows(server, "SELECT text FROM reports WHERE reporter_id = ?", bia.id) == [("Que dia?\ncompre\njá",)]


def test_the_votes_of_a_deleted_account_stay_as_what_it_said_does(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user(registered=True)
    room = ana.create_room(bia)
    poll = ana.ask_all(room)
    voted = door(bia).vote(**at(poll), options=[2])["message"]
    door(bia).ask("delete_account", {"password": PASSWORD})
    assert next(each for each in ana.history(room) if each["seq"] == poll["seq"]) == voted


def test_a_vote_and_a_deletion_at_once_leave_no_vote(server: Server, make_user: MakeUser, race: Race) -> None:
    people = [make_user() for _ in range(6)]
    room = people[0].create_room(*people[1:])
    for last in ("delete_message", "close_poll"):
        for _ in range(4):
            poll = people[0].ask_all(room)

            def act(number: int, poll: Json = poll, last: str = last) -> str:
                if number == 0:
                    people[0].socket.ask(last, at(poll))
                    return "ended"
                try:
                    people[number].socket.ask("vote", at(poll) | {"options": [1]})
                except Refusal as refusal:
                    return refusal.code
                return "ok"

            outcomes = race(act, 6)
            assert set(outcomes) <= {"ended", "ok", "gone"}
            state = people[1].history(room)[-1]
            assert state["rev"] == poll["rev"] + 1 + outcomes.count("ok") == people[1].rev(room)
            if last == "close_poll":
                assert state["poll"]["options"][0]["votes"] == state["poll"]["people"] == outcomes.count("ok")
                assert state["poll"]["closed_at"]
                with suppress(Refusal):
                    people[0].socket.ask("delete_message", at(poll))
    assert kept(server, room) == []
