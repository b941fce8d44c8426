"""Reporting people and messages to the administrators."""

from sqlalchemy import select

from models import Message, Report, db
from sopapo.chat.access import access_message, refuse_mute
from sopapo.chat.people import get_user
from sopapo.clock import now
from sopapo.errors import Conflict
from sopapo.schemas.reports import SendReport
from sopapo.security import Identity
from sopapo.transaction import transaction


def report(caller: Identity, body: SendReport) -> None:
    """Keep a report, with what a message says now; the same report again changes nothing.

    Nobody else hears of it. Raises NotFound, Gone and Forbidden, and Conflict for oneself.
    """
    with transaction():
        made = Report(reporter_id=caller.user_id, reason=body.reason, created_at=now())
        if body.user is not None:
            made.user_id = get_user(body.user).id
        elif body.room is not None and body.seq is not None:
            _, _, message = access_message(caller, body.room, body.seq)
            refuse_mute(message)
            made.user_id, made.text = message.sender_id, said_in(message)
            made.room_id, made.seq = body.room, body.seq
        if made.user_id == caller.user_id:
            raise Conflict("one does not report oneself", "user" if body.user else "seq")
        if not is_known(made):
            db.session.add(made)


def said_in(message: Message) -> str | None:
    """Return what a message says, of a poll the options too."""
    return "\n".join([message.text or "", *message.poll["options"]]) if message.poll else message.text


def is_known(made: Report) -> bool:
    """Tell whether somebody has reported the same before, for the same reason."""
    query = select(Report.id).where(
        Report.reporter_id == made.reporter_id,
        Report.user_id == made.user_id,
        Report.room_id.is_not_distinct_from(made.room_id),
        Report.seq.is_not_distinct_from(made.seq),
        Report.reason == made.reason,
    )
    return db.session.scalar(query.limit(1)) is not None
