"""The examples do what they say, against a server that is killed under them."""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import MakeServer, MakeUser
from tests.support.person import Person
from tests.support.process import PROJECT
from tests.support.server import START_PATIENCE, Server
from tests.support.waiting import eventually

pytestmark = pytest.mark.only_on("sqlite")
EXAMPLES = PROJECT / "examples"
PASSWORD = "uma senha comprida"
StartBot = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_bot() -> Iterator[StartBot]:
    """Start the bot, as people would."""
    bots: list[subprocess.Popen[bytes]] = []

    def start(server: Server, *words: str) -> subprocess.Popen[bytes]:
        bots.append(subprocess.Popen([sys.executable, EXAMPLES / "bot.py", server.url, *words]))
        return bots[-1]

    yield start
    for bot in bots:
        bot.kill()
        bot.wait()


def new_name(word: str) -> str:
    """Return a name that nobody has."""
    return f"{word}.{uuid.uuid4().hex[:8]}"


def answers(person: Person, room: str) -> list[str]:
    """What others than the person wrote in the room."""
    return [m["text"] for m in person.whole_history(room) if m["sender"] not in {None, person.id}]


def test_the_bot_answers_once_whatever_is_restarted(
    make_server: MakeServer, make_user: MakeUser, start_bot: StartBot
) -> None:
    server = make_server()
    ana = make_user(on=server)
    room = ana.create_room(public=True)
    name = new_name("relogio")
    bot = start_bot(server, name, PASSWORD, room, "register")
    ana.send(room, "Oi")
    eventually(lambda: len(answers(ana, room)) == 1, START_PATIENCE)
    server.kill()
    server.start()
    ana.send(room, "!hora")
    eventually(lambda: len(answers(ana, room)) == 2, START_PATIENCE)
    bot.kill()
    ana.send(room, "oi")
    start_bot(server, name, PASSWORD, room)
    eventually(lambda: len(answers(ana, room)) == 3, START_PATIENCE)
    ana.send(room, "!hora")
    eventually(lambda: len(answers(ana, room)) >= 4, START_PATIENCE)
    assert [bool(re.fullmatch(r"Agora são \d\d:\d\d\.", text)) for text in answers(ana, room)] == [0, 1, 0, 1]


def test_the_bot_has_at_most_thirty_lines() -> None:
    assert (EXAMPLES / "bot.py").read_text().count("\n") <= 30


def test_two_people_talk_over_plain_http(server: Server) -> None:
    room = f'Sala d\'água "{new_name("sala")}"'

    def talk(username: str, *text: str) -> str:
        command = ["sh", str(EXAMPLES / "talk.sh"), username, PASSWORD, room, *text]
        environment = os.environ | {"SOPAPO_URL": server.url}
        return subprocess.check_output(command, env=environment, text=True, timeout=60)

    ana, bia = new_name("ana"), new_name("bia")
    talk(ana, "Olá, “mundo” & cia")
    printed = talk(bia, "Olá, Ana\\n!")
    assert f"{ana}: Olá, “mundo” & cia\n" in printed
    assert printed.endswith(f"{bia}: Olá, Ana\\n!\n")
    assert talk(ana) == printed
