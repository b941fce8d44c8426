"""SQLite's index of words is fed in bulk: until then a few messages wait, and nobody who searches can tell."""

import uuid

import pytest

from tests.conftest import MakeUser
from tests.support.person import Person
from tests.support.rows import rows
from tests.support.server import Server

pytestmark = pytest.mark.only_on("sqlite")

MANY, AT_MOST = 150, 128
WAITING = "SELECT (SELECT max(id) FROM messages) - upto FROM words_upto"


def waiting(server: Server) -> int:
    [(count,)] = rows(server, WAITING)
    return int(count)


def found(person: Person, q: str) -> list[int]:
    return [result["message"]["seq"] for result in person.socket.ask("search", {"q": q})["results"]]


def test_the_words_of_many_messages_are_indexed_though_nobody_searches(server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    sent = [{"room": room, "client_id": str(uuid.uuid4()), "text": f"recado {number}"} for number in range(MANY)]
    seqs = [answer()["message"]["seq"] for answer in [ana.socket.emit("send_message", message) for message in sent]]
    assert waiting(server) < AT_MOST
    assert [found(ana, f'"recado {number}"') for number in (0, MANY - 1)] == [[seqs[0]], [seqs[-1]]]
    assert waiting(server) == 0


def test_what_changes_before_its_words_are_indexed_is_found_as_it_is(server: Server, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    edited, deleted, kept = (ana.send(room, text) for text in ("abacate", "banana", "caqui"))
    assert waiting(server) > 0
    ana.rest.ask("PATCH", f"/rooms/{room}/messages/{edited['seq']}", json={"text": "damasco"})
    ana.rest.ask("DELETE", f"/rooms/{room}/messages/{deleted['seq']}")
    wanted = [("abacate", []), ("damasco", [edited["seq"]]), ("banana", []), ("caqui", [kept["seq"]])]
    assert [(q, found(ana, q)) for q, _ in wanted] == wanted
