"""What becomes of a message: other words, no words, or none for oneself."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser, Race
from tests.support.doors import Door
from tests.support.fields import at
from tests.support.naming import brief
from tests.support.refusal import Refusal, refused
from tests.support.rows import rows
from tests.support.server import Server


def kept_of(server: Server, room: str, seq: int, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table that hang on a message."""
    message = "SELECT id FROM messages WHERE room_id = ? AND seq = ?"
    return rows(server, f"SELECT * FROM {table} WHERE message_id = ({message})", room, seq)  # noqa: S608


def test_an_edit_is_one_change_that_all_hear(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    first = ana.send(room, "Vamos as 8?")
    later = ana.send(room, "Ou as 9?")
    bia.socket.barrier()
    edited = door(ana).edit_message(**at(first), text="  Vamos às 8? ")["message"]
    assert edited == first | {"rev": later["rev"] + 1, "text": "Vamos às 8?", "edited_at": edited["edited_at"]}
    assert edited["edited_at"] >= first["created_at"]
    assert bia.socket.barrier().pushed() == [edited]
    assert ana.history(room)[-2:] == [edited, later]
    entry = bia.entry(room, later["rev"])
    assert (entry["messages"], entry["rev"]) == ([edited], edited["rev"])


def test_the_same_words_again_change_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, "oi")
    bia.socket.barrier()
    assert door(ana).edit_message(**at(message), text=" oi ")["message"] == message
    assert bia.socket.barrier().pushed() == []
    assert ana.rev(room) == message["rev"]


def test_former_words_are_kept_for_administrators_until_the_message_is_deleted(
    server: Server, make_user: MakeUser
) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room, "um")
    for text in ("dois", "três"):
        ana.socket.ask("edit_message", at(message) | {"text": text})
    assert [row[2] for row in kept_of(server, room, message["seq"], "edits")] == ["um", "dois"]
    ana.socket.ask("delete_message", at(message))
    assert kept_of(server, room, message["seq"], "edits") == []


def test_only_its_author_edits_a_message(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    message = bia.send(room, "oi")
    with refused("forbidden"):
        door(ana).edit_message(**at(message), text="Oi!")
    with refused("not_found"):
        door(eva).edit_message(**at(message), text="Oi!")
    system = ana.history(room)[0]
    with refused("forbidden"):
        door(ana).edit_message(**at(system), text="Oi!")
    assert ana.history(room) == [system, message]


def test_who_left_edits_no_more_and_who_may_not_write_neither(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = bia.send(room, "oi")
    ana.socket.ask("update_room", {"room": room, "post": "admins"})
    with refused("forbidden"):
        door(bia).edit_message(**at(message), text="Oi!")
    ana.socket.ask("update_room", {"room": room, "post": "everyone"})
    door(bia).edit_message(**at(message), text="Oi!")
    bia.socket.ask("leave_room", {"room": room})
    with refused("not_found"):
        door(bia).edit_message(**at(message), text="Tchau!")


def test_what_somebody_else_said_is_not_edited(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    forward = ana.send(room, "", forward=at(ana.send(room, "oi")))
    with refused("forbidden"):
        door(ana).edit_message(**at(forward), text="Oi!")


def test_time_for_an_edit_runs_out(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server(SOPAPO_EDIT_SECONDS="0")
    ana = make_user(on=server)
    room = ana.create_room()
    message = ana.send(room, "oi")
    with refused("forbidden"):
        ana.socket.ask("edit_message", at(message) | {"text": "Oi!"})
    with refused("forbidden"):
        ana.rest.ask("PATCH", f"/rooms/{room}/messages/{message['seq']}", json={"text": "Oi!"})


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_001, None, 1, ["oi"]], ids=brief)
def test_bad_words_are_refused(door: Door, make_user: MakeUser, text: Any) -> None:
    ana = make_user()
    message = ana.send(ana.create_room(), "oi")
    with refused("invalid", field="text"):
        door(ana).ask("edit_message", at(message) | {"text": text})


@pytest.mark.parametrize("seq", [0, -1, "a", 2**63, 1.5], ids=brief)
@pytest.mark.parametrize("request_name", ["edit_message", "delete_message", "hide_message", "react", "star_message"])
def test_what_is_no_seq_is_refused(door: Door, make_user: MakeUser, request_name: str, seq: Any) -> None:
    ana = make_user()
    extra: dict[str, Any] = {"edit_message": {"text": "oi"}, "react": {"emoji": "👍"}, "star_message": {"on": True}}
    with refused("invalid", field="seq"):
        door(ana).ask(request_name, {"room": ana.create_room(), "seq": seq} | extra.get(request_name, {}))


def test_a_deleted_message_keeps_its_place_and_nothing_else(door: Door, server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, f"@{bia.username} @todos oi")
    bia.socket.ask("react", at(message) | {"emoji": "👍"})
    for request in ("pin_message", "star_message"):
        bia.socket.ask(request, at(message) | {"on": True})
    bia.socket.barrier().heard.clear()
    answer = door(ana).delete_message(**at(message))
    deleted = ana.history(room)[-1]
    assert answer in ({}, {"message": deleted})
    gone: dict[str, Any] = {"text": None, "mentions": [], "mentions_all": False, "reactions": {}, "pinned": False}
    assert deleted == message | gone | {"rev": message["rev"] + 3, "deleted_at": deleted["deleted_at"]}
    assert deleted["deleted_at"] >= message["created_at"]
    assert bia.socket.barrier().pushed() == [deleted]
    for table in ("reactions", "stars", "edits"):
        assert kept_of(server, room, message["seq"], table) == []
    assert bia.rest.get("/me/stars")["messages"] == []


def test_deleting_again_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = bia.send(room, "oi")
    door(bia).delete_message(**at(message))
    deleted = ana.history(room)[-1]
    ana.socket.barrier().heard.clear()
    for person in (bia, ana):
        assert door(person).delete_message(**at(message)) in ({}, {"message": deleted})
    assert ana.socket.barrier().pushed() == []
    assert ana.rev(room) == deleted["rev"]


def test_authors_delete_their_own_and_admins_anybodys(door: Door, make_user: MakeUser) -> None:
    ana, bia, edu, eva = make_user(), make_user(), make_user(), make_user()
    room = ana.create_room(bia, edu)
    ana.socket.ask("set_role", {"room": room, "user": edu.id, "role": "admin"})
    owners, members, own = ana.send(room), bia.send(room), bia.send(room)
    with refused("forbidden"):
        door(bia).delete_message(**at(owners))
    with refused("forbidden"):
        door(ana).delete_message(**at(ana.history(room)[0]))
    with refused("not_found"):
        door(eva).delete_message(**at(own))
    door(bia).delete_message(**at(own))
    for message in (owners, members):
        door(edu).delete_message(**at(message))
    assert [message["text"] for message in ana.history(room) if message["kind"] == "text"] == [None] * 3


def test_in_a_direct_room_nobody_deletes_what_the_other_said(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.rest.post("/rooms", kind="direct", members=[bia.id])["room"]["id"]
    message = ana.send(room)
    with refused("forbidden"):
        door(bia).delete_message(**at(message))
    door(ana).delete_message(**at(message))


def test_a_deleted_message_is_acted_on_no_more(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room)
    ana.socket.ask("delete_message", at(message))
    acts: list[tuple[str, dict[str, Any]]] = [
        ("edit_message", {"text": "oi"}),
        ("react", {"emoji": "👍"}),
        ("react", {"emoji": None}),
        ("pin_message", {"on": True}),
        ("star_message", {"on": False}),
    ]
    for request, fields in acts:
        with refused("gone", field="seq"):
            door(ana).ask(request, at(message) | fields)
    with refused("gone", field="reply_to"):
        door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="oi", reply_to=message["seq"])
    with refused("gone", field="forward"):
        door(ana).send_message(room=room, client_id=str(uuid.uuid4()), forward=at(message))


@pytest.mark.parametrize("how", ["expired", "cleared"])
def test_what_is_no_more_is_not_found(door: Door, server: Server, make_user: MakeUser, how: str) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room, f"@{ana.username}")
    ana.socket.ask("star_message", at(message) | {"on": True})
    if how == "expired":
        rows(server, "UPDATE messages SET expires_at = 1 WHERE room_id = ? AND seq = ?", room, message["seq"])
    else:
        rows(server, "UPDATE rooms SET first_seq = ? WHERE id = ?", message["seq"] + 1, room)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("edit_message", {"text": "oi"}),
        ("delete_message", {}),
        ("hide_message", {}),
        ("react", {"emoji": "👍"}),
        ("pin_message", {"on": True}),
        ("star_message", {"on": True}),
    ]
    for request, fields in acts:
        with refused("not_found", field="seq"):
            door(ana).ask(request, at(message) | fields)
    with refused("not_found", field="reply_to"):
        door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="oi", reply_to=message["seq"])
    with refused("not_found", field="forward"):
        door(ana).send_message(room=room, client_id=str(uuid.uuid4()), forward=at(message))
    assert ana.rest.get("/me/stars")["messages"] == []


def test_who_is_silenced_takes_back_but_says_nothing_in_any_way(
    door: Door, server: Server, make_user: MakeUser
) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    first, message = bia.send(room), bia.send(room)
    bia.socket.ask("react", at(message) | {"emoji": "👍"})
    rows(server, "UPDATE members SET silenced_until = ? WHERE room_id = ? AND user_id = ?", 2**60, room, bia.id)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("edit_message", {"text": "outra"}),
        ("react", {"emoji": "🎉"}),
        ("pin_message", {"on": True}),
    ]
    for request, fields in acts:
        with refused("forbidden"):
            door(bia).ask(request, at(message) | fields)
    door(bia).react(**at(message), emoji=None)
    door(bia).star_message(**at(first), on=True)
    door(bia).delete_message(**at(message))


def test_a_resend_of_a_deleted_message_is_answered_with_it(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"}
    message = door(ana).ask("send_message", body)["message"]
    ana.socket.ask("delete_message", at(message))
    again = door(ana).ask("send_message", body)
    assert again == {"message": ana.history(room)[-1], "duplicate": True}
    assert again["message"]["deleted_at"]


def test_a_reply_outlives_what_it_answers(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    question = ana.send(room, "Vamos?")
    reply = ana.send(room, "Vamos!", reply_to=question["seq"])
    ana.socket.ask("delete_message", at(question))
    assert ana.history(room)[-1] == reply
    assert reply["reply_to"] == question["seq"]


def test_who_hides_a_message_alone_sees_it_no_more(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    messages = [ana.send(room, text) for text in ("um", f"@{bia.username}", "três")]
    rev, phone = bia.rev(room), bia.connect()
    for socket in (ana.socket, bia.socket, phone):
        socket.barrier().heard.clear()
    assert door(bia).hide_message(**at(messages[1])) == {}
    assert phone.wait_for("hidden") == at(messages[1])
    assert [heard.event for heard in ana.socket.barrier().heard if not heard.answer] == []
    assert bia.socket.barrier().pushed("hidden") == ([] if door.name == "socket" else [at(messages[1])])
    assert bia.history(room)[-2:] == [messages[0], messages[2]]
    assert ana.history(room)[-3:] == messages
    entry = bia.entry(room)
    assert (entry["messages"][-2:], entry["unread"], entry["mentions"]) == ([messages[0], messages[2]], 2, 0)
    assert entry["rev"] == rev
    assert bia.rest.get("/me/hidden")["hidden"] == [at(messages[1])]
    assert ana.rest.get("/me/hidden")["hidden"] == []


def test_what_one_hid_is_not_there_for_one(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    bia.socket.ask("star_message", at(message) | {"on": True})
    door(bia).hide_message(**at(message))
    for request, fields in (("react", {"emoji": "👍"}), ("star_message", {"on": True}), ("pin_message", {"on": True})):
        with refused("not_found", field="seq"):
            door(bia).ask(request, at(message) | fields)
    with refused("not_found", field="around"):
        bia.history(room, around=message["seq"])
    assert bia.rest.get("/me/stars")["messages"] == []
    bia.socket.barrier().heard.clear()
    edited = ana.socket.ask("edit_message", at(message) | {"text": "outra"})["message"]
    assert bia.socket.barrier().pushed() == []
    entry = bia.entry(room, message["rev"])
    assert (entry["rev"], entry["messages"]) == (edited["rev"], [])


def test_hiding_again_changes_nothing_and_hides_anything_that_is_seen(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    system, message = ana.history(room)[0], ana.send(room)
    ana.socket.ask("delete_message", at(message))
    bia.socket.barrier().heard.clear()
    for _ in range(2):
        for each in (system, message):
            door(bia).hide_message(**at(each))
    hidden = [at(system), at(message)]
    assert bia.socket.barrier().pushed("hidden") == ([] if door.name == "socket" else hidden)
    assert bia.history(room) == []
    with refused("not_found"):
        door(bia).hide_message(room=room, seq=message["seq"] + 1)
    with refused("not_found"):
        door(eva).hide_message(**at(message))


def test_devices_ask_what_was_hidden_meanwhile(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    messages = [ana.send(room) for _ in range(2)]
    for message in messages:
        ana.socket.ask("hide_message", at(message))
    page = ana.rest.get("/me/hidden")
    assert page["hidden"] == [at(message) for message in messages]
    assert ana.rest.get("/me/hidden", since="2126-01-01T00:00:00Z")["hidden"] == []
    assert ana.rest.get("/me/hidden", since=page["now"])["hidden"] == page["hidden"]
    with refused("invalid", field="since"):
        ana.rest.get("/me/hidden", since="1")


def test_a_change_of_an_old_message_is_not_told_to_who_came_later_where_history_is_hidden(
    door: Door, make_user: MakeUser
) -> None:
    ana, bia, edu = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    ana.socket.ask("update_room", {"room": room, "history": "since_join"})
    old = ana.send(room, "antes")
    ana.socket.ask("add_members", {"room": room, "users": [edu.id]})
    new = ana.send(room, "depois")
    for person in (bia, edu):
        person.socket.barrier().heard.clear()
    states = [
        bia.rest.ask("PUT", f"/rooms/{room}/messages/{old['seq']}/reaction", json={"emoji": "👍"})["message"],
        door(ana).edit_message(**at(old), text="Antes")["message"],
        door(ana).pin_message(**at(old), on=True)["message"],
        door(ana).edit_message(**at(new), text="Depois")["message"],
    ]
    assert bia.socket.barrier().pushed() == states
    assert edu.socket.barrier().pushed() == states[3:]
    for request, fields in (("react", {"emoji": "👍"}), ("star_message", {"on": True}), ("hide_message", {})):
        with refused("not_found"):
            door(edu).ask(request, at(old) | fields)
    entry = edu.entry(room, new["rev"])
    assert (entry["rev"], entry["messages"]) == (states[3]["rev"], states[3:])
    ana.socket.ask("update_room", {"room": room, "history": "all"})
    edu.socket.barrier().heard.clear()
    state = door(ana).edit_message(**at(old), text="Agora")["message"]
    assert edu.socket.barrier().pushed() == [state]


def test_of_edits_at_once_each_has_its_rev_and_the_last_one_stays(make_user: MakeUser, race: Race) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, "zero")
    sockets = [ana.connect() for _ in range(8)]
    bia.socket.barrier().heard.clear()
    states = race(lambda n: sockets[n].ask("edit_message", at(message) | {"text": f"texto {n}"})["message"], 8)
    states.sort(key=lambda state: state["rev"])
    assert [state["rev"] for state in states] == [message["rev"] + n for n in range(1, 9)]
    assert bia.socket.barrier().pushed() == states
    assert ana.history(room)[-1] == states[-1]


def test_a_deletion_wins_for_ever(make_user: MakeUser, race: Race) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, "zero")
    sockets = [ana.connect() for _ in range(6)] + [bia.connect() for _ in range(2)]
    acts: list[tuple[str, dict[str, Any]]] = [("delete_message", {}), ("delete_message", {})]
    acts += [("edit_message", {"text": f"texto {n}"}) for n in range(4)]
    acts += [("react", {"emoji": emoji}) for emoji in ("👍", "❤️")]

    def act(number: int) -> tuple[str, Any]:
        request, fields = acts[number]
        try:
            return request, sockets[number].ask(request, at(message) | fields)["message"]
        except Refusal as refusal:
            assert refusal.code == "gone"  # noqa: PT017
            return request, None

    bia.socket.barrier().heard.clear()
    outcomes = race(act, 8)
    deleted = [state for request, state in outcomes if request == "delete_message"]
    assert deleted[0] == deleted[1]
    stored = ana.history(room)[-1]
    assert stored == deleted[0]
    assert (stored["text"], stored["reactions"]) == (None, {})
    changes = [state for request, state in outcomes if request != "delete_message" and state is not None]
    assert all(state["rev"] < stored["rev"] and state["deleted_at"] is None for state in changes)
    heard = bia.socket.barrier().pushed()
    assert heard == sorted([*changes, stored], key=lambda state: state["rev"])
