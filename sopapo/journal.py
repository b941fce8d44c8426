"""The hot path: sends that wait at the same time are stored by one transaction.

A send waits here until it is stored, 10 s at most. After the commit, message by message in the order of their
numbers, the sender is acknowledged and the others are told; nothing yields between the two.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import db
from sopapo import broadcast
from sopapo.batch import Batch, Draft, Outcome
from sopapo.database import WRITES
from sopapo.errors import ChatError, Unavailable, is_away, outcome_of
from sopapo.schemas.messages import MessageSent
from sopapo.transaction import gates, gates_of
from sopapo.transport.runtime import spawn

log = structlog.get_logger(__name__)

MAX_SECONDS = 10
MAX_DRAFTS = 256
MAX_BYTES = 1024 * 1024
MAX_WAITING = 20_000
TRIES = 4
# Serialization failure and deadlock: the whole transaction is worth another try.
AGAIN = ("40001", "40P01")
Acknowledge = Callable[[MessageSent], None]


@dataclass(slots=True, eq=False)
class Waiting:
    """A draft that waits to be stored, on behalf of a socket or of none."""

    draft: Draft
    socket: str | None
    acknowledge: Acknowledge
    until: float
    settled: Event = field(default_factory=Event)
    outcome: Outcome = None
    given_up: bool = False

    def settle(self, outcome: MessageSent | ChatError) -> None:
        """Acknowledge and tell the others, or let the sender know why not."""
        self.outcome = outcome
        if not isinstance(outcome, ChatError):
            if not self.given_up:
                self.acknowledge(outcome)
            if not outcome["duplicate"]:
                broadcast.message(outcome["message"], skip=None if self.given_up else self.socket)
        self.settled.set()


class Journal:
    """Takes drafts from all sockets and stores them, many at a time, in the order in which they came."""

    def __init__(self, app: Flask) -> None:
        """Begin to store when the first draft comes."""
        self.app = app
        self.queue: deque[Waiting] = deque()
        self.aside: Counter[str] = Counter()
        self.awake = Event()
        self.started = False

    def send(self, draft: Draft, socket: str | None, acknowledge: Acknowledge) -> MessageSent:
        """Store a message and return it; `acknowledge` is called with it before anybody else hears of it.

        Raises NotFound, Forbidden, or Unavailable when it was not stored within 10 s.
        """
        if len(self.queue) >= MAX_WAITING:
            message = "too many messages wait to be stored"
            raise Unavailable(message, retry_after=1)
        waiting = Waiting(draft, socket, acknowledge, time.monotonic() + MAX_SECONDS)
        self.queue.append(waiting)
        self.wake()
        if not waiting.settled.wait(MAX_SECONDS):
            waiting.given_up = True
            message = "the message could not be stored in time"
            raise Unavailable(message, retry_after=1)
        if waiting.outcome is None or isinstance(waiting.outcome, ChatError):
            raise waiting.outcome or Unavailable("the message was not stored")
        return waiting.outcome

    def wake(self) -> None:
        """Let the writer look at the queue."""
        if not self.started:
            self.started = True
            spawn(self.run)
        self.awake.set()

    def run(self) -> None:
        """Store what waits, for ever."""
        with self.app.app_context():
            while True:
                self.awake.wait()
                self.awake.clear()
                while batch := self.next_batch():
                    self.store(batch, skip_locked=True)
                if self.queue:
                    time.sleep(0.005)
                    self.awake.set()

    def next_batch(self) -> list[Waiting]:
        """Take the oldest drafts whose rooms nobody is changing just now; forget those that were given up."""
        batch: list[Waiting] = []
        later: deque[Waiting] = deque()
        size = 0
        while self.queue and len(batch) < MAX_DRAFTS and size < MAX_BYTES:
            waiting = self.queue.popleft()
            room_id = waiting.draft.room_id
            if waiting.given_up:
                continue
            if self.aside[room_id] or gates.is_held(gates_of(room_id)[0]):
                later.append(waiting)
                continue
            batch.append(waiting)
            size += len(waiting.draft.text)
        self.queue.extendleft(reversed(later))
        return batch

    def store(self, batch: list[Waiting], *, skip_locked: bool) -> None:
        """Store drafts in one transaction, then settle them in the order of their numbers."""
        with ExitStack() as held:
            for gate in gates_of(*{waiting.draft.room_id for waiting in batch}):
                held.enter_context(gates.held(gate))
            outcomes = self.outcomes(batch, skip_locked=skip_locked)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if outcome is not None:
                    settle(waiting, outcome)
        locked = [waiting for waiting, outcome in zip(batch, outcomes, strict=True) if outcome is None]
        if locked:
            self.aside.update(waiting.draft.room_id for waiting in locked)
            spawn(self.store_aside, locked)

    def store_aside(self, batch: list[Waiting]) -> None:
        """Wait for rooms that another process has locked, while the others go on and these rooms' later drafts wait."""
        try:
            with self.app.app_context():
                self.store(batch, skip_locked=False)
        finally:
            self.aside -= Counter(waiting.draft.room_id for waiting in batch)
            self.awake.set()

    def outcomes(self, batch: list[Waiting], *, skip_locked: bool) -> list[Outcome]:
        """Commit a batch; where it fails, see each message by itself, so that one cannot spoil the others."""
        try:
            return commit([waiting.draft for waiting in batch], skip_locked=skip_locked)
        except Exception as error:  # noqa: BLE001
            if is_away(error) or len(batch) == 1:
                return [outcome_of(error)] * len(batch)
        return [self.outcomes([waiting], skip_locked=skip_locked)[0] for waiting in batch]


def commit(drafts: list[Draft], *, skip_locked: bool) -> list[Outcome]:
    """Store drafts in one transaction; try again where another process came between."""
    for left in reversed(range(TRIES)):
        try:
            with db.engine.execution_options(**{WRITES: True}).begin() as connection:
                return Batch(connection, drafts, skip_locked=skip_locked).store()
        except DBAPIError as error:
            code = getattr(error.orig, "pgcode", None)
            if not left or not (isinstance(error, IntegrityError) or code in AGAIN):
                raise
    return []


def settle(waiting: Waiting, outcome: MessageSent | ChatError) -> None:
    """Settle one draft; what fails in it is logged, and does not touch the others."""
    try:
        waiting.settle(outcome)
    except Exception:
        log.exception("broadcast_failed")
        waiting.settled.set()


def journal() -> Journal:
    """Return the journal of the running application."""
    found: Journal = current_app.extensions["sopapo.journal"]
    return found
