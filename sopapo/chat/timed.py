"""Sending messages whose time has come, also when it came while nobody was there.

Any number of processes may do it: who sends a message claims its row for a while, and passes over what others have
claimed. Should he die, another takes over when the claim ends; the message's own `client_id` lets it be sent only once.
"""

from queue import SimpleQueue

from sqlalchemy import bindparam, select

from models import Scheduled, User, db
from sopapo import broadcast
from sopapo.chat.messages import post_message
from sopapo.chat.waiting import forget, scheduled_state
from sopapo.clock import now
from sopapo.errors import ChatError, Suspended
from sopapo.schemas.messages import MessageSent, SendMessage
from sopapo.security import Identity
from sopapo.transaction import transaction

AT_ONCE = 50
CLAIM = 60_000

DUE = Scheduled.due_at <= bindparam("moment")

Outcome = MessageSent | ChatError


def send_due() -> bool:
    """Send what is due, up to fifty messages; returns whether there may be more."""
    rows = claim()
    outcomes = [send(row) for row in rows]
    for row, outcome in zip(rows, outcomes, strict=True):
        settle(row, outcome.get())
    return len(rows) == AT_ONCE


def claim() -> list[Scheduled]:
    """Return messages that are due, and keep others from sending them for a minute."""
    due = select(Scheduled).where(DUE).order_by(Scheduled.due_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    with transaction():
        rows = list(db.session.scalars(due, {"moment": now()}))
        for row in rows:
            row.claimed, row.due_at = True, now() + CLAIM
    return rows


def send(row: Scheduled) -> "SimpleQueue[Outcome]":
    """Hand a message to the journal as its author does; what becomes of it comes out of the queue."""
    outcome: SimpleQueue[Outcome] = SimpleQueue()
    if db.session.scalar(select(User.suspended_at).where(User.id == row.sender_id)) is not None:
        outcome.put(Suspended("the account is suspended"))
        return outcome
    files = [held.file_id for held in row.holds]
    body = SendMessage(room=row.room_id, client_id=row.client_id, files=files, text=row.text, reply_to=row.reply_to)
    post_message(Identity(row.sender_id, "", 0), body, outcome.put)
    return outcome


def settle(claimed: Scheduled, outcome: Outcome) -> None:
    """Forget a message that was sent, keep why one was refused, and try again later what could not be stored now."""
    name = (claimed.sender_id, claimed.room_id, claimed.client_id)
    with transaction() as tell:
        row = db.session.get(Scheduled, name, with_for_update=True, populate_existing=True)
        if row is None or row.due_at != claimed.due_at:
            return
        row.claimed = False
        if isinstance(outcome, ChatError) and outcome.retry_after is not None:
            row.due_at = now() + max(1000, round(outcome.retry_after * 1000))
            return
        state = scheduled_state(row)
        if isinstance(outcome, ChatError):
            row.due_at, row.fault = None, outcome.code
            state = scheduled_state(row)
        else:
            forget(row)
            state["status"] = "sent"
        tell(broadcast.scheduled, row.sender_id, state)
