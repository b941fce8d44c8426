"""Rooms: making, seeing, joining, changing and deleting them."""

import re
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.refusal import Refusal, refused
from tests.support.shapes import ENTRY, ME, MEMBER, MESSAGE, ROOM, TIME

pytestmark = pytest.mark.also_on_stock


def actions(messages: list[dict[str, Any]]) -> list[str]:
    """Return what the system messages among these say."""
    return [message["system"]["action"] for message in messages if message["kind"] == "system"]


def settled(room: dict[str, Any]) -> dict[str, Any]:
    """Return a room's state without what is only as of some moment."""
    return {name: value for name, value in room.items() if name not in ("last_seq", "members")}


def test_a_new_group_has_its_maker_as_owner_and_the_defaults(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    done = door(ana).create_room(kind="group", name="  Férias  ", description="Onde?")
    assert done.keys() == {"room", "sync", "unknown"}
    room, entry = done["room"], done["sync"]
    assert room.keys() == ROOM
    assert (room["kind"], room["name"], room["description"], room["avatar"]) == ("group", "Férias", "Onde?", None)
    assert (room["post"], room["invite"], room["edit_info"]) == ("everyone", "admins", "admins")
    assert (room["history"], room["public"], room["approval"]) == ("all", False, False)
    assert (room["expire_after"], room["slow_mode"], room["deleted_at"]) == (None, None, None)
    assert (room["members"], room["created_by"], room["first_seq"]) == (1, ana.id, 1)
    assert re.fullmatch(TIME, room["created_at"])
    assert (entry.keys(), entry["room"], entry["me"].keys()) == (ENTRY, room, ME)
    assert (entry["me"]["role"], entry["more"], entry["reset"]) == ("owner", False, False)
    assert [(member["user"], member["role"], member["status"]) for member in entry["members"]] == [
        (ana.id, "owner", "joined")
    ]
    assert done["unknown"] == []


def test_a_new_room_takes_its_first_revs_without_a_hole(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    entry = door(ana).create_room(kind="group", name="Sala", members=[bia])["sync"]
    states = [*entry["members"], *entry["messages"], entry["room"]]
    assert sorted({state["rev"] for state in states}) == list(range(1, entry["rev"] + 1))
    assert [message["seq"] for message in entry["messages"]] == list(range(1, entry["room"]["last_seq"] + 1))
    assert all(message.keys() == MESSAGE for message in entry["messages"])
    assert all(member.keys() == MEMBER for member in entry["members"])
    assert "created" in actions(entry["messages"])


def test_system_messages_have_neither_client_id_nor_sender(make_user: MakeUser) -> None:
    ana = make_user()
    first = ana.history(ana.create_room())[0]
    assert (first["kind"], first["client_id"], first["sender"], first["text"]) == ("system", None, None, None)
    assert first["system"] == {"action": "created", "user": ana.id, "by": ana.id}


def test_a_room_is_made_with_members_named_by_id_and_by_username(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    missing = str(uuid.uuid4())
    names = [bia.id, caio.username.upper(), missing, "ninguem.mesmo", ana.id, bia.username]
    done = door(ana).create_room(kind="group", name="Sala", members=names)
    assert {member["user"] for member in done["sync"]["members"]} == {ana.id, bia.id, caio.id}
    assert done["unknown"] == [missing, "ninguem.mesmo"]
    assert done["room"]["members"] == 3


def test_whoever_is_put_into_a_new_room_hears_of_it_and_of_all_that_follows(door: Door, make_user: MakeUser) -> None:
    ana, bia, dora = make_user(), make_user(), make_user()
    sockets = [bia.socket, bia.connect()]
    dora.socket.barrier()
    room = door(ana).create_room(kind="group", name="Sala", members=[bia])["room"]["id"]
    message = ana.send(room)
    for socket in sockets:
        assert socket.wait_for("member", room=room, user=bia.id)["status"] == "joined"
        assert socket.wait_for("message", room=room, seq=message["seq"]) == message
    assert bia.entry(room)["room"]["name"] == "Sala"
    assert dora.socket.barrier().pushed() == []


def test_the_maker_of_a_room_hears_what_happens_in_it_on_every_socket(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    sockets = [ana.socket, ana.connect()]
    room = door(ana).create_room(kind="group", name="Sala", members=[bia])["room"]["id"]
    message = bia.send(room)
    for socket in sockets:
        assert socket.wait_for("message", room=room, seq=message["seq"]) == message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "party"),
        ("kind", None),
        ("name", ""),
        ("name", "  "),
        ("name", "n" * 101),
        ("name", 1),
        ("name", None),
        ("description", "d" * 2001),
        ("public", "yes"),
        ("public", 1),
        ("members", "ana"),
        ("members", [1]),
        ("colour", "red"),
    ],
)
def test_a_room_with_a_bad_field_is_not_made(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    with refused("invalid", field=field):
        door(ana).ask("create_room", {"kind": "group", "name": "Sala"} | {field: value})
    assert ana.rest.get("/rooms") == {"rooms": []}


@pytest.mark.parametrize(
    ("fields", "field"), [({"name": "Sala"}, "kind"), ({"kind": "group"}, "name"), ({"kind": "channel"}, "name")]
)
def test_a_room_without_a_needed_field_is_not_made(
    door: Door, make_user: MakeUser, fields: dict[str, Any], field: str
) -> None:
    with refused("invalid", field=field):
        door(make_user()).ask("create_room", fields)


def test_the_bounds_of_a_room_are_taken(door: Door, make_user: MakeUser) -> None:
    room = door(make_user()).create_room(kind="group", name="ñ" * 100, description="d" * 2000)["room"]
    assert (len(room["name"]), len(room["description"])) == (100, 2000)


def test_one_sees_the_list_of_ones_own_rooms_alone(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    first, second = ana.create_room(bia, name="Um"), ana.create_room(name="Dois")
    bia.create_room(name="Outra", public=True)
    rooms = ana.rest.get("/rooms")["rooms"]
    assert {room["id"] for room in rooms} == {first, second}
    assert all(room.keys() == ROOM for room in rooms)


def test_a_member_sees_a_room_with_what_is_his_own_in_it(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    seen = bia.rest.get(f"/rooms/{room}")
    assert (seen.keys(), seen["room"].keys(), seen["me"].keys()) == ({"room", "me"}, ROOM, ME)
    assert (seen["me"]["role"], seen["me"]["room"]) == ("member", room)


STRANGER_ACTS: dict[str, dict[str, Any]] = {
    "send_message": {"client_id": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55", "text": "oi"},
    "update_room": {"name": "Minha"},
    "delete_room": {},
    "join_room": {},
    "leave_room": {},
    "list_members": {},
    "add_members": {"users": ["ana"]},
    "remove_member": {"user": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55"},
    "set_role": {"user": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55", "role": "admin"},
}


@pytest.mark.parametrize("act", STRANGER_ACTS)
def test_a_stranger_cannot_tell_that_the_room_exists(door: Door, make_user: MakeUser, act: str) -> None:
    ana, eva = make_user(), make_user()
    room, nowhere = ana.create_room(), str(uuid.uuid4())
    with refused("not_found") as real:
        door(eva).ask(act, {"room": room} | STRANGER_ACTS[act])
    with refused("not_found") as unreal:
        door(eva).ask(act, {"room": nowhere} | STRANGER_ACTS[act])
    assert real.value.raw.replace(room, nowhere) == unreal.value.raw
    assert len(ana.history(room)) == 1


@pytest.mark.parametrize("path", ["/rooms/{}", "/rooms/{}/messages", "/rooms/{}/members"])
def test_a_stranger_who_reads_cannot_tell_that_the_room_exists(make_user: MakeUser, path: str) -> None:
    ana, eva = make_user(), make_user()
    room, nowhere = ana.create_room(), str(uuid.uuid4())
    real, unreal = (eva.rest.send("GET", path.format(each)) for each in (room, nowhere))
    assert (real.status_code, real.text.replace(room, nowhere)) == (404, unreal.text)


def test_a_public_room_is_closed_to_reading_and_posting_until_one_joins(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room(public=True)
    with refused("forbidden"):
        door(eva).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")
    with refused("forbidden"):
        eva.history(room)
    eva.rest.post(f"/rooms/{room}/join")
    assert eva.history(room)


def test_joining_a_public_room_tells_its_members_and_brings_its_entry(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room(public=True)
    eva.socket.barrier()
    before = ana.rev(room)
    done = door(eva).join_room(room=room)
    assert (done.keys(), done["pending"]) == ({"room", "sync", "pending"}, False)
    assert (done["room"]["id"], done["room"]["members"]) == (room, 2)
    assert (done["sync"]["rev"], done["sync"]["me"]["role"]) == (before + 2, "member")
    member = ana.socket.wait_for("member", room=room, user=eva.id)
    system = ana.socket.wait_for("message", room=room, kind="system")
    assert (member["rev"], member["status"], system["rev"]) == (before + 1, "joined", before + 2)
    assert system["system"] == {"action": "joined", "user": eva.id, "by": eva.id}
    message = ana.send(room)
    assert eva.socket.wait_for("message", seq=message["seq"]) == message


def test_a_room_joined_over_http_is_entered_by_all_sockets_that_are_there(make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room(public=True)
    sockets = [eva.socket, eva.connect()]
    eva.rest.post(f"/rooms/{room}/join")
    message = ana.send(room)
    for socket in sockets:
        assert socket.wait_for("member", room=room, user=eva.id)["status"] == "joined"
        assert socket.wait_for("message", seq=message["seq"]) == message


def test_joining_again_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room(public=True)
    door(eva).join_room(room=room)
    rev = ana.rev(room)
    again = door(eva).join_room(room=room)
    assert (again["sync"]["rev"], again["pending"], ana.rev(room)) == (rev, False, rev)
    assert ana.socket.barrier().pushed() == []


def test_an_admin_renames_a_room_and_everybody_hears(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    sockets = {"own": ana.socket, "other": ana.connect(), "bia": bia.socket}
    for socket in sockets.values():
        socket.barrier()
    rev = ana.rev(room)
    done = door(ana).update_room(room=room, name="Novo nome", description="Novo assunto")["room"]
    assert (done["name"], done["description"], done["rev"]) == ("Novo nome", "Novo assunto", rev + 1)
    for name, socket in sockets.items():
        rooms = [settled(state) for state in socket.barrier().pushed("room", room=room)]
        assert rooms == ([] if (name, door.name) == ("own", "socket") else [settled(done)])
        renamed = socket.pushed("message", room=room)
        assert actions(renamed) == ["renamed"]
        assert renamed[0]["system"] == {"action": "renamed", "user": ana.id, "by": ana.id}
    assert settled(ana.room(room)) == settled(done)


def test_a_setting_that_is_set_already_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, name="Sala")
    bia.socket.barrier()
    before, rev = ana.room(room), ana.rev(room)
    assert door(ana).update_room(room=room, name=" Sala ", post="everyone", public=False)["room"] == before
    assert ana.rev(room) == rev
    assert bia.socket.barrier().pushed() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "n" * 101),
        ("description", "d" * 2001),
        ("public", None),
        ("history", "none"),
        ("post", "nobody"),
        ("post", None),
        ("invite", "owner"),
        ("edit_info", True),
        ("kind", "channel"),
        ("rev", 1),
    ],
)
def test_a_bad_setting_changes_nothing(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    before = ana.room(room)
    with refused("invalid", field=field):
        door(ana).ask("update_room", {"room": room, "description": "outra", field: value})
    assert ana.room(room) == before


def test_edit_info_lets_members_change_what_a_room_is_called_and_no_more(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    with refused("forbidden"):
        door(bia).update_room(room=room, name="Da Bia")
    door(ana).update_room(room=room, edit_info="everyone")
    assert door(bia).update_room(room=room, name="Da Bia", description="dela")["room"]["name"] == "Da Bia"
    for setting in (
        {"public": True},
        {"post": "admins"},
        {"invite": "everyone"},
        {"edit_info": "admins"},
        {"history": "since_join"},
    ):
        with refused("forbidden"):
            door(bia).update_room(room=room, **setting)


def test_post_admins_silences_members(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    door(ana).update_room(room=room, post="admins")
    with refused("forbidden"):
        door(bia).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")
    door(ana).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")


def test_in_a_channel_only_admins_post_and_that_cannot_be_changed(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = door(ana).create_room(kind="channel", name="Avisos", members=[bia])["room"]
    assert (room["kind"], room["post"]) == ("channel", "admins")
    with refused("forbidden"):
        door(bia).send_message(room=room["id"], client_id=str(uuid.uuid4()), text="oi")
    for post in ("everyone", "admins"):
        with refused("invalid", field="post"):
            door(ana).update_room(room=room["id"], post=post)
    message = door(ana).send_message(room=room["id"], client_id=str(uuid.uuid4()), text="aviso")["message"]
    assert [each["seq"] for each in bia.history(room["id"])][-1] == message["seq"]


def test_deleting_a_room_is_its_last_state(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    rev = ana.rev(room)
    other = ana.connect()
    for socket in (ana.socket, bia.socket):
        socket.barrier()
    assert door(ana).delete_room(room=room) == {}
    for socket in (bia.socket, other):
        last = socket.wait_for("room", id=room)
        assert re.fullmatch(TIME, last["deleted_at"])
        assert last["rev"] == rev + 1
        assert socket.barrier().pushed(room=room) == [last]
    for person in (ana, bia):
        with refused("not_found"):
            person.room(room)
        with refused("not_found"):
            person.history(room)
        with refused("not_found"):
            door(person).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")
        answer = person.sync({room: rev})
        assert (answer["left"], answer["rooms"]) == ([room], [])
        assert person.rest.get("/rooms") == {"rooms": []}
    with refused("not_found"):
        door(ana).delete_room(room=room)


def test_a_room_is_deleted_by_an_owner_alone(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    ana.socket.ask("set_role", {"room": room, "user": bia.id, "role": "admin"})
    for person in (bia, caio):
        with refused("forbidden"):
            door(person).delete_room(room=room)
    assert caio.history(room)


def test_a_direct_room_is_between_two_and_made_once(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    bia.socket.barrier()
    done = door(ana).create_room(kind="direct", members=[bia])
    room = done["room"]
    assert (room["kind"], room["name"], room["avatar"], room["members"]) == ("direct", None, None, 2)
    assert {(member["user"], member["role"]) for member in done["sync"]["members"]} == {
        (ana.id, "member"),
        (bia.id, "member"),
    }
    assert bia.socket.wait_for("member", room=room["id"])
    again = [
        door(ana).create_room(kind="direct", members=[bia.username]),
        door(bia).create_room(kind="direct", members=[ana]),
    ]
    assert [each["room"]["id"] for each in again] == [room["id"]] * 2
    message = door(bia).send_message(room=room["id"], client_id=str(uuid.uuid4()), text="oi")["message"]
    assert ana.history(room["id"])[-1] == message


def test_a_direct_room_may_be_with_oneself(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = door(ana).create_room(kind="direct", members=[ana])["room"]
    assert (room["kind"], room["members"]) == ("direct", 1)
    assert door(ana).create_room(kind="direct", members=[ana])["room"]["id"] == room["id"]
    ana.send(room["id"], "lembrete")
    assert ana.rest.get("/rooms")["rooms"][0]["id"] == room["id"]


def test_a_direct_room_made_by_both_at_once_is_one_room(make_user: MakeUser, race: Race) -> None:
    ana, bia = make_user(), make_user()
    pairs = [(ana, bia), (bia, ana)] * 2
    made = race(lambda n: pairs[n][0].create_room(pairs[n][1], kind="direct", name=None), 4)
    assert len(set(made)) == 1


def test_a_direct_room_with_nobody_known_is_not_found(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    for unknown in (str(uuid.uuid4()), "ninguem.mesmo"):
        with refused("not_found"):
            door(ana).create_room(kind="direct", members=[unknown])
    assert ana.rest.get("/rooms") == {"rooms": []}


@pytest.mark.parametrize(("count", "name", "field"), [(0, None, "members"), (2, None, "members"), (1, "Sala", "name")])
def test_a_direct_room_has_one_partner_and_no_name(
    door: Door, make_user: MakeUser, count: int, name: str, field: str
) -> None:
    ana, others = make_user(), [make_user() for _ in range(count)]
    fields: dict[str, Any] = {"kind": "direct", "members": [other.id for other in others]}
    with refused("invalid", field=field):
        door(ana).ask("create_room", fields | ({"name": name} if name else {}))


DIRECT_ACTS: dict[str, dict[str, Any]] = {
    "update_room": {"name": "Nós"},
    "delete_room": {},
    "leave_room": {},
    "add_members": {"users": ["alguem"]},
    "remove_member": {"user": "partner"},
    "join_room": {},
    "set_role": {"user": "partner", "role": "admin"},
}


@pytest.mark.parametrize("act", DIRECT_ACTS)
def test_a_direct_room_is_not_managed(make_user: MakeUser, door: Door, act: str) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, kind="direct", name=None)
    before = ana.room(room)
    fields = {name: bia.id if value == "partner" else value for name, value in DIRECT_ACTS[act].items()}
    try:
        door(ana).ask(act, {"room": room} | fields)
    except Refusal as refusal:
        assert refusal.code == "forbidden"  # noqa: PT017
    else:
        assert act == "join_room"
    assert ana.room(room) == before
