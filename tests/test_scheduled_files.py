"""Messages for later that bring files: who holds them until then, and what becomes of them."""

import uuid
from typing import Any

from tests.conftest import MakeServer, MakeUser
from tests.support.doors import Door
from tests.support.fields import in_seconds
from tests.support.files import fetch, kept_of, png, upload
from tests.support.people import PASSWORD
from tests.support.refusal import refused
from tests.support.rows import rows
from tests.support.server import Server
from tests.support.waiting import eventually

Json = dict[str, Any]


def later(room: str, *files: Json, seconds: float = 3600, **fields: Any) -> Json:
    """The fields of a message for later that brings these files."""
    body = {"room": room, "client_id": str(uuid.uuid4()), "files": [file["id"] for file in files]}
    return body | {"send_at": in_seconds(seconds)} | fields


def name(state: Json) -> Json:
    """How a request names a message for later."""
    return {"room": state["room"], "client_id": state["client_id"]}


def without_end(*files: Json) -> list[Json]:
    """Files as whoever holds them shows them."""
    return [file | {"expires_at": None} for file in files]


def pass_a_day(server: Server, *files: Json) -> None:
    """Let the time have come at which uploads go that nothing has used."""
    for file in files:
        rows(server, "UPDATE files SET due_at = 1 WHERE due_at IS NOT NULL AND id = ?", file["id"])


def test_files_wait_with_a_message_and_go_out_with_it(door: Door, make_user: MakeUser, server: Server) -> None:
    ana, bia = make_user(), make_user()
    room, files = ana.create_room(bia), [upload(ana, png()), upload(ana, b"oi")]
    files.reverse()
    state = door(ana).schedule_message(**later(room, *files))["scheduled"]
    assert (state["text"], state["files"]) == ("", without_end(*files))
    assert door(ana).list_scheduled(room=room)["scheduled"] == [state]
    loose = upload(ana, b"oi")
    pass_a_day(server, *files, loose)
    eventually(lambda: not kept_of(server, loose))
    assert [fetch(ana, file["url"]).status_code for file in files] == [200, 200]
    assert [fetch(bia, file["url"]).status_code for file in files] == [404, 404]
    door(ana).change_scheduled(**name(state), send_at=in_seconds(0.5))
    eventually(lambda: bia.history(room)[-1]["files"] == without_end(*files))
    eventually(lambda: not door(ana).list_scheduled()["scheduled"])
    eventually(lambda: rows(server, "SELECT id FROM files WHERE due_at = 0") == [])
    assert [fetch(bia, file["url"]).status_code for file in files] == [200, 200]


def test_cancelling_lets_go_of_files_that_nothing_else_holds(door: Door, make_user: MakeUser, server: Server) -> None:
    ana = make_user()
    room, sent, loose = ana.create_room(), upload(ana, png()), upload(ana, png())
    ana.send(room, files=[sent["id"]])
    state = door(ana).schedule_message(**later(room, sent, loose, text="Olha"))["scheduled"]
    door(ana).cancel_scheduled(**name(state))
    eventually(lambda: not kept_of(server, loose))
    assert fetch(ana, sent["url"]).ok


def test_a_file_that_waits_outlives_the_message_that_held_it(door: Door, make_user: MakeUser, server: Server) -> None:
    ana = make_user()
    room, file, loose = ana.create_room(), upload(ana, png()), upload(ana, png())
    seq = ana.send(room, files=[file["id"], loose["id"]])["seq"]
    door(ana).schedule_message(**later(room, file))
    door(ana).delete_message(room=room, seq=seq)
    eventually(lambda: not kept_of(server, loose))
    assert fetch(ana, file["url"]).ok


def test_words_beside_files_for_later_can_be_taken_away_and_others_cannot(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room, file = ana.create_room(), upload(ana, b"oi")
    captioned = door(ana).schedule_message(**later(room, file, text="Na praia"))["scheduled"]
    words = door(ana).schedule_message(**later(room, text="oi"))["scheduled"]
    assert words["files"] == []
    assert door(ana).change_scheduled(**name(captioned), text=" ")["scheduled"] == captioned | {"text": ""}
    with refused("invalid", field="text"):
        door(ana).change_scheduled(**name(words), text=" ")
    with refused("invalid", field="text"):
        door(ana).schedule_message(**later(room))


def test_only_ones_own_uploads_wait_and_none_twice(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, own, other = ana.create_room(bia), upload(ana, b"oi"), upload(bia, b"oi")
    for strange in (other, {"id": str(uuid.uuid4())}):
        with refused("not_found", field="files"):
            door(ana).schedule_message(**later(room, own, strange))
    with refused("invalid", field="files"):
        door(ana).schedule_message(**later(room, own, own))
    assert door(ana).list_scheduled()["scheduled"] == []
    assert fetch(ana, own["url"]).ok


def test_one_that_cannot_be_sent_keeps_its_files_until_it_is_cancelled(
    door: Door, make_user: MakeUser, server: Server
) -> None:
    ana, bia = make_user(), make_user()
    room, file = ana.create_room(bia), upload(bia, png())
    state = door(bia).schedule_message(**later(room, file, seconds=0.5))["scheduled"]
    ana.socket.ask("remove_member", {"room": room, "user": bia.id})
    eventually(lambda: door(bia).list_scheduled()["scheduled"][0]["status"] == "failed")
    assert fetch(bia, file["url"]).ok
    door(bia).cancel_scheduled(**name(state))
    eventually(lambda: not kept_of(server, file))


def test_an_account_takes_files_along_that_waited(door: Door, make_user: MakeUser, server: Server) -> None:
    ana = make_user(registered=True)
    room, file = ana.create_room(), upload(ana, png())
    door(ana).schedule_message(**later(room, file))
    door(ana).delete_account(password=PASSWORD)
    eventually(lambda: not kept_of(server, file))


def test_files_that_wait_count_as_ones_own(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server(SOPAPO_USER_FILE_BYTES="3000000", SOPAPO_MAX_FILE_BYTES="2000000")
    ana = make_user(on=server)
    room, large = ana.create_room(), upload(ana, bytes(2_000_000))
    ana.rest.post(f"/rooms/{room}/scheduled", **named(later(room, large)))
    with refused("too_large", field="file"):
        upload(ana, bytes(1_500_000))


def named(fields: Json) -> Json:
    """The fields of a request whose address names the room."""
    return {key: value for key, value in fields.items() if key != "room"}


def test_where_the_schema_goes_back_files_that_waited_are_let_go_of(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    ana = make_user(on=server)
    room, file = ana.create_room(), upload(ana, png())
    for text in ("oi", ""):
        ana.rest.post(f"/rooms/{room}/scheduled", **named(later(room, file, text=text)))
    ana.close()
    server.stop()
    assert server.command("db", "downgrade", "0012").returncode == 0
    assert server.command("db", "upgrade").returncode == 0
    server.start()
    kept = ana.rest.get("/me/scheduled")["scheduled"]
    assert [(state["text"], state["files"]) for state in kept] == [("oi", [])]
    eventually(lambda: not kept_of(server, file))
