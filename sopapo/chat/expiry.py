"""What messages said leaves the database once they have expired, or were cleared away; their places are kept.

Any number of processes may do this: each piece is done under its room's lock, and what another has done is not found.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from models import Message, Room, db
from sopapo.chat.changes import erase_all
from sopapo.clock import now
from sopapo.transaction import ask, transaction

CHUNK = 500

EXPIRED = (Message.expires_at <= bindparam("moment")) & Message.deleted_at.is_(None)
WHERE_EXPIRED = select(Message.room_id).where(EXPIRED).order_by(Message.expires_at).limit(1)
CLEARED = Room.swept_seq < Room.first_seq
WHERE_CLEARED = select(Room.id).where(CLEARED).limit(1)


def sweep_expired() -> bool:
    """Erase a piece of what has expired in a room; returns whether there may be more."""
    moment = now()
    found = ask(WHERE_EXPIRED, moment=moment)
    if not found:
        return False
    room_id: str = found[0][0]
    with transaction(room_id):
        lock_room(room_id)
        piece = select(Message.id).where(EXPIRED, Message.room_id == room_id).order_by(Message.expires_at)
        erase_all(db.session.scalars(piece.limit(CHUNK), {"moment": moment}).all())
    return True


def sweep_cleared() -> bool:
    """Erase a piece of a history that was cleared; returns whether there may be more."""
    found = ask(WHERE_CLEARED)
    if not found:
        return False
    room_id: str = found[0][0]
    with transaction(room_id):
        room = lock_room(room_id)
        piece = (
            select(Message)
            .where(Message.room_id == room_id, Message.seq >= room.swept_seq, Message.seq < room.first_seq)
            .order_by(Message.seq)
            .limit(CHUNK)
        )
        messages = db.session.scalars(piece).all()
        forget(messages)
        reached = messages[-1].seq + 1 if len(messages) == CHUNK else room.first_seq
        db.session.execute(update(Room).where(Room.id == room_id).values(swept_seq=reached))
    return True


def forget(messages: Sequence[Message]) -> None:
    """Erase messages that people have said; what the system has said has no place to keep."""
    erase_all([message.id for message in messages if message.kind != "system"])
    system = [message.id for message in messages if message.kind == "system"]
    db.session.execute(delete(Message).where(Message.id.in_(system)))


def lock_room(room_id: str) -> Room:
    """Return a room, its row locked: nobody else changes its messages meanwhile."""
    query = select(Room).where(Room.id == room_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
