"""Files in messages: who may bring them, who may see them, and what a message says of them."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.fields import at
from tests.support.files import fetch, gif, jpeg, png, upload
from tests.support.person import Person
from tests.support.refusal import refused

Json = dict[str, Any]


def new(room: str, *files: Json, **fields: Any) -> Json:
    """The fields of a message that brings these files."""
    return {"room": room, "client_id": str(uuid.uuid4()), "files": [file["id"] for file in files]} | fields


def sees(person: Person, file: Json) -> bool:
    """Whether somebody may fetch a file; else it is as if it was not there."""
    answer = fetch(person, file["url"])
    assert answer.ok or (answer.status_code, answer.json()["code"]) == (404, "not_found")
    return answer.ok


def test_a_message_holds_files_in_their_order(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    files = [upload(ana, gif(), "b.gif"), upload(ana, b"oi", "a.txt"), upload(ana, jpeg(), "c.jpg")]
    bia.socket.barrier().heard.clear()
    message = door(ana).send_message(**new(room, *files, text="Olha"))["message"]
    assert message["files"] == [file | {"expires_at": None} for file in files]
    assert message["text"] == "Olha"
    assert bia.socket.barrier().pushed() == [message]
    assert bia.history(room)[-1] == message
    assert bia.sync()["rooms"][0]["messages"][-1] == message
    assert fetch(bia, files[1]["url"]).content == b"oi"
    assert fetch(bia, files[0]["thumbnail"]).ok
    assert ana.send(room)["files"] == []


def test_files_need_no_words(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room, file = ana.create_room(), upload(ana, b"oi")
    message = door(ana).send_message(**new(room, file))["message"]
    assert (message["text"], [each["id"] for each in message["files"]]) == ("", [file["id"]])
    with refused("invalid", field="text"):
        door(ana).send_message(**new(room))


def test_words_beside_files_can_be_edited_away_and_others_cannot(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, file = ana.create_room(bia), upload(ana, b"oi")
    captioned, words = ana.send(room, "Na praia", files=[file["id"]]), ana.send(room, "oi")
    edited = door(ana).edit_message(**at(captioned), text="  ")["message"]
    assert (edited["text"], edited["files"]) == ("", captioned["files"])
    assert bia.history(room)[-2:] == [edited, words]
    for text in ("", " \n"):
        with refused("invalid", field="text"):
            door(ana).edit_message(**at(words), text=text)
    with refused("invalid", field="text"):
        door(ana).edit_message(**at(captioned), text="x" * 10_001)
    again = door(ana).edit_message(**at(captioned), text="Na serra")["message"]
    assert bia.history(room)[-2:] == [again, words]


def test_only_ones_own_uploads_are_brought_along(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, own, other = ana.create_room(bia), upload(ana, b"oi"), upload(bia, b"oi")
    for strange in (other, {"id": str(uuid.uuid4())}):
        with refused("not_found", field="files"):
            door(ana).send_message(**new(room, own, strange, text="oi"))
    bia.send(room, files=[other["id"]])
    assert sees(ana, other)
    with refused("not_found", field="files"):
        door(ana).send_message(**new(room, other))
    for wrong in ([own["id"]] * 2, ["x"], [str(uuid.uuid4())] * 11, None, own["id"]):
        with refused("invalid", field="files"):
            door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="oi", files=wrong)
    assert door(ana).send_message(**new(room, own))["message"]["files"]
    assert door(ana).send_message(**new(room, own))["message"]["files"]


def test_a_resend_is_answered_with_the_files_that_were_sent(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room, first, second = ana.create_room(), upload(ana, b"1"), upload(ana, b"2")
    fields = new(room, first)
    sent = door(ana).send_message(**fields)
    for files in ([first["id"]], [second["id"]], [], [str(uuid.uuid4())]):
        again = door(ana).send_message(**fields | {"files": files, "text": "oi"})
        assert again == sent | {"duplicate": True}


def test_a_forward_carries_the_same_files(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    source, target, file = ana.create_room(bia), bia.create_room(eva), upload(ana, png())
    original = ana.send(source, "", files=[file["id"]])
    assert not sees(eva, file)
    with refused("not_found", field="forward"):
        door(eva).send_message(room=target, client_id=str(uuid.uuid4()), forward=at(original))
    with refused("invalid", field="files"):
        door(bia).send_message(**new(target, upload(bia, b"oi"), forward=at(original)))
    forward = door(bia).send_message(room=target, client_id=str(uuid.uuid4()), forward=at(original))["message"]
    assert forward["files"] == original["files"]
    assert sees(eva, file)
    ana.rest.send("DELETE", f"/rooms/{source}/messages/{original['seq']}")
    assert sees(eva, file)
    assert eva.history(target)[-1]["files"] == original["files"]


def test_who_sees_the_message_sees_its_files(door: Door, make_user: MakeUser) -> None:
    ana, bia, late, stranger = (make_user() for _ in range(4))
    room, file = ana.create_room(bia), upload(ana, png())
    door(ana).update_room(room=room, history="since_join")
    message = ana.send(room, "foto", files=[file["id"]])
    door(ana).add_members(room=room, users=[late.id])
    assert [sees(person, file) for person in (ana, bia, late, stranger)] == [True, True, False, False]
    door(bia).hide_message(**at(message))
    assert not sees(bia, file)
    other = ana.send(room, "outra", files=[file["id"]])
    assert sees(bia, file)
    assert sees(late, file)
    door(ana).remove_member(room=room, user=late.id)
    assert not sees(late, file)
    door(bia).leave_room(room=room)
    assert not sees(bia, file)
    assert other["files"]


def test_a_public_room_shows_its_files_to_members_alone(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, file = ana.create_room(public=True), upload(ana, b"oi")
    ana.send(room, "", files=[file["id"]])
    assert not sees(bia, file)
    bia.rest.post(f"/rooms/{room}/join")
    assert sees(bia, file)


@pytest.mark.parametrize("has", ["file", "image"])
def test_search_finds_what_holds_files(door: Door, make_user: MakeUser, has: str) -> None:
    ana = make_user()
    room = ana.create_room()
    ana.send(room, "festa")
    text = ana.send(room, "festa", files=[upload(ana, b"oi")["id"]])
    picture = ana.send(room, "festa", files=[upload(ana, b"oi")["id"], upload(ana, png())["id"]])
    found = door(ana).search(q="festa", has=has)["results"]
    expected = {"file": [picture, text], "image": [picture]}[has]
    assert [result["message"] for result in found] == expected
