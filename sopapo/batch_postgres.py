"""The journal's way to PostgreSQL, with as few journeys as can be.

A journey there and back takes turns of the loop and wakes two processes. So a batch takes two: the first begins, locks
and reads what decides, the second writes and commits. The statements are prepared once a connection.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Engine
from sqlalchemy.exc import DBAPIError

from sopapo.batch_sql import FACTS, LOCK_FREE_ROOMS, LOCK_ROOMS, STATEMENTS, Statement
from sopapo.batch_store import Rows, Step, Store, document

PREPARED = "sopapo_journal"


class PostgresStore(Store):
    """Sends together what is known."""

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
