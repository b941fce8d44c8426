"""The subcommands of `server.py`."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.people import PASSWORD
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rest_user import RestUser
from tests.support.server import Server


@pytest.fixture
def idle(make_server: MakeServer) -> Server:
    """A server that is not running, with its database."""
    return make_server(start=False)


def create_user(server: Server, *words: str) -> Any:
    """Run `user create` with a password on standard input."""
    return server.command("user", "create", *words, given=PASSWORD + "\n")


def test_the_schema_goes_up_and_down_and_says_where_it_is(idle: Server) -> None:
    assert idle.command("db", "upgrade").returncode == 0
    assert idle.command("db", "check").returncode == 0
    assert idle.command("db", "downgrade", "base").returncode == 0
    below = idle.command("db", "check")
    assert (below.returncode, "nothing" in below.stdout) == (1, True)
    assert idle.command("db", "upgrade").returncode == 0
    assert idle.command("db", "upgrade").returncode == 0
    assert idle.command("db", "check").returncode == 0


def test_a_user_made_by_the_command_logs_in(idle: Server) -> None:
    done = create_user(idle, "ana", "--name", "Ana Ávila", "--email", "ana@example.org")
    assert (done.returncode, done.stderr) == (0, "")
    idle.start()
    user = RestUser(idle.api).post("/auth/login", username="ana", password=PASSWORD)["user"]
    assert (user["name"], user["email"], user["bot"]) == ("Ana Ávila", "ana@example.org", False)


@pytest.mark.only_on("sqlite")
def test_a_user_that_cannot_be_made_is_refused_in_one_line(idle: Server) -> None:
    assert create_user(idle, "ana").returncode == 0
    for words in (["ANA"], ["x"], ["bia", "--email", "nonsense"]):
        done = create_user(idle, *words)
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    short = idle.command("user", "create", "bia", given="short\n")
    assert (short.returncode != 0, "short" in short.stderr.replace("too short", "")) == (True, False)


@pytest.mark.only_on("sqlite")
def test_promoting_and_suspending_somebody_who_is_not_there_is_refused_in_one_line(idle: Server) -> None:
    idle.command("db", "upgrade")
    for act in ("promote", "suspend"):
        done = idle.command("user", act, "ninguem")
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.only_on("sqlite")
def test_promoting_is_done_once_and_again(idle: Server) -> None:
    create_user(idle, "ana")
    for _ in range(2):
        assert idle.command("user", "promote", "Ana").returncode == 0


def test_a_suspended_user_is_cut_off_and_stays_out_until_let_in_again(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    ana = make_user(on=server)
    ana.socket.barrier()
    assert server.command("user", "suspend", ana.username).returncode == 0
    ana.socket.wait_closed(15)
    nobody = RestUser(server.api)
    with refused("suspended"):
        nobody.post("/auth/login", username=ana.username, password=PASSWORD)
    with refused("bad_credentials"):
        nobody.post("/auth/login", username=ana.username, password="não é esta")
    with refused("suspended", "session_revoked"):
        ana.rest.get("/me")
    with refused("suspended", "session_revoked"):
        ana.connect()
    with refused("suspended", "session_revoked"):
        nobody.post("/auth/refresh", refresh_token=ana.refresh_token)
    assert server.command("user", "suspend", ana.username, "--lift").returncode == 0
    assert nobody.post("/auth/login", username=ana.username, password=PASSWORD)["user"]["id"] == ana.id


def test_seeding_makes_users_rooms_and_tokens_that_hold(idle: Server, tmp_path: Path) -> None:
    out = tmp_path / "clients.jsonl"
    done = idle.command("seed", "--users", "12", "--rooms", "4", "--room-size", "6", "--out", str(out))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert all(line.keys() == {"user", "username", "token", "rooms"} for line in lines)
    assert (len(lines), len({line["user"] for line in lines}), len({line["username"] for line in lines})) == (
        12,
        12,
        12,
    )
    sizes = Counter(room for line in lines for room in line["rooms"])
    assert sorted(sizes.values()) == [6, 6, 6, 6]
    idle.start()
    for line in lines:
        person = Person(idle, {"id": line["user"], "username": line["username"]}, token=line["token"])
        entries = person.sync()["rooms"]
        assert sorted(entry["room"]["id"] for entry in entries) == sorted(line["rooms"])
        assert {entry["room"]["members"] for entry in entries} <= {6}
        person.send(line["rooms"][0])
        person.close()


@pytest.mark.only_on("sqlite")
def test_seeding_twice_adds_to_what_is_there(idle: Server, tmp_path: Path) -> None:
    for turn in range(2):
        done = idle.command("seed", "--users", "3", "--out", str(tmp_path / str(turn)))
        assert done.returncode == 0, done.stderr
    names = [
        json.loads(line)["username"] for turn in range(2) for line in (tmp_path / str(turn)).read_text().splitlines()
    ]
    assert len(set(names)) == 6


@pytest.mark.only_on("sqlite")
def test_the_demo_is_a_conversation_that_one_can_log_in_to(idle: Server) -> None:
    done = idle.command("seed", "--demo")
    assert done.returncode == 0, done.stderr
    idle.start()
    people, password = re.findall(r": (.+)", done.stdout)
    username = people.partition(",")[0]
    token = RestUser(idle.api).post("/auth/login", username=username, password=password)["access_token"]
    person = RestUser(idle.api, token)
    rooms = person.get("/rooms")["rooms"]
    texts = [
        message["text"]
        for room in rooms
        for message in person.get(f"/rooms/{room['id']}/messages")["messages"]
        if message["kind"] == "text"
    ]
    assert len(texts) >= 5


@pytest.mark.only_on("sqlite")
def test_check_says_what_is_there_and_keeps_secrets_to_itself(idle: Server) -> None:
    idle.command("db", "upgrade")
    done = idle.command("check")
    assert done.returncode == 0, done.stderr
    assert idle.environment["JWT_SECRET_KEY"] not in done.stdout
    for word in ("python", "eventlet", "SOPAPO_DATA_DIR", "schema"):
        assert word in done.stdout


@pytest.mark.only_on("sqlite")
def test_check_fails_where_the_schema_is_old(idle: Server) -> None:
    idle.command("db", "upgrade")
    idle.command("db", "downgrade", "base")
    done = idle.command("check")
    assert done.returncode == 1
    assert "db upgrade" in done.stdout


@pytest.mark.parametrize(
    "words", [["nonsense"], ["db"], ["db", "sideways"], ["user"], ["seed"], ["run", "--colour"]], ids=" ".join
)
@pytest.mark.only_on("sqlite")
def test_a_command_that_is_not_known_is_refused_with_how_to_use_it(idle: Server, words: list[str]) -> None:
    done = idle.command(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_server_that_is_asked_to_end_does_so_at_once(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana = make_user(on=server)
    ana.socket.barrier()
    assert server.stop() == 0
    ana.socket.wait_closed()
    assert "Traceback" not in server.logged()
