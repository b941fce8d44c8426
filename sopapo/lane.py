"""One of the journal's ways to the database: batches go one after the other, each tried until its outcome is known."""

import time

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from sopapo import metrics
from sopapo.batch import Batch, Outcome
from sopapo.batch_postgres import PostgresStore
from sopapo.batch_sqlite import SqliteStore
from sopapo.database import is_sqlite
from sopapo.draft import Draft
from sopapo.errors import is_away, outcome_of

TRIES = 4
# Serialization failure and deadlock: the whole transaction is worth another try.
AGAIN = ("40001", "40P01")
# Where one message is sent again, others are: clients come back together.
LOOKING_SECONDS = 5.0


class Lane:
    """Stores batches through a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        """Connect with the first batch."""
        self.store = SqliteStore(engine) if is_sqlite(engine) else PostgresStore(engine)
        self.looking_until = 0.0

    def outcomes_of(self, drafts: list[Draft], *, skip_locked: bool) -> list[Outcome]:
        """Commit a batch; where it fails, see each message by itself, so that one cannot spoil the others."""
        try:
            return self.commit(drafts, skip_locked=skip_locked)
        except Exception as error:  # noqa: BLE001 - every sender is answered
            if is_away(error) or len(drafts) == 1:
                return [outcome_of(error)] * len(drafts)
        return [self.outcomes_of([draft], skip_locked=skip_locked)[0] for draft in drafts]

    def commit(self, drafts: list[Draft], *, skip_locked: bool) -> list[Outcome]:
        """Store drafts in one transaction; try again where one was stored before, or another process came between."""
        for left in reversed(range(TRIES)):
            looking = time.monotonic() < self.looking_until
            batch = Batch(self.store, drafts, skip_locked=skip_locked, looking=looking)
            try:
                outcomes = batch.run()
            except DBAPIError as error:
                code = getattr(error.orig, "pgcode", None)
                if not left or not (isinstance(error, IntegrityError) or code in AGAIN):
                    raise
                self.looking_until = time.monotonic() + LOOKING_SECONDS
            else:
                metrics.observe_batch(len(drafts), len(batch.rows))
                return outcomes
        return []

    def close(self) -> None:
        """Let go of the connection."""
        self.store.close()
