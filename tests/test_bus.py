"""Two processes on one database: what is done at one is heard at the other, whatever becomes of the Redis between."""

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from tests.support.databases import Database
from tests.support.mirror import Mirror
from tests.support.people import People
from tests.support.person import Person
from tests.support.server import Server, free_port
from tests.support.socket_user import SocketUser
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.postgresql, pytest.mark.redis]

CHANNEL = "sopapo:sopapo"
CROWD = 60
CAUGHT_UP_SECONDS = 1.0


class Pair(NamedTuple):
    """Two servers on one database and one Redis."""

    here: Server
    there: Server
    valkey: Valkey
    people: People


@pytest.fixture(scope="module")
def running(database: Database, folder: Path) -> Iterator[Pair]:
    home = Path(tempfile.mkdtemp(prefix="bus-", dir=folder))
    valkey = Valkey(home / "valkey").start()
    url = database.new_url(home)
    here, there = (Server(home / name, url, REDIS_URL=valkey.url) for name in ("here", "there"))
    people = People(here)
    people.seed(CROWD)
    here.launch()
    yield Pair(here, there.start(), valkey, people)
    here.stop()
    there.stop()
    valkey.kill()


@pytest.fixture
def pair(running: Pair) -> Pair:
    """The two servers, once each hears the other."""
    eventually(lambda: all(is_ready(server) for server in (running.here, running.there)))
    eventually(lambda: running.valkey.listeners(CHANNEL) == 2)
    return running


def is_ready(server: Server) -> bool:
    return says_ok(server, "/readyz")


def says_ok(server: Server, path: str) -> bool:
    try:
        return requests.get(server.url + path, timeout=5).ok
    except requests.RequestException:
        return False


class Follower:
    """A client that merges what its socket hears, and syncs on every hole."""

    def __init__(self, person: Person) -> None:
        self.socket = person.connect()
        self.mirror = Mirror(person.id)
        self.taken = 0
        self.sync()

    def sync(self) -> None:
        self.mirror.take_sync(self.socket.ask("sync", {"rooms": self.mirror.revs}))

    def settled(self) -> dict[str, Any]:
        """Return what the client sees when it has taken all that was pushed."""
        for heard in self.socket.heard[self.taken :]:
            self.taken += 1
            if not heard.answer:
                self.mirror.take(heard)
        if self.mirror.needs_sync:
            self.sync()
        return self.mirror.picture()


@pytest.fixture
def make(pair: Pair) -> Iterator[Callable[[], tuple[Person, Person]]]:
    """Make somebody, as he is at each of the servers."""
    made: list[Person] = []

    def new() -> tuple[Person, Person]:
        here = pair.people.take()
        user = {"id": here.id, "username": here.username}
        made.extend((here, Person(pair.there, user, token=here.token)))
        return here, made[-1]

    yield new
    for person in made:
        person.close()


Make = Callable[[], tuple[Person, Person]]


def send_many(socket: SocketUser, room: str, count: int) -> list[dict[str, Any]]:
    """Send so many messages without waiting, and return them as they were acknowledged."""
    waits = [
        socket.emit("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": str(number)})
        for number in range(count)
    ]
    return [wait()["message"] for wait in waits]


def has_heard(socket: SocketUser, room: str, count: int) -> bool:
    return len({message["seq"] for message in socket.pushed("message", room=room)}) >= count


def tell_all(sender: Person, room: str, *sockets: SocketUser) -> int:
    """Send a message that all these hear, and return its `rev`: what was told of the room before is heard by then."""
    message = sender.send(room)
    for socket in sockets:
        socket.wait_for("message", room=room, seq=message["seq"])
    return int(message["rev"])


def told_since(rev: int, room: str, socket: SocketUser) -> list[dict[str, Any]]:
    """Return what a socket has heard of a room's later changes."""
    return [state for state in socket.barrier().pushed(room=room) if state["rev"] > rev]


def test_messages_from_both_processes_are_heard_once_at_each_and_in_the_order_of_each(make: Make) -> None:
    (ana, _), (_, bia), (caio_here, caio_there) = make(), make(), make()
    sockets = ana.socket, bia.socket, caio_here.socket, caio_there.socket
    room = ana.create_room(bia, caio_here)
    first = [tell_all(sender, room, *sockets) for sender in (ana, bia)][1]
    # Whoever has just met another process asks the database once what he missed, and pushes what is on its way again.
    time.sleep(CAUGHT_UP_SECONDS)
    with ThreadPoolExecutor(2) as pool:
        sent = [*pool.map(lambda socket: send_many(socket, room, 100), (ana.socket, bia.socket))]
    last = max(message["seq"] for messages in sent for message in messages)
    for socket in sockets[2:]:
        socket.wait_until(partial(has_heard, socket, room, last))
        heard = told_since(first, room, socket)
        assert sorted(message["seq"] for message in heard) == list(range(4, last + 1))
        for sender, messages in zip((ana, bia), sent, strict=True):
            assert [message for message in heard if message["sender"] == sender.id] == messages
    history = caio_here.whole_history(room)
    assert [message["seq"] for message in history] == list(range(1, last + 1))
    revs = [state["rev"] for state in caio_there.socket.pushed(room=room)]
    assert sorted(set(revs)) == list(range(1, caio_there.rev(room) + 1))


def test_one_who_is_added_at_one_process_hears_the_room_at_the_other(make: Make) -> None:
    (ana, _), (_, bia) = make(), make()
    room = ana.create_room()
    bia.connect()
    ana.rest.post(f"/rooms/{room}/members", users=[bia.id])
    bia.sockets[0].wait_for("member", room=room, user=bia.id, status="joined")
    message = ana.send(room)
    assert bia.sockets[0].wait_for("message", room=room, seq=message["seq"]) == message


def test_one_who_is_removed_at_one_process_hears_nothing_more_at_the_other(make: Make) -> None:
    (ana, _), (_, bia), (_, caio) = make(), make(), make()
    room = ana.create_room(bia, caio)
    socket, witness = bia.connect(), caio.connect()
    last = tell_all(ana, room, socket, witness)
    ana.rest.ask("DELETE", f"/rooms/{room}/members/{bia.id}")
    tell_all(ana, room, witness)
    states = told_since(last, room, socket)
    assert [(state["user"], state["status"]) for state in states] == [(bia.id, "removed")]


def test_one_who_leaves_at_one_process_has_left_at_the_other(make: Make) -> None:
    (ana, _), (bia, bia_there), (_, caio) = make(), make(), make()
    room = ana.create_room(bia, caio)
    socket, witness = bia_there.connect(), caio.connect()
    last = tell_all(ana, room, socket, witness)
    bia.rest.post(f"/rooms/{room}/leave")
    tell_all(ana, room, witness)
    assert [state["status"] for state in told_since(last, room, socket)] == ["left"]


def test_who_came_later_where_history_is_hidden_hears_nothing_of_old_messages_at_the_other_process(make: Make) -> None:
    (ana, _), (_, bia), (_, caio) = make(), make(), make()
    room = ana.create_room(bia)
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"history": "since_join"})
    old = ana.send(room, "antes")
    ana.rest.post(f"/rooms/{room}/members", users=[caio.id])
    sockets = bia.connect(), caio.connect()
    last = tell_all(ana, room, *sockets)
    edited = ana.rest.ask("PATCH", f"/rooms/{room}/messages/{old['seq']}", json={"text": "Antes"})["message"]
    new = ana.send(room, "depois")
    for socket in sockets:
        socket.wait_for("message", room=room, seq=new["seq"])
    assert [told_since(last, room, socket) for socket in sockets] == [[edited, new], [new]]


def test_a_room_that_is_renamed_and_deleted_at_one_process_is_so_at_the_other(make: Make) -> None:
    (ana, _), (_, bia) = make(), make()
    room = ana.create_room(bia)
    socket = bia.connect()
    ana.rest.ask("PATCH", f"/rooms/{room}", json={"name": "Outra"})
    socket.wait_for("room", id=room, name="Outra")
    ana.rest.ask("DELETE", f"/rooms/{room}")
    socket.wait_until(lambda: any(state["deleted_at"] for state in socket.pushed("room", room=room)))


def test_a_session_that_ends_at_one_process_is_cut_at_the_other(make: Make) -> None:
    ana, ana_there = make()
    socket = ana_there.connect()
    ana.rest.post("/auth/logout")
    socket.wait_closed(timeout=3)
    assert [heard.event for heard in socket.heard if heard.event != "connect"] == ["session_revoked", "disconnect"]


def test_what_is_no_word_of_ours_disturbs_nobody(pair: Pair, make: Make) -> None:
    (ana, _), (_, bia) = make(), make()
    room = ana.create_room(bia)
    socket = bia.connect()
    for message in (b"\xff", b"[]", b'["x",1,[["cut_everything",1],["enter_room"]]]'):
        pair.valkey.publish(CHANNEL, message)
    said = ana.send(room)
    assert socket.wait_for("message", room=room, seq=said["seq"]) == said


@pytest.mark.parametrize("cut", ["pubsub", "normal"])
def test_what_is_said_while_nobody_listens_or_speaks_comes_by_itself(pair: Pair, make: Make, cut: str) -> None:
    (ana, _), (_, bia) = make(), make()
    room = ana.create_room(bia)
    socket = bia.connect()
    pair.valkey.cut(cut)
    first, last = ana.send(room, "um"), ana.send(room, "dois")
    assert socket.wait_for("message", room=room, seq=last["seq"]) == last
    news = socket.ask("sync", {"rooms": {room: first["rev"] - 1}})["rooms"][0]["messages"]
    assert [message["text"] for message in news] == ["um", "dois"]


def test_without_redis_all_but_live_push_goes_on_and_then_heals(pair: Pair, make: Make) -> None:
    (ana, _), (_, bia), (caio, caio_there), (_, davi) = make(), make(), make(), make()
    busy, quiet = ana.create_room(bia, caio), ana.create_room(bia, caio)
    removed, added, mirror = caio_there.connect(), davi.connect(), Follower(bia)
    pair.valkey.kill()
    began = time.monotonic()
    send_many(ana.socket, busy, 20)
    ana.send(quiet, "sem Redis")
    ana.rest.ask("DELETE", f"/rooms/{busy}/members/{caio.id}")
    ana.rest.post(f"/rooms/{busy}/members", users=[davi.id])
    assert time.monotonic() - began < 10
    removed.wait_for("member", room=busy, user=caio.id, status="removed")
    added.wait_for("member", room=busy, user=davi.id, status="joined")
    pair.valkey.start()
    eventually(lambda: mirror.settled() == picture_of(bia))
    eventually(lambda: is_ready(pair.here) and is_ready(pair.there))
    message = ana.send(busy, "de volta")
    for socket in (mirror.socket, added):
        assert socket.wait_for("message", room=busy, seq=message["seq"]) == message
    assert message not in removed.barrier().pushed("message")


def test_a_redis_that_hangs_delays_no_answer(pair: Pair, make: Make) -> None:
    (ana, _), (_, bia) = make(), make()
    room = ana.create_room(bia)
    socket = bia.connect()
    ana.socket.barrier()
    pair.valkey.hang()
    try:
        for pause in (0, 1, 3):
            time.sleep(pause)
            began = time.monotonic()
            send_many(ana.socket, room, 10)
            assert time.monotonic() - began < 2
        assert not is_ready(pair.here)
    finally:
        pair.valkey.go_on()
    eventually(lambda: is_ready(pair.here) and is_ready(pair.there))
    message = ana.send(room)
    assert socket.wait_for("message", room=room, seq=message["seq"]) == message


def test_a_start_without_redis_works_and_waits_for_it(database: Database, tmp_path: Path) -> None:
    valkey = Valkey(tmp_path / "valkey")
    secret = "uma-senha-que-ninguem-deve-ler"
    url = valkey.url.replace("//", f"//:{secret}@")
    server = Server(tmp_path / "server", database.new_url(tmp_path), REDIS_URL=url)
    server.launch()
    eventually(lambda: says_ok(server, "/healthz"), timeout=30)
    person = People(server).register()
    assert person.send(person.create_room())["seq"] == 2
    assert not is_ready(server)
    valkey.start().demand(secret)
    eventually(lambda: is_ready(server))
    valkey.kill()
    assert server.stop() == 0
    assert server.logged().count("bus_is_up") == 1
    assert server.logged().count("bus_is_away") <= 2
    assert secret not in server.logged()
    assert "Traceback" not in server.logged()
    person.close()


def test_an_address_that_makes_no_sense_stops_the_start_in_one_line(database: Database, tmp_path: Path) -> None:
    server = Server(tmp_path, database.new_url(tmp_path), REDIS_URL="redis://:se/gredo@host:6379")
    done = server.command("run", "--port", str(free_port()))
    assert done.returncode != 0
    assert done.stderr.startswith("sopapo: REDIS_URL: ")
    assert len(done.stderr.splitlines()) == 1
    assert "gredo" not in done.stdout + done.stderr


def picture_of(person: Person) -> dict[str, Any]:
    """Return what somebody sees who asks now."""
    mirror = Mirror(person.id)
    mirror.take_sync(person.sync())
    return mirror.picture()
