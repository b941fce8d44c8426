"""Where a request ends is never a matter of opinion: what one client sends cannot become another's request."""

import re
import socket
from collections.abc import Callable

import pytest

from tests.transport.clients import RawSocket
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]

POST = b"POST /body HTTP/1.1\r\nHost: x\r\n"
NEXT = b"GET /stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
def path() -> str:
    """Once is enough: HTTP is the same on both paths."""
    return "fast"


def answers(toy: ToyServer, raw: Raw, data: bytes) -> list[bytes]:
    """Return the status of each answer, until the server hangs up."""
    one = raw(toy)
    one.send(data)
    return re.findall(rb"HTTP/1.[01] (\d{3})", one.read_all())


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 2\r\n\r\nab",
        b"content-length:002 \r\n\r\nab",
        b"Content-Length: 2\r\nX_Y: z\r\nX: \t\xe9\r\n\r\nab",
        b"Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    ],
)
def test_a_request_that_ends_is_followed_by_the_next(toy: ToyServer, raw: Raw, headers: bytes) -> None:
    assert answers(toy, raw, POST + headers + NEXT) == [b"200", b"200"]


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2, 2\r\n\r\n",
        b"Content-Length: +2\r\n\r\n",
        b"Content-Length: 0_2\r\n\r\n",
        b"Content-Length: -2\r\n\r\n",
        b"Content-Length: \r\n\r\n",
        b"Content-Length: \xb2\r\n\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"Content-Length : 2\r\n\r\n",
        b"X: y\rContent-Length: 2\r\n\r\n",
        b"X: y\0\r\n\r\n",
        b"X: y\r\n Content-Length: 2\r\n\r\n",
        b"no colon\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_a_head_that_may_be_read_in_two_ways_is_refused(toy: ToyServer, raw: Raw, headers: bytes) -> None:
    assert answers(toy, raw, POST + headers + b"ab" + NEXT) == [b"400"]


@pytest.mark.parametrize(
    ("line", "coding"),
    [
        (b"POST /body HTTP/1.1\r\n", b"gzip"),
        (b"POST /body HTTP/1.1\r\n", b"gzip, chunked"),
        (b"POST /body HTTP/1.1\r\n", b"chunked\r\nTransfer-Encoding: chunked"),
        (b"POST /body HTTP/1.0\r\nConnection: keep-alive\r\n", b"chunked"),
    ],
)
def test_nothing_is_read_after_a_body_whose_end_is_not_known(
    toy: ToyServer, raw: Raw, line: bytes, coding: bytes
) -> None:
    found = answers(toy, raw, line + b"Host: x\r\nTransfer-Encoding: " + coding + b"\r\n\r\n" + NEXT)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("chunks", "is_sound"),
    [
        (b"2\r\nab\r\nA ;x=y\r\n0123456789\r\n00\r\nX: y\r\n\r\n", True),
        (b"2\r\nabX\r\n0\r\n\r\n", False),
        (b"2\r\nab5\r\n0\r\n\r\n", False),
        (b"2\r\nab0\r\n\r\n", False),
        (b"-2\r\n2\r\nab\r\n0\r\n\r\n", False),
        (b"0x2\r\nab\r\n0\r\n\r\n", False),
        (b"0_2\r\nab\r\n0\r\n\r\n", False),
        (b"\r\n2\r\nab\r\n0\r\n\r\n", False),
        (b"2;x\ry\r\nab\r\n0\r\n\r\n", False),
    ],
)
def test_nothing_is_read_after_chunks_that_may_be_read_in_two_ways(
    toy: ToyServer, raw: Raw, chunks: bytes, *, is_sound: bool
) -> None:
    found = answers(toy, raw, POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + NEXT)
    assert found == ([b"200", b"200"] if is_sound else [b"200"])


def test_half_a_head_is_no_request(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy)
    one.send(POST + b"Content-Length: 1")
    one.socket.shutdown(socket.SHUT_WR)
    assert one.read_all().startswith(b"HTTP/1.1 400 ")
