"""What is over leaves the database: the contents of deleted rooms, and sessions that have ended."""

from sqlalchemy import delete, select, tuple_

from models import Attachment, Invite, Member, Message, Room, Session, db
from sopapo.chat.holding import let_go
from sopapo.clock import now
from sopapo.transaction import transaction

CHUNK = 500
DAY = 86_400_000


def clear_deleted_rooms() -> bool:
    """Delete a piece of what a deleted room held; returns whether there may be more."""
    room_id = db.session.scalar(
        select(Room.id).where(Room.deleted_at.is_not(None), Room.id.in_(select(Member.room_id))).limit(1)
    )
    if room_id is None:
        return False
    piece = select(Message.id).where(Message.room_id == room_id).limit(CHUNK)
    with transaction(room_id):
        ids = db.session.scalars(piece).all()
        said = select(Message.room_id, Message.seq).where(Message.id.in_(ids))
        let_go(tuple_(Attachment.room_id, Attachment.seq).in_(said))
        db.session.execute(delete(Message).where(Message.id.in_(ids)))
        if len(ids) < CHUNK:
            for table in (Member, Invite):
                db.session.execute(delete(table).where(table.room_id == room_id))
    return True


def clear_ended_sessions() -> None:
    """Delete the sessions that ended more than a day ago."""
    with transaction():
        db.session.execute(delete(Session).where(Session.expires_at < now() - DAY))
