"""What one path of WebSockets could do wrong and the other not: cut bytes, abrupt ends, clients that come and go."""

import random
import re
import socket
import struct
import time
from collections.abc import Callable

import pytest

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


def test_a_handshake_is_read_wherever_it_is_cut(patient: ToyServer, raw: Raw) -> None:
    head = HEAD.format(sid="").encode()
    for cut in range(1, len(head)):
        one = raw(patient)
        one.send(head[:cut])
        one.send(head[cut:])
        assert one.read_head().startswith("HTTP/1.1 101 ")
        assert one.text().startswith("0{")
        one.close()


@pytest.mark.parametrize("manner", ["close", "reset"])
def test_nothing_is_left_of_who_ends_at_any_byte(own_toy: Callable[..., ToyServer], manner: str) -> None:
    toy = own_toy(ping_interval=60, ping_timeout=60, connect_seconds=1, head_seconds=1)
    RawSocket(toy.port).join().close()
    eventually(lambda: toy.kept()["links"] == 0)
    before = toy.kept()
    head = HEAD.format(sid="").encode()
    words = frame(b"40") + frame(b'421["join",{"channel":"x"}]') + frame(b'42["work",{"n":1,"seconds":0.05}]')
    words += frame(b"x" * 200, final=False) + frame(b"alive?", PING) + frame(b"\x03\xe8", 8)
    for cut in range(len(head)):
        leave_after(toy, head[:cut], b"", manner)
    for cut in range(len(words)):
        leave_after(toy, head, words[:cut], manner)
    hold_nothing_more(toy, before)


@pytest.mark.parametrize("manner", ["close", "reset"])
def test_nothing_is_left_of_who_ends_at_any_byte_of_the_way_over(
    own_toy: Callable[..., ToyServer], manner: str
) -> None:
    toy = own_toy(ping_interval=1, ping_timeout=1, connect_seconds=1, head_seconds=1)
    RawSocket(toy.port).join().close()
    eventually(lambda: toy.kept()["links"] == 0)
    before = toy.kept()
    words = frame(b"2probe") + frame(b"5") + frame(b'421["echo",1]')
    for cut in range(-8, len(words)):
        poller = Poller(toy).join()
        poller.post('421["join",{"channel":"x"}]')
        head = HEAD.format(sid=f"&sid={poller.sid}").encode()
        leave_after(toy, head[:cut] if cut < 0 else head, words[: max(0, cut)], manner)
        poller.http.close()
    hold_nothing_more(toy, before)


@pytest.mark.parametrize("manner", ["close", "reset"])
def test_who_is_cut_off_while_nothing_goes_on_is_gone_long_before_the_next_ping(
    patient: ToyServer, raw: Raw, manner: str
) -> None:
    one, ended = raw(patient).join(), patient.ended("transport_close")
    assert one.ask(1, "echo")["ok"]
    go(one, manner)
    eventually(lambda: patient.ended("transport_close") > ended)


def leave_after(toy: ToyServer, head: bytes, words: bytes, manner: str) -> None:
    """Say this much of a handshake, and of what follows it, and be gone."""
    one = RawSocket(toy.port)
    one.send(head)
    if head.endswith(b"\r\n\r\n"):
        one.read_head()
        one.send(words)
    go(one, manner)


def hold_nothing_more(toy: ToyServer, before: dict[str, int]) -> None:
    """Wait until the server holds for its clients what it held before them: nothing."""
    eventually(lambda: toy.kept() == before, 30)
    assert before["links"] == before["members"] == before["carried"] == 0
    assert toy.stats()["open"] == 0
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
