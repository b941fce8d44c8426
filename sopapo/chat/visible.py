"""Which messages of a room a member may see."""

from sqlalchemy import Select, or_, select

from models import Member, Message, Room
from sopapo.clock import now
from sopapo.permissions import first_visible


def visible_messages(room: Room, member: Member) -> Select[Message]:
    """Return the query for the messages that a member may see."""
    oldest = first_visible(room.history, room.first_seq, member.joined_seq)
    alive = or_(Message.expires_at.is_(None), Message.expires_at > now())
    return select(Message).where(Message.room_id == room.id, Message.seq >= oldest, alive)
