"""The journal's way to a database: a connection that it keeps, and one transaction after the other."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
import structlog
from sqlalchemy import Connection

from sopapo.batch_sql import Statement

log = structlog.get_logger(__name__)

Rows = Sequence[Any]


class Step(NamedTuple):
    """A statement that writes, and the rows that it writes."""

    statement: Statement
    rows: Sequence[Any]


class Store:
    """One transaction after the other: `read`, then `write` or `give_up`. All raise what SQLAlchemy raises."""

    can_skip = False

    def __init__(self, connect: Callable[[], Connection]) -> None:
        """Connect when there is something to store."""
        self.connect = connect
        self.kept: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection, kept from one transaction to the next."""
        if self.kept is None:
            self.kept = self.connect()
        return self.kept

    def read(self, rooms: Sequence[str], drafts: Sequence[Any], *, skip_locked: bool) -> Rows:
        """Begin, lock these rooms, and return what decides about each draft."""
        raise NotImplementedError

    def ask(self, statement: Statement, rows: Sequence[Any]) -> Rows:
        """Ask one thing more under the locks."""
        raise NotImplementedError

    def write(self, steps: Sequence[Step]) -> None:
        """Write all of this, in this order, and commit."""
        raise NotImplementedError

    def undo(self) -> None:
        """Undo what was begun."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Undo what was begun; where even that fails the connection goes. Never raises."""
        try:
            self.undo()
        except Exception as error:  # noqa: BLE001 - what made us give up is what is told
            log.info("journal_connection_dropped", error=type(error).__name__)
            self.drop()

    def drop(self) -> None:
        """Let go of a connection that may be broken."""
        if self.kept is not None:
            self.kept.invalidate()
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        kept, self.kept = self.kept, None
        if kept is not None:
            kept.close()


def document(rows: Sequence[Any]) -> str:
    """Write rows as the one parameter of a statement."""
    return orjson.dumps(rows).decode()
