"""How much of each room one has not read."""

from collections.abc import Collection

from sqlalchemy import case, func, or_, select

from models import Member, Message, Room, db
from sopapo.clock import now


def unread_counts(user_id: str, room_ids: Collection[str]) -> dict[str, int]:
    """Return the number of unread messages by room; a room without any is not in it."""
    oldest = case((Room.history == "since_join", Member.joined_seq + 1), else_=Room.first_seq)
    query = (
        select(Message.room_id, func.count())
        .join(Room, Room.id == Message.room_id)
        .join(Member, (Member.room_id == Message.room_id) & (Member.user_id == user_id))
        .where(
            Message.room_id.in_(room_ids),
            Message.seq > Member.read,
            Message.seq >= oldest,
            Message.seq >= Room.first_seq,
            Message.kind == "text",
            Message.deleted_at.is_(None),
            Message.sender_id.is_distinct_from(user_id),
            or_(Message.expires_at.is_(None), Message.expires_at > now()),
        )
        .group_by(Message.room_id)
    )
    return dict(db.session.execute(query).tuples().all())
