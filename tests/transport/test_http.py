"""HTTP: deadlines, bounds, addresses and origins."""

import socket
import time
from collections.abc import Callable

import pytest
import requests

from tests.support.waiting import eventually
from tests.transport.clients import Poller, RawSocket
from tests.transport.toy_server import ToyServer

Raw = Callable[[ToyServer], RawSocket]

GET = b"GET /stats HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
UPGRADE = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\n"


@pytest.fixture
def path() -> str:
    """Once is enough: HTTP is the same on both paths."""
    return "fast"


@pytest.mark.parametrize("start", [b"GE", GET, GET + b"X: y", UPGRADE], ids=["line", "head", "header", "handshake"])
@pytest.mark.parametrize("drip", [b"", b"x"], ids=["silent", "dripping"])
def test_half_a_request_is_given_up(hasty: ToyServer, raw: Raw, start: bytes, drip: bytes) -> None:
    one = raw(hasty)
    began = time.monotonic()
    one.send(start)
    while not one.left and time.monotonic() - began < 10:
        one.send(drip)
        time.sleep(0.1)
        one.is_over()
    assert 0.9 < time.monotonic() - began < 10
    assert one.left.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("drip", [b"", b"x"], ids=["silent", "dripping"])
def test_half_a_body_is_given_up(hasty: ToyServer, raw: Raw, drip: bytes) -> None:
    one = raw(hasty)
    one.send(POST + b"x")
    for _ in range(5):
        time.sleep(0.15)
        one.send(drip)
    assert one.read_head().startswith("HTTP/1.1 400 ")


@pytest.mark.parametrize(("piece", "status"), [(10_000, "200"), (1_000, "400")], ids=["steady", "dripping"])
def test_a_slow_body_is_waited_for_while_enough_of_it_comes(
    hasty: ToyServer, raw: Raw, piece: int, status: str
) -> None:
    one = raw(hasty)
    one.send(f"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * piece}\r\n\r\n".encode())
    for _ in range(10):
        one.send(b"x" * piece)
        time.sleep(0.3)
        if one.is_over() or one.left:
            break
    assert one.read_head().split()[1] == status


def test_half_a_poll_body_ends_the_connection(hasty: ToyServer, raw: Raw) -> None:
    one, bare = Poller(hasty).join(), raw(hasty)
    path = one.url.removeprefix(hasty.url)
    bare.send(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n42".encode())
    assert bare.read_head().startswith("HTTP/1.1 400 ")
    assert one.get().status_code == 400


def test_an_idle_connection_is_kept_for_a_while(hasty: ToyServer, raw: Raw) -> None:
    one = raw(hasty)
    for _ in range(2):
        one.send(GET + b"\r\n")
        assert one.read_head().startswith("HTTP/1.1 200 ")
        time.sleep(1.2)
        one.left = b""
    began = time.monotonic()
    assert one.read_all() == b""
    assert time.monotonic() - began < 10


def test_heads_are_bounded(toy: ToyServer, raw: Raw) -> None:
    for head in (b"GET /" + b"x" * 9_000, GET + b"X: " + b"y" * 9_000, GET + b"X: y\r\n" * 200):
        one = raw(toy)
        one.send(head + b"\r\n\r\n")
        assert one.read_head().split()[1] in ("400", "414", "431")


def test_bodies_are_bounded(toy: ToyServer) -> None:
    assert requests.post(f"{toy.url}/body", b"x" * 1_048_576, timeout=5).json() == {"size": 1_048_576}
    assert requests.post(f"{toy.url}/body", b"x" * 1_048_577, timeout=5).status_code == 413


def test_no_answer_says_what_the_server_is_made_of(toy: ToyServer, raw: Raw) -> None:
    for request in (GET, b"GET\r\n", b"NONSENSE / HTTP/9\r\n"):
        one = raw(toy)
        one.send(request + b"\r\n")
        answer = one.read_until(b"</html>" if b"HTTP/1.1" not in request else b"\r\n\r\n").decode().lower()
        assert not [word for word in ("python", "werkzeug", "eventlet", "basehttp") if word in answer]


def test_small_answers_leave_without_delay(toy: ToyServer, raw: Raw) -> None:
    one = raw(toy).join()
    one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
    seconds: list[float] = []
    for n in range(20):
        began = time.monotonic()
        assert one.ask(n, "tell", {"channel": "all"})["ok"]
        seconds.append(time.monotonic() - began)
    # What waited for an acknowledgement of what was sent before would take 40 ms each time.
    assert min(seconds) < 0.03


def test_the_address_is_that_of_the_socket_unless_proxies_are_trusted(toy: ToyServer, behind: ToyServer) -> None:
    forwarded = {"X-Forwarded-For": "9.9.9.9, 1.2.3.4"}
    for server, address in ((toy, "127.0.0.1"), (behind, "1.2.3.4")):
        assert requests.get(f"{server.url}/stats", headers=forwarded, timeout=5).json()["address"] == address
        one = Poller(server, **forwarded).join()
        one.post('421["echo"]')
        assert f'"address":"{address}"' in one.poll()[0]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("", 200),
        ("http://SELF", 200),
        ("http://app.example", 200),
        ("https://SELF", 400),
        ("null", 400),
        ("http://app.example.evil", 400),
        ("http://evil.example", 400),
    ],
)
def test_browsers_connect_from_allowed_pages_only(patient: ToyServer, raw: Raw, origin: str, status: int) -> None:
    own = f"127.0.0.1:{patient.port}"
    origin = origin.replace("SELF", own)
    assert raw(patient).upgrade(Host=own, Origin=origin).split()[1] == ("101" if status == 200 else "400")
    url = f"{patient.url}/socket.io/?EIO=4&transport=polling"
    polled = requests.get(url, headers={"Origin": origin} if origin else {}, timeout=5)
    assert polled.status_code == status
    assert polled.headers.get("Access-Control-Allow-Origin", "") == (origin if status == 200 else "")
    preflight = requests.options(url, headers={"Origin": origin} if origin else {}, timeout=5)
    assert preflight.status_code == status


def test_a_trusted_proxy_names_the_scheme(behind: ToyServer, toy: ToyServer, raw: Raw) -> None:
    for server, status in ((behind, "101"), (toy, "400")):
        head = raw(server).upgrade(Host="chat.example", Origin="https://chat.example", X_Forwarded_Proto="https")
        assert head.split()[1] == status


def test_a_shortage_of_descriptors_passes(own_toy: Callable[..., ToyServer], raw: Raw) -> None:
    server = own_toy(descriptors=30)
    many = [raw(server) for _ in range(40)]
    time.sleep(0.3)
    for one in many:
        one.close()
    eventually(lambda: server.stats()["links"] == 0)
