"""Clients that do anything, many at once: nothing is left of them."""

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable

import psutil

from tests.support.waiting import eventually
from tests.transport.clients import Over, Poller, RawSocket, frame
from tests.transport.toy_server import ToyServer

RESET = struct.pack("ii", 1, 0)
ACTS = [
    b'42["tell",{"channel":"all","size":3000}]',
    b'42["tell",{"channel":"all","size":60000,"times":3}]',
    b'421["big",{"size":300000}]',
    b'42["work",{"n":1,"seconds":0.02}]',
    b"42[",
    b'42["bye"]',
    b"41",
    b"1",
    b"x" * 70_000,
]


def behave(toy: ToyServer, chance: random.Random) -> None:
    """Live one short life on a WebSocket."""
    one = RawSocket(toy.port)
    if chance.random() < 0.3:
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    with contextlib.suppress(OSError, Over):
        one.join()
        for _ in range(chance.randrange(15)):
            one.send(frame(chance.choices(ACTS, [4, 2, 2, 4, 1, 1, 1, 1, 1])[0]))
            if chance.random() < 0.5:
                one.socket.settimeout(chance.random() / 10)
                one.more()
                one.left = b""
    if chance.random() < 0.5:
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    one.close()


def poll(toy: ToyServer, chance: random.Random) -> None:
    """Live one short life on polling."""
    with contextlib.suppress(OSError, AssertionError):
        one = Poller(toy).join()
        for _ in range(chance.randrange(5)):
            one.post(*chance.choices(ACTS[:5], k=3))
            one.poll()


def test_whatever_clients_do_nothing_is_left_of_them(own_toy: Callable[..., ToyServer]) -> None:
    toy = own_toy(ping_interval=1, ping_timeout=1, max_queue=300_000)
    files = psutil.Process(toy.process.pid).num_fds()
    end = time.monotonic() + 4

    def live(seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < end:
            (poll if seed % 5 == 0 else behave)(toy, chance)

    lives = [threading.Thread(target=live, args=(seed,)) for seed in range(15)]
    for one in lives:
        one.start()
    for one in lives:
        one.join()
    eventually(lambda: toy.stats()["open"] == 0)
    eventually(lambda: (now := toy.stats())["gone"] == now["connected"] > 50)
    eventually(lambda: (now := toy.stats())["links"] == sum(now["ended"].values()))
    eventually(lambda: psutil.Process(toy.process.pid).num_fds() <= files + 2)
    assert "Traceback" not in toy.log.read_text()
