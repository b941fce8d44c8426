"""Messages for later: asking for them, changing and cancelling them."""

from sqlalchemy import func, select

from models import Message, Scheduled, db
from sopapo import broadcast
from sopapo.chat.access import access_room, refuse_writing
from sopapo.chat.composing import time_to_come
from sopapo.clock import moment_of, now, rfc3339
from sopapo.errors import Conflict, NotFound
from sopapo.schemas.scheduled import (
    ChangeScheduled,
    ListScheduled,
    MessageScheduled,
    ScheduledChanged,
    ScheduledMessages,
    ScheduledRequest,
    ScheduleMessage,
)
from sopapo.schemas.states import ScheduledState
from sopapo.security import Identity
from sopapo.transaction import transaction

AT_MOST = 100


def schedule_message(caller: Identity, body: ScheduleMessage) -> MessageScheduled:
    """Keep a message until its time. Raises NotFound, Forbidden, Conflict and Invalid."""
    with transaction(body.room) as tell:
        room, me = access_room(caller, body.room)
        row = db.session.get(Scheduled, (caller.user_id, room.id, body.client_id))
        known = row is not None
        if row is None:
            refuse_writing(room, me)
            refuse_sent(caller, body)
            row = new_row(caller, body)
            db.session.add(row)
        state = scheduled_state(row)
        if not known:
            tell(broadcast.scheduled, caller.user_id, state, skip=caller.socket)
    return MessageScheduled(scheduled=state, duplicate=known)


def refuse_sent(caller: Identity, body: ScheduleMessage) -> None:
    """Raise Conflict where the message has been sent already, or too many wait."""
    sent = select(Message.id).where(
        Message.room_id == body.room, Message.sender_id == caller.user_id, Message.client_id == body.client_id
    )
    if db.session.scalar(sent) is not None:
        raise Conflict("that message has been sent", "client_id")
    waiting = select(func.count()).select_from(Scheduled).where(Scheduled.sender_id == caller.user_id)
    if db.session.scalars(waiting).one() >= AT_MOST:
        raise Conflict(f"at most {AT_MOST} messages may wait")


def new_row(caller: Identity, body: ScheduleMessage) -> Scheduled:
    """Return the row of a new message for later. Raises Invalid."""
    due_at = time_of(body)
    return Scheduled(
        sender_id=caller.user_id,
        room_id=body.room,
        client_id=body.client_id,
        text=body.text,
        reply_to=body.reply_to,
        send_at=due_at,
        due_at=due_at,
        created_at=now(),
        claimed=False,
    )


def time_of(body: ScheduleMessage | ChangeScheduled) -> int:
    """Return when a message is to be sent. Raises Invalid for what is past or far away."""
    assert body.send_at is not None
    return time_to_come(body.send_at, "send_at")


def change_scheduled(caller: Identity, body: ChangeScheduled) -> ScheduledChanged:
    """Let a message for later say something else, or at another time; one that failed is tried again.

    Raises NotFound, Conflict and Invalid.
    """
    with transaction() as tell:
        row = own_row(caller, body)
        before = scheduled_state(row)
        if body.text is not None:
            row.text = body.text
        if body.send_at is not None and moment_of(body.send_at) != row.send_at:
            row.send_at = row.due_at = time_of(body)
            row.fault = None
        state = scheduled_state(row)
        if state != before:
            tell(broadcast.scheduled, caller.user_id, state, skip=caller.socket)
    return ScheduledChanged(scheduled=state)


def cancel_scheduled(caller: Identity, body: ScheduledRequest) -> ScheduledChanged:
    """Forget a message for later. Raises NotFound, and Conflict where it is being sent just now."""
    with transaction() as tell:
        row = own_row(caller, body)
        db.session.delete(row)
        state = scheduled_state(row)
        state["status"] = "cancelled"
        tell(broadcast.scheduled, caller.user_id, state, skip=caller.socket)
    return ScheduledChanged(scheduled=state)


def own_row(caller: Identity, body: ScheduledRequest) -> Scheduled:
    """Return a message for later, locked. Raises NotFound, and Conflict where it is being sent just now."""
    name = (caller.user_id, body.room, body.client_id)
    row = db.session.get(Scheduled, name, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("there is no such message for later", "client_id")
    if row.claimed:
        raise Conflict("the message is being sent")
    return row


def list_scheduled(caller: Identity, body: ListScheduled) -> ScheduledMessages:
    """Return the caller's messages for later, the next one first."""
    query = select(Scheduled).where(Scheduled.sender_id == caller.user_id)
    if body.room is not None:
        query = query.where(Scheduled.room_id == body.room)
    rows = db.session.scalars(query.order_by(Scheduled.send_at, Scheduled.client_id))
    return ScheduledMessages(scheduled=[scheduled_state(row) for row in rows])


def scheduled_state(row: Scheduled) -> ScheduledState:
    """Return a message for later as its author sees it."""
    return ScheduledState(
        room=row.room_id,
        client_id=row.client_id,
        text=row.text,
        reply_to=row.reply_to,
        send_at=rfc3339(row.send_at),
        created_at=rfc3339(row.created_at),
        status="failed" if row.fault else "waiting",
        error=row.fault,
    )
