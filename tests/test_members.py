"""Members: who is in a room, who may do what there, and who hears of it."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Acts, Door
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.shapes import MEMBER, USER


def set_role(by: Acts, room: str, whom: Person, role: str) -> dict[str, Any]:
    member: dict[str, Any] = by.set_role(room=room, user=whom, role=role)["member"]
    return member


def roles(person: Person, room: str) -> dict[str, str]:
    return {user: member["role"] for user, member in person.members(room).items()}


def test_members_are_added_by_id_or_username_and_told(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio, dora = (make_user() for _ in range(4))
    room = ana.create_room(bia)
    for person in (bia, caio, dora):
        person.socket.barrier()
    rev = ana.rev(room)
    missing = str(uuid.uuid4())
    done = door(ana).add_members(room=room, users=[caio.id, dora.username, missing, "ninguem.mesmo"])
    assert (done.keys(), done["unknown"]) == ({"members", "unknown"}, [missing, "ninguem.mesmo"])
    assert [member["user"] for member in done["members"]] == [caio.id, dora.id]
    assert all(member.keys() == MEMBER for member in done["members"])
    assert {(member["role"], member["status"]) for member in done["members"]} == {("member", "joined")}
    bia.socket.wait_until(lambda: len(bia.socket.pushed("message", room=room)) == 2)
    heard = bia.socket.pushed(room=room)
    assert [state["rev"] for state in heard] == list(range(rev + 1, rev + 5))
    assert [state["system"] for state in heard if "system" in state] == [
        {"action": "added", "user": caio.id, "by": ana.id},
        {"action": "added", "user": dora.id, "by": ana.id},
    ]
    for person in (caio, dora):
        assert person.socket.wait_for("member", room=room, user=person.id) in done["members"]
        assert person.history(room)


def test_adding_who_is_there_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    rev = ana.rev(room)
    done = door(ana).add_members(room=room, users=[bia, ana])
    assert {member["user"] for member in done["members"]} <= {ana.id, bia.id}
    assert ana.rev(room) == rev
    assert roles(ana, room) == {ana.id: "owner", bia.id: "member"}
    assert bia.socket.barrier().pushed() == []


def test_invite_everyone_lets_members_add_people(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    with refused("forbidden"):
        door(bia).add_members(room=room, users=[caio])
    door(ana).update_room(room=room, invite="everyone")
    assert door(bia).add_members(room=room, users=[caio])["members"][0]["user"] == caio.id


@pytest.mark.parametrize("users", [[], None, "ana", [1], [None], [""], [["a"]]], ids=str)
def test_adding_what_is_no_list_of_people_is_invalid(door: Door, make_user: MakeUser, users: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    with refused("invalid", field="users"):
        door(ana).ask("add_members", {"room": room, "users": users})


def test_the_removed_one_hears_of_it_and_then_nothing_more(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    sockets = [bia.socket, bia.connect()]
    for socket in (*sockets, caio.socket):
        socket.barrier()
    rev = ana.rev(room)
    door(ana).remove_member(room=room, user=bia)
    ana.send(room, "sem a Bia")
    for socket in sockets:
        states = socket.barrier().pushed(room=room)
        assert [(state["rev"], state["user"], state["status"]) for state in states] == [(rev + 1, bia.id, "removed")]
    others = caio.socket.barrier().pushed(room=room)
    assert [state["rev"] for state in others] == [rev + 1, rev + 2, rev + 3]
    assert others[1]["system"] == {"action": "removed", "user": bia.id, "by": ana.id}
    assert set(ana.members(room)) == {ana.id, caio.id}
    assert ana.room(room)["members"] == 2


def test_the_removed_one_is_a_stranger_at_every_door(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    rev = ana.rev(room)
    door(ana).remove_member(room=room, user=bia)
    for path in (f"/rooms/{room}", f"/rooms/{room}/messages", f"/rooms/{room}/members"):
        with refused("not_found"):
            bia.rest.get(path)
    with refused("not_found"):
        door(bia).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")
    answer = bia.sync({room: rev})
    assert (answer["left"], answer["rooms"]) == ([room], [])


def test_removing_somebody_who_is_not_there_is_not_found(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room()
    for user in (bia.id, str(uuid.uuid4())):
        with refused("not_found"):
            door(ana).remove_member(room=room, user=user)
    with refused("invalid", field="user"):
        door(ana).remove_member(room=room, user="bia")


def test_who_leaves_is_told_by_the_acknowledgement_and_his_other_sockets_by_a_state(
    door: Door, make_user: MakeUser
) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    own, other = bia.socket, bia.connect()
    for socket in (own, other, ana.socket):
        socket.barrier()
    rev = ana.rev(room)
    door(bia).leave_room(room=room)
    ana.send(room, "adeus")
    left = [(rev + 1, bia.id, "left")]
    for socket in (own, other):
        states = [(state["rev"], state["user"], state["status"]) for state in socket.barrier().pushed(room=room)]
        assert states == ([] if socket is own and door.name == "socket" else left)
    heard = ana.socket.barrier().pushed(room=room)
    assert [state["rev"] for state in heard] == [rev + 1, rev + 2, rev + 3]
    assert heard[1]["system"] == {"action": "left", "user": bia.id, "by": bia.id}
    with refused("not_found"):
        bia.history(room)
    with refused("not_found"):
        door(bia).leave_room(room=room)


def test_who_left_can_be_added_again_and_hears_again(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    joined = ana.members(room)[bia.id]["joined_at"]
    bia.socket.barrier()
    door(bia).leave_room(room=room)
    member = door(ana).add_members(room=room, users=[bia])["members"][0]
    assert (member["status"], member["role"]) == ("joined", "member")
    assert member["joined_at"] > joined
    message = ana.send(room)
    assert bia.socket.wait_for("message", seq=message["seq"]) == message
    assert ana.room(room)["members"] == 2


def test_an_admin_who_left_comes_back_as_a_member(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia, public=True)
    set_role(door(ana), room, bia, "admin")
    door(bia).leave_room(room=room)
    assert door(bia).join_room(room=room)["sync"]["me"]["role"] == "member"


def test_a_role_is_a_member_state_and_a_system_message_for_all_and_a_me_for_its_holder(
    door: Door, make_user: MakeUser
) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    for person in (ana, bia, caio):
        person.socket.barrier()
    rev = ana.rev(room)
    member = set_role(door(ana), room, bia, "admin")
    assert (member["user"], member["role"], member["rev"]) == (bia.id, "admin", rev + 1)
    for person in (bia, caio):
        heard = person.socket.barrier().pushed(room=room)
        assert (heard[0], heard[1]["rev"]) == (member, rev + 2)
        assert heard[1]["system"] == {"action": "role", "user": bia.id, "by": ana.id}
    own = [state["rev"] for state in ana.socket.barrier().pushed(room=room)]
    assert own == ([rev + 2] if door.name == "socket" else [rev + 1, rev + 2])
    assert [state["role"] for state in bia.socket.pushed("me", room=room)] == ["admin"]
    assert caio.socket.pushed("me", room=room) == []


def test_a_role_that_one_has_already_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    rev = ana.rev(room)
    assert set_role(door(ana), room, bia, "member")["role"] == "member"
    assert set_role(door(ana), room, ana, "owner")["role"] == "owner"
    assert ana.rev(room) == rev


def test_the_last_owner_cannot_step_down(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    for role in ("admin", "member"):
        with refused("conflict"):
            set_role(door(ana), room, ana, role)
    set_role(door(ana), room, bia, "owner")
    set_role(door(ana), room, ana, "member")
    assert roles(ana, room) == {ana.id: "member", bia.id: "owner"}
    with refused("conflict"):
        set_role(door(bia), room, bia, "member")


@pytest.mark.parametrize(
    ("user", "role", "field"),
    [("bia", "king", "role"), ("bia", None, "role"), ("x", "admin", "user"), ("bia", 1, "role")],
)
def test_a_role_that_makes_no_sense_is_invalid(
    door: Door, make_user: MakeUser, user: str, role: Any, field: str
) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    with refused("invalid", field=field):
        door(ana).set_role(room=room, user=bia if user == "bia" else user, role=role)
    with refused("not_found"):
        door(ana).set_role(room=room, user=str(uuid.uuid4()), role="admin")


ROLES = ("owner", "admin", "member")
MAY_REMOVE = {("owner", "owner"), ("owner", "admin"), ("owner", "member"), ("admin", "member")}
MAY_SET_ROLE = {("owner", before, after) for before in ROLES for after in ROLES} | {("admin", "member", "admin")}


@pytest.fixture
def staffed(make_user: MakeUser) -> tuple[str, dict[str, Person], dict[str, Person]]:
    """A room with two people of each role: those who act, and those who are acted on."""
    actors, others = {role: make_user() for role in ROLES}, {role: make_user() for role in ROLES}
    ana = actors["owner"]
    room = ana.create_room(*(person for person in (*actors.values(), *others.values()) if person is not ana))
    for people in (actors, others):
        for role in ("owner", "admin"):
            set_role(Acts(ana.socket.ask), room, people[role], role)
    return room, actors, others


@pytest.mark.parametrize("target", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_one_removes_those_below_oneself(
    door: Door, staffed: tuple[str, dict[str, Person], dict[str, Person]], role: str, target: str
) -> None:
    room, actors, others = staffed
    if (role, target) in MAY_REMOVE:
        door(actors[role]).remove_member(room=room, user=others[target])
    else:
        with refused("forbidden"):
            door(actors[role]).remove_member(room=room, user=others[target])
    assert (others[target].id in actors["owner"].members(room)) is ((role, target) not in MAY_REMOVE)


@pytest.mark.parametrize(
    ("role", "before", "after"), [(r, b, a) for r in ROLES for b in ROLES for a in ROLES if r == "owner" or b != a]
)
def test_roles_are_given_and_taken_by_those_who_may(
    door: Door, staffed: tuple[str, dict[str, Person], dict[str, Person]], role: str, before: str, after: str
) -> None:
    room, actors, others = staffed
    if role == "owner" or (role, before, after) in MAY_SET_ROLE:
        assert set_role(door(actors[role]), room, others[before], after)["role"] == after
    else:
        with refused("forbidden"):
            set_role(door(actors[role]), room, others[before], after)
        assert roles(actors["owner"], room)[others[before].id] == before


@pytest.mark.parametrize("role", ROLES)
def test_settings_are_changed_by_admins(
    door: Door, staffed: tuple[str, dict[str, Person], dict[str, Person]], role: str
) -> None:
    room, actors, _ = staffed
    for setting in (
        {"name": "Outro"},
        {"description": "Outro"},
        {"public": True},
        {"history": "since_join"},
        {"post": "admins"},
        {"invite": "everyone"},
        {"edit_info": "everyone"},
    ):
        if role == "member":
            with refused("forbidden"):
                door(actors[role]).update_room(room=room, **setting)
        else:
            assert setting.items() <= door(actors[role]).update_room(room=room, **setting)["room"].items()


@pytest.mark.parametrize("role", ROLES)
def test_everybody_in_a_room_reads_writes_and_leaves(
    door: Door, staffed: tuple[str, dict[str, Person], dict[str, Person]], role: str
) -> None:
    room, actors, _ = staffed
    message = door(actors[role]).send_message(room=room, client_id=str(uuid.uuid4()), text="oi")["message"]
    assert actors[role].history(room)[-1] == message
    assert len(door(actors[role]).list_members(room=room)["members"]) == 6
    door(actors[role]).leave_room(room=room)


def test_when_the_owner_leaves_the_longest_standing_admin_follows(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio, dora = (make_user() for _ in range(4))
    room = ana.create_room(bia)
    ana.rest.post(f"/rooms/{room}/members", users=[caio.id])
    ana.rest.post(f"/rooms/{room}/members", users=[dora.id])
    for admin in (dora, caio):
        set_role(door(ana), room, admin, "admin")
    bia.socket.barrier()
    door(ana).leave_room(room=room)
    assert roles(bia, room) == {bia.id: "member", caio.id: "owner", dora.id: "admin"}
    states = bia.socket.barrier().pushed(room=room)
    assert [state["rev"] for state in states] == list(range(states[0]["rev"], bia.rev(room) + 1))
    assert [state["role"] for state in bia.socket.pushed("member", room=room) if state["user"] == caio.id] == ["owner"]
    assert caio.room(room)["members"] == 3


def test_when_the_owner_leaves_and_there_is_no_admin_the_longest_standing_member_follows(
    door: Door, make_user: MakeUser
) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room()
    ana.rest.post(f"/rooms/{room}/members", users=[caio.id])
    ana.rest.post(f"/rooms/{room}/members", users=[bia.id])
    caio.socket.barrier()
    door(ana).leave_room(room=room)
    assert roles(bia, room) == {bia.id: "member", caio.id: "owner"}
    assert [me["role"] for me in caio.socket.barrier().pushed("me", room=room)] == ["owner"]


def test_when_one_of_two_owners_leaves_nobody_is_raised(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    set_role(door(ana), room, bia, "owner")
    door(ana).leave_room(room=room)
    assert roles(bia, room) == {bia.id: "owner", caio.id: "member"}


def test_a_room_that_nobody_is_left_in_is_deleted(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(public=True)
    door(ana).leave_room(room=room)
    for person in (ana, bia):
        with refused("not_found"):
            door(person).join_room(room=room)
        with refused("not_found"):
            person.room(room)
    assert ana.sync({room: 1})["left"] == [room]


def test_members_are_listed_in_pages(door: Door, make_user: MakeUser) -> None:
    people = [make_user() for _ in range(5)]
    room = people[0].create_room(*people[1:])
    first = door(people[1]).list_members(room=room, limit=2)
    assert (first.keys(), first["more"]) == ({"members", "users", "more"}, True)
    second = door(people[1]).list_members(room=room, limit=3, after=first["members"][-1]["user"])
    assert second["more"] is False
    listed = [*first["members"], *second["members"]]
    assert [member["user"] for member in listed] == sorted(person.id for person in people)
    assert all(member.keys() == MEMBER for member in listed)
    assert {user["id"] for user in first["users"]} == {member["user"] for member in first["members"]}
    assert all(user.keys() == USER for user in first["users"])


@pytest.mark.parametrize(
    ("field", "value"), [("limit", 0), ("limit", 501), ("limit", -1), ("limit", "all"), ("after", "ana")]
)
def test_a_page_of_members_out_of_bounds_is_invalid(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    with refused("invalid", field=field):
        door(ana).ask("list_members", {"room": room, field: value})


def test_the_names_of_members_are_in_their_states(make_user: MakeUser) -> None:
    ana = make_user(
        registered=True,
        name="ana",
    )
    room = ana.create_room()
    member = ana.members(room)[ana.id]
    assert (member["username"], member["name"]) == (ana.username, ana.username)


def test_a_member_who_is_removed_and_added_during_talk_misses_nothing_after(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    ana.rest.ask("DELETE", f"/rooms/{room}/members/{bia.id}")
    secret = ana.send(room, "segredo")
    ana.rest.post(f"/rooms/{room}/members", users=[bia.id])
    message = ana.send(room, "de volta")
    assert bia.socket.wait_for("message", seq=message["seq"]) == message
    assert secret not in bia.socket.pushed("message", room=room)
