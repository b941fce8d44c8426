"""Polling that ends abruptly at any stage of its requests leaves nothing behind."""

from collections.abc import Callable

import pytest

from tests.support.waiting import eventually
from tests.transport.clients import Poller, RawSocket
from tests.transport.test_paths import go, hold_nothing_more
from tests.transport.toy_server import ToyServer

PATH = "/socket.io/?EIO=4&transport=polling"
HEAD = "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
WORDS = '421["join",{"channel":"x"}]\x1e42["work",{"n":1,"seconds":0.01}]'
# Heads are cut at every seventh byte: HTTP reads all of them alike.
STEP = 7


def cuts(head: str, body: str = "") -> list[bytes]:
    """Return the beginnings of a request, the whole of it included."""
    whole = (head + body).encode()
    return [whole[:end] for end in (*range(1, len(head), STEP), *range(len(head), len(whole) + 1, 3), len(whole))]


@pytest.mark.parametrize("manner", ["close", "reset"])
def test_nothing_is_left_of_who_ends_at_any_stage_of_polling(own_toy: Callable[..., ToyServer], manner: str) -> None:
    toy = own_toy(ping_interval=1, ping_timeout=1, connect_seconds=1, head_seconds=1, body_seconds=1)
    RawSocket(toy.port).join().close()
    eventually(lambda: toy.kept()["links"] == 0)
    before = toy.kept()
    for part in cuts(HEAD.format(method="GET", path=PATH, length=0)):
        say(toy, part, manner)
    for method, body in (("GET", ""), ("POST", WORDS)):
        length = len(body)
        for end in range(len(cuts(HEAD.format(method=method, path=PATH + "&sid=" + 20 * "x", length=length), body))):
            poller = Poller(toy).join()
            path = poller.url.removeprefix(toy.url)
            say(toy, cuts(HEAD.format(method=method, path=path, length=length), body)[end], manner)
            poller.http.close()
    hold_nothing_more(toy, before)


def say(toy: ToyServer, part: bytes, manner: str) -> None:
    """Say this much, and be gone."""
    one = RawSocket(toy.port)
    one.send(part)
    go(one, manner)
