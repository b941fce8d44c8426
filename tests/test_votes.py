"""Votes: one a person, seen by all or by nobody else."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.fields import at, in_seconds
from tests.support.naming import brief
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rows import rows
from tests.support.server import Server

Json = dict[str, Any]


def votes_of(message: Json) -> list[int]:
    """How many have chosen each option."""
    return [option["votes"] for option in message["poll"]["options"]]


def voters_of(message: Json) -> list[list[str] | None]:
    """Who has chosen each option."""
    return [option["voters"] for option in message["poll"]["options"]]


def test_a_vote_is_one_change_that_all_hear(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room)
    ana.socket.barrier().heard.clear()
    voted = door(bia).vote(**at(poll), options=[2])["message"]
    assert (votes_of(voted), voters_of(voted), voted["poll"]["people"]) == ([0, 1], [[], [bia.id]], 1)
    assert {**voted, "rev": 0, "poll": 0} == {**poll, "rev": 0, "poll": 0}
    assert voted["rev"] == poll["rev"] + 1
    assert ana.socket.barrier().pushed() == [voted]
    assert ana.history(room)[-1] == voted
    entry = ana.entry(room, poll["rev"])
    assert (entry["messages"], {user["id"] for user in entry["users"]}) == ([voted], {ana.id, bia.id})


def test_a_vote_replaces_the_earlier_one_and_can_be_taken_back(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room, "a", "b", "c")
    counts = []
    for person, options in ((ana, [1]), (bia, [1]), (ana, [3]), (ana, [3]), (bia, []), (bia, []), (ana, [])):
        state = door(person).vote(**at(poll), options=options)["message"]
        counts.append((votes_of(state), state["poll"]["people"], state["rev"] - poll["rev"]))
    assert counts == [
        ([1, 0, 0], 1, 1),
        ([2, 0, 0], 2, 2),
        ([1, 0, 1], 2, 3),
        ([1, 0, 1], 2, 3),
        ([0, 0, 1], 1, 4),
        ([0, 0, 1], 1, 4),
        ([0, 0, 0], 0, 5),
    ]
    assert ana.rev(room) == poll["rev"] + 5


def test_the_same_vote_again_is_ok_and_pushes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room, multiple=True)
    voted = door(bia).vote(**at(poll), options=[2, 1])["message"]
    phone = bia.connect()
    for socket in (ana.socket, phone.barrier()):
        socket.barrier().heard.clear()
    assert door(bia).vote(**at(poll), options=[1, 2])["message"] == voted
    assert ana.socket.barrier().pushed("message", "vote") == []
    assert phone.barrier().pushed("message", "vote") == []


def test_several_answers_only_where_the_poll_lets_one(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    one, several = ana.ask_all(room, "a", "b", "c"), ana.ask_all(room, "a", "b", "c", multiple=True)
    with refused("invalid", field="options"):
        door(ana).vote(**at(one), options=[1, 2])
    door(bia).vote(**at(several), options=[3])
    voted = door(ana).vote(**at(several), options=[3, 1])["message"]
    assert (votes_of(voted), voted["poll"]["people"]) == ([1, 0, 2], 2)
    assert voters_of(voted) == [[ana.id], [], [bia.id, ana.id]]
    assert ana.history(room)[-2] == one


@pytest.mark.parametrize(
    "options", [[3], [0], [-1], [13], [1, 1], ["1"], [1.5], [True], "1", 1, None, {}, list(range(1, 14))], ids=brief
)
def test_a_vote_for_what_is_no_option_changes_nothing(door: Door, make_user: MakeUser, options: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    poll = ana.ask_all(room, multiple=True)
    with refused("invalid") as caught:
        door(ana).ask("vote", at(poll) | {"options": options})
    assert str(caught.value.field).startswith("options")
    with refused("invalid", field="options"):
        door(ana).ask("vote", at(poll))
    assert ana.history(room)[-1] == poll


def test_only_a_poll_is_voted_on(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room)
    for act, fields in (("vote", {"options": [1]}), ("close_poll", {}), ("poll_voters", {})):
        with refused("invalid", field="seq"):
            door(ana).ask(act, at(message) | fields)
        with refused("forbidden"):
            door(ana).ask(act, at(ana.history(room)[0]) | fields)
        with refused("not_found", field="seq"):
            door(ana).ask(act, {"room": room, "seq": 99} | fields)
    assert ana.rev(room) == message["rev"]


def test_whoever_sees_a_poll_may_vote(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    channel, public = ana.create_room(bia, kind="channel"), ana.create_room(public=True)
    secret, open_to_all = ana.ask_all(channel), ana.ask_all(public)
    assert votes_of(door(bia).vote(**at(secret), options=[1])["message"]) == [1, 0]
    for act, fields in (("vote", {"options": [1]}), ("vote", {"options": []}), ("close_poll", {}), ("poll_voters", {})):
        with refused("not_found"):
            door(eva).ask(act, at(secret) | fields)
        with refused("forbidden"):
            door(eva).ask(act, at(open_to_all) | fields)
    assert votes_of(ana.history(channel)[-1]) == [1, 0]


def test_who_is_blocked_or_muted_only_takes_back(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    direct, group = ana.rest.post("/rooms", kind="direct", members=[bia.id])["room"]["id"], ana.create_room(bia)
    between_two, among_many = ana.ask_all(direct), ana.ask_all(group)
    for poll in (between_two, among_many):
        door(bia).vote(**at(poll), options=[1])
    ana.rest.ask("PUT", f"/me/blocks/{bia.id}")
    door(ana).mute_member(room=group, user=bia, until=in_seconds(3600))
    for person, poll in ((ana, between_two), (bia, between_two), (bia, among_many)):
        with refused("forbidden"):
            door(person).vote(**at(poll), options=[2])
    door(ana).vote(**at(among_many), options=[2])
    assert votes_of(door(bia).vote(**at(between_two), options=[])["message"]) == [0, 0]
    assert votes_of(door(bia).vote(**at(among_many), options=[])["message"]) == [0, 1]


def test_one_knows_on_all_devices_what_one_has_chosen(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room, "a", "b", "c", multiple=True, anonymous=True)
    phone = bia.connect().barrier()
    before = door(bia).list_votes()
    for socket in (ana.socket, bia.socket, phone):
        socket.barrier().heard.clear()
    for options in ([3, 1], [3, 1], []):
        door(bia).vote(**at(poll), options=options)
    states = [at(poll) | {"options": [1, 3]}, at(poll) | {"options": []}]
    assert phone.barrier().pushed("vote") == states
    assert bia.socket.barrier().pushed("vote") == ([] if door.name == "socket" else states)
    assert ana.socket.barrier().pushed("vote") == []
    assert (
        before["votes"] == door(bia).list_votes()["votes"] == door(ana).list_votes(since=before["now"])["votes"] == []
    )
    assert door(bia).list_votes(since=before["now"])["votes"] == states[1:]


def test_votes_are_listed_with_the_newest_last(door: Door, server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    first, second = ana.ask_all(room), ana.ask_all(room)
    for poll, options in ((first, [1]), (second, [1]), (first, [2])):
        rows(server, "UPDATE votes SET voted_at = voted_at - 1000 WHERE user_id = ?", ana.id)
        door(ana).vote(**at(poll), options=options)
    assert door(ana).list_votes()["votes"] == [at(second) | {"options": [1]}, at(first) | {"options": [2]}]
    with refused("invalid", field="since"):
        door(ana).list_votes(since="ontem")


def test_nobody_learns_who_voted_in_an_anonymous_poll(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room, anonymous=True)
    ana.socket.barrier().heard.clear()
    voted = door(bia).vote(**at(poll), options=[2])["message"]
    assert (votes_of(voted), voters_of(voted), voted["poll"]["people"]) == ([0, 1], [None, None], 1)
    assert ana.socket.barrier().pushed("message", "vote") == [voted]
    assert ana.history(room)[-1] == voted
    for person in (ana, bia):
        with refused("forbidden"):
            door(person).poll_voters(**at(poll))
    fresh = ana.entry(room, poll["rev"])
    assert {user["id"] for user in fresh["users"]} == {ana.id}
    told = [ana.entry(room), ana.rest.get("/me/export"), ana.rest.get("/search", q="dia")]
    assert [bia.id in str(each["messages" if "messages" in each else "results"]) for each in told] == [False] * 3


def test_an_export_holds_ones_own_votes_and_nobody_elses(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    polls = [bia.ask_all(room, anonymous=bool(number % 2)) for number in range(4)]
    for poll in polls:
        ana.socket.ask("vote", at(poll) | {"options": [1]})
        bia.socket.ask("vote", at(poll) | {"options": [2]})
    ana.socket.ask("vote", at(polls[0]) | {"options": []})
    bia.socket.ask("delete_message", at(polls[1]))
    export = ana.rest.get("/me/export")
    assert export["votes"] == [at(poll) | {"options": [1]} for poll in polls[2:]]


@pytest.mark.parametrize("how", ["leaves", "is removed", "is banned"])
def test_an_export_tells_nothing_of_others_in_rooms_that_one_is_no_longer_in(make_user: MakeUser, how: str) -> None:
    ana, bia = make_user(), make_user()
    room, other = bia.create_room(ana), bia.create_room(ana)
    for place in (room, other):
        poll = ana.ask_all(place)
        bia.socket.ask("vote", at(poll) | {"options": [1]})
        bia.socket.ask("react", at(poll) | {"emoji": "👍"})
    assert [bia.id in str(each) for each in ana.rest.get("/me/export")["messages"]] == [True, True]
    if how == "leaves":
        ana.rest.post(f"/rooms/{room}/leave")
    elif how == "is removed":
        bia.rest.ask("DELETE", f"/rooms/{room}/members/{ana.id}")
    else:
        bia.rest.ask("PUT", f"/rooms/{room}/bans/{ana.id}")
    told = {each["room"]: each for each in ana.rest.get("/me/export")["messages"]}
    assert bia.id in str(told[other])
    assert (votes_of(told[room]), voters_of(told[room]), told[room]["poll"]["people"]) == ([0, 0], [None, None], 0)
    assert told[room]["reactions"] == {}


def test_voters_are_listed_page_by_page(door: Door, make_user: MakeUser) -> None:
    ana, *people = (make_user() for _ in range(5))
    room = ana.create_room(*people)
    poll = ana.ask_all(room, "a", "b", "c", multiple=True)
    chosen = {person.id: [1, 2] if number % 2 else [2] for number, person in enumerate(people)}
    for person in people:
        door(person).vote(**at(poll), options=chosen[person.id])
    door(ana).vote(**at(poll), options=[3])
    door(ana).vote(**at(poll), options=[])
    ids = sorted(chosen)
    page = door(ana).poll_voters(**at(poll), limit=3)
    assert page["voters"] == [{"user": user, "options": chosen[user]} for user in ids[:3]]
    assert ([user["id"] for user in page["users"]], page["more"]) == (ids[:3], True)
    rest = door(ana).poll_voters(**at(poll), after=ids[2])
    assert ([each["user"] for each in rest["voters"]], rest["more"]) == (ids[3:], False)
    of_one = door(ana).poll_voters(**at(poll), option=1)["voters"]
    assert [each["user"] for each in of_one] == [user for user in ids if 1 in chosen[user]]
    assert door(ana).poll_voters(**at(poll), option=3)["voters"] == []


@pytest.mark.parametrize(
    ("field", "value"), [("option", 3), ("option", 0), ("limit", 0), ("limit", 501), ("after", "x"), ("x", 1)]
)
def test_a_page_of_voters_has_its_bounds(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    ana = make_user()
    poll = ana.ask_all(ana.create_room())
    with refused("invalid", field=field):
        door(ana).poll_voters(**at(poll), **{field: value})


def test_more_than_a_hundred_votes_are_counted_and_no_longer_named(server: Server, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    poll = ana.ask_all(room, "a", "b", multiple=True)
    stuff(server, poll, people=99)
    assert voters_of(vote(ana, poll, [2]))[1] == [ana.id]
    many = vote(bia, poll, [1])
    assert (votes_of(many), voters_of(many), many["poll"]["people"]) == ([100, 1], [None, None], 101)
    assert len(str(many)) < 1000
    assert ana.socket.ask("poll_voters", at(poll) | {"limit": 500, "option": 2})["voters"] == [
        {"user": ana.id, "options": [2]}
    ]
    few = vote(bia, poll, [])
    assert [len(who or ()) for who in voters_of(few)] == [99, 1]
    assert [len(who or ()) for who in voters_of(ana.history(room)[-1])] == [99, 1]


def vote(person: Person, poll: Json, options: list[int]) -> Json:
    """Vote, and return the poll as it is then."""
    message: Json = person.socket.ask("vote", at(poll) | {"options": options})["message"]
    return message


def stuff(server: Server, poll: Json, people: int) -> None:
    """Let people of the crowd whom no test will meet have chosen the first option."""
    found = rows(server, "SELECT id FROM messages WHERE room_id = ? AND seq = ?", poll["room"], poll["seq"])
    users = rows(server, "SELECT id FROM users WHERE email IS NULL ORDER BY id DESC LIMIT ?", people)
    insert = "INSERT INTO votes (message_id, user_id, choices, voted_at) VALUES (?, ?, 1, 1)"
    for (user,) in users:
        rows(server, insert, found[0][0], user)
    new = {
        "sqlite": f"json_set(poll, '$.votes[0]', {people}, '$.people', {people})",
        "postgresql": f"jsonb_set(jsonb_set(poll, '{{votes,0}}', '{people}'), '{{people}}', '{people}')",
    }["postgresql" if server.database_url else "sqlite"]
    rows(server, f"UPDATE messages SET poll = {new} WHERE id = ?", found[0][0])  # noqa: S608


def test_votes_of_eight_at_once_are_all_counted(make_user: MakeUser, race: Race) -> None:
    people = [make_user() for _ in range(8)]
    room = people[0].create_room(*people[1:])
    poll = people[0].ask_all(room)
    states = race(lambda n: vote(people[n], poll, [1 + n % 2]), 8)
    states.sort(key=lambda state: state["rev"])
    assert [state["rev"] for state in states] == [poll["rev"] + n for n in range(1, 9)]
    assert people[0].history(room)[-1] == states[-1]
    assert (votes_of(states[-1]), states[-1]["poll"]["people"]) == ([4, 4], 8)
    for person in people:
        person.socket.barrier()
        revs = [state["rev"] for state in person.socket.pushed("message") if state["seq"] == poll["seq"]]
        assert revs == sorted(revs)


def test_one_who_votes_on_eight_devices_at_once_has_one_vote(make_user: MakeUser, race: Race) -> None:
    ana = make_user()
    room = ana.create_room()
    poll = ana.ask_all(room, *"abcdefgh")
    sockets = [ana.connect() for _ in range(8)]
    race(lambda n: sockets[n].ask("vote", at(poll) | {"options": [n + 1]}), 8)
    last = ana.history(room)[-1]
    assert (sum(votes_of(last)), last["poll"]["people"]) == (1, 1)
    mine = ana.rest.get("/me/votes")["votes"]
    assert mine == [at(poll) | {"options": [1 + votes_of(last).index(1)]}]


def test_a_resend_is_answered_with_the_votes_that_came_meanwhile(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = {"room": room, "client_id": str(uuid.uuid4()), "text": "Que dia?", "options": ["a", "b"]}
    poll = door(ana).ask("create_poll", body)["message"]
    voted = vote(ana, poll, [1])
    assert door(ana).ask("create_poll", body) == {"message": voted, "duplicate": True}
