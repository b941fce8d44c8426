"""What no proper client sends: the right answer, or a close with a reason."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.transport.clients import BINARY, CLOSE, PING, PONG, TEXT, Over, Poller, RawSocket, frame
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]

DEEP = "[" * 20_000 + "]" * 20_000
VALUES = ['"\\ud800"', "NaN", "-Infinity", "9223372036854775808", "1e999", "-0.0", '{"a":1,"a":2}', '"\\u0000"']
UNREADABLE = ['42{n}["a",]', "42{n}[", '42{n}{{"a":1}}', "42{n}[]", "42{n}[1]", "42{n}", f'42{{n}}["a",{DEEP}]']
NONSENSE = ["", "9", "x", "4", "49", "4x", "44{}", '42{"a":1}', "4{}", "42/admin,[1", "2", "0", '43["x"', '47["x"]']


@pytest.fixture(autouse=True)
def sober(toy: ToyServer) -> Iterator[None]:
    """Whatever is sent, the server logs no bug."""
    before = len(toy.log.read_text())
    yield
    assert "Traceback" not in (news := toy.log.read_text()[before:]), news


@pytest.mark.parametrize("value", VALUES)
def test_values_at_the_edge_of_json_reach_the_door(toy: ToyServer, raw: Raw, value: str) -> None:
    one = raw(toy).join()
    one.send_text(f'421["echo",{value}]')
    answer = json.loads(one.text()[3:])[0]
    assert answer["ok"]


def test_what_cannot_be_read_is_answered_where_the_client_waits(toy: ToyServer, raw: Raw) -> None:
    malformed = toy.stats()["malformed"]
    for packet in UNREADABLE:
        one = raw(toy).join()
        for n in (7, 8):
            one.send_text(packet.format(n=n))
            answer = json.loads(one.text().removeprefix(f"43{n}"))[0]
            assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
            assert answer["error"]["message"]
        assert one.ask(9, "echo")["ok"]
    assert toy.stats()["malformed"] == malformed + 2 * len(UNREADABLE)


@pytest.mark.parametrize("packet", NONSENSE)
def test_the_third_malformed_packet_closes(toy: ToyServer, raw: Raw, packet: str) -> None:
    one = raw(toy).join()
    one.send_text(packet)
    one.send_text(packet)
    assert one.ask(1, "echo")["ok"]
    one.send_text(packet)
    assert one.until_closed() == (["41"], 1007, "malformed")


def test_the_third_malformed_packet_is_answered_before_the_close(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    for n in range(3):
        one.send_text(f"42{n}[")
    texts, code, reason = one.until_closed()
    assert [text[:3] for text in texts] == ["430", "431", "432", "41"]
    assert (code, reason) == (1007, "malformed")


def test_a_number_that_is_too_long_is_not_answered_under_another(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    one.send_text('42123456789012345["echo",1]')
    assert one.text().startswith('43123456789012345[{"ok":true')
    malformed = toy.stats()["malformed"]
    one.send_text('421234567890123456["echo",1]')
    one.send_text('421["echo",1]')
    assert one.text().startswith('431[{"ok":true')
    assert toy.stats()["malformed"] == malformed + 1


def test_connecting_twice_is_malformed(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    for _ in range(3):
        one.send_text("40")
    assert one.until_closed()[1:] == (1007, "malformed")


@pytest.mark.parametrize("size", [65_536, 65_537])
def test_a_packet_has_64_kib_at_most(toy: ToyServer, raw: Raw, size: int) -> None:
    one = raw(toy).join()
    ended = toy.ended("too_large")
    head, tail = '421["echo","', '"]'
    one.send_text(head + "x" * (size - len(head) - len(tail)) + tail)
    if size == 65_536:
        assert one.text().startswith('431[{"ok":true')
    else:
        assert one.until_closed() == (["41"], 1009, "too_large")
        assert toy.ended("too_large") == ended + 1


def test_size_is_counted_in_bytes_over_all_fragments(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    one.send(frame(('42["echo","' + "ã" * 20_000).encode(), final=False))
    one.send(frame(("ã" * 20_000).encode(), 0, final=False))
    assert one.until_closed() == (["41"], 1009, "too_large")


def test_a_frame_that_only_announces_its_size_costs_nothing_until_it_comes(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    one.send(bytes((0x81, 0xFF)) + (2**62).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * 65_537)
    assert one.until_closed() == (["41"], 1009, "too_large")


@pytest.mark.parametrize(
    "data",
    [
        frame(b"\0\1", BINARY),
        frame(b"bAAEC"),
        frame(b'451-["echo",{"_placeholder":true,"num":0}]'),
        frame(b'461-1["x"]'),
    ],
    ids=["frame", "base64", "event", "acknowledgement"],
)
def test_anything_binary_closes(toy: ToyServer, raw: Raw, data: bytes) -> None:
    one = raw(toy).join()
    one.send(data)
    assert one.until_closed() == (["41"], 1003, "binary")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"42[1]", masked=False), 1002),
        (frame(b"\xff\xfe"), 1007),
        (frame(b"x", 3), 1002),
        (frame(b"x", TEXT | 0x40), 1002),
        (frame(b"x" * 126, PING), 1002),
        (frame(b"x", PING, final=False), 1002),
        (frame(b"x", 0), 1002),
        (frame(b"x", final=False) + frame(b"y"), 1002),
        (frame(b"\0", CLOSE), 1002),
    ],
    ids=["unmasked", "utf-8", "opcode", "reserved", "long", "fragment", "continuation", "interleaved", "close"],
)
def test_a_frame_against_the_rules_closes(toy: ToyServer, raw: Raw, data: bytes, code: int) -> None:
    one = raw(toy).join()
    one.send(data)
    assert one.until_closed() == (["41"], code, "malformed")


def test_fragments_and_pings_between_them_are_read(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    whole = '421["echo","olá"]'.encode()
    pieces = [frame(whole[:1], final=False), frame(b"alo", PING)]
    pieces += [frame(bytes((byte,)), 0, final=False) for byte in whole[1:]] + [frame(b"", 0)]
    for piece in pieces:
        for index in range(len(piece)):
            one.send(piece[index : index + 1])
    assert one.frame() == (PONG, b"alo")
    assert one.text().endswith('"body":"olá"}]')


def test_many_packets_in_one_segment_are_all_read(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    one.send(b"".join(frame(f'42{n}["echo",{n}]'.encode()) for n in range(1_000)))
    for n in range(1_000):
        assert one.text().startswith(f'43{n}[{{"ok":true')


def test_a_client_that_closes_is_answered(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    one.send(frame(b"\x03\xe8bye", CLOSE))
    assert one.until_closed() == ([], 1000, "")
    with pytest.raises(Over):
        one.more()


@pytest.mark.parametrize(
    ("packets", "reason"),
    [
        (['450-["x"]'], "binary"),
        (["bAAEC"], "binary"),
        (["42[", "42[", "42["], "malformed"),
        (['42["echo","' + "x" * 65_536 + '"]'], "too_large"),
        (["6"] * 600_000, "too_large"),
    ],
    ids=["binary", "base64", "malformed", "packet", "body"],
)
def test_polling_clients_hear_a_reason_too(toy: ToyServer, packets: list[str], reason: str) -> None:
    ended = toy.ended(reason)
    one = Poller(toy).join()
    status = one.post(*packets).status_code
    eventually(lambda: toy.ended(reason) == ended + 1)
    if len("".join(packets)) < 600_000:
        assert status == 200
        assert one.poll()[-2:] == ["41", "1"]
    else:
        assert status == 400
    assert one.get().status_code == 400


def test_a_poll_that_waits_is_told_of_the_end(toy: ToyServer) -> None:
    ana, other = Poller(toy).join(), Poller(toy)
    other.url = ana.url
    answers: list[Any] = []
    ana.poll_in_background(answers)
    other.post("bAAEC")
    eventually(lambda: answers)
    assert answers[0] == ["41", "1"]


def test_a_body_that_is_no_utf8_is_malformed(toy: ToyServer) -> None:
    malformed = toy.stats()["malformed"]
    one = Poller(toy).join()
    assert one.post(b"42\xff").status_code == 200
    assert toy.stats()["malformed"] == malformed + 1
    one.post('421["echo"]')
    assert one.poll()[0].startswith('431[{"ok":true')
