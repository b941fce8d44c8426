"""What one client says in Socket.IO: answered at once, on the short way, just as on the long one."""

import re
from types import SimpleNamespace
from typing import Any

from sopapo.transport.connection import Connection
from sopapo.transport.door import Acknowledge, Admit, Refused
from sopapo.transport.messages import Message
from sopapo.transport.options import TransportOptions
from sopapo.transport.packets import Breach
from sopapo.transport.session import Peer, Session
from sopapo.transport.stats import Stats

SEPARATOR = b"\x1e"


class Answering:
    """Stands where the door does: names that begin with `a` are answered at once."""

    def __init__(self) -> None:
        self.gone = 0

    def connect(self, connection: Connection, auth: object, admit: Admit) -> None:
        admit(Refused("no", {"code": "no"}) if auth == [] else None)
        connection.send("hello", {})

    def request(self, _connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> None:
        acknowledge({"event": event, "args": repr(args)})
        acknowledge({"twice": True})

    def answer_at_once(self, connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> bool:
        if not event.startswith("a"):
            return False
        self.request(connection, event, args, acknowledge)
        return True

    def disconnect(self, _connection: Connection) -> None:
        self.gone += 1


class Heard:
    """Stands where the link and the transport do, and keeps what they are given."""

    def __init__(self) -> None:
        self.options = TransportOptions()
        self.stats = Stats()
        self.door = Answering()
        self.alone = SimpleNamespace(add=self.ignore, discard=self.ignore)
        self.connections: dict[str, Connection] = {}
        self.told: list[str] = []
        self.end = ""

    def ignore(self, *_: object) -> None:
        """Do nothing."""

    hold = resume = ignore

    def push(self, message: Message) -> None:
        self.told.append(re.sub('"sid":"[^"]*"', "", message.text))

    def later(self, task: Any, argument: Any) -> None:
        task(argument)

    def detach(self, connection: Connection) -> None:
        connection.ended = True
        self.connections.pop(connection.sid, None)

    def outcome(self) -> tuple[Any, ...]:
        return self.told, self.end, len(self.connections), self.door.gone, vars(self.stats)


def hear(texts: list[str], *, is_short: bool) -> tuple[Any, ...]:
    """Return what becomes of packets on one of the two ways."""
    heard: Any = Heard()
    session = Session(heard, heard, Peer("", ""))
    try:
        for text in texts:
            given = session.offer(text) if is_short else text
            if given is not None:
                session.receive(given)
    except Breach as breach:
        heard.end = breach.reason
    session.over()
    outcome: tuple[Any, ...] = heard.outcome()
    return outcome


def check(data: bytes) -> None:
    texts = [part.decode(errors="replace") for part in data.split(SEPARATOR)]
    assert hear(texts, is_short=True) == hear(texts, is_short=False)


SEEDS = [
    b'0\x1e21["a",1]\x1e2["b"]\x1e22["b",{}]\x1e1\x1e23["a"]',
    b'2["a"]\x1e0[]\x1e0\x1e0\x1e2["a"]',
    b'0/x,\x1e2/x,1["a"]\x1e0\x1e2/x,1["a"]\x1e2/x,1["b"]',
    b'0\x1e21[\x1e22{}\x1e21["a"]\x1e23[1]\x1e24["a"]',
    b'0\x1e30[]\x1e4{}\x1e51-["a"]',
]
