"""Reactions: one emoji each, for all to see."""

from typing import Any

import pytest

from tests.conftest import MakeUser, Race
from tests.support.doors import Door
from tests.support.fields import at
from tests.support.naming import brief
from tests.support.refusal import Refusal, refused


def test_a_reaction_is_one_change_that_all_hear(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    ana.socket.barrier().heard.clear()
    state = door(bia).react(**at(message), emoji="👍")["message"]
    assert state == message | {"rev": message["rev"] + 1, "reactions": {"👍": [bia.id]}}
    assert ana.socket.barrier().pushed() == [state]
    assert ana.history(room)[-1] == state
    entry = ana.entry(room, message["rev"])
    assert entry["messages"] == [state]
    assert bia.id in {user["id"] for user in entry["users"]}


def test_a_second_reaction_takes_the_place_of_the_first_and_null_takes_it_back(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    found = [
        door(person).react(**at(message), emoji=emoji)["message"]["reactions"]
        for person, emoji in ((ana, "👍"), (bia, "👍"), (ana, "🎉"), (ana, "👍"), (bia, None), (ana, None))
    ]
    assert found == [
        {"👍": [ana.id]},
        {"👍": [ana.id, bia.id]},
        {"👍": [bia.id], "🎉": [ana.id]},
        {"👍": [bia.id, ana.id]},
        {"👍": [ana.id]},
        {},
    ]
    assert ana.history(room)[-1] == message | {"rev": message["rev"] + 6}


def test_the_same_reaction_again_changes_nothing(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room)
    assert door(bia).react(**at(message), emoji=None)["message"] == message
    state = door(bia).react(**at(message), emoji="❤️")["message"]
    ana.socket.barrier().heard.clear()
    for emoji in ("❤️", "❤"):
        assert door(bia).react(**at(message), emoji=emoji)["message"] == state
    assert ana.socket.barrier().pushed() == []
    assert ana.rev(room) == state["rev"]


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🇧🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "👩🏽‍❤️‍💋‍👨🏻", "🫠", "☺️"])
def test_an_emoji_is_one_however_many_code_points_it_has(make_user: MakeUser, emoji: str) -> None:
    ana = make_user()
    message = ana.send(ana.create_room())
    assert ana.socket.ask("react", at(message) | {"emoji": emoji})["message"]["reactions"] == {emoji: [ana.id]}


@pytest.mark.parametrize(
    "emoji",
    [
        "",
        " ",
        "a",
        "1",
        "👍👍",
        "👍 ",
        " 👍",
        "👍a",
        ":+1:",
        "🇧",
        "🏽",
        "\u200d",
        "\ufe0f",
        "👍\u200d",
        "\u0000",
        1,
        [],
        True,
    ],
    ids=brief,
)
def test_anything_else_is_no_reaction(door: Door, make_user: MakeUser, emoji: Any) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room)
    with refused("invalid", field="emoji"):
        door(ana).ask("react", at(message) | {"emoji": emoji})
    assert ana.history(room)[-1] == message


def test_a_reaction_says_which(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    with refused("invalid", field="emoji"):
        door(ana).ask("react", at(ana.send(ana.create_room())))


def test_whoever_sees_a_message_of_somebody_may_react(door: Door, make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    channel = ana.create_room(bia, kind="channel")
    message = ana.send(channel)
    door(bia).react(**at(message), emoji="👍")
    with refused("not_found"):
        door(eva).react(**at(message), emoji="👍")
    with refused("not_found", field="seq"):
        door(ana).react(room=channel, seq=message["seq"] + 1, emoji="👍")
    with refused("forbidden"):
        door(ana).react(**at(ana.history(channel)[0]), emoji="👍")
    public = ana.create_room(public=True)
    with refused("forbidden"):
        door(eva).react(**at(ana.send(public)), emoji="👍")


def test_a_resend_is_answered_with_the_reactions_that_came_meanwhile(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    body = {"room": room, "client_id": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55", "text": "oi"}
    message = door(ana).ask("send_message", body)["message"]
    state = ana.socket.ask("react", at(message) | {"emoji": "👍"})["message"]
    assert door(ana).ask("send_message", body) == {"message": state, "duplicate": True}


def test_reactions_of_eight_at_once_are_all_there(make_user: MakeUser, race: Race) -> None:
    people = [make_user() for _ in range(8)]
    room = people[0].create_room(*people[1:])
    message = people[0].send(room)
    for person in people:
        person.socket.barrier().heard.clear()
    states = race(lambda n: people[n].socket.ask("react", at(message) | {"emoji": "👍🎉"[n % 2]})["message"], 8)
    states.sort(key=lambda state: state["rev"])
    assert [state["rev"] for state in states] == [message["rev"] + n for n in range(1, 9)]
    last = people[0].history(room)[-1]
    assert last == states[-1]
    assert {user for users in last["reactions"].values() for user in users} == {person.id for person in people}
    for person in people:
        heard = person.socket.barrier().heard
        revs = [
            (item.payload["message"] if item.answer else item.payload)["rev"]
            for item in heard
            if item.event in ("message", "react")
        ]
        assert revs == [state["rev"] for state in states]


def test_one_who_reacts_from_eight_devices_at_once_has_one_reaction(make_user: MakeUser, race: Race) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room)
    sockets = [ana.connect() for _ in range(8)]
    emojis = "👍🎉😀😂🙏🔥👏🎈"
    race(lambda n: sockets[n].ask("react", at(message) | {"emoji": emojis[n]}), 8)
    reactions = ana.history(room)[-1]["reactions"]
    assert list(reactions.values()) == [[ana.id]]


def test_whatever_comes_at_once_with_a_deletion_leaves_no_reaction(make_user: MakeUser, race: Race) -> None:
    people = [make_user() for _ in range(8)]
    room = people[0].create_room(*people[1:])
    for _ in range(5):
        message = people[0].send(room)

        def act(number: int, message: dict[str, Any] = message) -> None:
            if number == 0:
                people[0].socket.ask("delete_message", at(message))
                return
            try:
                people[number].socket.ask("react", at(message) | {"emoji": "👍"})
            except Refusal as refusal:
                assert refusal.code == "gone"  # noqa: PT017

        race(act, 8)
        stored = people[0].history(room)[-1]
        assert (stored["text"], stored["reactions"]) == (None, {})
        assert people[1].entry(room)["rev"] == stored["rev"]
