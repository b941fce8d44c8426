"""What administrators read of reports and edits; nobody else does, and they leave a trail."""

import re
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rows import written
from tests.support.server import Server

Json = dict[str, Any]


def reported(person: Person, whom: Person, **fields: Any) -> None:
    """Let somebody report another."""
    person.rest.post("/reports", **(fields or {"user": whom.id}), reason="spam")


def reports_of(administrator: Person, reporter: Person, **query: Any) -> list[Json]:
    """Return what an administrator finds on the first page of somebody's reports."""
    found = administrator.rest.get("/admin/reports", limit=200, **query)["reports"]
    return [report for report in found if report["reporter"] == reporter.id]


def trail(administrator: Person, **query: Any) -> list[Json]:
    """Return what an administrator has done lately, the newest first."""
    acts = administrator.rest.get("/admin/audit", **query)["acts"]
    return [act for act in acts if act["user"] == administrator.id]


@pytest.mark.parametrize("role", ["owner", "admin", "member", "stranger", "banned", "reporter"])
def test_only_administrators_come_to_any_route_of_theirs(make_user: MakeUser, role: str) -> None:
    owner, admin, member, stranger, banned, reporter = people = [make_user() for _ in range(6)]
    room = owner.create_room(admin, member, reporter)
    owner.rest.ask("PATCH", f"/rooms/{room}/members/{admin.id}", json={"role": "admin"})
    owner.rest.ask("PUT", f"/rooms/{room}/bans/{banned.id}")
    message = member.send(room)
    reported(reporter, member, room=room, seq=message["seq"])
    who = dict(zip(("owner", "admin", "member", "stranger", "banned", "reporter"), people, strict=True))[role]
    routes = routes_of_administrators(who, room, message["seq"])
    assert len(routes) >= 4
    for method, path in routes + routes_of_administrators(who, str(uuid.uuid4()), 1):
        with refused("forbidden"):
            who.rest.ask(method, path, **({"json": {"handled": True}} if method == "PATCH" else {}))
    assert stranger.rest.send("GET", "/admin/reports", headers={"Authorization": ""}).status_code == 401


@pytest.mark.only_on("sqlite")
def test_who_is_no_administrator_waits_for_nobody_who_writes(server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    routes = routes_of_administrators(ana, ana.create_room(), 1)
    with written(server):
        for method, path in routes:
            with refused("forbidden"):
                ana.rest.ask(method, path, **({"json": {"handled": True}} if method == "PATCH" else {}))


def routes_of_administrators(person: Person, room: str, seq: int) -> list[tuple[str, str]]:
    """Return every route below /admin that the server describes."""
    paths = person.rest.get("/openapi.json")["paths"]
    names = {"room": room, "seq": seq, "report": 1}
    return [
        (method.upper(), re.sub(r"{(\w+)}", lambda name: str(names[name[1]]), path))
        for path, methods in paths.items()
        if path.startswith("/admin/")
        for method in methods
    ]


def test_a_report_is_open_until_an_administrator_has_handled_it(make_user: MakeUser, administrator: Person) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    message = ana.send(room, "compre já")
    reported(bia, ana, room=room, seq=message["seq"])
    ana.rest.ask("DELETE", f"/rooms/{room}/messages/{message['seq']}")
    (report,) = reports_of(administrator, bia, state="open")
    assert (report["user"], report["room"], report["seq"], report["text"], report["reason"]) == (
        *(ana.id, room, message["seq"]),
        *("compre já", "spam"),
    )
    assert report["handled_at"] is report["handled_by"] is None
    handle = f"/admin/reports/{report['id']}"
    closed = administrator.rest.ask("PATCH", handle, json={"handled": True})["report"]
    assert (closed["handled_by"], closed["handled_at"] is not None) == (administrator.id, True)
    assert administrator.rest.ask("PATCH", handle, json={"handled": True})["report"] == closed
    assert reports_of(administrator, bia, state="open") == []
    assert reports_of(administrator, bia, state="closed") == reports_of(administrator, bia) == [closed]
    assert administrator.rest.ask("PATCH", handle, json={"handled": False})["report"] == report
    assert reports_of(administrator, bia, state="open") == [report]
    done = [(act["act"], act["report"]) for act in trail(administrator) if act["report"] == report["id"]]
    assert done == [(act, report["id"]) for act in ("reopen_report", "read_reports", "handle_report")]


def test_reports_come_in_pages_the_newest_first_with_whom_they_speak_of(
    make_user: MakeUser, administrator: Person
) -> None:
    bia, others = make_user(), [make_user() for _ in range(3)]
    for other in others:
        reported(bia, other)
    found: list[str] = []
    page: Json = {"next": None}
    while len(found) < len(others):
        cursor = {"cursor": page["next"]} if page["next"] else {}
        page = administrator.rest.get("/admin/reports", limit=1, **cursor)
        (report,) = page["reports"]
        assert {report["reporter"], report["user"]} <= {user["id"] for user in page["users"]}
        found += [report["user"]] if report["reporter"] == bia.id else []
    assert found == [other.id for other in reversed(others)]


def test_what_a_message_said_before_is_read_by_administrators_and_noted(
    make_user: MakeUser, administrator: Person
) -> None:
    ana = make_user()
    room = ana.create_room()
    message = ana.send(room, "um")
    path = f"/rooms/{room}/messages/{message['seq']}"
    for text in ("dois", "três"):
        ana.rest.ask("PATCH", path, json={"text": text})
    answer = administrator.rest.get(f"/admin{path}/edits")
    assert [edit["text"] for edit in answer["edits"]] == ["um", "dois"]
    assert answer["message"] == ana.history(room)[-1]
    noted = trail(administrator, limit=1)[0]
    assert (noted["act"], noted["room"], noted["seq"]) == ("read_edits", room, message["seq"])
    with refused("not_found"):
        administrator.rest.get(f"/rooms/{room}/messages")
    ana.rest.ask("DELETE", path)
    assert administrator.rest.get(f"/admin{path}/edits")["edits"] == []


def test_what_is_not_there_is_not_found_and_leaves_no_trail(make_user: MakeUser, administrator: Person) -> None:
    ana = make_user()
    room, cleared = ana.create_room(), ana.create_room()
    seq = ana.send(cleared)["seq"]
    ana.rest.ask("DELETE", f"/rooms/{cleared}/messages")
    for where, number, field in ((room, 99, "seq"), (cleared, seq, "seq"), (str(uuid.uuid4()), 1, "room")):
        with refused("not_found", field=field):
            administrator.rest.get(f"/admin/rooms/{where}/messages/{number}/edits")
    with refused("not_found", field="report"):
        administrator.rest.ask("PATCH", "/admin/reports/999999999", json={"handled": True})
    assert not [act for act in trail(administrator) if act["room"] in (room, cleared)]


@pytest.mark.parametrize(
    "query", [{"state": "new"}, {"limit": 0}, {"limit": 201}, {"cursor": 0}, {"cursor": "x"}, {"handled": "true"}]
)
def test_a_page_of_reports_out_of_bounds_is_invalid(administrator: Person, query: Json) -> None:
    with refused("invalid", field=next(iter(query))):
        administrator.rest.get("/admin/reports", **query)
