"""How often one may ask: more than any person does, and less than harms the others. The limits ask no database."""

import re
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sopapo.buckets import KEPT_SECONDS
from sopapo.limits import ACTS, OTHER_ACTS, OTHER_STRANGERS, SHARED, STRANGERS
from tests.support.databases import Database
from tests.support.doors import Door, RestDoor, SocketDoor
from tests.support.files import kept, send, upload
from tests.support.people import PASSWORD, People
from tests.support.person import Person
from tests.support.process import PROJECT
from tests.support.refusal import refused
from tests.support.rest_user import refusal_of
from tests.support.server import Server
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

pytestmark = pytest.mark.only_on("sqlite")

SETTINGS = {"SOPAPO_RATE_LIMITS": "on", "SOPAPO_TRUSTED_PROXIES": "1"}
REPORTS = 20
UPLOADS = 60
GUESSES = 10
Post = Callable[..., requests.Response]
Take = Callable[[], Person]


@pytest.fixture(scope="module")
def limited(database: Database, folder: Path) -> Iterator[People]:
    """The people of a server with limits, behind a proxy."""
    home = Path(tempfile.mkdtemp(prefix="limited-", dir=folder))
    server = Server(home, database.new_url(home), **SETTINGS)
    people = People(server)
    people.seed(40)
    server.start()
    yield people
    assert "Traceback" not in server.logged()
    server.stop()


@pytest.fixture
def take(limited: People) -> Iterator[Take]:
    """Make people of that server."""
    made: list[Person] = []

    def one() -> Person:
        made.append(limited.take())
        return made[-1]

    yield one
    for person in made:
        person.close()


@pytest.fixture(params=[SocketDoor, RestDoor], ids=["socket", "rest"])
def limited_door(request: pytest.FixtureRequest, limited: People) -> Door:
    """Each door of that server in turn."""
    made: Door = request.param(limited.server, None)
    return made


def new_address() -> str:
    return f"203.0.113.{uuid.uuid4().int % 250}"


def post(server: Server, path: str, address: str, **body: Any) -> requests.Response:
    headers = {"X-Forwarded-For": address}
    return requests.post(server.api + path, json=body, headers=headers, timeout=15)


def guess(server: Server, username: str, address: str, password: str = "errada demais") -> str:
    """Try to log in, and return the code of the outcome."""
    response = post(server, "/auth/login", address, username=username, password=password)
    return "ok" if response.ok else refusal_of(response).code


def report(act: Callable[..., Any], whom: Person) -> None:
    act(user=whom.id, reason="grita")


def test_who_asks_too_often_is_told_how_long_to_wait(limited_door: Door, take: Take) -> None:
    ana, bia = take(), take()
    for _ in range(REPORTS):
        report(limited_door(ana).report, bia)
    with refused("rate_limited") as caught:
        report(limited_door(ana).report, bia)
    assert caught.value.retry_after is not None
    assert 10 < caught.value.retry_after <= 20
    report(limited_door(bia).report, ana)
    assert limited_door(ana).create_room(kind="group", name="Sala")["room"]["members"] == 1


def test_both_doors_count_the_same(limited: People, take: Take) -> None:
    ana, bia = take(), take()
    doors = SocketDoor(limited.server, Person.connect), RestDoor(limited.server, Person.connect)
    for number in range(REPORTS):
        report(doors[number % 2](ana).report, bia)
    for door in doors:
        with refused("rate_limited"):
            report(door(ana).report, bia)


def test_a_response_says_in_its_header_when_to_come_back(take: Take) -> None:
    ana, bia = take(), take()
    for _ in range(REPORTS):
        ana.rest.post("/reports", user=bia.id, reason="grita")
    response = ana.rest.send("POST", "/reports", json={"user": bia.id, "reason": "grita"})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) >= response.json()["retry_after"] > 10


def test_a_flood_of_messages_is_slowed_and_none_of_it_is_lost(take: Take) -> None:
    ana, bia = take(), take()
    room = ana.create_room(bia)
    bodies = [{"room": room, "client_id": str(uuid.uuid4()), "text": str(number)} for number in range(150)]
    outcomes = [wait() for wait in [ana.socket.emit("send_message", body) for body in bodies]]
    errors = [outcome["error"] for outcome in outcomes if not outcome["ok"]]
    assert {error["code"] for error in errors} == {"rate_limited"}
    assert 30 <= len(errors) <= 90
    assert all(0 < error["retry_after"] <= 0.06 for error in errors)
    left = [body for body, outcome in zip(bodies, outcomes, strict=True) if not outcome["ok"]]
    for body in left:
        send_until_stored(ana, body)
    assert {message["text"] for message in bia.whole_history(room)} >= {body["text"] for body in bodies}


def send_until_stored(person: Person, body: dict[str, Any]) -> None:
    while not (answer := person.socket.call("send_message", body))["ok"]:
        time.sleep(answer["error"]["retry_after"])


def test_a_flood_of_uploads_is_refused_and_none_of_that_is_kept(take: Take) -> None:
    ana, bia = take(), take()
    before, began = len(kept(ana.server)), time.monotonic()
    answers = [send(ana, b"oi") for _ in range(UPLOADS + 40)]
    refusals = [refusal_of(answer) for answer in answers if answer.status_code != 201]
    granted = len(answers) - len(refusals)
    assert {refusal.code for refusal in refusals} == {"rate_limited"}
    assert all(0 < (refusal.retry_after or 0) <= 1 for refusal in refusals)
    assert UPLOADS <= granted <= UPLOADS + 1 + time.monotonic() - began
    assert len(kept(ana.server)) - before == granted
    assert upload(bia, b"oi")["size"] == 2


def test_a_person_never_meets_a_limit(take: Take) -> None:
    ana = take()
    room = ana.create_room()
    for number in range(50):
        assert ana.send(room, str(number))["seq"] == number + 2
        ana.socket.ask("typing", {"room": room, "on": number % 10 == 0}) if number % 5 == 0 else None
        ana.socket.ask("mark_read", {"room": room, "seq": number + 2})
        ana.socket.ask("sync", {"rooms": {room: number}})


def test_a_password_can_be_guessed_ten_times_and_its_owner_is_not_locked_out(limited: People) -> None:
    server = limited.server
    ana, bia = limited.register(), limited.register("bia")
    stranger, owner = new_address(), "198.51.100.7"
    socket = ana.connect()
    for _ in range(GUESSES):
        assert guess(server, ana.username, stranger) == "bad_credentials"
    response = post(server, "/auth/login", stranger, username=ana.username.upper(), password=PASSWORD)
    refusal = refusal_of(response)
    assert (refusal.code, refusal.retry_after is not None and 0 < refusal.retry_after <= 600) == ("rate_limited", True)
    assert guess(server, ana.username, owner, PASSWORD) == "ok"
    assert guess(server, bia.username, stranger, PASSWORD) == "ok"
    assert socket.alive
    ana.close()


def test_a_right_password_is_no_guess(limited: People) -> None:
    ana, address = limited.register(), new_address()
    for _ in range(GUESSES - 1):
        assert guess(limited.server, ana.username, address) == "bad_credentials"
    for _ in range(5):
        assert guess(limited.server, ana.username, address, PASSWORD) == "ok"
    assert guess(limited.server, ana.username, address) == "bad_credentials"
    assert guess(limited.server, ana.username, address, PASSWORD) == "rate_limited"


def test_one_address_guesses_at_sixty_accounts_at_most(limited: People) -> None:
    neighbour = "2001:db8:1:2::1"
    codes = [guess(limited.server, f"ninguem.{number}", f"2001:db8:1:2::{number + 2:x}") for number in range(61)]
    assert codes == ["bad_credentials"] * 60 + ["rate_limited"]
    assert guess(limited.server, "ninguem", neighbour) == "rate_limited"
    assert guess(limited.server, "ninguem", "2001:db8:1:3::1") == "bad_credentials"


def test_an_address_registers_a_hundred_times_in_ten_minutes_at_most(limited: People) -> None:
    address = new_address()
    for _ in range(100):
        assert post(limited.server, "/auth/register", address).status_code == 422
    response = post(limited.server, "/auth/register", address)
    assert (response.status_code, refusal_of(response).code) == (429, "rate_limited")
    assert limited.register().id


@pytest.mark.redis
def test_processes_share_their_counts_through_redis_and_go_on_without_it(database: Database, tmp_path: Path) -> None:
    valkey = Valkey(tmp_path / "valkey").start()
    homes = [tmp_path / "here", tmp_path / "there"]
    servers = [Server(home, database.new_url(home), REDIS_URL=valkey.url, **SETTINGS).start() for home in homes]
    try:
        address = new_address()
        for number in range(GUESSES):
            assert guess(servers[number % 2], "ana", address) == "bad_credentials"
        assert [guess(server, "ana", address) for server in servers] == ["rate_limited"] * 2
        for harm in (valkey.hang, valkey.kill):
            harm()
            began = time.monotonic()
            bia = People(servers[0]).register("bia")
            for _ in range(GUESSES):
                assert guess(servers[0], bia.username, address) == "bad_credentials"
            assert guess(servers[0], bia.username, address) == "rate_limited"
            assert time.monotonic() - began < 8
            if harm == valkey.hang:
                valkey.go_on()
                eventually(lambda: is_shared(servers, new_address()), timeout=20)
    finally:
        for server in servers:
            server.stop()
            assert "Traceback" not in server.logged()
        valkey.kill()


def is_shared(servers: list[Server], address: str) -> bool:
    """Tell whether what one of two servers counts is known to the other."""
    name = uuid.uuid4().hex
    for _ in range(GUESSES):
        guess(servers[0], name, address)
    return guess(servers[1], name, address) == "rate_limited"


def test_nothing_is_counted_where_the_limits_are_off(database: Database, tmp_path: Path) -> None:
    server = Server(tmp_path, database.new_url(tmp_path), SOPAPO_RATE_LIMITS="off").start()
    try:
        assert {guess(server, "ana", "203.0.113.1") for _ in range(GUESSES + 5)} == {"bad_credentials"}
    finally:
        server.stop()


def test_requests_of_sockets_are_counted_by_name_and_outcome(limited: People, take: Take) -> None:
    ana, bia = take(), take()
    for _ in range(REPORTS + 1):
        ana.socket.call("report", {"user": bia.id, "reason": "grita"})
    with refused("unknown_event"):
        ana.socket.ask("sing", {})
    ana.socket.ask("send_message", {"room": ana.create_room(), "client_id": str(uuid.uuid4()), "text": "oi"})
    figures = requests.get(f"{limited.server.url}/metrics", timeout=15).text
    for name, code in (("report", "rate_limited"), ("unknown", "unknown_event"), ("send_message", "ok")):
        assert f'sopapo_requests_total{{code="{code}",door="socket",request="{name}"}} ' in figures


def test_the_table_gives_the_limit_of_every_act() -> None:
    table = (PROJECT / "docs" / "limits.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]
    written = {name: cells for names, *cells in rows for name in re.findall(r"`(\w+)`", names)}
    for name, rate in ACTS.items():
        often = f"{rate.per_second:g}" if rate.per_second >= 1 else f"1 in {1 / rate.per_second:g} s"
        assert written[name] == [str(rate.burst), often]
    assert written.keys() == ACTS.keys() | STRANGERS.keys() | SHARED.keys()


def test_a_bucket_is_full_before_it_is_forgotten() -> None:
    for rate in (*ACTS.values(), *STRANGERS.values(), OTHER_ACTS, OTHER_STRANGERS):
        assert 2 * rate.burst / rate.per_second <= KEPT_SECONDS
