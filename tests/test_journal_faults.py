"""What goes wrong with one message, or for a while with the database, costs nobody else his message."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.conftest import MakeServer, MakeUser
from tests.support.databases import Postgresql
from tests.support.person import Person
from tests.support.rows import rows, written
from tests.support.server import Server
from tests.support.waiting import eventually
from tests.support.wire import Wire
from tests.test_blocking import foreign_lock
from tests.transport.clients import frame

EACH, MANY = 20, 250
# What the protocol grants, and what a busy machine takes.
SECONDS, MORE = 10, 2
POISON = "veneno"
SQLITE = (
    f"CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.text = '{POISON}' BEGIN SELECT RAISE(ABORT, ''); END"
)
POSTGRESQL = (
    "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
    f"CREATE TRIGGER poison BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.text = '{POISON}') EXECUTE FUNCTION poison()",
)

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE ? = ANY(pg_blocking_pids(pid))"

Json = dict[str, Any]
Answer = Callable[..., Json]


def said(room: str, text: str = "oi") -> Json:
    return {"room": room, "client_id": str(uuid.uuid4()), "text": text}


@contextmanager
def poisoned(server: Server) -> Iterator[None]:
    """Let the database fail on one word."""
    for statement in POSTGRESQL if server.database_url else (SQLITE,):
        rows(server, statement)
    yield
    rows(server, "DROP TRIGGER poison" + (" ON messages" if server.database_url else ""))


def test_a_message_on_which_the_database_fails_spoils_none_of_its_neighbours(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    people = [make_user(on=server) for _ in range(3)]
    room = people[0].create_room(*people[1:])
    bad = said(room, POISON)
    with poisoned(server):
        sent: list[list[Answer]] = [[] for _ in people]
        for number in range(EACH):
            for person, answers in zip(people, sent, strict=True):
                answers.append(person.socket.emit("send_message", said(room, str(number))))
            if number == EACH // 2:
                spoilt = people[1].socket.emit("send_message", bad)
        stored = [[answer()["message"] for answer in answers] for answers in sent]
        assert spoilt()["error"]["code"] == "internal"
    for messages in stored:
        assert [message["text"] for message in messages] == [str(number) for number in range(EACH)]
        assert [message["seq"] for message in messages] == sorted(message["seq"] for message in messages)
    numbers = sorted(message["seq"] for messages in stored for message in messages)
    assert numbers == list(range(numbers[0], numbers[0] + len(people) * EACH))
    again = people[1].socket.ask("send_message", bad)
    assert (again["duplicate"], again["message"]["seq"]) == (False, numbers[-1] + 1)
    assert [message["seq"] for message in people[2].whole_history(room)] == list(range(1, numbers[-1] + 2))


@contextmanager
def held_up(server: Server, room: str, postgresql: Callable[[], Postgresql]) -> Iterator[None]:
    """Let nobody write to a room."""
    if server.database_url:
        with foreign_lock(postgresql(), server, room):
            yield
    else:
        with written(server):
            yield


@pytest.mark.slow
def test_nobody_waits_longer_than_ten_seconds_however_many_wait_before_him(
    server: Server, make_user: MakeUser, request: pytest.FixtureRequest
) -> None:
    people = [make_user() for _ in range(6)]
    room = people[0].create_room(*people[1:])
    for person in people:
        person.socket.barrier()
    sent = [said(room) for _ in range(MANY)]
    with held_up(server, room, lambda: request.getfixturevalue("postgresql")):
        begun = time.monotonic()
        answers = [person.socket.emit("send_message", message) for message in sent for person in people]
        codes = {answer(3 * SECONDS)["error"]["code"] for answer in answers}
        assert time.monotonic() - begun < SECONDS + MORE
    assert codes == {"unavailable"}
    # What was under way is perhaps stored after all: who tries again finds it once.
    eventually(lambda: people[0].socket.call("send_message", said(room))["ok"])
    again = [people[0].socket.emit("send_message", message) for message in sent]
    assert len({answer()["message"]["seq"] for answer in again}) == MANY
    stored = [(message["sender"], message["client_id"]) for message in people[0].whole_history(room)[1:]]
    assert len(stored) == len(set(stored)) > MANY


def test_messages_that_come_together_share_their_transactions(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    people = [make_user(on=server) for _ in range(3)]
    room = people[0].create_room(*people[1:])
    before = transactions(server)
    answers = [person.socket.emit("send_message", said(room)) for _ in range(MANY) for person in people]
    assert all(answer()["ok"] for answer in answers)
    after = transactions(server)
    assert after[1] - before[1] == len(answers)
    assert 0 < after[0] - before[0] < len(answers) / 2


def transactions(server: Server) -> tuple[float, float]:
    """Return how many transactions the journal has made, and how many messages it took in them."""
    metrics = requests.get(f"{server.url}/metrics", timeout=5).text
    found = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line.startswith("sopapo_journal_batch_sends"))
    return float(found["sopapo_journal_batch_sends_count"]), float(found["sopapo_journal_batch_sends_sum"])


@pytest.mark.postgresql
@pytest.mark.only_on("postgresql")
def test_a_deadlock_with_another_process_costs_nobody_his_message(
    server: Server, postgresql: Postgresql, make_user: MakeUser, wire: Callable[..., Wire]
) -> None:
    ana = make_user()
    first, second = sorted(rooms_of_one_lane(ana))
    deadlocks = count_of(server, DEADLOCKS)
    one = wire(ana.token)
    with foreign_lock(postgresql, server, second) as other:
        other.cursor().execute("SET deadlock_timeout = '30s'")
        with foreign_lock(postgresql, server, first) as nearest:
            frames = [
                frame(f'42{n}["send_message",{json.dumps(said(room))}]'.encode())
                for n, room in enumerate((first, second))
            ]
            assert one.socket.sock
            one.socket.sock.sendall(b"".join(frames))
            eventually(lambda: count_of(server, WAITING, nearest.info.backend_pid))
        eventually(lambda: count_of(server, WAITING, other.info.backend_pid))
        other.cursor().execute("SELECT 1 FROM rooms WHERE id = %s FOR UPDATE", (first,))
    assert [one.answer(n)["ok"] for n in range(2)] == [True, True]
    eventually(lambda: count_of(server, DEADLOCKS) > deadlocks)


def rooms_of_one_lane(person: Person) -> tuple[str, str]:
    """Return two new rooms whose ids end alike, so that one transaction stores what is said in both."""
    made: dict[str, str] = {}
    while (room := person.create_room())[-1] not in made:
        made[room[-1]] = room
    return made[room[-1]], room


def count_of(server: Server, asked: str, *values: object) -> int:
    """Return what the database counts."""
    count: int = rows(server, asked, *values)[0][0]
    return count
