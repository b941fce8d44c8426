"""The doors themselves: transports, the same bytes from both, and what is served beside the API."""

import json
import re
import uuid
from typing import Any

import pytest
import requests

from tests.conftest import MakeUser
from tests.support.person import Person
from tests.support.process import PROJECT
from tests.support.server import Server
from tests.support.wire import Wire

pytestmark = pytest.mark.also_on_stock

TRANSPORTS = {"websocket": ["websocket"], "polling": ["polling"], "upgrade": ["polling", "websocket"]}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_client_talks_over_every_transport(make_user: MakeUser, transport: str) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    ours, theirs = ana.connect(transports=TRANSPORTS[transport]), bia.connect(transports=TRANSPORTS[transport])
    for number in range(20):
        text = f"número {number} ✓"
        sent = ours.ask("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": text})["message"]
        assert theirs.wait_for("message", seq=sent["seq"]) == sent
    assert [message["text"] for message in theirs.pushed("message", room=room)] == [f"número {n} ✓" for n in range(20)]
    assert ours.client.transport() == ("polling" if transport == "polling" else "websocket")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_more_than_sixteen_packets_in_one_payload_are_all_taken(make_user: MakeUser, transport: str) -> None:
    ana = make_user()
    room = ana.create_room()
    socket = ana.connect(transports=TRANSPORTS[transport])
    waits = [
        socket.emit("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": str(number)})
        for number in range(60)
    ]
    assert [wait()["message"]["text"] for wait in waits] == [str(number) for number in range(60)]


def test_states_pushed_during_an_upgrade_are_neither_lost_nor_repeated(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    for _ in range(5):
        first = ana.send(room)["seq"] + 1
        socket = bia.connect(transports=["polling", "websocket"])
        sent = [ana.send(room)["seq"] for _ in range(3)]
        socket.wait_for("message", seq=sent[-1])
        heard = [message["seq"] for message in socket.barrier().pushed("message", room=room)]
        assert heard == list(range(first, sent[-1] + 1))


def test_a_polling_client_that_goes_away_is_forgotten_without_harm(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.connect(transports=["polling"]).close()
    message = ana.send(room)
    assert bia.history(room)[-1] == message


def test_the_opening_packet_says_what_the_protocol_says(make_user: MakeUser) -> None:
    raw = Wire(make_user().server.url)
    assert raw.opening["maxPayload"] == 64 * 1024
    assert raw.opening["pingInterval"] == 25_000
    assert raw.opening["upgrades"] == []
    assert raw.greeting.startswith("40{")
    raw.close()


def test_the_same_act_gets_the_same_state_from_both_doors(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    client_id = str(uuid.uuid4())
    first = ana.rest.post(f"/rooms/{room}/messages", client_id=client_id, text="oi")
    second = ana.socket.ask("send_message", {"room": room, "client_id": client_id, "text": "oi"})
    assert second == first | {"duplicate": True}
    assert ana.socket.ask("list_members", {"room": room}) == ana.rest.get(f"/rooms/{room}/members")
    over_http = ana.rest.ask("PATCH", f"/rooms/{room}", json={"description": "assunto"})
    assert ana.socket.ask("update_room", {"room": room, "description": "assunto"}) == over_http


@pytest.mark.parametrize(
    ("request_name", "method", "path", "fields"),
    [
        ("send_message", "POST", "/rooms/{}/messages", {"client_id": "1", "text": "oi"}),
        (
            "send_message",
            "POST",
            "/rooms/{}/messages",
            {"client_id": "6f0d0b7e-7d7c-4d1c-9a55-2b3a7f1c0e55", "text": ""},
        ),
        ("update_room", "PATCH", "/rooms/{}", {"name": "n" * 101}),
        ("update_room", "PATCH", "/rooms/{}", {"surprise": 1}),
        ("add_members", "POST", "/rooms/{}/members", {"users": "ana"}),
    ],
)
def test_the_same_fault_gets_the_same_error_from_both_doors(
    make_user: MakeUser, request_name: str, method: str, path: str, fields: dict[str, Any]
) -> None:
    ana = make_user()
    room = ana.create_room()
    error = ana.socket.call(request_name, {"room": room} | fields)["error"]
    problem = ana.rest.send(method, path.format(room), json=fields).json()
    assert (problem["code"], problem.get("field")) == (error["code"], error.get("field"))
    assert error["message"] in problem.values()


def test_healthz_and_readyz_say_that_all_is_well(server: Server) -> None:
    for path in ("/healthz", "/readyz"):
        assert requests.get(server.url + path, timeout=5).status_code == 200


def test_metrics_are_what_prometheus_reads(server: Server) -> None:
    response = requests.get(f"{server.url}/metrics", timeout=5)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    assert re.search(r"^# TYPE sopapo_\w+ (counter|gauge|histogram)$", response.text, re.MULTILINE)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null"])
def test_a_page_from_elsewhere_cannot_connect(server: Server, origin: str) -> None:
    address = f"{server.url}/socket.io/?EIO=4&transport=polling"
    refused = requests.get(address, headers={"Origin": origin}, timeout=5)
    assert refused.status_code == 400
    granted = requests.get(address, headers={"Origin": server.url}, timeout=5)
    assert granted.status_code == 200


def test_deflate_is_not_agreed_to(server: Server) -> None:
    import websocket  # noqa: PLC0415

    address = server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    socket = websocket.create_connection(
        address, timeout=5, header=["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
    )
    assert "sec-websocket-extensions" not in (socket.getheaders() or {})
    socket.close()


@pytest.mark.node
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_official_javascript_client_talks(make_user: MakeUser, transport: str, node: Any) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    bia.socket.barrier()
    done = talk_in_javascript(node, ana, room, TRANSPORTS[transport])
    assert done["sent"] == bia.socket.wait_for("message", room=room, text="olá do JavaScript")
    assert done["heard"] == [ana.history(room)[-1]]
    assert done["refused"]["error"]["code"] == "not_found"
    assert done["transport"] == ("polling" if transport == "polling" else "websocket")


def talk_in_javascript(node: Any, person: Person, room: str, transports: list[str]) -> dict[str, Any]:
    """Let the script talk as this person, and return what it has seen."""
    given = {
        "url": person.server.url,
        "token": person.token,
        "room": room,
        "transports": transports,
        "api": person.server.api,
    }
    done: dict[str, Any] = json.loads(node(PROJECT / "tests" / "js" / "talk.mjs", json.dumps(given)))
    return done


@pytest.mark.node
def test_the_official_javascript_client_is_told_why_it_is_refused(server: Server, node: Any) -> None:
    given = {"url": server.url, "token": "garbage", "transports": ["websocket"]}
    done = json.loads(node(PROJECT / "tests" / "js" / "refused.mjs", json.dumps(given)))
    assert done["message"] == done["data"]["code"] == "unauthenticated"
