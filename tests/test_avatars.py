"""How people and rooms picture themselves, and who sees it."""

import uuid

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.files import fetch, png, upload
from tests.support.refusal import refused


def test_an_avatar_is_shown_to_everybody_and_told_to_companions(door: Door, make_user: MakeUser) -> None:
    ana, bia, stranger = make_user(), make_user(), make_user()
    ana.create_room(bia)
    file = upload(ana, png())
    assert not fetch(bia, file["url"]).ok
    bia.socket.barrier().heard.clear()
    user = door(ana).update_profile(avatar=file["id"])["user"]
    assert user["avatar"] == file["id"]
    assert bia.socket.barrier().pushed("user")[-1]["avatar"] == file["id"]
    assert stranger.rest.get(f"/users/{ana.id}")["user"]["avatar"] == file["id"]
    assert fetch(stranger, file["url"]).content == png()
    assert fetch(stranger, file["thumbnail"]).ok
    assert door(ana).update_profile(avatar=None)["user"]["avatar"] is None
    assert not fetch(bia, file["url"]).ok


def test_an_avatar_is_a_picture_of_ones_own(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    for field, code in (
        (upload(bia, png())["id"], "not_found"),
        (str(uuid.uuid4()), "not_found"),
        (upload(ana, b"oi")["id"], "invalid"),
        ("x", "invalid"),
    ):
        with refused(code, field="avatar"):
            door(ana).update_profile(avatar=field)
        room = ana.create_room()
        with refused(code, field="avatar"):
            door(ana).update_room(room=room, avatar=field)
    assert ana.rest.get("/me")["user"]["avatar"] is None


@pytest.mark.parametrize("public", [False, True])
def test_a_rooms_avatar_is_seen_by_those_who_see_the_room(door: Door, make_user: MakeUser, *, public: bool) -> None:
    ana, bia, stranger = make_user(), make_user(), make_user()
    room, file = ana.create_room(bia, public=public), upload(ana, png())
    bia.socket.barrier().heard.clear()
    before = ana.room(room)
    state = door(ana).update_room(room=room, avatar=file["id"])["room"]
    assert state["avatar"] == file["id"]
    assert state["rev"] > before["rev"]
    assert bia.socket.barrier().pushed("room") == [state]
    assert bia.socket.barrier().pushed("message") == []
    assert [fetch(person, file["thumbnail"]).ok for person in (bia, stranger)] == [True, public]
    assert door(ana).update_room(room=room, avatar=file["id"])["room"] == state
    door(bia).leave_room(room=room)
    assert fetch(bia, file["url"]).ok == public
    assert door(ana).update_room(room=room, avatar=None)["room"]["avatar"] is None


def test_who_may_edit_the_info_may_change_the_avatar(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, direct = ana.create_room(bia), ana.rest.post("/rooms", kind="direct", members=[bia.id])["room"]["id"]
    file = upload(bia, png())
    with refused("forbidden"):
        door(bia).update_room(room=room, avatar=file["id"])
    with refused("forbidden"):
        door(bia).update_room(room=direct, avatar=file["id"])
    door(ana).update_room(room=room, edit_info="everyone")
    assert door(bia).update_room(room=room, avatar=file["id"])["room"]["avatar"] == file["id"]
