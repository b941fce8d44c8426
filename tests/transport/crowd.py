"""Many clients in one thread, and a record of who was where when what was said."""

import itertools
import json
import selectors
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.transport.clients import RawSocket, frame
from tests.transport.toy_server import ToyServer

RESET = struct.pack("ii", 1, 0)
NEVER = 10**9
PATIENCE = 30.0
Clock = Callable[[], int]


@dataclass
class Stay:
    """When somebody asked to come into a room, was in, asked to go, and was out."""

    asked: int
    joined: int = NEVER
    leaving: int = NEVER
    left: int = NEVER


@dataclass
class Said:
    """What was said in a room: told to it between its sending and its acknowledgement."""

    number: int
    room: str
    sent: int
    told: int = NEVER


class Walker:
    """A client that walks from room to room; nothing here waits for the server."""

    def __init__(self, toy: ToyServer, clock: Clock) -> None:
        self.raw = RawSocket(toy.port).join()
        self.raw.socket.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self.clock = clock
        self.is_gone = False
        self.heard: list[tuple[str, int]] = []
        self.out_of_place: list[tuple[str, int]] = []
        self.stays: dict[str, list[Stay]] = {}
        self.waits: dict[int, Callable[[int], None]] = {}
        self._numbers = itertools.count(1)

    def ask(self, event: str, body: Any, then: Callable[[int], None]) -> None:
        """Send a request; `then` takes the moment of its answer."""
        number = next(self._numbers)
        self.waits[number] = then
        self.raw.send(frame(f"42{number}{json.dumps([event, body])}".encode()))

    def move(self, room: str) -> None:
        """Ask to come into a room, or to leave it; nobody asks twice at once."""
        stays = self.stays.setdefault(room, [])
        last = stays[-1] if stays else None
        if last is None or last.left != NEVER:
            stays.append(Stay(self.clock()))
            self.ask("join", {"channel": room}, partial(setattr, stays[-1], "joined"))
        elif last.joined != NEVER and last.leaving == NEVER:
            last.leaving = self.clock()
            self.ask("leave", {"channel": room}, partial(setattr, last, "left"))

    def read(self) -> None:
        """Take all that has come."""
        data = self.raw.socket.recv(262_144)
        assert data, "cut off"
        self.raw.left += data
        while self.raw.has_frame():
            self.hear(self.raw.text())

    def hear(self, text: str) -> None:
        """Note an answer, or what was said."""
        number, _, _ = text[2:].partition("[")
        if number:
            self.waits.pop(int(number))(self.clock())
            return
        _, body = json.loads(text[2:])
        stays = self.stays.get(body["channel"])
        self.heard.append((body["channel"], body["said"]))
        if not stays or stays[-1].left != NEVER:
            self.out_of_place.append(self.heard[-1])

    def may_hear(self, said: Said) -> bool:
        """Tell whether it was, perhaps, in the room when this was said."""
        return any(stay.asked < said.told and said.sent < stay.left for stay in self.stays.get(said.room, ()))

    def must_hear(self, said: Said) -> bool:
        """Tell whether it surely was there, and stayed."""
        stays = () if self.is_gone else self.stays.get(said.room, ())
        return any(stay.joined < said.sent and said.told < stay.leaving for stay in stays)

    def go(self, *, abruptly: bool) -> None:
        """Leave without a word."""
        self.is_gone = True
        if abruptly:
            self.raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.raw.close()


class Crowd:
    """Walkers, and one who talks to them."""

    def __init__(self, toy: ToyServer, size: int) -> None:
        self.toy = toy
        self.clock: Clock = itertools.count().__next__
        self.selector = selectors.DefaultSelector()
        self.talker = self.welcome()
        self.walkers = [self.welcome() for _ in range(size)]
        self.gone: list[Walker] = []
        self.said: list[Said] = []

    def welcome(self) -> Walker:
        """Return a new walker."""
        walker = Walker(self.toy, self.clock)
        self.selector.register(walker.raw.socket, selectors.EVENT_READ, walker)
        return walker

    def replace(self, walker: Walker, *, abruptly: bool) -> None:
        """Let a new walker come in the place of one who goes: on the server it may get his descriptor."""
        self.selector.unregister(walker.raw.socket)
        walker.go(abruptly=abruptly)
        self.gone.append(walker)
        self.walkers[self.walkers.index(walker)] = self.welcome()

    def say(self, room: str, *, alone: bool = False) -> None:
        """Let the talker say something in a room."""
        said = Said(len(self.said), room, self.clock())
        self.said.append(said)
        body = {"channel": room, "said": said.number, "alone": alone}
        self.talker.ask("tell", body, partial(setattr, said, "told"))

    def listen(self, timeout: float = 0) -> bool:
        """Let everybody read what has come, and tell whether anything had."""
        ready = self.selector.select(timeout)
        for key, _ in ready:
            key.data.read()
        return bool(ready)

    def settle(self) -> None:
        """Return when everybody has heard all that was sent to him."""
        everyone = (self.talker, *self.walkers)
        self.wait_for_answers(everyone)
        # All has been said by now, and comes before this is answered.
        for walker in everyone:
            walker.ask("echo", 0, lambda _: None)
        self.wait_for_answers(everyone)

    def wait_for_answers(self, walkers: Sequence[Walker]) -> None:
        """Return when all that these have asked is answered."""
        while any(walker.waits for walker in walkers):
            assert self.listen(PATIENCE)

    def close(self) -> None:
        """Let everybody go."""
        for walker in (self.talker, *self.walkers):
            walker.go(abruptly=True)
        self.selector.close()
