"""Links over pairs of sockets in this process, whose loop is taken turn by turn, by hand."""

import re
import socket
from typing import Any, cast

from flask import Flask

from sopapo.transport import Admit, Connection, Transport, TransportOptions
from sopapo.transport.detached import Detached
from sopapo.transport.frames import FrameReader
from sopapo.transport.link import Link
from sopapo.transport.session import Peer

CLIENTS = 9
PING = 0
HEARD = re.compile(rb'\["told",\{"n":(\d+)|\x81\x012')
CHANNELS = ("all", "some")

Act = tuple[Any, ...]


class OpenDoor:
    """Lets everybody in."""

    def connect(self, connection: Connection, auth: object, admit: Admit) -> None:  # noqa: ARG002 - as all doors do
        """Be glad."""
        admit(None)

    def disconnect(self, connection: Connection) -> None:
        """Forget it."""


class Client:
    """A link over a real pair of sockets, what it was sent, and what of that has come."""

    def __init__(self, toward: Transport) -> None:
        self.ours, self.theirs = socket.socketpair()
        for end in (self.ours, self.theirs):
            end.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self.link = Link(toward._engine, "x", Peer("", ""))
        self.carrier = Detached(self.link, self.ours, FrameReader(65_536))
        self.link.client.receive("0")
        assert self.link.client.connection is not None
        self.connection = self.link.client.connection
        self.due: list[int] = []
        self.came = b""
        self.is_over = self.is_gone = False
        self.most = 0

    def read(self) -> None:
        """Take all that has come, and let the loop's part go on with what did not fit."""
        while True:
            try:
                self.came += self.theirs.recv(1 << 20)
            except BlockingIOError:
                return
            if self.carrier._rest is None:
                return
            self.carrier.writable()

    def go(self) -> None:
        """Be gone: no more is sent than was sent before."""
        self.is_over = self.is_gone = True
        self.read()
        self.link.leave("client_close")
        self.most = len(self.heard())

    def heard(self) -> list[int]:
        """Return the numbers that have come."""
        return [int(number or PING) for number in HEARD.findall(self.came)]

    def close(self) -> None:
        """Leave nothing open."""
        self.link.cut("closed")
        self.theirs.close()


class World:
    """Some clients, and what is done to them; the loop's turns are taken by hand."""

    def __init__(self) -> None:
        self.transport = Transport(Flask("toy"), cast("Any", OpenDoor()), TransportOptions(max_queue=1 << 30))
        self.flusher = self.transport._engine.flusher
        self.clients = [Client(self.transport) for _ in range(CLIENTS)]
        self.members: dict[str, set[Client]] = {"all": set(self.clients), "some": set()}
        self.count = 0
        for client in self.clients:
            self.transport.enter(client.connection, "all")

    def body(self, *clients: Client, size: int = 0) -> dict[str, Any]:
        """Return the next number, which these are to hear; who is over hears nothing more."""
        self.count += 1
        for client in clients:
            if not client.is_over:
                client.due.append(self.count)
        return {"n": self.count, "text": "x" * size}

    def tell(self, channel: str, skip: int | None, *, alone: bool, size: int) -> None:
        """Tell a channel the next number, but for one."""
        skipped = None if skip is None else self.clients[skip]
        body = self.body(*(self.members[channel] - {skipped}), size=size)
        sid = skipped.connection.sid if skipped else None
        self.transport.broadcast(channel, "told", body, sid, alone=alone)

    def ping(self, client: Client) -> None:
        """Ask for a sign of life."""
        self.transport._engine.pulse.ping([client.link], 1.0)
        if not client.is_over:
            client.due.append(PING)

    def act(self, act: Act) -> None:
        """Do one thing."""
        match act:
            case ("tell", channel, skip, alone, size):
                self.tell(channel, skip, alone=alone, size=size)
            case ("enter", one, channel):
                self.transport.enter(self.clients[one].connection, channel)
                self.members[channel].add(self.clients[one])
            case ("leave", one, channel):
                self.transport.leave(self.clients[one].connection, channel)
                self.members[channel].discard(self.clients[one])
            case ("send", one, size):
                self.clients[one].connection.send("told", self.body(self.clients[one], size=size))
            case ("ping", one):
                self.ping(self.clients[one])
            case ("close", one):
                self.clients[one].connection.close("why")
                self.clients[one].is_over = True
            case ("go", one):
                self.clients[one].go()
            case ("turn",):
                self.turn()

    def turn(self) -> None:
        """Take a turn of the loop, in which everybody reads."""
        self.flusher._run()
        for client in self.clients:
            client.read()

    def settle(self) -> None:
        """Take turns until nothing waits for anybody."""
        self.turn()
        while self.flusher._is_due:
            self.turn()
        self.turn()

    def hold_to_account(self) -> None:
        """Hold each direct way against what it promises."""
        for client in self.clients:
            link, connection = client.link, client.connection
            if connection.direct is not None:
                assert connection.direct == client.carrier.send
                assert not any((link.queue.size, link.closing, link.has_left, connection.ended))
