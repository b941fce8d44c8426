"""History: pages of messages before, after and around a point."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.conftest import MakeUser
from tests.support.people import People
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.shapes import USER


class Talk(NamedTuple):
    """Thirty messages: the first is the room's own, the others were said."""

    ana: Person
    bia: Person
    room: str


LAST = 30


@pytest.fixture(scope="module")
def talk(crowd: People) -> Iterator[Talk]:
    ana, bia = crowd.take(), crowd.take()
    room = ana.create_room(bia)
    while ana.send(room)["seq"] < LAST - 1:
        pass
    bia.send(room)
    yield Talk(ana, bia, room)
    ana.close()
    bia.close()


@pytest.mark.parametrize(
    ("query", "seqs", "more_before", "more_after"),
    [
        ({}, range(1, 31), False, False),
        ({"limit": 5}, range(26, 31), True, False),
        ({"limit": 30}, range(1, 31), False, False),
        ({"before": 11, "limit": 5}, range(6, 11), True, True),
        ({"before": 6, "limit": 5}, range(1, 6), False, True),
        ({"before": 1}, range(0), False, True),
        ({"before": 1000, "limit": 3}, range(28, 31), True, False),
        ({"after": 0, "limit": 4}, range(1, 5), False, True),
        ({"after": 25}, range(26, 31), True, False),
        ({"after": 25, "limit": 4}, range(26, 30), True, True),
        ({"after": 30}, range(0), True, False),
        ({"after": 1000}, range(0), True, False),
        ({"after": 2**63 - 1}, range(0), True, False),
        ({"before": 2**63 - 1, "limit": 3}, range(28, 31), True, False),
        ({"around": 15, "limit": 1}, range(15, 16), True, True),
        ({"around": 1, "limit": 200}, range(1, 31), False, False),
    ],
)
def test_a_page_holds_what_was_asked_and_says_what_is_beyond(
    talk: Talk,
    query: dict[str, int],
    seqs: range,
    more_before: bool,  # noqa: FBT001
    more_after: bool,  # noqa: FBT001
) -> None:
    page = talk.bia.rest.get(f"/rooms/{talk.room}/messages", **query)
    assert page.keys() == {"messages", "users", "more_before", "more_after"}
    assert [message["seq"] for message in page["messages"]] == list(seqs)
    assert (page["more_before"], page["more_after"]) == (more_before, more_after)


@pytest.mark.parametrize("around", [1, 2, 15, 29, 30])
@pytest.mark.parametrize("limit", [2, 5, 10])
def test_a_page_around_a_message_includes_it_and_has_no_hole(talk: Talk, around: int, limit: int) -> None:
    page = talk.ana.rest.get(f"/rooms/{talk.room}/messages", around=around, limit=limit)
    seqs = [message["seq"] for message in page["messages"]]
    assert around in seqs
    assert len(seqs) <= limit
    assert len(seqs) == limit or seqs[0] == 1 or seqs[-1] == LAST
    assert seqs == list(range(seqs[0], seqs[-1] + 1))
    assert (page["more_before"], page["more_after"]) == (seqs[0] > 1, seqs[-1] < LAST)


def test_the_pages_of_history_make_the_whole(talk: Talk) -> None:
    backward: list[int] = []
    before, more = 31, True
    while more:
        page = talk.ana.rest.get(f"/rooms/{talk.room}/messages", before=before, limit=7)
        backward = [message["seq"] for message in page["messages"]] + backward
        before, more = backward[0], page["more_before"]
    assert backward == list(range(1, LAST + 1))


def test_the_users_of_a_page_are_those_that_it_mentions(make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    room = ana.create_room(bia)
    bia.send(room)
    ana.rest.post(f"/rooms/{room}/members", users=[eva.id])
    page = ana.rest.get(f"/rooms/{room}/messages", after=1)
    assert {user["id"] for user in page["users"]} == {ana.id, bia.id, eva.id}
    assert all(user.keys() == USER for user in page["users"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"after": 2**63}, "after"),
        ({"limit": 201}, "limit"),
        ({"limit": "all"}, "limit"),
        ({"before": "x"}, "before"),
        ({"before": 0}, "before"),
        ({"after": -1}, "after"),
        ({"around": 0}, "around"),
        ({"before": 2**63}, "before"),
        ({"after": 10**30}, "after"),
        ({"before": 1.5}, "before"),
        ({"before": ""}, "before"),
        ({"colour": "red"}, "colour"),
        ({"before": 3, "after": 1}, None),
        ({"around": 3, "after": 1}, None),
    ],
)
def test_a_query_that_makes_no_sense_is_invalid(talk: Talk, query: dict[str, Any], field: str | None) -> None:
    with refused("invalid", field=field):
        talk.ana.history(talk.room, **query)


def test_around_a_message_that_the_room_does_not_have_is_not_found(talk: Talk) -> None:
    with refused("not_found"):
        talk.ana.history(talk.room, around=LAST + 1)


@pytest.mark.parametrize(
    "room", ["1", "sala", "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e5", "%00", "6f0d0b7e7d7c4d1c9a552b3a7f1c0e55"]
)
def test_an_id_that_is_no_uuid_is_invalid(talk: Talk, room: str) -> None:
    with refused("invalid", field="room"):
        talk.ana.history(room)
