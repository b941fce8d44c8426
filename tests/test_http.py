"""What the HTTP door does beside the acts: headers, other origins, bodies and queries, signs of life."""

import base64
import hashlib
import re
import socket
import time
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import MakeServer, MakeUser
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rest_user import refusal_of
from tests.support.server import Server, free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.only_on("sqlite")

JSON = {"Content-Type": "application/json"}
SERVED = {
    "/demo": "text/html",
    "/demo/demo.js": "text/javascript",
    "/demo/wire.js": "text/javascript",
    "/api/docs": "text/html",
    "/api/docs.js": "text/javascript",
    "/static/vendor/socket.io.min.js": "text/javascript",
    "/static/vendor/swagger-ui.css": "text/css",
    "/api/v1/openapi.json": "application/json",
    "/healthz": "application/json",
    "/readyz": "application/json",
}
GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OURS, THEIRS = "https://chat.example.org", "https://evil.example"


def get(server: Server, path: str, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(server.url + path, headers=named, timeout=10, allow_redirects=False)


@pytest.mark.parametrize("path", [*SERVED, "/", "/metrics", "/nowhere", "/api/v1/me", "/api/v1/nowhere"])
def test_every_response_tells_browsers_to_be_careful(server: Server, path: str) -> None:
    response = get(server, path)
    assert response.headers.items() >= GUARD.items()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", SERVED)
def test_what_pages_need_is_served_from_here(server: Server, path: str) -> None:
    response = get(server, path)
    assert response.status_code == 200
    assert response.headers["Content-Type"].partition(";")[0] == SERVED[path]


@pytest.mark.parametrize("path", ["/demo", "/api/docs"])
def test_a_page_may_load_only_what_is_served_from_here_and_its_own_style(server: Server, path: str) -> None:
    response = get(server, path)
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    for style in re.findall(rb"<style>(.*?)</style>", response.content, re.DOTALL):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'" in policy
    assert b"<script>" not in response.content
    assert not re.search(rb"""\s(?:style|on\w+)=["']""", response.content)


def test_a_page_that_has_not_changed_is_not_sent_again(server: Server) -> None:
    tag = get(server, "/demo").headers["ETag"]
    assert get(server, "/demo", If_None_Match=tag).status_code == 304


def test_the_front_door_leads_to_the_demo(server: Server) -> None:
    response = get(server, "/")
    assert (response.status_code, response.headers["Location"]) == (302, "/demo")


@pytest.mark.parametrize(
    "path", ["/demo/demo.html", "/demo/nothing.js", "/demo/..%2fconfig.py", "/static/..%2fconfig.py", "/static/vendor/"]
)
def test_no_other_file_is_served(server: Server, path: str) -> None:
    assert refusal_of(get(server, path)).code == "not_found"


@pytest.fixture
def open_to_ours(make_server: MakeServer) -> Server:
    """A server whose API the pages of one origin may read."""
    return make_server(SOPAPO_ALLOWED_ORIGINS=OURS)


def preflight(server: Server, origin: str) -> requests.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization",
    }
    return requests.options(f"{server.api}/rooms/{uuid.uuid4()}", headers=asked, timeout=10)


def test_a_page_of_an_allowed_origin_may_ask_and_read(open_to_ours: Server) -> None:
    asked = preflight(open_to_ours, OURS)
    assert asked.ok
    assert asked.headers["Access-Control-Allow-Origin"] == OURS
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    response = get(open_to_ours, "/api/v1/me", Origin=OURS)
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (401, OURS)
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_page_of_any_other_origin_may_not(open_to_ours: Server, server: Server) -> None:
    for response in (
        preflight(open_to_ours, THEIRS),
        get(open_to_ours, "/api/v1/me", Origin=THEIRS),
        preflight(server, OURS),
        get(server, "/api/v1/me", Origin=OURS),
        get(open_to_ours, "/readyz", Origin=OURS),
    ):
        assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_a_refusal_for_want_of_a_token_says_how_to_prove_oneself(server: Server, make_user: MakeUser) -> None:
    assert get(server, "/api/v1/me").headers["WWW-Authenticate"] == 'Bearer realm="sopapo"'
    refused_token = get(server, "/api/v1/me", Authorization="Bearer nonsense")
    assert refused_token.headers["WWW-Authenticate"] == 'Bearer realm="sopapo", error="invalid_token"'
    assert get(server, "/api/v1/me", Authorization=f"bearer {make_user().token}").status_code == 200


def test_an_address_that_takes_other_methods_names_them(server: Server) -> None:
    response = requests.delete(f"{server.api}/rooms", timeout=10)
    assert refusal_of(response).code == "unknown_event"
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def chunks(*parts: bytes) -> Iterator[bytes]:
    yield from parts


def test_a_body_may_come_in_chunks(make_user: MakeUser) -> None:
    body = chunks(b'{"kind": "group", ', b'"name": "Aos peda', "ços".encode(), b'"}')
    response = make_user().rest.send("POST", "/rooms", data=body, headers=JSON)
    assert (response.status_code, response.json()["room"]["name"]) == (201, "Aos pedaços")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"kind": "' + b"x" * 65_000 + b'"}', 422),
        (b'{"kind": "' + b"x" * 66_000 + b'"}', 413),
        (b'{"kind": "' + rb"\u00e9" * 32_000 + b'"}', 422),
        (b'{"kind": "' + rb"\u00e9" * 33_000 + b'"}', 413),
        (b"{}".ljust(300_000), 413),
        (b"[" * 30_000 + b"]" * 30_000, 400),
        (b"[" * 90_000 + b"]" * 90_000, 400),
    ],
    ids=lambda value: f"{len(value)} bytes" if isinstance(value, bytes) else "",
)
def test_a_body_is_bounded_however_it_is_written_and_sent(make_user: MakeUser, body: bytes, status: int) -> None:
    for data in (body, chunks(body[:40_000], body[40_000:])):
        response = make_user().rest.send("POST", "/rooms", data=data, headers=JSON)
        assert response.status_code == status


@pytest.mark.parametrize(
    "head",
    [
        "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n" + "0" * 20_000,
        "Transfer-Encoding: gzip\r\n\r\n{}",
    ],
    ids=["no chunk", "a chunk's size without end", "gzip"],
)
def test_a_body_that_cannot_be_read_is_no_json(make_user: MakeUser, head: str) -> None:
    ana = make_user()
    lines = [
        "POST /api/v1/rooms HTTP/1.1",
        "Host: here",
        f"Authorization: Bearer {ana.token}",
        "Connection: close",
        *(),
    ]
    with socket.create_connection(("127.0.0.1", ana.server.port), timeout=10) as raw:
        raw.sendall("\r\n".join([*lines, "Content-Type: application/json", head]).encode())
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"invalid"' in answer


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON", 201),
        ("application/json-patch+json", 400),
        ("", 400),
    ],
)
def test_a_body_says_that_it_is_json(make_user: MakeUser, kind: str, status: int) -> None:
    body = b'{"kind": "group", "name": "Sala"}'
    response = make_user().rest.send("POST", "/rooms", data=body, headers={"Content-Type": kind} if kind else {})
    assert response.status_code == status


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": None, "data": b"null", "headers": JSON}], ids=str)
def test_a_request_without_fields_needs_no_body(make_user: MakeUser, options: dict[str, Any]) -> None:
    ana = make_user()
    room = ana.create_room()
    response = ana.rest.send("POST", f"/rooms/{room}/leave", **options)
    assert (response.status_code, response.json()) == (200, {})


def test_a_field_stands_in_one_place_alone(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    with refused("invalid", field="room"):
        ana.rest.ask("PATCH", f"/rooms/{room}", json={"room": room, "name": "Outra"})
    with refused("invalid", field="name"):
        ana.rest.ask("PATCH", f"/rooms/{room}?name=Outra", json={})
    with refused("invalid", field="room"):
        ana.rest.get(f"/rooms/{room}/messages", room=room)


@pytest.mark.parametrize(
    "limit", ["", "1.0", "1e1", "+1", " 1", "0x1", "١", "true", "0", "201", "9" * 19, "9" * 5000, "1&limit=2"]
)
def test_a_number_in_a_query_is_plain_and_within_its_bounds(make_user: MakeUser, limit: str) -> None:
    ana = make_user()
    room = ana.create_room()
    with refused("invalid", field="limit"):
        ana.rest.ask("GET", f"/rooms/{room}/messages?limit={limit.replace('+', '%2B')}")
    assert len(ana.rest.ask("GET", f"/rooms/{room}/messages?limit=1")["messages"]) == 1


def test_a_session_knows_where_it_comes_from(make_server: MakeServer) -> None:
    account = {"username": "ana", "password": "uma senha comprida"}
    came = {"User-Agent": "um robô/1.0".encode().decode("latin-1"), "X-Forwarded-For": "192.0.2.1, 203.0.113.7"}
    for proxies, address in (("0", "127.0.0.1"), ("1", "203.0.113.7")):
        server = make_server(SOPAPO_TRUSTED_PROXIES=proxies)
        token = requests.post(f"{server.api}/auth/register", json=account, headers=came, timeout=10).json()[
            "access_token"
        ]
        session = Person(server, {"id": "", "username": "ana"}, token).rest.get("/me/sessions")["sessions"][0]
        assert (session["address"], session["agent"][:2], session["current"]) == (address, "um", True)


def test_a_part_that_is_away_is_named_and_the_process_is_alive_still(make_server: MakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        for port in (free_port(), deaf.getsockname()[1]):
            server = make_server(start=False, REDIS_URL=f"redis://127.0.0.1:{port}/0")
            server.launch()
            eventually(partial(is_alive, server))
            began = time.monotonic()
            response = get(server, "/readyz")
            assert time.monotonic() - began < 5
            assert (response.status_code, response.json()["database"]) == (503, "ok")
            assert response.json()["redis"] == "unavailable"


def is_alive(server: Server) -> bool:
    """Say whether the process answers at all."""
    try:
        return get(server, "/healthz").status_code == 200
    except requests.ConnectionError:
        return False


def figures(server: Server, **headers: str) -> dict[tuple[str, ...], float]:
    """What `/metrics` says, by name and the values of the labels."""
    response = get(server, "/metrics", **headers)
    families = text_string_to_metric_families(response.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_requests_are_counted_by_name_and_outcome(make_user: MakeUser) -> None:
    ana = make_user()
    before = figures(ana.server)
    room = ana.create_room()
    ana.send(room)
    with refused("not_found"):
        ana.room(str(uuid.uuid4()))
    after = figures(ana.server)
    for labels in (("create_room", "ok"), ("send_message", "ok"), ("get_room", "not_found")):
        one = next(key for key in after if key[0] == "sopapo_requests_total" and {*labels, "rest"} == set(key[1:]))
        assert after[one] - before.get(one, 0) >= 1
    assert any(key[0] == "sopapo_request_seconds_count" for key in after)
    assert after["process_resident_memory_bytes",] > 0


def test_figures_are_for_this_machine_and_for_who_has_the_token(server: Server, make_server: MakeServer) -> None:
    asked_by_a_proxy = get(server, "/metrics", X_Forwarded_For="203.0.113.7")
    assert refusal_of(asked_by_a_proxy).code == "forbidden"
    token = "um segredo para os números, bem comprido".encode().hex()
    private = make_server(SOPAPO_METRICS_TOKEN=token)
    assert get(private, "/metrics").status_code == 200
    for given, status in ((token, 200), (token[:-1], 403), ("", 403)):
        response = get(private, "/metrics", X_Forwarded_For="203.0.113.7", Authorization=f"Bearer {given}")
        assert response.status_code == status
