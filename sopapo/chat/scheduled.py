"""Messages for later: asking for them, changing and cancelling them."""

from collections.abc import Sequence

from sqlalchemy import func, select

from models import File, Message, Scheduled, ScheduledFile, db
from sopapo import broadcast
from sopapo.chat.access import access_room, refuse_writing
from sopapo.chat.composing import time_to_come
from sopapo.chat.files import held_from_now_on
from sopapo.chat.waiting import forget, own_row, scheduled_state
from sopapo.clock import moment_of, now
from sopapo.errors import Conflict, Invalid
from sopapo.schemas.scheduled import (
    ChangeScheduled,
    ListScheduled,
    MessageScheduled,
    ScheduledChanged,
    ScheduledMessages,
    ScheduledRequest,
    ScheduleMessage,
)
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
            row = new_row(caller, body, held_from_now_on(caller, body.files))
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


def new_row(caller: Identity, body: ScheduleMessage, files: Sequence[File]) -> Scheduled:
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
        holds=[ScheduledFile(place=place, file=file) for place, file in enumerate(files)],
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
            if not (body.text or row.holds):
                raise Invalid("needs 1 to 10000 characters", "text")
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
        state = scheduled_state(row)
        forget(row)
        state["status"] = "cancelled"
        tell(broadcast.scheduled, caller.user_id, state, skip=caller.socket)
    return ScheduledChanged(scheduled=state)


def list_scheduled(caller: Identity, body: ListScheduled) -> ScheduledMessages:
    """Return the caller's messages for later, the next one first."""
    query = select(Scheduled).where(Scheduled.sender_id == caller.user_id)
    if body.room is not None:
        query = query.where(Scheduled.room_id == body.room)
    rows = db.session.scalars(query.order_by(Scheduled.send_at, Scheduled.client_id))
    return ScheduledMessages(scheduled=[scheduled_state(row) for row in rows])
