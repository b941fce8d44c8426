"""Clients that do not read: bounded, cut with a reason, and nobody else waits for them."""

import contextlib
import socket
import time
from collections.abc import Callable

import psutil
import pytest

from tests.support.waiting import eventually
from tests.transport.clients import Over, Poller, RawSocket
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]
MIB = 1_048_576


def deaf(patient: ToyServer, raw: Raw) -> RawSocket:
    one = raw(patient)
    one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    return one.join()


def test_a_client_that_never_reads_is_cut_at_its_bound_and_delays_nobody(patient: ToyServer, raw: Raw) -> None:
    ended, memory = patient.ended("slow"), psutil.Process(patient.process.pid).memory_info().rss
    slow = [deaf(patient, raw) for _ in range(10)]
    ana = raw(patient).join()
    longest = 0.0
    for _ in range(60):
        start = patient.effort()
        ana.ask(1, "tell", {"channel": "all", "size": 100_000, "skip": True})
        longest = max(longest, patient.effort() - start)
    assert longest < 0.5
    eventually(lambda: patient.ended("slow") == ended + len(slow))
    assert psutil.Process(patient.process.pid).memory_info().rss - memory < 40 * MIB
    with pytest.raises(Over):
        slow[0].until_closed()
    assert patient.stats()["open"] == 1


def test_answering_pings_does_not_save_who_never_reads(hasty: ToyServer, raw: Raw) -> None:
    ended = hasty.ended("slow")
    one = deaf(hasty, raw)
    one.send_text('421["big",{"size":6000000}]')
    deadline = time.monotonic() + 10
    while hasty.ended("slow") == ended:
        with contextlib.suppress(ConnectionError):
            one.send_text("3")
        time.sleep(0.1)
        assert time.monotonic() < deadline


def test_requests_of_who_does_not_read_wait(patient: ToyServer, raw: Raw) -> None:
    requests = patient.stats()["requests"]
    one = deaf(patient, raw)
    for n in range(50):
        one.send_text(f'42{n}["big",{{"size":1000000}}]')
    time.sleep(0.5)
    assert patient.stats()["requests"] - requests < 20


def test_an_answer_over_the_bound_arrives_whole_at_a_slow_pace(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy)
    one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    one.join()
    one.send_text('421["big",{"size":8000000}]')
    one.send_text('42["tell",{"channel":"all","times":3}]')
    while len(one.left) < 7_000_000:
        one.left += one.socket.recv(131_072)
        time.sleep(0.01)
    assert len(one.text()) > 8_000_000
    assert [one.text() for _ in range(3)] == [f'42["told",{{"n":{n},"text":""}}]' for n in range(3)]


def test_a_polling_client_that_stops_polling_is_cut_at_its_bound(patient: ToyServer, raw: Raw) -> None:
    ended = patient.ended("slow")
    Poller(patient).join()
    ana = raw(patient).join()
    for _ in range(15):
        ana.ask(1, "tell", {"channel": "all", "size": 100_000, "skip": True})
    eventually(lambda: patient.ended("slow") == ended + 1)


def test_a_flood_of_pings_of_who_does_not_read_is_cut(patient: ToyServer, raw: Raw) -> None:
    ended = patient.ended("slow")
    one = deaf(patient, raw)
    one.socket.settimeout(0.5)
    ping = b"\x89\xfd\0\0\0\0" + b"x" * 125
    with contextlib.suppress(OSError):
        while True:
            one.send(ping * 100)
    eventually(lambda: patient.ended("slow") == ended + 1)


def test_a_flood_of_one_client_does_not_stop_the_others(patient: ToyServer, raw: Raw) -> None:
    flooding, ana = raw(patient).join(), raw(patient).join()
    flooding.socket.settimeout(0.01)
    noise = b"\x81\x81\0\0\0\x006" * 2_000
    longest = 0.0
    for _ in range(30):
        try:
            for _ in range(10):
                flooding.socket.send(noise)
        except TimeoutError:
            pass
        start = patient.effort()
        assert ana.ask(1, "echo")["ok"]
        longest = max(longest, patient.effort() - start)
    assert longest < 0.5


def test_what_is_told_alone_to_who_does_not_read_comes_whole_and_in_order_when_he_reads(
    patient: ToyServer, raw: Raw
) -> None:
    slow, quick = raw(patient), raw(patient).join()
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    slow.join()
    for n in range(9):
        quick.ask(n, "tell", {"channel": "all", "size": 100_000 + n, "skip": True, "alone": True})
    slow.send_text('421["echo",1]')
    texts = [slow.text() for _ in range(10)]
    assert [len(text) for text in texts[:9]] == [100_028 + n for n in range(9)]
    assert texts[9].startswith("431")
    eventually(lambda: patient.kept()["direct"] == 2)
