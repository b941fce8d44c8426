"""Plain requests for a WebSocket, which are read in one go, get the answers that HTTP gives them."""

import http.client
import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopapo.transport.heads import plain_opening
from tests.support.waiting import eventually
from tests.transport.clients import KEY, Over, RawSocket, frame
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]
Toys = Callable[..., ToyServer]

LINE = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
HEADERS = {
    "Host": "127.0.0.1",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}


def head(line: bytes = LINE, more: bytes = b"", **changed: str) -> bytes:
    """Return a plain head, but for what is changed or added."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    return line + "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value).encode() + more + b"\r\n"


PLAIN = [
    head(),
    head(Connection="keep-alive, upgrade", Upgrade="WebSocket"),
    head()
    .lower()
    .replace(b"get", b"GET")
    .replace(b"http/", b"HTTP/")
    .replace(b"eio", b"EIO")
    .replace(b"\r\n\r\n", b"\r\n")
    + b"SEC-WEBSOCKET-KEY2: x\r\n\r\n",
    head(b"GET /socket.io/?EIO=4&transport=websocket&t=Pk1-_.x HTTP/1.1\r\n"),
    head(
        User_Agent="  Mozilla/5.0 (X11; Linux x86_64)\t",
        Cookie="a=b; c=d",
        Sec_WebSocket_Extensions="permessage-deflate",
    ),
]
# What asks in any other way is left to HTTP, whether or not that lets it in.
ODD = [
    head(Sec_WebSocket_Version="12"),
    head(Sec_WebSocket_Key=""),
    head(Sec_WebSocket_Key="c2hvcnQ="),
    head(Connection="close"),
    head(Upgrade="h2c"),
    head(Upgrade=""),
    head(Origin="http://evil.example"),
    head(Host=""),
    head(Content_Length="0"),
    head(Content_Length="-1"),
    head(Transfer_Encoding="chunked"),
    head(Expect="100-continue"),
    head(more=b"Upgrade: websocket\r\n"),
    head(more=b"Origin: http://127.0.0.1\r\nOrigin: http://evil.example\r\n"),
    head(more=b"X: y\r\n folded\r\n"),
    head(more=b"X_Y: z\r\n"),
    head(more=b"X : y\r\n"),
    head(more=b"no colon\r\n"),
    head(more=b"X: \x00\r\n"),
    head(more=b"X: \xff\r\n"),
    head(more=b"X: y\rZ: z\r\n"),
    head(more=b"X: y\r\n" * 60),
    head(more=b"".join(b"X%d: y\r\n" % n for n in range(60))),
    head(more=b"X: " + b"y" * 5_000 + b"\r\n"),
    head(more=b"X: " + b"y" * 9_000 + b"\r\n"),
    head().replace(b"\r\n", b"\n"),
    head(b"GET /socket.io/?EIO=3&transport=websocket HTTP/1.1\r\n"),
    head(b"GET /socket.io/?EIO=4&EIO=4&transport=websocket HTTP/1.1\r\n"),
    head(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"),
    head(b"GET /socket.io/?EIO=4&transport=websocket&sid=nobody HTTP/1.1\r\n"),
    head(b"GET /socket.io/?EIO=4&transport=websocket&j=1 HTTP/1.1\r\n"),
    head(b"GET /socket.io/?EIO=%34&transport=websocket HTTP/1.1\r\n"),
    head(b"GET /socket.io/ HTTP/1.1\r\n"),
    head(b"GET //socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"),
    head(b"GET /socket.io?EIO=4&transport=websocket HTTP/1.1\r\n"),
    head(b"GET http://127.0.0.1/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"),
    head(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.0\r\n"),
    head(b"GET  /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"),
    head(b"POST /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"),
    b"\r\n" + head(),
    head() + head(),
    head() + frame(b"40"),
    LINE + b"\r\n",
]


@pytest.fixture
def path() -> str:
    """The servers here name their paths."""
    return "fast"


@pytest.fixture
def both(toys: Toys) -> tuple[ToyServer, ToyServer]:
    """One server that reads plain heads in one go, and one that never does."""
    fast, stock = (
        toys(path=path, ping_interval=60, allowed_origins=["http://app.example"]) for path in ("fast", "stock")
    )
    return fast, stock


def answer(toy: ToyServer, data: bytes) -> tuple[bytes, str]:
    """Return what a server answers to these bytes, but for what differs each time, and what it opens with."""
    one = RawSocket(toy.port)
    try:
        one.send(data)
        status = one.read_until(b"\r\n\r\n")
        opening = one.text() if b" 101 " in status.partition(b"\r\n")[0] else ""
    except Over:
        status, opening = one.left, "over"
    finally:
        one.close()
    return re.sub(rb"Date: [^\r]*", b"", status), re.sub('"sid":"[^"]*"', "", opening)


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_head_opens_a_websocket(both: tuple[ToyServer, ToyServer], data: bytes) -> None:
    assert plain_opening(data)
    fast, stock = (answer(toy, data) for toy in both)
    assert fast == stock
    assert fast[0].startswith(b"HTTP/1.1 101 ")
    assert fast[1].startswith("0{")


@pytest.mark.parametrize("data", ODD)
def test_an_odd_head_gets_the_answer_that_http_gives(both: tuple[ToyServer, ToyServer], data: bytes) -> None:
    fast, stock = (answer(toy, data) for toy in both)
    assert fast == stock


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Draw heads that are plain, or nearly: a byte is another, or a piece of it comes twice, or never."""
    lines = draw(st.sampled_from(PLAIN + ODD)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = draw(st.sampled_from(([], [lines[at]] * 2, [lines[at], b"X-Y: \t z \r\n"])))
        lines = lines or [b"\r\n"]
    data = bytearray(b"".join(lines))
    for _ in range(draw(st.integers(0, 2))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.sampled_from(b"\r\n\t\0 :_,=&%xX\x0b\x1c\x85\xff4"))
    return bytes(data)


@given(heads())
@settings(max_examples=2_000, deadline=None)
def test_a_head_that_is_read_in_one_go_says_what_http_reads_in_it(data: bytes) -> None:
    found = plain_opening(data)
    if found is None:
        return
    line, _, rest = data.partition(b"\r\n")
    assert line.split()[1].startswith(b"/socket.io/?")
    read = http.client.parse_headers(io.BytesIO(rest))
    assert found == {"HTTP_" + name.replace("-", "_").upper(): value.strip(" \t\n\r") for name, value in read.items()}
    assert len(found) == len(read.items())
    assert rest.endswith(b"\r\n\r\n")


@given(data=heads())
@settings(max_examples=150, deadline=None)
def test_any_head_gets_the_answer_that_http_gives(both_always: tuple[ToyServer, ToyServer], data: bytes) -> None:
    data += b"\r\n\r\n"
    fast, stock = (answer(toy, data) for toy in both_always)
    assert fast == stock


@pytest.fixture(scope="module")
def both_always(toys: Toys) -> tuple[ToyServer, ToyServer]:
    """The same servers for all examples."""
    return toys(path="fast", ping_interval=60), toys(path="stock", ping_interval=60)


@pytest.mark.parametrize("way", ["fast", "stock"])
def test_a_header_full_of_nothing_costs_no_time(toys: Toys, raw: Raw, way: str) -> None:
    toy = toys(path=way, ping_interval=60)
    lines = b"Connection: Upgrade\r\n" + (b"Connection: x" + b" " * 8_000 + b"x\r\n") * 7
    before = toy.effort()
    for _ in range(3):
        one = raw(toy)
        one.send(LINE + b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
        one.send(f"Sec-WebSocket-Key: {KEY}\r\n".encode() + lines + b"\r\n")
        assert one.read_head().startswith("HTTP/1.1 101 ")
    assert toy.effort() - before < 0.5


def test_whoever_says_nothing_is_seen_off(toys: Toys, raw: Raw) -> None:
    hasty = toys(path="fast", idle_seconds=1)
    before = hasty.kept()["files"]
    began = time.monotonic()
    silent = [raw(hasty) for _ in range(20)]
    assert [one.read_all() for one in silent] == [b""] * 20
    assert 0.9 < time.monotonic() - began < 15
    eventually(lambda: hasty.kept()["files"] == before)


def test_whoever_goes_without_a_word_leaves_nothing(toys: Toys, raw: Raw) -> None:
    patient = toys(path="fast", ping_interval=60)
    before = patient.kept()["files"]
    for one in [raw(patient) for _ in range(20)]:
        one.close()
    eventually(lambda: patient.kept()["files"] == before)


def test_whoever_says_nothing_takes_a_place(own_toy: Any, raw: Raw) -> None:
    few = own_toy(path="fast", max_connections=3, idle_seconds=30)
    silent = [raw(few) for _ in range(3)]
    late = raw(few)
    late.send(head())
    late.socket.settimeout(0.5)
    with pytest.raises(TimeoutError):
        late.read_head()
    for one in silent:
        one.close()
    late.socket.settimeout(5)
    assert late.read_head().startswith("HTTP/1.1 101 ")


def test_the_first_words_of_the_silent_are_understood(toys: Toys, raw: Raw) -> None:
    patient = toys(path="fast", ping_interval=60)
    plain, odd = raw(patient), raw(patient)
    patient.stats()  # by then both have been accepted
    plain.send(head())
    odd.send(b"GET /stats HTTP/1.1\r\nHost: x\r\n\r\n")
    assert plain.read_head().startswith("HTTP/1.1 101 ")
    assert odd.read_head().startswith("HTTP/1.1 200 ")
