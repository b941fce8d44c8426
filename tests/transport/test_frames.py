"""Frames are read as a well-known parser reads them, however the bytes are cut."""

import struct
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopapo.transport.frames import Closed, Pinged
from tests.fuzz.frames import agree, closing, expected, frame
from tests.fuzz.frames import read as read_all

MOST = 70_000


def read(pieces: list[bytes]) -> list[Any]:
    """Return what our reader makes of bytes that come in pieces; a breach is its code, and the end."""
    return read_all(pieces, MOST)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Return data in pieces."""
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


texts = st.text(max_size=200).map(str.encode)
frames = st.one_of(
    st.builds(frame, st.just(1), texts, mask=st.binary(min_size=4, max_size=4)),
    st.builds(frame, st.just(9), st.binary(max_size=125)),
    st.builds(frame, st.just(10), st.binary(max_size=125)),
    st.builds(lambda parts: b"".join(split(parts)), st.lists(texts, min_size=2, max_size=4)),
    st.builds(frame, st.just(8), st.just(struct.pack("!H", 1000) + b"bye")),
)


def split(parts: list[bytes]) -> list[bytes]:
    """Return a message in several frames, with a ping between them."""
    last = len(parts) - 1
    made = [frame(0 if place else 1, part, fin=place == last) for place, part in enumerate(parts)]
    return [made[0], frame(9, b"still there?"), *made[1:]]


@settings(max_examples=300, deadline=None)
@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 100_000), max_size=8))
def test_sound_frames_mean_the_same_however_they_are_cut(made: list[bytes], places: list[int]) -> None:
    data = b"".join(made)
    assert read(cut(data, places)) == expected(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_end_in_events_or_a_breach(data: bytes, places: list[int]) -> None:
    assert all(isinstance(event, str | Pinged | Closed | int) for event in read(cut(data, places)))


heads = st.sampled_from([0x81, 0x01, 0x80, 0x00, 0x89, 0x8A, 0x88, 0x82, 0x02, 0x09, 0xC1, 0x83, 0x8B])
payloads = texts | st.binary(max_size=140) | st.sampled_from([1000, 1004, 1005, 1015, 2999, 3000, 5000]).map(closing)
odd_frames = st.one_of(
    st.builds(lambda first, payload: frame(first & 15, payload, fin=first > 127, head=first & 112), heads, payloads),
    st.builds(lambda first, payload: bytes((first, len(payload))) + payload, heads, st.binary(max_size=9)),
    st.builds(lambda first, size: struct.pack("!BBH", first, 254, size), heads, st.integers(0, 200)),
    st.builds(lambda first, size: struct.pack("!BBQ", first, 255, size), heads, st.integers(0, 70_000)),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(frames | odd_frames, max_size=6), st.lists(st.integers(0, 100_000), max_size=8))
def test_odd_frames_are_refused_where_a_well_known_parser_refuses_them(made: list[bytes], places: list[int]) -> None:
    data = b"".join(made)
    agree(read(cut(data, places)), data)


def test_close_codes_are_those_that_may_be_sent() -> None:
    may = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
    for code in (*range(900, 1100), 1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65_535):
        assert read([frame(8, closing(code))]) == [Closed() if code in may else 1002], code


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
def test_every_length_is_read_byte_by_byte(size: int) -> None:
    data = frame(1, b"x" * size)
    assert read([data]) == ["x" * size]
    assert read([data[place : place + 1] for place in range(min(len(data), 20))] + [data[20:]]) == ["x" * size]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(struct.pack("!BB", 0x81, 1) + b"x", 1002, id="not masked"),
        pytest.param(frame(1, b"x", head=0x40), 1002, id="a reserved bit"),
        pytest.param(frame(3, b"x"), 1002, id="an unknown opcode"),
        pytest.param(frame(11, b"x"), 1002, id="an unknown control opcode"),
        pytest.param(frame(9, b"x", fin=False), 1002, id="a ping in pieces"),
        pytest.param(frame(9, b"x" * 126), 1002, id="a long ping"),
        pytest.param(frame(0, b"x"), 1002, id="a continuation of nothing"),
        pytest.param(frame(1, b"x", fin=False) + frame(1, b"y"), 1002, id="a message within a message"),
        pytest.param(frame(2, b"x"), 1003, id="binary"),
        pytest.param(frame(1, b"\xff"), 1007, id="no UTF-8"),
        pytest.param(frame(1, "é".encode()[:1], fin=False) + frame(0, b"x"), 1007, id="no UTF-8 over two frames"),
        pytest.param(frame(8, b"\x03"), 1002, id="half a close code"),
        pytest.param(frame(8, struct.pack("!H", 1005)), 1002, id="a close code that is never sent"),
        pytest.param(frame(8, struct.pack("!H", 1000) + b"\xff"), 1007, id="a reason that is no text"),
        pytest.param(frame(1, b"x" * MOST) + frame(1, b"x" * (MOST + 1)), 1009, id="too large"),
        pytest.param(frame(1, b"x" * MOST, fin=False) + frame(0, b"x"), 1009, id="too large in pieces"),
        pytest.param(struct.pack("!BBQ", 0x81, 0xFF, 2**63), 1009, id="a length beyond all bounds"),
        pytest.param(struct.pack("!BBH", 0x81, 0xFE, 125), 1002, id="a length in more bytes than it needs"),
        pytest.param(struct.pack("!BBQ", 0x81, 0xFF, 65_535), 1002, id="a length in many more bytes"),
    ],
)
def test_what_may_not_be_sent_ends_with_its_code(data: bytes, code: int) -> None:
    assert read([data])[-1] == code
    assert read([data[place : place + 1] for place in range(min(len(data), 40))] + [data[40:]])[-1] == code


def test_a_character_may_be_cut_between_two_frames() -> None:
    whole = "é".encode()
    assert read([frame(1, whole[:1], fin=False) + frame(0, whole[1:])]) == ["é"]


def test_pieces_that_hold_nothing_cost_nothing_until_the_last_one_comes() -> None:
    piece = frame(0, b"", fin=False) * 1_000
    assert read([frame(1, b"ol", fin=False), *[piece] * 200, frame(0, "á".encode())]) == ["olá"]
