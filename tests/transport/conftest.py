"""A small server for each set of options, and clients that do what no proper client does."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.support.socket_user import OrderedClient
from tests.transport.clients import RawSocket
from tests.transport.toy_server import ToyServer

MakeClient = Callable[..., socketio.Client]


@pytest.fixture(params=["fast", "stock"])
def path(request: pytest.FixtureRequest) -> str:
    """How WebSockets are served: each test that needs a server runs with both."""
    given: str = request.param
    return given


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., ToyServer]]:
    """Start one server for each set of options, once."""
    started: dict[str, ToyServer] = {}
    folder = tmp_path_factory.mktemp("toys")

    def find(**options: Any) -> ToyServer:
        key = json.dumps(options, sort_keys=True)
        if key not in started:
            started[key] = ToyServer(folder / f"{len(started)}.log", options)
        return started[key]

    yield find
    for toy in started.values():
        toy.process.kill()


@pytest.fixture
def toy(toys: Callable[..., ToyServer], path: str) -> ToyServer:
    """The server that ordinary tests share: quick to ping, and patient where the machine is busy."""
    return toys(path=path, ping_interval=1)


@pytest.fixture
def hasty(toys: Callable[..., ToyServer], path: str) -> ToyServer:
    """A server that soon gives up, for tests of who says nothing."""
    quick = {"head_seconds": 1, "body_seconds": 1, "idle_seconds": 2, "connect_seconds": 2}
    return toys(path=path, ping_interval=1, ping_timeout=2, **quick)


@pytest.fixture
def patient(toys: Callable[..., ToyServer], path: str) -> ToyServer:
    """A server whose pings do not get in the way; a page from elsewhere may use it."""
    return toys(path=path, ping_interval=60, ping_timeout=2, allowed_origins=["http://app.example"])


@pytest.fixture
def behind(toys: Callable[..., ToyServer]) -> ToyServer:
    """A server behind one proxy."""
    return toys(trusted_proxies=1)


@pytest.fixture
def own_toy(tmp_path: Path, path: str) -> Iterator[Callable[..., ToyServer]]:
    """Start a server that the test may end."""
    started: list[ToyServer] = []

    def start(**options: Any) -> ToyServer:
        started.append(ToyServer(tmp_path / "toy.log", {"path": path} | options))
        return started[-1]

    yield start
    for toy in started:
        toy.process.kill()


@pytest.fixture
def client() -> Iterator[MakeClient]:
    """Connect python-socketio clients, which keep what they hear in `heard`."""
    made: list[socketio.Client] = []

    def connect(toy: ToyServer, *transports: str, auth: Any = None, **options: Any) -> socketio.Client:
        one = OrderedClient(**{"reconnection": False} | options)
        one.heard = []
        one.on("*", lambda event, *args: one.heard.append((event, *args)))
        one.on("disconnect", lambda reason: one.heard.append(("disconnect", reason)))
        made.append(one)
        one.connect(toy.url, transports=list(transports or ("websocket",)), auth=auth, wait_timeout=5)
        return one

    yield connect
    for one in made:
        one.disconnect()


@pytest.fixture
def raw() -> Iterator[Callable[[ToyServer], RawSocket]]:
    """Open bare TCP connections."""
    made: list[RawSocket] = []

    def open_one(toy: ToyServer) -> RawSocket:
        made.append(RawSocket(toy.port))
        return made[-1]

    yield open_one
    for one in made:
        one.close()
