"""What is kept for a client has a bound, to the byte, and what many hear is kept once for all of them."""

import socket
from collections.abc import Callable

import psutil

from tests.support.waiting import eventually
from tests.transport.clients import Poller, RawSocket, frame
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]

MIB = 1_048_576
# What `told` needs beside its text, in Engine.IO's words.
AROUND = len('42["told",{"n":0,"text":""}]')
PIECES, DEAF = 16, 40
# Where Linux keeps how many segments with data a socket has received.
DATA_SEGMENTS_IN = slice(152, 156)


def tell(one: RawSocket, size: int) -> None:
    """Let everybody else hear so many bytes."""
    one.ask(1, "tell", {"channel": "all", "size": size - AROUND, "skip": True})


def test_a_mebibyte_may_wait_for_a_client_and_one_byte_more_may_not(patient: ToyServer, raw: Raw) -> None:
    eventually(lambda: patient.stats()["open"] == 0)
    ended = patient.ended("slow")
    one, ana = Poller(patient).join(), raw(patient).join()
    for _ in range(PIECES):
        tell(ana, MIB // PIECES)
    assert sum(len(text) for text in one.poll_until(PIECES)) == MIB
    for _ in range(PIECES):
        tell(ana, MIB // PIECES)
    assert patient.ended("slow") == ended
    tell(ana, AROUND)
    assert patient.ended("slow") == ended + 1
    assert one.get().status_code == 400


def test_what_many_wait_for_is_kept_once(patient: ToyServer, raw: Raw) -> None:
    eventually(lambda: patient.stats()["open"] == 0)
    pollers = [Poller(patient).join() for _ in range(DEAF)]
    ana = raw(patient).join()
    before = psutil.Process(patient.process.pid).memory_info().rss
    for _ in range(PIECES - 1):
        tell(ana, MIB // PIECES)
    assert psutil.Process(patient.process.pid).memory_info().rss - before < DEAF * MIB / 4
    for one in pollers:
        one.post("1")


def test_what_gathers_for_a_client_in_one_turn_leaves_in_one_write(patient: ToyServer, raw: Raw) -> None:
    one = raw(patient).join()
    before = segments(one)
    one.send(b"".join(frame(f'42{n}["echo",{n}]'.encode()) for n in range(50)))
    for n in range(50):
        assert one.text().startswith(f"43{n}[")
    assert segments(one) - before <= 2


def test_an_idle_client_has_no_greenlet_on_the_fast_path(toys: Callable[..., ToyServer], raw: Raw) -> None:
    toy = toys(path="fast", ping_interval=0.5, ping_timeout=20)
    first = raw(toy).join()
    before = toy.kept()["greenlets"]
    crowd = [raw(toy).join() for _ in range(100)]
    for one in (first, *crowd):
        assert one.ask(1, "echo")["ok"]
    for one in crowd:
        one.read_until(b"\x81\x012")
    assert toy.kept()["greenlets"] <= before + 2


def segments(one: RawSocket) -> int:
    """Return in how many pieces data has come."""
    known = one.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return int.from_bytes(known[DATA_SEGMENTS_IN], "little")
