"""Taking along all that is one's own, and deleting the account."""

import uuid
from typing import Any

import pytest
import requests

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.fields import in_seconds
from tests.support.people import PASSWORD
from tests.support.refusal import refused
from tests.support.rows import rows
from tests.support.server import Server


@pytest.fixture
def body() -> dict[str, Any]:
    return {"password": PASSWORD}


def test_an_export_holds_all_that_is_ones_own_and_nothing_else(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, other = ana.create_room(bia), bia.create_room(ana, name="Outra")
    mine = [ana.send(place, f"mensagem {number}") for place in (room, other) for number in range(3)]
    bia.send(room, "da Bia")
    gone = ana.send(room, "apagada")
    ana.rest.ask("DELETE", f"/rooms/{room}/messages/{gone['seq']}")
    ana.rest.post(f"/rooms/{other}/leave")
    ana.rest.ask("PUT", f"/me/blocks/{bia.id}")
    export = ana.rest.get("/me/export")
    assert export.keys() == {"user", "blocked", "rooms", "messages", "votes", "files"}
    assert export["user"] == ana.rest.get("/me")["user"]
    assert [user["id"] for user in export["blocked"]] == [bia.id]
    assert [each["room"]["id"] for each in export["rooms"]] == [room]
    assert {(each["room"], each["seq"], each["text"]) for each in export["messages"]} == {
        (each["room"], each["seq"], each["text"]) for each in mine
    }


def test_an_export_comes_in_pieces(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    waits = [
        ana.socket.emit("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": f"{number}"})
        for number in range(1100)
    ]
    for wait in waits:
        assert wait()["ok"]
    export = ana.rest.get("/me/export")
    assert [int(message["text"]) for message in export["messages"]] == list(range(1100))


def test_an_export_needs_a_token(make_user: MakeUser) -> None:
    response = requests.get(f"{make_user().server.api}/me/export", timeout=10)
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


def test_a_deleted_account_is_nobody_any_more(door: Door, make_user: MakeUser, body: dict[str, Any]) -> None:
    address = f"{uuid.uuid4().hex}@example.org"
    ana, bia = make_user(registered=True, email=address, name="Ana"), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, "fica")
    direct = bia.create_room(ana, kind="direct", name=None)
    sockets = [ana.socket, ana.connect()]
    bia.socket.barrier()
    assert door(ana).delete_account(**body) == {}
    for socket in sockets:
        assert socket.wait_for("session_revoked") == {}
        socket.wait_closed()
    user = bia.rest.get(f"/users/{ana.id}")["user"]
    assert (user["name"], user["about"], user["username"][:8]) == ("Deleted account", "", "deleted-")
    assert bia.socket.wait_for("user", id=ana.id) == user
    assert bia.history(room, around=message["seq"])
    assert next(each for each in bia.history(room) if each["seq"] == message["seq"])["sender"] == ana.id
    assert {member["role"] for member in bia.members(room).values()} == {"owner"}
    with refused("session_revoked"):
        ana.rest.get("/me")
    with refused("session_revoked"):
        ana.rest.post("/auth/refresh", refresh_token=ana.refresh_token)
    for name in (ana.username, address, user["username"]):
        with refused("bad_credentials"):
            door.stranger().login(username=name, password=PASSWORD)
    with refused("forbidden"):
        door(bia).send_message(room=direct, client_id=str(uuid.uuid4()), text="oi")
    door(bia).block_user(user=ana)
    door(bia).unblock_user(user=ana)
    with refused("forbidden"):
        door(bia).send_message(room=direct, client_id=str(uuid.uuid4()), text="oi")
    assert door(bia).add_members(room=room, users=[ana])["unknown"] == [ana.id]
    with refused("not_found"):
        door(bia).create_room(kind="direct", members=[ana])
    again = door.stranger().register(username=ana.username, password=PASSWORD, email=address)
    assert again["user"]["id"] != ana.id


def test_only_the_password_deletes_an_account(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(registered=True), make_user()
    with refused("bad_credentials", field="password"):
        door(ana).delete_account(password="outra senha")
    with refused("bad_credentials"):
        door(bia).delete_account(password="")
    with refused("invalid", field="password"):
        door(ana).ask("delete_account", {})
    assert ana.rest.get("/me")["user"]["id"] == ana.id


def test_the_room_of_one_alone_goes_with_him(door: Door, make_user: MakeUser, body: dict[str, Any]) -> None:
    ana, bia = make_user(registered=True), make_user()
    room = ana.create_room(public=True)
    waits = bia.create_room(public=True)
    bia.rest.ask("PATCH", f"/rooms/{waits}", json={"approval": True})
    assert ana.rest.post(f"/rooms/{waits}/join")["pending"]
    door(ana).delete_account(**body)
    with refused("not_found"):
        bia.room(room)
    assert bia.rest.get(f"/rooms/{waits}/members", status="pending")["members"] == []


def test_what_was_to_be_said_later_goes_with_the_account(
    door: Door, server: Server, make_user: MakeUser, body: dict[str, Any]
) -> None:
    ana, bia = make_user(registered=True), make_user()
    room = ana.create_room(bia)
    for person in (ana, bia):
        later = {"room": room, "client_id": str(uuid.uuid4()), "text": "depois", "send_at": in_seconds(3600)}
        door(person).ask("schedule_message", later)
    door(ana).delete_account(**body)
    query = "SELECT text FROM scheduled_messages WHERE sender_id = ?"
    assert [rows(server, query, person.id) for person in (ana, bia)] == [[], [("depois",)]]
