"""What one path of WebSockets could do wrong and the other not: cut bytes, abrupt ends, clients that come and go."""

import random
import re
import socket
import struct
import time
from collections.abc import Callable

import psutil
import pytest

from sopapo.transport import engine
from tests.support.waiting import eventually
from tests.transport.clients import KEY, PING, Poller, RawSocket, frame
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]

RESET = struct.pack("ii", 1, 0)
CLIENTS, ROOMS, STEPS = 200, 6, 900
HEAD = (
    "GET /socket.io/?EIO=4&transport=websocket{sid} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
)
TOLD = re.compile(r'42\["told",\{"n":0,"text":"(x*)"\}\]')


def test_frames_are_read_wherever_they_are_cut(patient: ToyServer, raw: Raw) -> None:
    whole = frame(b'421["echo",1]') + frame(b'422["echo', final=False) + frame(b"?", PING)
    whole += frame(b'",2]', 0) + frame(b"3") + frame(b'423["echo","' + b"y" * 130 + b'"]')
    one = raw(patient).join()
    for cut in range(1, len(whole)):
        one.send(whole[:cut])
        time.sleep(0.001)
        one.send(whole[cut:])
        assert [one.frame()[1][:3] for _ in range(4)] == [b"431", b"?", b"432", b"433"]
    for byte in whole:
        one.send(bytes((byte,)))
    assert [one.frame()[1][:3] for _ in range(4)] == [b"431", b"?", b"432", b"433"]


@pytest.mark.parametrize("manner", ["close", "reset"])
def test_nothing_is_left_of_who_ends_at_any_stage(own_toy: Callable[..., ToyServer], manner: str) -> None:
    toy = own_toy(connect_seconds=1, head_seconds=1)
    files = psutil.Process(toy.process.pid).num_fds()
    stages = [b"GET", b"", frame(b"40"), frame(b"40") + frame(b'421["work",{"n":1,"seconds":0.1}]')]
    stages += [frame(b'42["work",{"n":1,"seconds":0}]')[:-3], frame(b"40") + frame(b"\x03\xe8", 8), frame(b"\xff")]
    for stage in stages:
        one = RawSocket(toy.port)
        one.send(stage if stage == b"GET" else HEAD.format(sid="").encode())
        if stage != b"GET":
            one.read_head()
            one.send(stage)
        go(one, manner)
    for count in range(4):
        poller = Poller(toy)
        one = RawSocket(toy.port)
        one.send(HEAD.format(sid=f"&sid={poller.sid}").encode())
        for words in (b"2probe", b"5", b"40")[:count]:
            one.send(frame(words))
        if count:
            one.read_head()
        go(one, manner)
        poller.http.close()
        if count < 2:
            poller.join()
    eventually(lambda: (now := toy.stats())["links"] - sum(now["ended"].values()) <= 2)
    eventually(lambda: psutil.Process(toy.process.pid).num_fds() <= files + 4)
    assert "Traceback" not in toy.log.read_text()


def go(one: RawSocket, manner: str) -> None:
    """Leave without a word, or by breaking the connection."""
    if manner == "reset":
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    one.close()


def test_everybody_hears_just_what_is_said_where_he_is(patient: ToyServer, raw: Raw) -> None:
    chance = random.Random(3)
    everyone = [raw(patient).join() for _ in range(CLIENTS)]
    rooms: list[set[int]] = [set() for _ in range(ROOMS)]
    heard: list[list[int]] = [[] for _ in everyone]
    for size in range(STEPS):
        who, room = chance.randrange(CLIENTS), chance.randrange(ROOMS)
        act = chance.choice(("join", "join", "leave", "tell"))
        body = f'{{"channel":"{room}","size":{size},"skip":true}}' if act == "tell" else f'{{"channel":"{room}"}}'
        everyone[who].send_text(f'42{size}["{act}",{body}]')
        wait_for_answer(everyone[who], size, heard[who])
        if act == "tell":
            for member in rooms[room] - {who}:
                heard[member].append(size)
        elif act == "join":
            rooms[room].add(who)
        else:
            rooms[room].discard(who)
    for index, one in enumerate(everyone):
        one.send_text('429999["echo",0]')
        wait_for_answer(one, 9999, heard[index])
        assert not heard[index], f"client {index}"


def test_slow_clients_hear_all_in_order_and_hold_up_nobody(patient: ToyServer, raw: Raw) -> None:
    slow, quick, teller = [raw(patient) for _ in range(5)], raw(patient).join(), raw(patient).join()
    for one in slow:
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        one.join()
    for n in range(40):
        for one in slow:
            one.send_text(f'42{n}["echo",{n}]')
        teller.ask(n, "tell", {"channel": "all", "size": 20_000 + n, "skip": True})
        assert len(quick.text()) > 20_000
    for one in slow:
        texts = [one.text() for _ in range(80)]
        assert [len(text) for text in texts if text.startswith("42")] == [20_028 + n for n in range(40)]
        assert [int(text[2:].partition("[")[0]) for text in texts if text.startswith("43")] == list(range(40))


def wait_for_answer(one: RawSocket, number: int, due: list[int]) -> None:
    """Read up to an answer: all that comes before it was due, in this order."""
    while not (text := one.text()).startswith(f"43{number}["):
        told = TOLD.fullmatch(text)
        assert told
        assert due
        assert due.pop(0) == len(told[1])


def test_other_versions_than_those_checked_take_the_stock_path(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert engine.is_checked()
    monkeypatch.setitem(engine.CHECKED, "eventlet", ("0.1",))
    assert not engine.is_checked()
    assert "not checked with eventlet" in caplog.text
