"""The hot path: sends that wait at the same time are stored by one transaction.

After the commit, message by message in the order of their numbers, the sender is answered and the others are told;
nothing yields between the two. Who is not answered within some seconds is told that nothing was stored, so that he
tries again: his `client_id` makes that safe.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine, QueuePool

from models import db
from sopapo import broadcast
from sopapo.batch import Outcome
from sopapo.database import is_sqlite
from sopapo.draft import Draft
from sopapo.errors import ChatError, Unavailable, outcome_of
from sopapo.lane import Lane
from sopapo.schemas.messages import MessageSent
from sopapo.transaction import gates, gates_by_room, gates_held
from sopapo.transport.runtime import spawn

log = structlog.get_logger(__name__)

# Overdue drafts are looked for once a second: nobody waits longer than 10 s.
MAX_SECONDS = 9
MAX_DRAFTS = 256
MAX_BYTES = 1024 * 1024
MAX_WAITING = 20_000
# How many transactions are under way at once on PostgreSQL: while one waits, the other is worked on.
LANES = 2

Settle = Callable[[MessageSent | ChatError], None]


@dataclass(slots=True, eq=False)
class Waiting:
    """A draft that waits to be stored, on behalf of a socket or of none; it is settled once."""

    draft: Draft
    socket: str | None
    settle: Settle
    until: float
    settled: bool = False

    def stored(self, sent: MessageSent, *, alone: bool) -> None:
        """Answer the sender, then tell the others; a sender who was told to try again hears it as they do."""
        skip = None if self.settled else self.socket
        self.answer(sent)
        if not sent["duplicate"]:
            broadcast.message(sent["message"], skip, alone=alone)

    def give_up(self) -> None:
        """Tell the sender to try again."""
        self.answer(Unavailable("the message could not be stored in time", retry_after=1))

    def answer(self, outcome: MessageSent | ChatError) -> None:
        """Settle the draft, unless it was given up."""
        if not self.settled:
            self.settled = True
            self.settle(outcome)


class Journal:
    """Takes drafts from all sockets and stores them, many at a time, in the order in which they came."""

    def __init__(self, app: Flask, stored_in: Callable[[str], None]) -> None:
        """Begin to store when the first draft comes; `stored_in` hears of each room that has new messages."""
        self.app = app
        self.stored_in = stored_in
        self.queue: deque[Waiting] = deque()
        self.under_way: set[Waiting] = set()
        # What wakes each lane; each room has one of them.
        self.lanes: list[Event] = []
        # The rooms and senders in transactions: nothing may overtake these.
        self.busy: set[str] = set()
        self.aside: Counter[str] = Counter()

    def post(self, draft: Draft, socket: str | None, settle: Settle, asked_at: float = 0.0) -> None:
        """Store a message soon; `settle` is called with it before anybody else hears of it, or with why it is not.

        Errors: NotFound, Forbidden, or Unavailable when it was not stored within 10 s since it was asked.
        """
        if len(self.queue) >= MAX_WAITING:
            settle(Unavailable("too many messages wait to be stored", retry_after=1))
            return
        moment = time.monotonic()
        waiting = Waiting(draft, socket, settle, (asked_at or moment) + MAX_SECONDS)
        if waiting.until < moment:
            waiting.give_up()
            return
        self.queue.append(waiting)
        if not self.lanes:
            self.start()
        # What must wait for a transaction is looked at when that is over.
        if not (draft.room_id in self.busy or draft.sender_id in self.busy):
            self.lane_of(draft.room_id).set()

    def post_and_wait(self, draft: Draft, socket: str | None) -> MessageSent:
        """Store a message and return it; raises the errors that `post` tells of."""
        settled: SimpleQueue[MessageSent | ChatError] = SimpleQueue()
        self.post(draft, socket, settled.put)
        outcome = settled.get()
        if isinstance(outcome, ChatError):
            raise outcome
        return outcome

    def give_up_overdue(self) -> None:
        """Answer those who have waited too long; called once a second."""
        moment = time.monotonic()
        for waiting in [*self.queue, *self.under_way]:
            if waiting.until < moment:
                waiting.give_up()

    def start(self) -> None:
        """Open the lanes."""
        with self.app.app_context():
            self.lanes = [Event() for _ in range(lanes_for(db.engine))]
        for awake in self.lanes:
            spawn(self.run, awake)

    def lane_of(self, room_id: str) -> Event:
        """Return what wakes the lane in which a room's messages are stored; the end of an id is random."""
        return self.lanes[ord(room_id[-1]) % len(self.lanes)]

    def run(self, awake: Event) -> None:
        """Store what waits, for ever: one lane of it."""
        with self.app.app_context():
            lane = Lane(db.engine)
            while True:
                awake.wait()
                awake.clear()
                if len(self.queue) > 1:
                    # One turn of the loop reads what has arrived meanwhile: more messages share the commit.
                    time.sleep(0)
                while batch := self.next_batch(awake):
                    self.store_safely(lane, batch)

    def look_again(self) -> None:
        """Let each lane see whether there is something for it that had to wait."""
        if self.queue:
            for awake in self.lanes:
                awake.set()

    def store_safely(self, lane: Lane, batch: list[Waiting]) -> None:
        """Store drafts; whatever goes wrong with them, those who come later are served."""
        busy = {name for waiting in batch for name in (waiting.draft.room_id, waiting.draft.sender_id)}
        self.busy |= busy
        try:
            self.store(lane, batch, skip_locked=True)
        except Exception as error:  # noqa: BLE001 - every sender is answered
            for waiting in batch:
                waiting.answer(outcome_of(error))
        finally:
            self.under_way.difference_update(batch)
            self.busy -= busy
            self.look_again()

    def next_batch(self, lane: Event) -> list[Waiting]:
        """Take a lane's oldest drafts whose rooms nobody is changing just now; forget those that were given up.

        Those whose rooms somebody is changing wait aside for their turn: it comes, however many others want one. What
        another lane has in hand is waited for here: neither a room nor a sender may overtake himself.
        """
        batch: list[Waiting] = []
        held: list[Waiting] = []
        later: deque[Waiting] = deque()
        behind = set(self.busy)
        size = 0
        gate_of = gates_by_room()
        while self.queue and len(batch) < MAX_DRAFTS and size < MAX_BYTES:
            waiting = self.queue.popleft()
            if waiting.settled:
                continue
            draft = waiting.draft
            if draft.room_id in behind or draft.sender_id in behind or self.lane_of(draft.room_id) is not lane:
                behind.update((draft.room_id, draft.sender_id))
                later.append(waiting)
            elif self.aside[draft.room_id] or len(held) >= MAX_DRAFTS:
                later.append(waiting)
            elif gates.is_held(gate_of(draft.room_id)):
                held.append(waiting)
            else:
                batch.append(waiting)
                size += len(draft.text)
        self.queue.extendleft(reversed(later))
        self.put_aside(held)
        return batch

    def store(self, lane: Lane, batch: list[Waiting], *, skip_locked: bool) -> None:
        """Store drafts in one transaction, then settle them in the order of their numbers."""
        self.under_way.update(batch)
        with gates_held(*{waiting.draft.room_id for waiting in batch}):
            outcomes = lane.outcomes_of([waiting.draft for waiting in batch], skip_locked=skip_locked)
            settle(list(zip(batch, outcomes, strict=True)))
            for room_id in {waiting.draft.room_id for waiting in batch}:
                self.stored_in(room_id)
        self.under_way.difference_update(batch)
        self.put_aside([waiting for waiting, outcome in zip(batch, outcomes, strict=True) if outcome is None])

    def put_aside(self, batch: list[Waiting]) -> None:
        """Let drafts wait for their rooms, while the others go on."""
        if batch:
            self.aside.update(waiting.draft.room_id for waiting in batch)
            spawn(self.store_aside, batch)

    def store_aside(self, batch: list[Waiting]) -> None:
        """Wait for rooms that are being changed, here or by another process; these rooms' later drafts wait, too."""
        lane: Lane | None = None
        try:
            with self.app.app_context():
                lane = Lane(db.engine)
                self.store(lane, batch, skip_locked=False)
        except Unavailable as error:
            settle([(waiting, error) for waiting in batch])
        finally:
            if lane is not None:
                lane.close()
            self.under_way.difference_update(batch)
            self.aside -= Counter(waiting.draft.room_id for waiting in batch)
            self.look_again()


def lanes_for(engine: Engine) -> int:
    """Return how many transactions may be under way at once: SQLite has one lock, a small pool few connections."""
    if is_sqlite(engine):
        return 1
    assert isinstance(engine.pool, QueuePool)
    return max(1, min(LANES, engine.pool.size() // 4))


def settle(outcomes: Sequence[tuple[Waiting, Outcome]]) -> None:
    """Answer each sender and tell the others; what fails for one is logged, and does not touch the next."""
    for waiting, outcome in outcomes:
        try:
            if isinstance(outcome, ChatError):
                waiting.answer(outcome)
            elif outcome is not None:
                waiting.stored(outcome, alone=len(outcomes) == 1)
        except Exception:
            log.exception("broadcast_failed")


def journal() -> Journal:
    """Return the journal of the running application."""
    found: Journal = current_app.extensions["sopapo.journal"]
    return found
