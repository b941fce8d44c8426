"""A thousand clients that come, go, join and leave while somebody talks: each hears what is said where he is."""

import random
from collections.abc import Callable, Iterator

import pytest

from tests.transport.crowd import Crowd, Walker
from tests.transport.toy_server import ToyServer

CLIENTS, ROOMS, STEPS = 1_000, 4, 250
MOVES, REPLACED = 40, 2


@pytest.fixture
def crowd(own_toy: Callable[..., ToyServer]) -> Iterator[Crowd]:
    """A thousand clients of a server of their own."""
    crowd = Crowd(own_toy(ping_interval=120, ping_timeout=60), CLIENTS)
    yield crowd
    crowd.close()


def test_a_thousand_who_come_and_go_hear_just_what_is_said_where_they_are(crowd: Crowd) -> None:
    chance = random.Random(5)
    rooms = [f"room {number}" for number in range(ROOMS)]
    for walker in crowd.walkers:
        walker.move(chance.choice(rooms))
    for _ in range(STEPS):
        for walker in chance.sample(crowd.walkers, MOVES):
            walker.move(chance.choice(rooms))
        for walker in chance.sample(crowd.walkers, REPLACED):
            crowd.replace(walker, abruptly=chance.random() < 0.5)
        crowd.say(chance.choice(rooms))
        crowd.listen()
    crowd.settle()
    assert sum(len(walker.heard) for walker in crowd.walkers) > STEPS * CLIENTS / 10
    for walker in (*crowd.walkers, *crowd.gone):
        hold_to_account(walker, crowd)


def hold_to_account(walker: Walker, crowd: Crowd) -> None:
    """Hold what one client heard against what he must have heard, and what he may have."""
    assert walker.out_of_place == []
    heard = [number for _, number in walker.heard]
    assert heard == sorted(set(heard)), "twice, or out of order"
    must = {said.number for said in crowd.said if walker.must_hear(said)}
    may = {said.number for said in crowd.said if walker.may_hear(said)}
    assert must <= set(heard) <= may, f"missed {must - set(heard)}, overheard {set(heard) - may}"
