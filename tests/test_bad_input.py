"""What no proper client sends: each gets the right answer, the socket lives, and nothing is stored."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.naming import brief
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rest_user import refusal_of
from tests.support.server import Server
from tests.support.socket_user import SocketUser
from tests.support.waiting import eventually
from tests.support.wire import Wire, WireClosed

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.also_on_stock]

MakeWire = Callable[..., Wire]
PACKET = 64 * 1024


class Home:
    """A room with one member, and what was in it before anything bad came."""

    def __init__(self, ana: Person) -> None:
        self.ana = ana
        self.room = ana.create_room()
        self.before = (ana.room(self.room), ana.history(self.room), ana.rest.get("/rooms"))

    def is_untouched(self) -> bool:
        """Whether nothing was stored."""
        return (self.ana.room(self.room), self.ana.history(self.room), self.ana.rest.get("/rooms")) == self.before

    def message(self, **fields: Any) -> dict[str, Any]:
        """Return a send that would be good but for `fields`."""
        return {"room": self.room, "client_id": str(uuid.uuid4()), "text": "oi"} | fields


@pytest.fixture
def home(make_user: MakeUser) -> Home:
    return Home(make_user())


REQUESTS = [
    "authenticate",
    "sync",
    "create_room",
    "update_room",
    "delete_room",
    "join_room",
    "leave_room",
    "list_members",
    "add_members",
    "remove_member",
    "set_role",
    "send_message",
    "login",
    "register",
]


def good_fields(home: Home, request_name: str) -> dict[str, Any]:
    """Return fields with which this request would be granted, or refused for another reason than its fields."""
    fields: dict[str, dict[str, Any]] = {
        "authenticate": {"token": home.ana.token},
        "sync": {},
        "create_room": {"kind": "group", "name": "Sala"},
        "add_members": {"users": [home.ana.id]},
        "remove_member": {"user": home.ana.id},
        "set_role": {"user": home.ana.id, "role": "admin"},
        "send_message": {"client_id": str(uuid.uuid4()), "text": "oi"},
        "login": {"username": "ana", "password": "uma senha"},
        "register": {"username": "ana-nova", "password": "uma senha comprida"},
    }
    own = fields.get(request_name, {})
    roomless = ("authenticate", "sync", "create_room", "login", "register")
    return own if request_name in roomless else {"room": home.room} | own


NO_OBJECTS = ['"text"', "1", "1.5", "true", "false", "[]", "[{}]", '""', "0"]


@pytest.mark.parametrize("request_name", REQUESTS)
def test_a_payload_that_is_no_object_is_invalid(home: Home, wire: MakeWire, request_name: str) -> None:
    raw = wire(home.ana.token)
    for number, payload in enumerate(NO_OBJECTS):
        answer = raw.ask(number, f'"{request_name}",{payload}')
        assert (answer["ok"], answer["error"]["code"]) == (False, "invalid"), payload
    assert home.ana.socket.alive
    assert home.is_untouched()


@pytest.mark.parametrize("request_name", [name for name in REQUESTS if name != "sync"])
@pytest.mark.parametrize("payload", ["", ",null", ",{}"])
def test_no_payload_and_null_are_an_empty_object(home: Home, wire: MakeWire, request_name: str, payload: str) -> None:
    answer = wire(home.ana.token).ask(0, f'"{request_name}"{payload}')
    assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
    assert answer["error"]["field"]


def test_more_than_one_argument_is_invalid(home: Home, wire: MakeWire) -> None:
    answer = wire(home.ana.token).ask(0, f'"send_message",{json.dumps(home.message())},{{}}')
    assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
    assert home.is_untouched()


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "",
        "SEND_MESSAGE",
        "__init__",
        "connect",
        "disconnect",
        "connect_error",
        "message",
        "*",
        "x" * 1000,
        "😀",
        "a b",
        "send_message ",
    ],
)
def test_an_unknown_event_is_answered_so(home: Home, wire: MakeWire, name: str) -> None:
    raw = wire(home.ana.token)
    answer = raw.ask(1, json.dumps(name))
    assert (answer["ok"], answer["error"]["code"]) == (False, "unknown_event")
    assert raw.ask(2, '"sync"')["ok"] is True


def test_a_request_without_an_acknowledgement_takes_effect_and_is_not_answered(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    raw.send("42" + json.dumps(["send_message", home.message(text="sem resposta")]))
    raw.send("42" + json.dumps(["nothing", 1]))
    raw.send('427["barrier"]')
    assert raw.receive().startswith("437[")
    eventually(lambda: home.ana.history(home.room)[-1]["text"] == "sem resposta")


BAD_TEXTS = {
    "nul": r"a\u0000b",
    "lone high surrogate": r"\ud800",
    "lone low surrogate": r"a\udc00b",
    "surrogates the wrong way round": r"\udc00\ud800",
}
TEXT_FIELDS: list[tuple[str, dict[str, Any], str]] = [
    ("send_message", {"client_id": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55"}, "text"),
    ("create_room", {"kind": "group"}, "name"),
    ("create_room", {"kind": "group", "name": "Sala"}, "description"),
    ("update_room", {}, "name"),
    ("update_room", {}, "description"),
    ("add_members", {}, "users"),
    ("create_poll", {"client_id": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55", "options": ["a", "b"]}, "text"),
    ("create_poll", {"client_id": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55", "text": "Que dia?"}, "options"),
]
PATHS = {
    "send_message": ("POST", "/rooms/{}/messages"),
    "create_room": ("POST", "/rooms"),
    "update_room": ("PATCH", "/rooms/{}"),
    "add_members": ("POST", "/rooms/{}/members"),
    "create_poll": ("POST", "/rooms/{}/polls"),
}


@pytest.mark.only_on("sqlite", "postgresql")
@pytest.mark.parametrize("text", BAD_TEXTS)
@pytest.mark.parametrize(("request_name", "fields", "field"), TEXT_FIELDS)
def test_a_text_that_cannot_be_kept_is_invalid(
    home: Home, wire: MakeWire, request_name: str, fields: dict[str, Any], field: str, text: str
) -> None:
    value = f'["{BAD_TEXTS[text]}"]' if field in {"users", "options"} else f'"{BAD_TEXTS[text]}"'
    body = json.dumps(fields)[:-1] + (", " if fields else "") + f'"{field}": {value}}}'
    in_room = body if request_name == "create_room" else f'{{"room": "{home.room}", ' + body[1:]
    error = wire(home.ana.token).ask(0, f'"{request_name}",{in_room}')["error"]
    assert (error["code"], error.get("field")) == ("invalid", field)
    method, path = PATHS[request_name]
    response = home.ana.rest.send(
        method, path.format(home.room), data=body, headers={"Content-Type": "application/json"}
    )
    refusal = refusal_of(response)
    assert (refusal.code, refusal.field) in [("invalid", field), ("invalid", None)]
    assert response.status_code in (400, 422)
    assert home.ana.socket.alive
    assert home.is_untouched()


@pytest.mark.only_on("sqlite", "postgresql")
@pytest.mark.parametrize("text", BAD_TEXTS)
@pytest.mark.parametrize("field", ["username", "password"])
def test_credentials_that_cannot_be_kept_are_refused(wire: MakeWire, server: Server, text: str, field: str) -> None:
    fields = {"username": '"ana"', "password": '"uma senha comprida"'} | {field: f'"aaaaaaaa{BAD_TEXTS[text]}"'}
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"
    raw = wire()
    for number, request_name in enumerate(("register", "login")):
        assert raw.ask(number, f'"{request_name}",{body}')["error"]["code"] == "invalid"
        response = requests.post(
            f"{server.api}/auth/{request_name}", data=body, headers={"Content-Type": "application/json"}, timeout=10
        )
        assert refusal_of(response).code == "invalid"


STRANGE_VALUES = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "9223372036854775808",
    "-9223372036854775809",
    "1" + "0" * 400,
    "1.5",
    "1e2",
    "true",
    '"1"',
    "{}",
]


@pytest.mark.only_on("sqlite", "postgresql")
@pytest.mark.parametrize("value", STRANGE_VALUES, ids=lambda value: value[:20])
def test_a_number_that_is_no_seq_is_invalid(home: Home, wire: MakeWire, value: str) -> None:
    raw = wire(home.ana.token)
    body = json.dumps(home.message())[:-1] + f', "reply_to": {value}}}'
    try:
        error = raw.ask(0, f'"send_message",{body}')["error"]
        assert (error["code"], error.get("field")) in [("invalid", "reply_to"), ("invalid", None)]
        assert raw.ask(1, '"sync"')["ok"] is True
    except WireClosed:
        pytest.fail("one packet that is no JSON ended the connection")
    del_room = json.dumps({"client_id": str(uuid.uuid4()), "text": "oi"})[:-1] + f', "reply_to": {value}}}'
    response = home.ana.rest.send(
        "POST", f"/rooms/{home.room}/messages", data=del_room, headers={"Content-Type": "application/json"}
    )
    assert refusal_of(response).code == "invalid"
    assert home.is_untouched()


@pytest.mark.parametrize(
    "rev", ["9223372036854775808", "1" + "0" * 100, "-1", "1.0", "NaN"], ids=lambda value: value[:20]
)
def test_a_rev_that_is_none_is_invalid(home: Home, wire: MakeWire, rev: str) -> None:
    raw = wire(home.ana.token)
    assert raw.ask(0, f'"sync",{{"rooms":{{"{home.room}":{rev}}}}}')["error"]["code"] == "invalid"
    assert raw.ask(1, '"sync"')["ok"] is True


DEEP = 10_000


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
def test_json_as_deep_as_a_packet_is_answered(home: Home, wire: MakeWire, opening: str, closing: str) -> None:
    deep = opening * DEEP + "1" + closing * DEEP
    raw = wire(home.ana.token)
    assert raw.ask(0, f'"send_message",{deep}')["error"]["code"] == "invalid"
    assert raw.ask(1, '"sync"')["ok"] is True
    assert home.ana.socket.alive


@pytest.mark.parametrize("path", ["/rooms", "/auth/login"])
@pytest.mark.parametrize("depth", [10_000, 100_000])
def test_json_of_any_depth_is_refused_over_http(home: Home, path: str, depth: int) -> None:
    body = "[" * depth + "]" * depth
    response = home.ana.rest.send("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert refusal_of(response).code in ("invalid", "too_large")
    assert home.is_untouched()


def test_json_deeper_than_a_packet_ends_the_connection(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    raw.send('421["send_message",' + "[" * 100_000 + "]" * 100_000 + "]")
    assert_cut(raw, 1009, "too_large")
    assert home.ana.socket.alive


def assert_cut(raw: Wire, code: int, reason: str) -> None:
    """Hold that the server ends the connection with this reason."""
    closed = raw.wait_closed()
    assert (closed.code, closed.reason) == (code, reason)


def test_a_packet_at_the_bound_is_taken(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    head = '421["send_message",{"text":"'
    frame = head + "x" * (PACKET - len(head) - 3) + '"}]'
    assert len(frame) == PACKET
    raw.send(frame)
    assert raw.answer(1)["error"]["code"] == "invalid"


def test_a_packet_over_the_bound_ends_the_connection_with_a_reason(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    raw.send("421" + json.dumps(["send_message", home.message(text="x" * 70_000)]))
    assert_cut(raw, 1009, "too_large")
    assert home.is_untouched()
    assert home.ana.socket.alive


def test_a_packet_over_the_bound_by_polling_ends_the_connection(home: Home) -> None:
    socket = home.ana.connect(transports=["polling"])
    socket.emit("send_message", home.message(text="x" * 70_000))
    socket.wait_closed()
    assert home.is_untouched()


def test_a_binary_attachment_ends_the_connection(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    raw.send('451-["send_message",{"_placeholder":true,"num":0}]')
    assert_cut(raw, 1003, "binary")
    assert home.is_untouched()


def test_a_binary_frame_ends_the_connection(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    raw.send(b"\x04\x32[]")
    assert_cut(raw, 1003, "binary")


def test_python_clients_that_send_bytes_are_cut_and_nothing_is_stored(home: Home) -> None:
    socket = home.ana.connect()
    socket.client.emit("send_message", home.message(text=b"oi"))
    socket.wait_closed()
    assert home.is_untouched()


MALFORMED = [
    "42",
    "42[",
    "42{}",
    "42[]",
    "42[1]",
    "42[null,{}]",
    '42"sync"',
    "421",
    "421[",
    "42[NaN",
    "49",
    "4",
    "4x",
    "9",
    "x",
    '42/other,["sync"]',
    '4299999999999999999999999["sync"]x',
]


@pytest.mark.parametrize("frame", MALFORMED)
def test_a_malformed_packet_does_not_end_the_connection_but_the_third_does(
    home: Home, wire: MakeWire, frame: str
) -> None:
    raw = wire(home.ana.token)
    for number in (50, 51):
        raw.send(frame)
        assert raw.ask(number, '"sync"')["ok"] is True
    raw.send(frame)
    assert_cut(raw, 1007, "malformed")
    assert home.ana.socket.alive
    assert home.is_untouched()


def test_an_acknowledgement_that_nobody_asked_for_is_passed_over(home: Home, wire: MakeWire) -> None:
    raw = wire(home.ana.token)
    raw.send("430[1]")
    assert raw.ask(1, '"sync"')["ok"] is True


def test_another_namespace_is_refused(home: Home) -> None:
    socket = SocketUser(home.ana.server.url, home.ana.token)
    socket.client.on("connect", lambda: None, namespace="/admin")
    with pytest.raises(Exception, match="namespaces failed"):
        socket.client.connect(
            socket.url, auth={"token": home.ana.token}, transports=["websocket"], namespaces=["/admin"]
        )
    socket.close()


@pytest.mark.parametrize(
    "room",
    ["", "1", "x" * 36, None, 1, [], {}, True, "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e5", "../../../etc/passwd"],
    ids=brief,
)
@pytest.mark.parametrize(
    "request_name",
    [
        "send_message",
        "update_room",
        "delete_room",
        "join_room",
        "leave_room",
        "list_members",
        "add_members",
        "remove_member",
        "set_role",
    ],
)
def test_an_id_that_is_no_uuid_is_invalid(home: Home, request_name: str, room: Any) -> None:
    fields = good_fields(home, request_name)
    with refused("invalid", field="room"):
        home.ana.socket.ask(request_name, fields | {"room": room})


@pytest.mark.parametrize("request_name", REQUESTS)
def test_a_field_that_is_not_known_is_named(home: Home, request_name: str) -> None:
    fields = good_fields(home, request_name)
    with refused("invalid", field="surprise"):
        home.ana.socket.ask(request_name, fields | {"surprise": 1})
    assert home.is_untouched()


BODIES: list[tuple[bytes, str, int]] = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"nonsense", "application/json", 400),
    (b'{"kind": NaN}', "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"{}{}", "application/json", 400),
    (b"[]", "application/json", 422),
    (b'"x"', "application/json", 422),
    (b"1", "application/json", 422),
    (b"null", "application/json", 422),
    (b"kind=group", "application/x-www-form-urlencoded", 400),
    (b'{"kind": "group"}', "text/plain", 400),
]


@pytest.mark.parametrize(("body", "kind", "status"), BODIES)
def test_a_body_that_is_no_json_object_is_invalid(home: Home, body: bytes, kind: str, status: int) -> None:
    response = home.ana.rest.send("POST", "/rooms", data=body, headers={"Content-Type": kind})
    assert refusal_of(response).code == "invalid"
    assert response.status_code in ({status, 422} if body in (b"null", b"") else {status})
    assert home.is_untouched()


def test_a_body_that_is_too_large_is_refused(home: Home) -> None:
    body = json.dumps({"kind": "group", "name": "Sala", "description": "x" * 2_000_000})
    response = home.ana.rest.send("POST", "/rooms", data=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, refusal_of(response).code) == (413, "too_large")
    assert home.is_untouched()


@pytest.mark.parametrize("path", ["/nowhere", "/rooms/{}/nowhere", "/me/nowhere"])
def test_a_path_that_is_not_there_is_not_found(home: Home, path: str) -> None:
    with refused("not_found"):
        home.ana.rest.get(path.format(home.room))


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/rooms"), ("DELETE", "/rooms"), ("POST", "/me"), ("GET", "/auth/login")]
)
def test_a_method_that_a_path_does_not_have_is_a_problem_too(home: Home, method: str, path: str) -> None:
    response = home.ana.rest.send(method, path, json={})
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
    assert home.is_untouched()


def test_a_query_field_that_is_not_known_is_named(home: Home) -> None:
    with refused("invalid", field="surprise"):
        home.ana.rest.get(f"/rooms/{home.room}/members", surprise=1)


@pytest.mark.parametrize(
    "request_name",
    [
        "sync",
        "send_message",
        "create_room",
        "update_room",
        "delete_room",
        "join_room",
        "leave_room",
        "list_members",
        "add_members",
        "remove_member",
        "set_role",
        "logout",
    ],
)
def test_a_request_before_authentication_does_nothing(
    home: Home, connect: Callable[..., SocketUser], request_name: str
) -> None:
    socket = connect()
    with refused("unauthenticated"):
        socket.ask(request_name, home.message())
    assert socket.alive
    assert home.is_untouched()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/rooms"),
        ("POST", "/rooms"),
        ("GET", "/rooms/{}"),
        ("PATCH", "/rooms/{}"),
        ("DELETE", "/rooms/{}"),
        ("GET", "/rooms/{}/members"),
        ("POST", "/rooms/{}/members"),
        ("POST", "/rooms/{}/join"),
        ("POST", "/rooms/{}/leave"),
        ("GET", "/rooms/{}/messages"),
        ("POST", "/rooms/{}/messages"),
        ("GET", "/me"),
        ("GET", "/me/sessions"),
        ("POST", "/auth/logout"),
    ],
)
def test_a_route_without_a_token_does_nothing(home: Home, method: str, path: str) -> None:
    response = requests.request(method, home.ana.server.api + path.format(home.room), json={}, timeout=10)
    assert refusal_of(response).code == "unauthenticated"
    assert home.is_untouched()


@pytest.mark.only_on("sqlite", "postgresql")
def test_a_hundred_bad_requests_leave_the_socket_as_it_was(home: Home, door: Door) -> None:
    for number in range(100):
        with refused("invalid"):
            door(home.ana).ask("send_message", {"room": home.room, "client_id": number, "text": None})
    assert home.is_untouched()
    assert home.ana.send(home.room)["seq"] == home.before[0]["last_seq"] + 1
