"""The journal's way to either database: a connection that it keeps, and as few journeys as can be.

A journey to PostgreSQL and back takes turns of the loop and wakes two processes. So a batch takes two: the first
begins, locks and reads what decides, the second writes and commits. The statements are prepared once a connection.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
import structlog
from sqlalchemy import Connection, CursorResult, Engine, Transaction
from sqlalchemy.exc import DBAPIError

from sopapo.batch_sql import (
    FACTS,
    INDEX_MANY_WORDS,
    INSERT_MESSAGES,
    LOCK_FREE_ROOMS,
    LOCK_ROOMS,
    STATEMENTS,
    Statement,
)
from sopapo.database import WRITES, is_sqlite

log = structlog.get_logger(__name__)

Rows = Sequence[Any]
PREPARED = "sopapo_journal"


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


class SqliteStore(Store):
    """SQLite: a statement is a function call, and one lock is taken for all."""

    def __init__(self, engine: Engine) -> None:
        """Connect for writing."""
        super().__init__(engine.execution_options(**{WRITES: True}).connect)
        self.begun: Transaction | None = None

    def read(self, rooms: Sequence[str], drafts: Sequence[Any], *, skip_locked: bool) -> Rows:  # noqa: ARG002 - the one lock is for all rooms
        """Take the lock, and return what decides about each draft."""
        self.begun = self.connection.begin()
        return self.ask(FACTS, drafts)

    def ask(self, statement: Statement, rows: Sequence[Any]) -> Rows:
        """Ask one thing more under the lock."""
        return self.connection.exec_driver_sql(statement.sqlite, (document(rows),)).fetchall()

    def write(self, steps: Sequence[Step]) -> None:
        """Write all of this, and commit."""
        assert self.begun
        for statement, rows in steps:
            if statement is INSERT_MESSAGES:
                self.connection.exec_driver_sql(statement.sqlite, [row.columns for row in rows])
                self.connection.exec_driver_sql(INDEX_MANY_WORDS)
            else:
                self.connection.exec_driver_sql(statement.sqlite, (document(rows),))
        self.begun.commit()

    def undo(self) -> None:
        """Undo what was begun."""
        if self.begun is not None:
            self.begun.rollback()


class PostgresStore(Store):
    """PostgreSQL: what is known goes together."""

    can_skip = True

    def __init__(self, engine: Engine) -> None:
        """Connect so that BEGIN and COMMIT are ours to send."""
        super().__init__(engine.execution_options(isolation_level="AUTOCOMMIT").connect)

    def read(self, rooms: Sequence[str], drafts: Sequence[Any], *, skip_locked: bool) -> Rows:
        """Begin, lock the rooms, and return what decides about each draft, true from then on.

        Where a kept connection turns out to be broken, nothing has happened yet: a new one is tried.
        """
        lock = LOCK_FREE_ROOMS if skip_locked else LOCK_ROOMS
        steps = [Step(lock, rooms), Step(FACTS, drafts)]
        try:
            return self.send("BEGIN; ", steps).fetchall()
        except DBAPIError as error:
            self.give_up()
            if not error.connection_invalidated:
                raise
        return self.send("BEGIN; ", steps).fetchall()

    def ask(self, statement: Statement, rows: Sequence[Any]) -> Rows:
        """Ask one thing more under the locks."""
        return self.send("", [Step(statement, rows)]).fetchall()

    def write(self, steps: Sequence[Step]) -> None:
        """Write all of this, and commit."""
        self.send("", steps, "; COMMIT")

    def undo(self) -> None:
        """Undo what was begun."""
        self.connection.exec_driver_sql("ROLLBACK")

    def send(self, before: str, steps: Sequence[Step], after: str = "") -> CursorResult[Any]:
        """Send statements as one, and return what the last one found."""
        self.prepare()
        executed = "; ".join(f"EXECUTE {step.statement.name}(%s)" for step in steps)
        documents = tuple(document(step.rows) for step in steps)
        return self.connection.exec_driver_sql(before + executed + after, documents)

    def prepare(self) -> None:
        """Let the connection know the statements, once."""
        if PREPARED not in self.connection.info:
            prepared = [f"PREPARE {each.name}(text) AS {each.postgresql.replace('%s', '$1')}" for each in STATEMENTS]
            self.connection.exec_driver_sql("; ".join(prepared))
            self.connection.info[PREPARED] = True


def store_of(engine: Engine) -> Store:
    """Return the way to this database."""
    return SqliteStore(engine) if is_sqlite(engine) else PostgresStore(engine)


def document(rows: Sequence[Any]) -> str:
    """Write rows as the one parameter of a statement."""
    return orjson.dumps(rows).decode()
