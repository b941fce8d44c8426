"""The journal's way to SQLite, where a statement is a function call, and one lock is taken for all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Transaction

from sopapo.batch_sql import FACTS, INDEX_MANY_WORDS, INSERT_MESSAGES, Statement
from sopapo.batch_store import Rows, Step, Store, document
from sopapo.database import WRITES
from sopapo.driver import as_sqlalchemy, driver_of


class SqliteStore(Store):
    """Takes the lock, and commits as the engine does."""

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
        with as_sqlalchemy(statement.sqlite):
            return driver_of(self.connection).execute(statement.sqlite, (document(rows),)).fetchall()

    def write(self, steps: Sequence[Step]) -> None:
        """Write all of this, and commit."""
        assert self.begun
        driver = driver_of(self.connection)
        for statement, rows in steps:
            with as_sqlalchemy(statement.sqlite):
                if statement is INSERT_MESSAGES:
                    driver.executemany(statement.sqlite, [row.columns for row in rows])
                    driver.execute(INDEX_MANY_WORDS)
                else:
                    driver.execute(statement.sqlite, (document(rows),))
        self.begun.commit()

    def undo(self) -> None:
        """Undo what was begun."""
        if self.begun is not None:
            self.begun.rollback()
