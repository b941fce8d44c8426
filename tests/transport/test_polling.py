"""Long polling, and the way over to WebSocket."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import socketio

from tests.support.waiting import eventually
from tests.transport.clients import Poller, RawSocket
from tests.transport.conftest import MakeClient
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]


def hear_some(one: socketio.Client) -> None:
    eventually(lambda: len(one.heard) > 20)


def test_a_payload_of_any_number_of_packets_is_read(toy: ToyServer) -> None:
    one = Poller(toy).join()
    assert one.post(*[f'42{n}["echo",{n}]' for n in range(300)]).text == "OK"
    packets = one.poll_until(300)
    assert [json.loads(packet.partition("[")[2][:-1])["body"] for packet in packets] == list(range(300))


def test_a_poll_brings_no_more_than_every_client_can_read(toy: ToyServer) -> None:
    one = Poller(toy).join()
    one.post('42["tell",{"channel":"all","times":40}]')
    time.sleep(0.1)
    sizes: list[int] = []
    while sum(sizes) < 40:
        sizes.append(len(one.poll()))
    assert max(sizes) <= 16


def test_a_body_is_answered_before_what_it_asks_is_done(toy: ToyServer) -> None:
    one = Poller(toy).join()
    start = time.monotonic()
    one.post('421["work",{"n":1,"seconds":2}]')
    assert time.monotonic() - start < 1.8
    assert one.poll_until(2)[1] == '431[{"ok":true,"n":1}]'


def test_bodies_are_taken_in_the_order_in_which_they_begin(toy: ToyServer, raw: Raw) -> None:
    one = Poller(toy).join()
    late, early = '421["echo",1]', '422["echo",2]'
    first, second = raw(toy), raw(toy)
    head = f"POST {one.url.removeprefix(toy.url)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(late)}\r\n\r\n"
    first.send(head.encode() + late[:5].encode())
    time.sleep(0.1)
    second.send(head.encode() + early.encode())
    time.sleep(0.1)
    first.send(late[5:].encode())
    assert [packet[:3] for packet in one.poll_until(2)] == ["431", "432"]


def test_two_polls_at_once_end_the_connection(toy: ToyServer) -> None:
    ended = toy.ended("overlap")
    ana, other = Poller(toy).join(), Poller(toy)
    other.url = ana.url
    answers: list[Any] = []
    ana.poll_in_background(answers)
    assert other.get().status_code == 400
    assert toy.ended("overlap") == ended + 1


def test_a_poll_whose_client_has_gone_loses_nothing_silently(toy: ToyServer, raw: Raw) -> None:
    one = Poller(toy).join()
    bare = raw(toy)
    bare.send(f"GET {one.url.removeprefix(toy.url)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    time.sleep(0.1)
    bare.close()
    time.sleep(0.1)
    one.post('421["echo",1]', '422["echo",2]')
    assert one.get().status_code == 400


def test_coming_over_to_websocket_keeps_order_and_loses_nothing(toy: ToyServer, client: MakeClient) -> None:
    noisy = client(toy)
    noisy.call("join", {"channel": "rua"})
    stop = threading.Event()

    def talk() -> None:
        while not stop.is_set():
            noisy.call("tell", {"channel": "rua", "times": 3})

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        for _ in range(5):
            one = client(toy, "polling", "websocket", auth={"token": "early"})
            one.call("join", {"channel": "rua"})
            hear_some(one)
            numbers = [body["n"] for event, body in list(one.heard) if event == "told"]
            start = numbers[0]
            assert numbers == [(start + index) % 3 for index in range(len(numbers))]
            one.disconnect()
    finally:
        stop.set()
        talker.join()


def test_what_waits_while_coming_over_arrives_on_the_new_way(toy: ToyServer, raw: Raw) -> None:
    one, bare = Poller(toy).join(), raw(toy)
    bare.upgrade(f"EIO=4&transport=websocket&sid={one.sid}")
    answers: list[Any] = []
    one.poll_in_background(answers)
    bare.send_text("2probe")
    assert bare.text() == "3probe"
    eventually(lambda: answers)
    one.post(*[f'42{n}["echo",{n}]' for n in range(50)])
    packets = one.poll_until(1)
    bare.send_text("5")
    bare.send_text('4250["echo",50]')
    packets += [bare.text() for _ in range(51 - len(packets))]
    assert [packet.partition("[")[0] for packet in packets] == [f"43{n}" for n in range(51)]
    assert one.get().status_code == 400


def test_a_way_over_that_is_given_up_leaves_polling_as_it_was(toy: ToyServer, raw: Raw) -> None:
    one = Poller(toy).join()
    for words in ([], ["2probe"], ["hello"], ["2probe", "hello"]):
        bare = raw(toy)
        assert bare.upgrade(f"EIO=4&transport=websocket&sid={one.sid}").startswith("HTTP/1.1 101 ")
        for word in words:
            bare.send_text(word)
        bare.close()
        time.sleep(0.05)
        one.post('421["echo",1]')
        assert one.poll_until(1)[0].startswith('431[{"ok":true')


def test_a_way_over_that_never_ends_is_given_up(hasty: ToyServer, raw: Raw) -> None:
    one, bare = Poller(hasty).join(), raw(hasty)
    bare.upgrade(f"EIO=4&transport=websocket&sid={one.sid}")
    other = raw(hasty)
    assert other.upgrade(f"EIO=4&transport=websocket&sid={one.sid}").startswith("HTTP/1.1 400 ")
    while not bare.is_over():
        time.sleep(0.05)
        one.poll()
    one.post('421["echo",1]')
    assert one.poll_until(1)[0].startswith('431[{"ok":true')


def test_a_bad_handshake_is_refused(toy: ToyServer, raw: Raw) -> None:
    for bad in ({"Sec_WebSocket_Version": "12"}, {"Sec_WebSocket_Key": "short"}, {"Sec_WebSocket_Key": ""}):
        assert raw(toy).upgrade(**bad).startswith("HTTP/1.1 400 ")
    assert raw(toy).upgrade(Connection="close").startswith("HTTP/1.1 400 ")


def test_no_extension_is_accepted(toy: ToyServer, raw: Raw) -> None:
    head = raw(toy).upgrade(Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")
    assert head.startswith("HTTP/1.1 101 ")
    assert "extensions" not in head.lower()


def test_jsonp_is_not_spoken(toy: ToyServer) -> None:
    one = Poller(toy).join()
    assert one.http.get(one.url + "&j=0", timeout=5).status_code == 400


def test_an_unknown_session_is_refused(toy: ToyServer, raw: Raw) -> None:
    one = Poller(toy)
    one.url = one.base + "&sid=nobody"
    assert (one.get().status_code, one.post("40").status_code) == (400, 400)
    assert raw(toy).upgrade("EIO=4&transport=websocket&sid=nobody").startswith("HTTP/1.1 400 ")
    assert raw(toy).upgrade("EIO=3&transport=websocket").startswith("HTTP/1.1 400 ")


def test_a_polling_client_that_hangs_up_is_gone(toy: ToyServer) -> None:
    gone = toy.stats()["gone"]
    Poller(toy).join().post("1")
    eventually(lambda: toy.stats()["gone"] == gone + 1)
