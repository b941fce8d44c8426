"""One unit of work: commit, then tell.

The order that clients see rests on two things. A room's changes are made one at a time in this process, from before
its row lock until everybody has been told. And the asker is answered before that, since his acknowledgement holds a
state with a lower `rev` than those which follow from it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, ParamSpec

import structlog
from flask import g
from sqlalchemy import Executable, text

from models import db
from sopapo.database import WRITES, asking, is_sqlite
from sopapo.gates import Gates

log = structlog.get_logger(__name__)

EVERYTHING = "everything"

P = ParamSpec("P")


gates = Gates()


def gates_by_room() -> Callable[[str], str]:
    """Return what names the gate of a room; which database it is, is asked once for a whole batch."""
    return (lambda _room: EVERYTHING) if is_sqlite(db.engine) else str


def gates_of(*rooms: str) -> list[str]:
    """Name the gates to be held to change these rooms, in the order in which to take them."""
    return [EVERYTHING] if is_sqlite(db.engine) else sorted(rooms)


@contextmanager
def gates_held(*rooms: str) -> Iterator[None]:
    """Hold the gates of rooms, so that nothing else of this process changes them."""
    with ExitStack() as held:
        for gate in gates_of(*rooms):
            held.enter_context(gates.held(gate))
        yield


class Tell:
    """What is to be told once the transaction is committed, in this order."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, broadcast: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call this after the commit."""
        self.waiting.append(partial(broadcast, *args, **kwargs))

    def now(self) -> None:
        """Tell everything; what fails is logged, for it cannot undo what is stored."""
        for broadcast in self.waiting:
            try:
                broadcast()
            except Exception:
                log.exception("broadcast_failed")


class Later:
    """What is told only after the asker has been answered; until then the gates of the rooms stay held."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self.told: list[Tell] = []
        self.held = ExitStack()

    def take(self, tell: Tell, held: ExitStack) -> None:
        """Keep what a committed transaction has to tell, and the gates that it holds."""
        self.told.append(tell)
        self.held.push(held)

    def now(self) -> None:
        """Tell everything, and let others change the rooms."""
        told, self.told = self.told, []
        with self.held.pop_all():
            for tell in told:
                tell.now()


@contextmanager
def told_after_the_answer() -> Iterator[None]:
    """Tell of the changes made in the block at its end, when the asker has his answer.

    His acknowledgement holds the first state of a change, so that it must come before the next ones.
    """
    g.later = later = Later()
    try:
        yield
    finally:
        del g.later
        later.now()


@contextmanager
def transaction(*rooms: str) -> Iterator[Tell]:
    """Do all of the block or nothing of it, alone in the rooms named, and tell of it after the commit.

    Other transactions of this process on these rooms (on SQLite: all others) wait until everybody has been told.
    """
    later: Later | None = g.get("later")
    if later is not None:
        later.now()
    with ExitStack() as held:
        held.enter_context(gates_held(*rooms))
        db.session.remove()
        tell = Tell()
        try:
            db.session.connection(execution_options={WRITES: True})
            yield tell
            db.session.commit()
        finally:
            db.session.remove()
        if later is None:
            tell.now()
        else:
            later.take(tell, held.pop_all())


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything in the block as of one moment."""
    db.session.remove()
    try:
        if not is_sqlite(db.engine):
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        yield
    finally:
        db.session.remove()


def ask(question: Executable, **given: object) -> Sequence[tuple[Any, ...]]:
    """Answer a question that was put together before, outside of any transaction."""
    with asking(db.engine).connect() as connection:
        return connection.execute(question, given).tuples().all()


def ping() -> None:
    """Ask the database for a sign of life; raises what SQLAlchemy raises when there is none."""
    db.session.execute(text("SELECT 1"))
