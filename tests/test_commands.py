"""The subcommands of `server.py`."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.files import png, upload
from tests.support.people import PASSWORD
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rest_user import RestUser
from tests.support.rows import rows
from tests.support.server import Server


@pytest.fixture
def idle(make_server: MakeServer) -> Server:
    """A server that is not running, with its database."""
    return make_server(start=False)


def create_user(server: Server, *words: str, password: str = PASSWORD) -> Any:
    """Run `user create` with a password on standard input."""
    return server.command("user", "create", *words, given=password + "\n")


def test_the_schema_goes_up_and_down_and_says_where_it_is(idle: Server) -> None:
    assert idle.command("db", "upgrade").returncode == 0
    assert idle.command("db", "downgrade", "base").returncode == 0
    below = idle.command("db", "check")
    assert (below.returncode, "nothing" in below.stdout) == (1, True)
    amiss = idle.command("check")
    assert (amiss.returncode, "db upgrade" in amiss.stdout) == (1, True)
    assert idle.command("db", "upgrade").returncode == 0
    fine = idle.command("check")
    assert (fine.returncode, fine.stderr) == (0, "")
    assert idle.environment["JWT_SECRET_KEY"] not in fine.stdout
    assert all(word in fine.stdout for word in ("python", "eventlet", "SOPAPO_DATA_DIR", "schema"))


@pytest.mark.only_on("sqlite")
def test_where_there_is_no_place_for_files_the_check_says_so_in_one_line(idle: Server) -> None:
    assert idle.command("db", "upgrade").returncode == 0
    (idle.data / "files").write_text("in the way")
    amiss = idle.command("check")
    assert (amiss.returncode, "Traceback" in amiss.stderr) == (2, False)
    assert amiss.stderr.splitlines()[-1] == "sopapo: the storage of files is away or full"


def test_where_the_schema_goes_back_before_polls_they_are_texts_and_nothing_else_changes(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    ana = make_user(on=server)
    room = ana.create_room()
    poll, message = ana.ask_all(room, text="Qual reunião?"), ana.send(room)
    ana.rest.ask("PUT", f"/rooms/{room}/polls/{poll['seq']}/vote", json={"options": [1]})
    reacted = ana.socket.ask("react", {"room": room, "seq": message["seq"], "emoji": "👍"})["message"]
    ana.close()
    server.stop()
    assert server.command("db", "downgrade", "0008").returncode == 0
    assert rows(server, "SELECT kind, text FROM messages WHERE kind <> 'system' ORDER BY seq") == [
        ("text", "Qual reunião?"),
        ("text", "oi"),
    ]
    for form in ("kind = 'poll'", "kind = 'song'"):
        with pytest.raises((sqlite3.IntegrityError, psycopg2.IntegrityError)):
            rows(server, f"UPDATE messages SET {form} WHERE kind = 'text' RETURNING seq")  # noqa: S608
    assert server.command("db", "upgrade").returncode == 0
    server.start()
    history = ana.history(room)
    assert (history[1]["kind"], history[2]) == ("text", reacted)
    assert [found["message"]["seq"] for found in ana.rest.get("/search", q="reuniões")["results"]] == [poll["seq"]]
    new = ana.ask_all(room)
    ana.rest.ask("PUT", f"/rooms/{room}/polls/{new['seq']}/vote", json={"options": [1]})
    with pytest.raises((sqlite3.IntegrityError, psycopg2.IntegrityError)):
        rows(server, "UPDATE messages SET kind = 'song' WHERE kind = 'poll' RETURNING seq")
    if not server.database_url:
        assert rows(server, "PRAGMA integrity_check") == [("ok",)]
        assert rows(server, "PRAGMA foreign_key_check") == []


def test_where_the_schema_goes_back_before_files_nothing_is_left_that_names_one(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server()
    ana = make_user(on=server)
    room, picture = ana.create_room(), upload(ana, png())
    for path in ("/me", f"/rooms/{room}"):
        ana.rest.ask("PATCH", path, json={"avatar": picture["id"]})
    sent = ana.send(room, "oi", files=[picture["id"]])
    ana.close()
    server.stop()
    assert server.command("db", "downgrade", "0010").returncode == 0
    assert rows(server, "SELECT avatar FROM rooms") == [(None,)]
    assert server.command("db", "upgrade").returncode == 0
    server.start()
    assert ana.room(room)["avatar"] is ana.rest.get("/me")["user"]["avatar"] is None
    assert ana.history(room)[-1] == sent | {"files": []}


@pytest.mark.only_on("sqlite")
def test_a_user_made_by_the_command_logs_in(idle: Server) -> None:
    done = create_user(idle, "ana", "--name", "Ana Ávila", "--email", "ana@example.org")
    assert (done.returncode, done.stderr) == (0, "")
    assert idle.command("user", "promote", "Ana").returncode == 0
    idle.start()
    user = RestUser(idle.api).post("/auth/login", username="ana", password=PASSWORD)["user"]
    assert (user["name"], user["email"], user["bot"]) == ("Ana Ávila", "ana@example.org", False)


@pytest.mark.only_on("sqlite")
def test_what_cannot_be_done_to_a_user_is_refused_in_one_line(idle: Server) -> None:
    assert create_user(idle, "ana").returncode == 0
    for done in (
        create_user(idle, "ANA"),
        create_user(idle, "bia", password="short"),
        idle.command("user", "promote", "ninguem"),
        idle.command("user", "suspend", "ninguem"),
    ):
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.only_on("sqlite")
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


def test_seeding_makes_users_rooms_and_tokens_that_hold_beside_what_is_there(idle: Server, tmp_path: Path) -> None:
    outs = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    for out in outs:
        done = idle.command("seed", "--users", "12", "--rooms", "4", "--room-size", "6", "--out", str(out))
        assert done.returncode == 0, done.stderr
    idle.start()
    seeded = [[json.loads(line) for line in out.read_text().splitlines()] for out in outs]
    names = [line["username"] for lines in seeded for line in lines]
    assert (len(names), len(set(names))) == (24, 24)
    for lines in seeded:
        assert all(line.keys() == {"user", "username", "token", "rooms"} for line in lines)
        sizes = Counter(room for line in lines for room in line["rooms"])
        assert sorted(sizes.values()) == [6, 6, 6, 6]
        person = Person(idle, {"id": lines[0]["user"], "username": lines[0]["username"]}, token=lines[0]["token"])
        entries = person.sync()["rooms"]
        assert sorted(entry["room"]["id"] for entry in entries) == sorted(lines[0]["rooms"])
        assert [entry["room"]["members"] for entry in entries] == [6] * len(entries)
        person.send(lines[0]["rooms"][0])
        person.close()


@pytest.mark.only_on("sqlite")
def test_the_demo_is_a_conversation_that_one_can_log_in_to(idle: Server) -> None:
    done = idle.command("seed", "--demo")
    assert done.returncode == 0, done.stderr
    idle.start()
    people, password = (line.rpartition(": ")[2] for line in done.stdout.splitlines()[:2])
    username = people.partition(",")[0]
    token = RestUser(idle.api).post("/auth/login", username=username, password=password)["access_token"]
    person = RestUser(idle.api, token)
    rooms = person.get("/rooms")["rooms"]
    pages = [person.get(f"/rooms/{room['id']}/messages") for room in rooms]
    assert sum(message["kind"] == "text" for page in pages for message in page["messages"]) >= 5


@pytest.mark.parametrize("words", [["nonsense"], ["db", "sideways"], ["seed"]], ids=" ".join)
@pytest.mark.only_on("sqlite")
def test_a_command_that_is_not_known_is_refused_with_how_to_use_it(idle: Server, words: list[str]) -> None:
    done = idle.command(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.only_on("sqlite")
def test_a_server_that_is_asked_to_end_does_so_at_once(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server()
    ana = make_user(on=server)
    ana.socket.barrier()
    assert server.stop() == 0
    ana.socket.wait_closed()
    assert "Traceback" not in server.logged()


# Longer than any statement of a request may take, and than any wait for its answer.
DAWDLE = """
CREATE FUNCTION dawdle() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_query() LIKE '%ix_messages_words%' THEN PERFORM pg_sleep(7.5); END IF;
END $$;
CREATE EVENT TRIGGER dawdle ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION dawdle();
"""


@pytest.mark.only_on("postgresql")
def test_a_migration_takes_as_long_as_it_takes(idle: Server) -> None:
    assert idle.command("db", "downgrade", "0009").returncode == 0
    with closing(psycopg2.connect(idle.database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(DAWDLE)
    done = idle.command("db", "upgrade")
    assert done.returncode == 0, done.stderr
