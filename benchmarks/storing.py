"""The stage that stores: a batch of messages in one durable transaction."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice

from uuid_utils import uuid4

from benchmarks.stage import Stage
from benchmarks.way import TEXT
from models import db
from sopapo.chat.seeding import seed_crowd
from sopapo.commands import schema
from sopapo.commands.app import make_app
from sopapo.draft import Draft
from sopapo.errors import ChatError
from sopapo.lane import Lane

BATCHES = (1, 16, 64, 256)
USERS, ROOMS, ROOM_SIZE = 200, 40, 5

Sender = tuple[str, str]


@contextmanager
def stages_storing(url: str | None) -> Iterator[list[Stage]]:
    """Bring the stages for a database, which is filled for it; without an address, for SQLite in a new folder."""
    with tempfile.TemporaryDirectory(prefix="sopapo-stages-") as folder:
        settings = {"SOPAPO_DATA_DIR": folder, "SOPAPO_LOG_LEVEL": "warning"}
        app = make_app(**settings, DATABASE_URL=url or f"sqlite:///{folder}/stages.db")
        with app.app_context():
            schema.bring_up_to_date()
            crowd = seed_crowd(USERS, ROOMS, ROOM_SIZE)
            senders = [(user["rooms"][0], user["user"]) for user in crowd]
            name = "PostgreSQL" if url else "SQLite"
            lane = Lane(db.engine)
            yield [stage(name, lane, size, senders) for size in BATCHES]
            lane.close()
            db.engine.dispose()


def stage(name: str, lane: Lane, size: int, senders: list[Sender]) -> Stage:
    """Return the stage that stores batches of one size, each sender in turn."""
    turn = cycle(senders)
    waiting: list[Draft] = []

    def gather() -> None:
        waiting[:] = [Draft(room, user, str(uuid4()), TEXT) for room, user in islice(turn, size)]

    return Stage(f"store in {name}, {size} at a time", "message", partial(store, lane, waiting), size, before=gather)


def store(lane: Lane, drafts: list[Draft]) -> None:
    """Commit a batch as the journal does. Raises what refuses a message."""
    for outcome in lane.outcomes_of(drafts, skip_locked=True):
        if isinstance(outcome, ChatError):
            raise outcome
