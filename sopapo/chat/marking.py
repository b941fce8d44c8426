"""Marking messages as got and as read.

A room of thousands reads at once: wishes that wait at the same time are one transaction. A mark takes no `rev` and
only grows. After the commit the member is answered; the senders of what is newly covered hear of it a moment later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, cast

from flask import current_app
from sqlalchemy import Connection, Row

from models import Member, db
from sopapo import broadcast
from sopapo.chat.access import read_room
from sopapo.chat.marking_sql import FACTS, RAISE, REMEMBER
from sopapo.clock import now
from sopapo.database import WRITES, execute
from sopapo.errors import ChatError, outcome_of
from sopapo.gathering import Gathering
from sopapo.schemas.marks import Marked, MarkRoom
from sopapo.security import Identity
from sopapo.states import me_state
from sopapo.transaction import gates_held

SECONDS, MOST = 0.01, 1000


@dataclass(slots=True, eq=False)
class Wish:
    """A member's wish to raise his marks; `settle` hears how far he is, why not, or None where he is no member."""

    caller: Identity
    room_id: str
    seq: int
    read: bool
    settle: Callable[[Marked | ChatError | None], None]


@dataclass(frozen=True, slots=True)
class Raised:
    """A member's marks, delivered and read, before and after his wish, and his row with the room's size."""

    room_id: str
    user_id: str
    before: tuple[int, int]
    after: tuple[int, int]
    row: SimpleNamespace

    @property
    def has_grown(self) -> bool:
        """Tell whether the wish changed anything."""
        return self.before != self.after

    @property
    def marked(self) -> Marked:
        """Return how far the member is now."""
        return Marked(delivered=self.after[0], read=self.after[1])


def mark_delivered(caller: Identity, body: MarkRoom) -> Marked:
    """Say that everything up to a message has been got. Raises NotFound, Forbidden and Unavailable."""
    return mark(caller, body, read=False)


def mark_read(caller: Identity, body: MarkRoom) -> Marked:
    """Say that everything up to a message has been read. Raises NotFound, Forbidden and Unavailable."""
    return mark(caller, body, read=True)


def mark(caller: Identity, body: MarkRoom, *, read: bool) -> Marked:
    """Raise the caller's marks, together with others who want the same at this moment."""
    settled: SimpleQueue[Marked | ChatError | None] = SimpleQueue()
    wishes: Gathering[Wish] = current_app.extensions["sopapo.marking"]
    wishes.add(Wish(caller, body.room, body.seq, read, settled.put))
    outcome = settled.get()
    if isinstance(outcome, ChatError):
        raise outcome
    if outcome is None:
        member = read_room(caller, body.room)[1]
        return Marked(delivered=member.delivered, read=member.read)
    return outcome


def grant(wishes: list[Wish]) -> None:
    """Raise the marks of many members in one transaction, and answer each."""
    try:
        raised = commit(wishes)
    except Exception as error:  # noqa: BLE001 - every member is answered
        for wish in wishes:
            wish.settle(outcome_of(error))
        return
    receipts: Gathering[Raised] = current_app.extensions["sopapo.receipts"]
    for wish, found in zip(wishes, raised, strict=True):
        wish.settle(found.marked if found else None)
        if found is not None and found.has_grown:
            broadcast.me(wish.caller.user_id, me_state(cast(Member, found.row)), skip=wish.caller.socket)
            receipts.add(found)


def commit(wishes: list[Wish]) -> list[Raised | None]:
    """Store higher marks; the gates of the rooms are held, since the journal raises marks of their members too."""
    with (
        gates_held(*{wish.room_id for wish in wishes}),
        db.engine.execution_options(**{WRITES: True}).begin() as connection,
    ):
        return Raising(connection, wishes).store()


class Raising:
    """The wishes of one transaction and what becomes of each."""

    def __init__(self, connection: Connection, wishes: list[Wish]) -> None:
        """Take wishes in the order in which they came."""
        self.connection = connection
        self.wishes = wishes
        self.moment = now()
        self.reached: dict[tuple[str, str], tuple[int, int]] = {}

    def store(self) -> list[Raised | None]:
        """Raise what can be raised; None is said of one who is no member."""
        asked = [{"n": n, "room": wish.room_id, "user": wish.caller.user_id} for n, wish in enumerate(self.wishes)]
        facts = {fact.n: fact for fact in execute(self.connection, FACTS, asked)}
        raised = [self.raised(wish, facts.get(n)) for n, wish in enumerate(self.wishes)]
        self.write([found for found in raised if found is not None and found.has_grown])
        return raised

    def raised(self, wish: Wish, fact: Row[Any] | None) -> Raised | None:
        """Return a member with his marks raised to a message; beyond the last means the last."""
        if fact is None:
            return None
        key = (wish.room_id, wish.caller.user_id)
        before = self.reached.get(key, (fact.delivered, fact.read))
        seq = min(wish.seq, fact.last_seq)
        after = (max(before[0], seq), max(before[1], seq) if wish.read else before[1])
        self.reached[key] = after
        row = SimpleNamespace(**fact._mapping)
        row.room_id, row.delivered, row.read = wish.room_id, *after
        # A plain row of SQLite holds 0 and 1.
        row.archived, row.pinned = bool(fact.archived), bool(fact.pinned)
        return Raised(*key, before, after, row)

    def write(self, raised: list[Raised]) -> None:
        """Store the marks, and when they were raised."""
        if not raised:
            return
        last = {(found.room_id, found.user_id): found.after for found in raised}
        members = [
            {"room": room, "user": user, "delivered": delivered, "read": read, "at": self.moment}
            for (room, user), (delivered, read) in last.items()
        ]
        execute(self.connection, RAISE, members)
        execute(self.connection, REMEMBER, [time for found in raised for time in self.times(found)])

    def times(self, found: Raised) -> list[dict[str, Any]]:
        """Return the rows that say when a member got and when he read what."""
        return [
            {"room": found.room_id, "user": found.user_id, "seq": after, "read": bool(read), "at": self.moment}
            for read, (before, after) in enumerate(zip(found.before, found.after, strict=True))
            if after > before
        ]
