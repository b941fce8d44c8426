"""A thousand clients that come, go, join and leave while somebody talks: each hears what is said where he is."""

import random
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.transport.clients import RawSocket
from tests.transport.crowd import Crowd, Walker
from tests.transport.toy_server import ToyServer

CLIENTS, ROOMS, STEPS = 1_000, 4, 250
MOVES, REPLACED, WHILE = 40, 2, 25
AT_ONCE, ROUNDS = 8, 20


@pytest.fixture
def crowd(own_toy: Callable[..., ToyServer]) -> Iterator[Crowd]:
    """A thousand clients of a server of their own."""
    crowd = Crowd(own_toy(ping_interval=3_600, ping_timeout=60), CLIENTS)
    yield crowd
    crowd.close()


def test_a_thousand_who_come_and_go_hear_just_what_is_said_where_they_are(crowd: Crowd) -> None:
    chance = random.Random(5)
    rooms = [f"room {number}" for number in range(ROOMS)]
    for walker in crowd.walkers:
        walker.move(chance.choice(rooms))
    for step in range(STEPS):
        # In a quiet while one goes and nobody comes, or the other way round: a list of members that is old stays so.
        is_quiet = step % (2 * WHILE) >= WHILE
        for walker in chance.sample(crowd.walkers, 1 if is_quiet else MOVES):
            walker.move(chance.choice(rooms))
        for walker in chance.sample(crowd.walkers, 0 if is_quiet else REPLACED):
            crowd.replace(walker, abruptly=chance.random() < 0.5)
        crowd.say(chance.choice(rooms), alone=chance.random() < 0.5)
        crowd.listen()
    crowd.settle()
    assert sum(len(walker.heard) for walker in crowd.walkers) > STEPS * CLIENTS / 10
    for walker in (*crowd.walkers, *crowd.gone):
        hold_to_account(walker, crowd)


def test_what_many_say_at_once_all_hear_in_one_order_and_each_hears_his_own_before_its_answer(crowd: Crowd) -> None:
    chance = random.Random(6)
    for walker in crowd.walkers:
        walker.move("room")
    crowd.settle()
    answered_early: list[int] = []
    for number in range(STEPS):
        walker = chance.choice(crowd.walkers)
        body = {"channel": "room", "said": number, "alone": chance.random() < 0.3}
        walker.ask("tell", body, partial(note_unheard, walker, ("room", number), answered_early))
        if number % AT_ONCE == 0:
            crowd.listen()
    crowd.settle()
    assert answered_early == []
    assert sorted(crowd.walkers[0].heard) == [("room", number) for number in range(STEPS)]
    assert all(walker.heard == crowd.walkers[0].heard for walker in crowd.walkers)
    assert crowd.toy.kept()["direct"] == CLIENTS + 1


def note_unheard(walker: Walker, said: tuple[str, int], unheard: list[int], _moment: int) -> None:
    """Note what somebody has not heard by now."""
    if said not in walker.heard:
        unheard.append(said[1])


def test_others_are_answered_while_something_goes_to_very_many(crowd: Crowd) -> None:
    for walker in crowd.walkers:
        walker.move("room")
    crowd.settle()
    stranger = RawSocket(crowd.toy.port).join()
    amid = 0
    for _ in range(ROUNDS):
        crowd.say("room")
        amid += stranger.ask(1, "echo")["spreading"]
        crowd.listen()
    crowd.settle()
    stranger.close()
    assert amid


def hold_to_account(walker: Walker, crowd: Crowd) -> None:
    """Hold what one client heard against what he must have heard, and what he may have."""
    assert walker.out_of_place == []
    heard = [number for _, number in walker.heard]
    assert heard == sorted(set(heard)), "twice, or out of order"
    must = {said.number for said in crowd.said if walker.must_hear(said)}
    may = {said.number for said in crowd.said if walker.may_hear(said)}
    assert must <= set(heard) <= may, f"missed {must - set(heard)}, overheard {set(heard) - may}"
