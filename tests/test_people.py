"""Finding people and rooms: who is found, by what, and who is not."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.shapes import ROOM, USER


def word() -> str:
    """A name that nobody has."""
    return "q" + uuid.uuid4().hex[:10]


def found(person: Person, **query: Any) -> list[str]:
    """The ids of those whom somebody finds."""
    people = person.rest.get("/users", **query)["users"]
    assert all(each.keys() == USER for each in people)
    return [each["id"] for each in people]


def test_a_stranger_is_found_by_his_whole_username_alone(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user(registered=True, name="Bia")
    assert found(ana, q=bia.username) == found(ana, q=bia.username.upper()) == [bia.id]
    for part in (bia.username[:-1], bia.username[1:], "Bia", "bi_.", "%%"):
        assert bia.id not in found(ana, q=part)


def test_a_stranger_is_not_found_by_his_name_or_address(make_user: MakeUser) -> None:
    name = word()
    bia = make_user(registered=True, email=f"{name}@example.org")
    bia.create_room()
    for text in (f"{name}@example.org", name):
        assert found(make_user(), q=text) == []


@pytest.mark.parametrize("kind", ["group", "direct"])
def test_who_shares_a_room_is_found_by_a_part_of_name_or_username(make_user: MakeUser, kind: str) -> None:
    ana, bia = make_user(), make_user(registered=True, name="bia")
    ana.create_room(bia, kind=kind, name=None if kind == "direct" else "Sala")
    for part in (bia.username[2:9], bia.username[:4].upper(), bia.username):
        assert bia.id in found(ana, q=part)


def test_case_and_accents_do_not_matter(make_user: MakeUser) -> None:
    ana, name = make_user(), word()
    joao = register_called(make_user, f"João {name} ÉRICO")
    ana.create_room(joao)
    for text in (f"joao {name}", f"JOÃO {name.upper()} érico", f"{name} eri"):
        assert found(ana, q=text) == [joao.id]


def register_called(make_user: MakeUser, name: str) -> Person:
    """Somebody who goes by this name."""
    person = make_user(registered=True)
    fields = {"username": word(), "password": "uma senha comprida", "name": name}
    answer = person.rest.post("/auth/register", **fields)
    return Person(person.server, answer["user"], token=answer["access_token"])


def test_members_of_a_channel_are_no_acquaintances_and_neither_are_those_who_left(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(registered=True), make_user(registered=True, name="caio")
    ana.create_room(bia, kind="channel")
    room = ana.create_room(caio)
    assert found(ana, q=bia.username[1:]) == []
    assert found(ana, q=caio.username[1:]) == [caio.id]
    caio.rest.post(f"/rooms/{room}/leave")
    assert found(ana, q=caio.username[1:]) == []


def test_no_more_than_twenty_are_found(make_user: MakeUser) -> None:
    ana = make_user()
    ana.create_room(*[make_user() for _ in range(25)])
    prefix = ana.username[:2]
    assert len(found(ana, q=prefix)) == 20


def test_people_are_found_by_their_ids(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    assert found(ana, ids=f"{bia.id},{ana.id},{uuid.uuid4()}") == sorted([ana.id, bia.id])
    assert found(ana, ids=[bia.id.upper(), ana.id]) == sorted([ana.id, bia.id])
    assert found(ana, ids="") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "a"}, "q"),
        ({"q": " a "}, "q"),
        ({"q": "x" * 65}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"ids": "1"}, "ids"),
        ({"ids": ",".join([str(uuid.uuid4())] * 101)}, "ids"),
        ({}, None),
        ({"q": "ana", "ids": ""}, None),
    ],
)
def test_a_search_that_makes_no_sense_is_invalid(make_user: MakeUser, query: dict[str, str], field: str | None) -> None:
    with refused("invalid", field=field):
        found(make_user(), **query)


def public(person: Person, **query: str) -> list[str]:
    """The ids of the public rooms that somebody finds."""
    rooms = person.rest.get("/rooms/public", **query)["rooms"]
    assert all(each.keys() == ROOM for each in rooms)
    return [each["id"] for each in rooms]


def test_a_public_room_is_found_by_a_part_of_its_name_the_largest_first(make_user: MakeUser) -> None:
    ana, bia, name = make_user(), make_user(), word()
    small = ana.create_room(name=f"Água {name}", public=True)
    large = ana.create_room(bia, name=f"A AGUA {name} fria", public=True)
    ana.create_room(name=f"Água {name}")
    assert public(bia, q=f"água {name.upper()}") == [large, small]
    assert public(bia, q=f"{name} fria") == [large]
    assert public(bia, q=f"{name}%") == []
    assert public(bia)


def test_a_room_that_is_deleted_or_no_longer_public_is_not_found(make_user: MakeUser) -> None:
    ana, name = make_user(), word()
    gone, closed = (ana.create_room(name=name, public=True) for _ in range(2))
    assert set(public(ana, q=name)) == {gone, closed}
    ana.rest.ask("DELETE", f"/rooms/{gone}")
    ana.rest.ask("PATCH", f"/rooms/{closed}", json={"public": False})
    assert public(ana, q=name) == []
