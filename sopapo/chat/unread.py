"""How much of each room one has not read."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, func, or_, select

from models import Member, Message, Room, db
from sopapo.chat.visible import is_alive, is_in_reach, is_shown_to


class Unread(NamedTuple):
    """How many messages one has not read, and how many of them name one."""

    messages: int = 0
    mentions: int = 0


def unread_counts(user_id: str, room_ids: Collection[str]) -> dict[str, Unread]:
    """Return what is unread by room; a room without anything is not in it."""
    query = (
        select(Message.room_id, func.count(), func.count().filter(names(user_id)))
        .join(Room, Room.id == Message.room_id)
        .join(Member, (Member.room_id == Message.room_id) & (Member.user_id == user_id))
        .where(
            Message.room_id.in_(room_ids),
            Message.seq > Member.read,
            Message.kind != "system",
            Message.deleted_at.is_(None),
            Message.sender_id.is_distinct_from(user_id),
            is_in_reach(),
            is_alive(),
            is_shown_to(user_id),
        )
        .group_by(Message.room_id)
    )
    return {room_id: Unread(messages, mentions) for room_id, messages, mentions in db.session.execute(query)}


def names(user_id: str) -> ColumnElement[bool]:
    """Return the condition that a message names a user, or all."""
    return or_(Message.mentions_all, cast(Message.mentions, String).contains(f'"{user_id}"'))
