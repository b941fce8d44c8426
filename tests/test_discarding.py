"""Bytes of files go when nothing holds them any more, and not before."""

import time
import uuid
from typing import Any

from tests.conftest import MakeServer, MakeUser, Race
from tests.support.files import fetch, kept_of, png, upload
from tests.support.people import PASSWORD
from tests.support.person import Person
from tests.support.rows import rows
from tests.support.server import Server
from tests.support.waiting import eventually

Json = dict[str, Any]


def goes(person: Person, file: Json) -> bool:
    """Hold that the bytes of a file go from the disk, and that its owner does not see it any more."""
    eventually(lambda: not kept_of(person.server, file))
    return eventually(lambda: fetch(person, file["url"]).status_code == 404)


def said(person: Person, room: str, *files: Json) -> str:
    """Say something with files, and return its address."""
    seq = person.send(room, "", files=[file["id"] for file in files])["seq"]
    return f"/rooms/{room}/messages/{seq}"


def test_the_last_message_that_held_a_file_takes_it_along(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, both, one = ana.create_room(bia), upload(ana, png()), upload(ana, b"oi")
    first, second = said(ana, room, both, one), said(ana, room, both)
    ana.rest.send("DELETE", first)
    assert ana.history(room)[1]["files"] == []
    assert not fetch(bia, one["url"]).ok
    goes(ana, one)
    assert fetch(bia, both["thumbnail"]).ok
    ana.rest.send("DELETE", second)
    goes(ana, both)


def test_files_go_with_a_cleared_history_and_with_the_room(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana, bia = make_user(on=server), make_user(on=server)
    cleared, deleted = ana.create_room(bia), ana.create_room(bia)
    first, second, picture = (upload(ana, png()) for _ in range(3))
    said(ana, cleared, first)
    said(ana, deleted, second)
    ana.rest.ask("PATCH", f"/rooms/{deleted}", json={"avatar": picture["id"]})
    ana.rest.send("DELETE", f"/rooms/{cleared}/messages")
    ana.rest.send("DELETE", f"/rooms/{deleted}")
    assert not any(fetch(bia, file["url"]).ok for file in (first, second, picture))
    goes(ana, first)
    goes(ana, picture)
    server.stop()
    server.start()
    goes(ana, second)


def test_a_file_that_cannot_be_removed_holds_up_no_other(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana = make_user(on=server)
    room, stuck, other = ana.create_room(), upload(ana, b"oi"), upload(ana, b"oi")
    message = said(ana, room, stuck, other)
    (path,) = kept_of(server, stuck)
    path.unlink()
    (path / "a folder has its place").mkdir(parents=True)
    ana.rest.send("DELETE", message)
    goes(ana, other)
    eventually(lambda: "file_not_removed" in server.logged())
    assert "Traceback" not in server.logged()
    assert [file["id"] for file in ana.rest.get("/me/export")["files"]] == []
    eventually(lambda: rows(server, "SELECT id, status FROM files") == [(stuck["id"], "leaving")])


def test_an_avatar_goes_when_another_takes_its_place(make_user: MakeUser) -> None:
    ana = make_user()
    first, second = upload(ana, png()), upload(ana, png())
    for file in (first, second):
        ana.rest.ask("PATCH", "/me", json={"avatar": file["id"]})
    goes(ana, first)
    assert fetch(ana, second["url"]).ok


def test_an_account_takes_its_avatar_along_and_what_nothing_holds(make_user: MakeUser, server: Server) -> None:
    ana, bia = make_user(registered=True), make_user()
    room = ana.create_room(bia)
    avatar, loose, sent = (upload(ana, png()) for _ in range(3))
    said(ana, room, sent)
    ana.rest.ask("PATCH", "/me", json={"avatar": avatar["id"]})
    assert [file["id"] for file in ana.rest.get("/me/export")["files"]] == [avatar["id"], loose["id"], sent["id"]]
    assert ana.rest.send("DELETE", "/me", json={"password": PASSWORD}).status_code == 204
    eventually(lambda: not kept_of(server, avatar) and not kept_of(server, loose))
    assert fetch(bia, sent["url"]).ok
    assert bia.rest.get(f"/users/{ana.id}")["user"]["avatar"] is None


def test_what_expires_takes_its_files_along_also_after_a_restart(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana = make_user(on=server)
    room, file, loose = ana.create_room(), upload(ana, png()), upload(ana, png())
    said(ana, room, file)
    server.kill()
    rows(server, "UPDATE messages SET expires_at = ? WHERE files IS NOT NULL", int(time.time() * 1000) - 1)
    rows(server, "UPDATE files SET due_at = 1 WHERE id = ?", loose["id"])
    server.start()
    assert ana.history(room)[-1]["kind"] == "system"
    goes(ana, file)
    goes(ana, loose)


def test_what_a_killed_server_left_of_a_file_goes(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana = make_user(on=server)
    arriving, leaving = upload(ana, png()), upload(ana, png())
    server.kill()
    for status, file in (("arriving", arriving), ("leaving", leaving)):
        rows(server, "UPDATE files SET status = ?, due_at = 1 WHERE id = ?", status, file["id"])
    server.start()
    for file in (arriving, leaving):
        goes(ana, file)
    eventually(lambda: rows(server, "SELECT count(*) FROM files") == [(0,)])


def test_a_file_that_two_servers_discard_goes_once(make_server: MakeServer, make_user: MakeUser) -> None:
    first = make_server()
    second = Server(first.folder, first.database_url)
    second.start()
    try:
        ana = make_user(on=first)
        room = ana.create_room()
        files = [upload(ana, png()) for _ in range(12)]
        addresses = [said(ana, room, file) for file in files]
        for address in addresses:
            ana.rest.send("DELETE", address)
        eventually(lambda: not any(kept_of(first, file) for file in files))
        for log in (first.logged(), second.logged()):
            assert "Traceback" not in log
            assert "watch_failed" not in log
    finally:
        second.stop()


def test_a_file_is_sent_again_or_gone_but_never_half(make_user: MakeUser, race: Race) -> None:
    ana = make_user()
    room, file = ana.create_room(), upload(ana, png())
    address = said(ana, room, file)

    def act(number: int) -> int:
        if number == 0:
            return ana.rest.send("DELETE", address).status_code
        body = {"client_id": str(uuid.uuid4()), "files": [file["id"]]}
        return ana.rest.send("POST", f"/rooms/{room}/messages", json=body).status_code

    outcomes = race(act, 4)[1:]
    assert set(outcomes) <= {201, 404}
    assert 201 not in outcomes or fetch(ana, file["thumbnail"]).ok
    assert 201 in outcomes or goes(ana, file)
