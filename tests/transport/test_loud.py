"""Many talk, many hear, some read slowly and some never: the order is one for all, and nothing of it is missing."""

import random
import selectors
import socket
from collections.abc import Callable
from functools import partial

from tests.support.waiting import eventually
from tests.transport.clients import Over
from tests.transport.crowd import Crowd, Walker
from tests.transport.toy_server import ToyServer

QUICK, SLOW, DEAF, STEPS = 270, 20, 5, 120
SIZES = (0, 0, 300, 30_000)
NARROW, SIP, EVERY = 32_768, 16_384, 8
# More than anybody's bound, and what the kernel keeps for him.
TOO_MUCH = {"channel": "deaf", "size": 60_000, "times": 120}


def narrow(crowd: Crowd, walkers: list[Walker]) -> None:
    """Let these read only when they are told to, and the kernel keep little for them."""
    for walker in walkers:
        crowd.selector.unregister(walker.raw.socket)
        walker.raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)


def sip(walker: Walker) -> None:
    """Read a little."""
    try:
        walker.raw.left += walker.raw.socket.recv(SIP)
    except BlockingIOError:
        return
    while walker.raw.has_frame():
        walker.hear(walker.raw.text())


def read_up(walker: Walker) -> None:
    """Read all that there is until the server hangs up."""
    walker.raw.socket.settimeout(5)
    try:
        while True:
            text = walker.raw.text()
            if not text.startswith('42["told"'):
                walker.hear(text)
    except Over:
        pass


def test_all_hear_all_in_one_order_and_the_deaf_are_cut(own_toy: Callable[..., ToyServer]) -> None:
    chance = random.Random(7)
    crowd = Crowd(own_toy(ping_interval=3_600, ping_timeout=60), QUICK + SLOW + DEAF)
    for walker in crowd.walkers:
        walker.move("room")
    for walker in crowd.walkers[-DEAF:]:
        walker.move("deaf")
    crowd.settle()
    quick, slow, deaf = crowd.walkers[:QUICK], crowd.walkers[QUICK:-DEAF], crowd.walkers[-DEAF:]
    narrow(crowd, slow + deaf)
    answered: list[list[int]] = [[] for _ in slow]
    for number in range(STEPS):
        body = {"channel": "room", "said": number, "alone": chance.random() < 0.3, "text": "x" * chance.choice(SIZES)}
        chance.choice(quick).ask("tell", body, lambda _: None)
        which = number % SLOW
        slow[which].ask("echo", number, partial(answered[which].append))
        if number % EVERY == 0:
            for walker in slow:
                sip(walker)
        crowd.listen()
        if number == STEPS // 2:
            crowd.talker.ask("tell", TOO_MUCH, lambda _: None)
    for walker in slow:
        crowd.selector.register(walker.raw.socket, selectors.EVENT_READ, walker)
    crowd.walkers = quick + slow
    crowd.settle()
    heard = quick[0].heard
    assert sorted(heard) == [("room", number) for number in range(STEPS)]
    assert all(walker.heard == heard for walker in quick + slow)
    assert all(len(moments) == STEPS // SLOW and moments == sorted(moments) for moments in answered)
    eventually(lambda: crowd.toy.ended("slow") == DEAF)
    assert crowd.toy.kept()["links"] == QUICK + SLOW + 1
    for walker in deaf:
        read_up(walker)
        assert walker.heard == heard[: len(walker.heard)]
    crowd.close()
