"""The journal's way to SQLite, where a statement is a function call, and one lock is taken for all.

What is asked and written goes to the driver: SQLAlchemy's way there takes longer than SQLite does, three times as long
where the processor's caches hold neither, as after a message to a thousand members.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Transaction
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from sopapo.batch_sql import FACTS, INDEX_MANY_WORDS, INSERT_MESSAGES, Statement
from sopapo.batch_store import Rows, Step, Store, document
from sopapo.database import WRITES


class SqliteStore(Store):
    """Takes the lock, and commits as the engine does."""

    def __init__(self, engine: Engine) -> None:
        """Connect for writing."""
        super().__init__(engine.execution_options(**{WRITES: True}).connect)
        self.begun: Transaction | None = None

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection."""
        found = self.connection.connection.driver_connection
        assert isinstance(found, sqlite3.Connection)
        return found

    def read(self, rooms: Sequence[str], drafts: Sequence[Any], *, skip_locked: bool) -> Rows:  # noqa: ARG002 - the one lock is for all rooms
        """Take the lock, and return what decides about each draft."""
        self.begun = self.connection.begin()
        return self.ask(FACTS, drafts)

    def ask(self, statement: Statement, rows: Sequence[Any]) -> Rows:
        """Ask one thing more under the lock."""
        with as_sqlalchemy(statement.sqlite):
            return self.driver.execute(statement.sqlite, (document(rows),)).fetchall()

    def write(self, steps: Sequence[Step]) -> None:
        """Write all of this, and commit."""
        assert self.begun
        for statement, rows in steps:
            with as_sqlalchemy(statement.sqlite):
                if statement is INSERT_MESSAGES:
                    self.driver.executemany(statement.sqlite, [row.columns for row in rows])
                    self.driver.execute(INDEX_MANY_WORDS)
                else:
                    self.driver.execute(statement.sqlite, (document(rows),))
        self.begun.commit()

    def undo(self) -> None:
        """Undo what was begun."""
        if self.begun is not None:
            self.begun.rollback()


@contextmanager
def as_sqlalchemy(statement: str) -> Iterator[None]:
    """Let what the driver raises be what SQLAlchemy would raise."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error
    except sqlite3.Error as error:
        raise DBAPIError(statement, None, error) from error
