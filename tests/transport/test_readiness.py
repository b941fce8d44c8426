"""Which sockets are ready: whoever asked is told, nobody else, and not any more once he has said so."""

import logging
import socket
from collections.abc import Iterator

import pytest

from sopapo.transport.readiness import Readiness


class End:
    """One end of a pair of sockets, and what it was told."""

    def __init__(self, readiness: Readiness) -> None:
        self.readiness = readiness
        self.sock, self.other = socket.socketpair()
        self.told: list[str] = []
        self.forgets: End | None = None
        self.fails = False

    def watch(self, *, read: bool = False, write: bool = False) -> None:
        self.readiness.watch(self.sock.fileno(), self, read=read, write=write)

    def readable(self) -> None:
        self.told.append("read")
        if self.forgets is not None:
            self.forgets.watch()
        if self.fails:
            raise RuntimeError

    def writable(self) -> None:
        self.told.append("write")

    def close(self) -> None:
        self.watch()
        self.sock.close()
        self.other.close()


class World:
    """Some ends, and the loop's turns, taken by hand."""

    def __init__(self) -> None:
        self.readiness = Readiness()
        self.ends: list[End] = []

    def end(self, *, spoken_to: bool = True) -> End:
        self.ends.append(End(self.readiness))
        if spoken_to:
            self.ends[-1].other.send(b"x")
        return self.ends[-1]

    def turn(self) -> None:
        self.readiness._look(0)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    for end in world.ends:
        end.close()


def test_one_is_told_what_he_asked_for_and_only_while_he_asks(world: World) -> None:
    end = world.end()
    world.turn()
    end.watch(read=True)
    world.turn()
    end.watch(write=True)
    world.turn()
    end.watch(read=True, write=True)
    world.turn()
    end.watch()
    world.turn()
    assert end.told == ["read", "write", "read", "write"]


def test_who_is_forgotten_by_another_in_the_same_turn_is_not_told(world: World) -> None:
    one, other = world.end(), world.end()
    one.forgets, other.forgets = other, one
    for end in (one, other):
        end.watch(read=True)
    world.turn()
    assert sorted(one.told + other.told) == ["read"]


def test_what_fails_for_one_is_logged_once_and_the_others_are_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    ends = [world.end() for _ in range(3)]
    for end in ends:
        end.fails = True
        end.watch(read=True)
    with caplog.at_level(logging.ERROR):
        world.turn()
        world.turn()
    assert [end.told for end in ends] == [["read"]] * 3
    assert len(caplog.records) == 3


def test_a_number_that_somebody_else_has_now_is_his(world: World) -> None:
    former = world.end()
    former.watch(read=True)
    number = former.sock.fileno()
    former.close()
    world.ends.clear()
    heir = world.end()
    assert number in (heir.sock.fileno(), heir.other.fileno())
    heir.watch(read=True)
    world.turn()
    assert (former.told, heir.told) == ([], ["read"])


def test_who_is_only_writing_hears_that_the_other_has_gone(world: World) -> None:
    end = world.end(spoken_to=False)
    end.watch(write=True)
    end.other.close()
    world.turn()
    assert "write" in end.told
