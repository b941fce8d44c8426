"""Presence: who is online, told to those who share a room, and gone with the process that knew of it."""

import re
import time
import uuid
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.doors import Door
from tests.support.people import People
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.shapes import TIME
from tests.support.socket_user import SocketUser
from tests.support.waiting import eventually


def ask(asker: Person, *users: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asker.socket.ask("watch_presence", {"users": [user.id for user in users]})["presence"]
    return found


def online(user: Person) -> dict[str, Any]:
    return {"user": user.id, "online": True, "last_seen": None}


def hidden(user: Person) -> dict[str, Any]:
    return {"user": user.id, "online": False, "last_seen": None}


def last(socket: SocketUser, user: Person) -> dict[str, Any] | None:
    heard = [state for state in socket.pushed("presence") if state["user"] == user.id]
    return heard[-1] if heard else None


def test_a_watcher_hears_who_comes_and_who_goes(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    ana.create_room(bia)
    assert ask(ana, bia) == [hidden(bia)]
    phone, tablet = bia.connect(), bia.connect()
    ana.socket.wait_for("presence", **online(bia))
    phone.close()
    time.sleep(1)
    assert last(ana.socket.barrier(), bia) == online(bia)
    tablet.close()
    gone = ana.socket.wait_for("presence", user=bia.id, online=False)
    assert re.fullmatch(TIME, gone["last_seen"])
    assert len(ana.socket.pushed("presence")) == 2
    assert ask(ana, bia) == [gone]


def test_presence_is_answered_through_both_doors_in_the_order_asked(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio, eva = make_user(), make_user(), make_user(), make_user()
    ana.create_room(bia, caio)
    for person in (ana, bia, eva):
        person.socket.barrier()
    users = [caio, bia, eva, ana]
    expected = [hidden(caio), online(bia), hidden(eva), online(ana)]
    eventually(lambda: door(ana).watch_presence(users=users)["presence"] == expected)
    nobody = str(uuid.uuid4())
    assert door(ana).watch_presence(users=[bia.id.upper(), bia.id, nobody])["presence"] == [
        online(bia),
        {"user": nobody, "online": False, "last_seen": None},
    ]
    with refused("invalid", field="users"):
        door(ana).watch_presence(users=["bia"])
    with refused("invalid", field="users"):
        ana.socket.ask("watch_presence", {"users": [str(uuid.uuid4()) for _ in range(501)]})
    with refused("invalid", field="users"):
        door(ana).watch_presence()


def test_a_new_list_replaces_the_one_before(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    ana.create_room(bia, caio)
    ask(ana, bia)
    ask(ana, caio)
    bia.socket.barrier()
    caio.socket.barrier()
    ana.socket.wait_for("presence", **online(caio))
    time.sleep(0.5)
    assert last(ana.socket.barrier(), bia) is None
    assert ask(ana) == []
    caio.close()
    time.sleep(0.8)
    assert last(ana.socket.barrier(), caio) == online(caio)


def test_a_stranger_hears_nothing(make_user: MakeUser) -> None:
    bia, eva, witness = make_user(), make_user(), make_user()
    bia.create_room(witness)
    for watcher in (eva, witness):
        ask(watcher, bia)
    bia.socket.barrier()
    witness.socket.wait_for("presence", **online(bia))
    assert ask(eva, bia) == [hidden(bia)]
    assert eva.socket.barrier().pushed("presence") == []


def test_who_hides_is_never_seen_and_hiding_is_told_once(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    ana.create_room(bia)
    ask(ana, bia)
    bia.socket.barrier()
    ana.socket.wait_for("presence", **online(bia))
    bia.socket.ask("update_profile", {"last_seen": "nobody"})
    ana.socket.wait_for("presence", **hidden(bia))
    heard = len(ana.socket.pushed("presence"))
    phone = bia.connect()
    for socket in list(bia.sockets):
        socket.close()
    time.sleep(0.8)
    bia.connect()
    time.sleep(0.8)
    assert len(ana.socket.barrier().pushed("presence")) == heard
    assert ask(ana, bia) == [hidden(bia)]
    bia.sockets[-1].ask("update_profile", {"last_seen": "everyone"})
    ana.socket.wait_until(lambda: last(ana.socket, bia) == online(bia))
    assert not phone.client.connected


def test_who_blocks_or_leaves_is_watched_no_longer(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    for person in (bia, caio):
        person.socket.barrier()
    eventually(lambda: ask(ana, bia, caio) == [online(bia), online(caio)])
    bia.socket.ask("block_user", {"user": ana.id})
    caio.socket.ask("leave_room", {"room": room})
    assert ask(caio, ana) == [hidden(ana)]
    heard = len(ana.socket.barrier().pushed("presence"))
    time.sleep(6)
    bia.close()
    caio.close()
    time.sleep(0.8)
    assert len(ana.socket.barrier().pushed("presence")) == heard
    assert ask(ana, bia, caio) == [hidden(bia), hidden(caio)]


def test_last_seen_is_written_at_most_once_a_minute(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    ana.create_room(bia)
    ask(ana, bia)
    seen = []
    for _ in range(2):
        began = len(ana.socket.heard)
        socket = bia.connect()
        ana.socket.wait_for("presence", began, **online(bia))
        socket.close()
        seen.append(ana.socket.wait_for("presence", began, user=bia.id, online=False)["last_seen"])
    assert seen[0] == seen[1]


@pytest.mark.slow
def test_a_crash_leaves_nobody_online(make_server: MakeServer) -> None:
    server = make_server(start=False)
    people = People(server)
    people.seed(4)
    server.start()
    ana, bia = people.take(), people.take()
    ana.create_room(bia)
    bia.socket.barrier()
    eventually(lambda: ask(ana, bia) == [online(bia)])
    server.kill()
    server.start()
    asked = {"users": bia.id}
    assert [state["online"] for state in ana.rest.get("/presence", **asked)["presence"]] == [True]
    began = time.monotonic()
    watcher = ana.connect()
    watcher.ask("watch_presence", {"users": [bia.id]})
    gone = watcher.wait_until(lambda: last(watcher, bia), timeout=65)
    assert gone["online"] is False
    assert time.monotonic() - began < 65
    assert gone["last_seen"] is not None
    for person in (ana, bia):
        person.close()


def test_a_server_that_is_stopped_leaves_nobody_online(make_server: MakeServer) -> None:
    server = make_server(start=False)
    people = People(server)
    people.seed(4)
    server.start()
    ana, bia = people.take(), people.take()
    ana.create_room(bia)
    bia.socket.barrier()
    eventually(lambda: ask(ana, bia) == [online(bia)])
    server.stop()
    server.start()
    state = ana.rest.get("/presence", users=bia.id)["presence"][0]
    assert (state["online"], state["last_seen"] is not None) == (False, True)
    for person in (ana, bia):
        person.close()
