"""Who may what: every request by everybody that may meet a room, in each kind of room."""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import MakeUser
from tests.support.doors import ROUTES, RestDoor
from tests.support.fields import in_seconds
from tests.support.people import People
from tests.support.person import Person
from tests.support.refusal import Refusal

Json = dict[str, Any]

REGISTERED = {
    name
    for path in (Path(__file__).parent.parent / "events").glob("*.py")
    for name in re.findall(r'@request\(\s*"(\w+)"', path.read_text())
}
# What is asked of no room; who may ask it is held where the request is, and where the route is.
OF_NO_ROOM = {
    "register",
    "login",
    "authenticate",
    "logout",
    "delete_account",
    "create_room",
    "sync",
    "update_profile",
    "block_user",
    "unblock_user",
    "watch_presence",
    "list_votes",
}

ROUTES_OF_NO_ROOM = {
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    "GET /me",
    "PATCH /me",
    "DELETE /me",
    "GET /me/blocks",
    "PUT /me/blocks/{user}",
    "DELETE /me/blocks/{user}",
    "GET /me/export",
    "GET /me/hidden",
    "GET /me/sessions",
    "DELETE /me/sessions/{session}",
    "GET /me/stars",
    "GET /me/votes",
    "GET /users",
    "GET /users/{user}",
    "GET /presence",
    "GET /rooms",
    "POST /rooms",
    "GET /rooms/public",
    "POST /rooms/join",
    "POST /sync",
    "POST /files",
    "GET /files/{file}",
    "GET /files/{file}/thumbnail",
    "GET /admin/reports",
    "PATCH /admin/reports/{report}",
    "GET /admin/rooms/{room}/messages/{seq}/edits",
    "GET /admin/audit",
}

CODES = {"o": "ok", "f": "forbidden", "n": "not_found", "c": "conflict"}
INSIDERS = ("owner", "admin", "member")
OUTSIDERS = ("stranger", "banned", "pending")


class Row(NamedTuple):
    """What becomes of a request: by owner, admin, member; by one of a direct room; by stranger, banned, pending."""

    fields: Json
    group: str
    channel: str
    direct: str
    outside: str = "nnn"


MESSAGE = {"seq": "seq"}
TABLE = {
    "update_room": Row({"name": "Outra"}, "oof", "oof", "f"),
    "clear_history": Row({}, "oof", "oof", "f"),
    "delete_room": Row({}, "off", "off", "f"),
    "join_room": Row({}, "ooo", "ooo", "o", "nno"),
    "leave_room": Row({}, "ooo", "ooo", "f", "nno"),
    "list_members": Row({}, "ooo", "ooo", "o"),
    "add_members": Row({"users": ["stranger"]}, "oof", "oof", "f"),
    "approve_member": Row({"user": "pending"}, "oof", "oof", "f"),
    "remove_member": Row({"user": "other"}, "oof", "oof", "f"),
    "ban_member": Row({"user": "other"}, "oof", "oof", "f"),
    "unban_member": Row({"user": "banned"}, "oof", "oof", "f"),
    "mute_member": Row({"user": "other", "until": "tomorrow"}, "oof", "oof", "f"),
    "set_role": Row({"user": "other", "role": "admin"}, "oof", "oof", "f"),
    "create_invite": Row({}, "oof", "oof", "f"),
    "revoke_invite": Row({"code": "code"}, "oof", "oof", "f"),
    "send_message": Row({"client_id": "new", "text": "oi"}, "ooo", "oof", "o"),
    "edit_message": Row({**MESSAGE, "text": "outra"}, "off", "off", "f"),
    "delete_message": Row(MESSAGE, "oof", "oof", "f"),
    "hide_message": Row(MESSAGE, "ooo", "ooo", "o"),
    "react": Row({**MESSAGE, "emoji": "👍"}, "ooo", "ooo", "o"),
    "pin_message": Row({**MESSAGE, "on": True}, "ooo", "oof", "o"),
    "star_message": Row({**MESSAGE, "on": True}, "ooo", "ooo", "o"),
    "create_poll": Row({"client_id": "new", "text": "Que dia?", "options": ["a", "b"]}, "ooo", "oof", "o"),
    "vote": Row({"seq": "poll", "options": [1]}, "ooo", "ooo", "o"),
    "close_poll": Row({"seq": "poll"}, "oof", "oof", "f"),
    "poll_voters": Row({"seq": "poll"}, "ooo", "ooo", "o"),
    "mark_delivered": Row(MESSAGE, "ooo", "ooo", "o"),
    "mark_read": Row(MESSAGE, "ooo", "ooo", "o"),
    "message_info": Row(MESSAGE, "oof", "oof", "f"),
    "set_preferences": Row({"archived": True}, "ooo", "ooo", "o"),
    "typing": Row({"on": True}, "ooo", "oof", "o"),
    "search": Row({"q": "oi"}, "ooo", "ooo", "o"),
    "report": Row({**MESSAGE, "reason": "spam"}, "coo", "coo", "o"),
    "schedule_message": Row({"client_id": "new", "text": "oi", "send_at": "tomorrow"}, "ooo", "oof", "o"),
    "change_scheduled": Row({"client_id": "new", "text": "oi"}, "nnn", "nnn", "n"),
    "cancel_scheduled": Row({"client_id": "new"}, "nnn", "nnn", "n"),
    "list_scheduled": Row({}, "ooo", "ooo", "o", "ooo"),
    "read_room": Row({}, "ooo", "ooo", "o"),
    "read_history": Row({}, "ooo", "ooo", "o"),
    "list_pins": Row({}, "ooo", "ooo", "o"),
    "list_invites": Row({}, "oof", "oof", "f"),
}

Ask = Callable[[Person, str, Json], Json]


class Cast:
    """The people who play the roles, in room after room."""

    def __init__(self, people: People) -> None:
        self.roles = {role: people.take() for role in (*INSIDERS, *OUTSIDERS, "other")}

    def ask(self, role: str, request: str, /, **fields: Any) -> Json:
        """Return the result of a request, or raise its Refusal."""
        return self.roles[role].socket.ask(request, fields)

    def id(self, role: str) -> str:
        """Return the id of whoever plays a role."""
        return self.roles[role].id

    def stage(self, kind: str) -> Json:
        """Make a room with everybody in his role, and return what requests name there."""
        if kind == "direct":
            room = self.ask("owner", "create_room", kind=kind, members=[self.id("member")])["room"]["id"]
            return {"room": room, "seq": self.say(room), "poll": self.ask_all(room), "code": "none"}
        members = [self.id(role) for role in ("admin", "member", "other")]
        room = self.ask("owner", "create_room", kind=kind, name="Sala", members=members)["room"]["id"]
        self.ask("owner", "set_role", room=room, user=self.id("admin"), role="admin")
        self.ask("owner", "ban_member", room=room, user=self.id("banned"))
        self.ask("owner", "update_room", room=room, approval=True)
        code = self.ask("owner", "create_invite", room=room)["invite"]["code"]
        assert self.ask("pending", "join_room", invite=code)["pending"]
        return {"room": room, "seq": self.say(room), "poll": self.ask_all(room), "code": code}

    def say(self, room: str) -> int:
        """Let the owner say something, and return its number."""
        seq: int = self.ask("owner", "send_message", room=room, client_id=str(uuid.uuid4()), text="oi")["message"][
            "seq"
        ]
        return seq

    def ask_all(self, room: str) -> int:
        """Let the owner make a poll, and return its number."""
        fields = {"client_id": str(uuid.uuid4()), "text": "Que dia?", "options": ["a", "b"]}
        seq: int = self.ask("owner", "create_poll", room=room, **fields)["message"]["seq"]
        return seq

    def outcome(self, ask: Ask, role: str, request: str, stage: Json) -> str:
        """Return what becomes of a request that somebody makes on a stage."""
        named = {name: self.value(value, stage) for name, value in TABLE[request].fields.items()}
        try:
            ask(self.roles[role], request, {"room": stage["room"]} | named)
        except Refusal as refusal:
            return refusal.code
        return "ok"

    def value(self, value: Any, stage: Json) -> Any:
        """Return what a word of the table stands for."""
        if isinstance(value, list):
            return [self.value(each, stage) for each in value]
        words = {role: self.id(role) for role in ("other", *OUTSIDERS)} | stage
        words |= {"new": str(uuid.uuid4()), "tomorrow": in_seconds(86_400)}
        return words.get(value, value)

    def close(self) -> None:
        """End every connection."""
        for person in self.roles.values():
            Person.close(person)


@pytest.fixture(scope="module")
def cast(crowd: People) -> Iterator[Cast]:
    """The people of all these tests."""
    cast = Cast(crowd)
    yield cast
    cast.close()


def test_every_request_and_every_route_has_its_row(make_user: MakeUser) -> None:
    assert REGISTERED - OF_NO_ROOM - TABLE.keys() == set()
    described = {
        f"{method.upper()} {path}"
        for path, methods in make_user().rest.get("/openapi.json")["paths"].items()
        for method in methods
    }
    tabled = [f"{ROUTES[name].method} {ROUTES[name].path}" for name in TABLE]
    assert sorted(described) == sorted([*ROUTES_OF_NO_ROOM, *tabled])


@pytest.mark.parametrize("kind", ["group", "channel", "direct"])
@pytest.mark.parametrize("request_name", sorted(TABLE.keys() & REGISTERED))
def test_a_request_is_granted_to_those_who_may(cast: Cast, kind: str, request_name: str) -> None:
    hold(cast, kind, request_name, lambda person, request, fields: person.socket.ask(request, fields))


# Who may is decided behind both doors, and there on both databases: here it is whether this door asks it of the right one.
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("kind", ["group", "channel", "direct"])
@pytest.mark.parametrize("request_name", sorted(TABLE))
def test_a_route_is_granted_to_the_same(cast: Cast, kind: str, request_name: str) -> None:
    hold(cast, kind, request_name, RestDoor.perform)


def hold(cast: Cast, kind: str, request: str, ask: Ask) -> None:
    """Hold what becomes of a request of everybody's against its row."""
    row = TABLE[request]
    roles = ("member", "stranger") if kind == "direct" else (*INSIDERS, *OUTSIDERS)
    letters = row.direct + row.outside[0] if kind == "direct" else getattr(row, kind) + row.outside
    expected = {role: CODES[letter] for role, letter in zip(roles, letters, strict=True)}
    found: dict[str, str] = {}
    stage: Json = {}
    for role in roles:
        # What was granted may have changed the room.
        stage = stage if stage and "ok" not in list(found.values())[-1:] else cast.stage(kind)
        found[role] = cast.outcome(ask, role, request, stage)
    assert found == expected
