"""Which messages and files a user may see, and who may not see a message."""

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select

from models import Attachment, File, Hiding, Member, Message, Room, User, db
from sopapo.clock import now
from sopapo.permissions import first_visible


def is_alive() -> ColumnElement[bool]:
    """Return the condition that a message has not expired."""
    return or_(Message.expires_at.is_(None), Message.expires_at > now())


def is_shown_to(user_id: str) -> ColumnElement[bool]:
    """Return the condition that a user has not deleted a message for himself."""
    return ~exists().where(Hiding.message_id == Message.id, Hiding.user_id == user_id)


def is_in_reach() -> ColumnElement[bool]:
    """Return the condition that a message is in the part of its room's history that its member may read."""
    hidden = case((Room.history == "since_join", Member.joined_seq), else_=0)
    return (Message.seq >= Room.first_seq) & (Message.seq > hidden)


def messages_of(room: Room, member: Member) -> Select[Message]:
    """Return the query for the messages that are there for a member, also those that he has deleted for himself."""
    oldest = first_visible(room.history, room.first_seq, member.joined_seq)
    return select(Message).where(Message.room_id == room.id, Message.seq >= oldest, is_alive())


def visible_messages(room: Room, member: Member) -> Select[Message]:
    """Return the query for the messages of a room that a member may see."""
    return messages_of(room, member).where(is_shown_to(member.user_id))


def messages_for(user_id: str) -> Select[Message]:
    """Return the query for the messages of all rooms that a user may see."""
    return (
        select(Message)
        .join(Room, Room.id == Message.room_id)
        .join(Member, Member.room_id == Message.room_id)
        .where(may_read(user_id), is_alive(), is_shown_to(user_id))
    )


def may_read(user_id: str) -> ColumnElement[bool]:
    """Return the condition that a user is in a room, by that membership, and that a message of it is in his reach."""
    return (Member.user_id == user_id) & (Member.status == "joined") & Room.deleted_at.is_(None) & is_in_reach()


def is_message_for(user_id: str) -> ColumnElement[bool]:
    """Return the condition that a user may see a message: asked of single ones it is answered for these alone.

    Asked for all messages that he may see, and for these of them, SQLite goes through all.
    """
    read = select(Room.id).join(Member, Member.room_id == Room.id)
    return and_(read.where(Room.id == Message.room_id, may_read(user_id)).exists(), is_alive(), is_shown_to(user_id))


def blind_to(room: Room, message: Message) -> list[str]:
    """Return the members who may not see a message: who deleted it for himself, and who came later to a shy room."""
    blind = [select(Hiding.user_id).where(Hiding.message_id == message.id)]
    if room.history == "since_join":
        came_later = (Member.status == "joined") & (Member.joined_seq >= message.seq)
        blind.append(select(Member.user_id).where(Member.room_id == room.id, came_later))
    return [user_id for query in blind for user_id in db.session.scalars(query)]


def files_of(user_id: str) -> Select[File]:
    """Return the query for the files that a user has uploaded and that are there."""
    return select(File).where(File.owner_id == user_id, File.status == "ready")


def is_file_for(user_id: str) -> ColumnElement[bool]:
    """Return the condition that a file is a user's own, is held by a message that he may see, or is an avatar for him.

    Anybody may see a user, and so how he pictures himself.
    """
    held = (
        messages_for(user_id)
        .join(Attachment, (Attachment.room_id == Message.room_id) & (Attachment.seq == Message.seq))
        .where(Attachment.file_id == File.id, Message.deleted_at.is_(None))
    )
    is_member = exists().where(Member.room_id == Room.id, Member.user_id == user_id, Member.status == "joined")
    of_room = exists().where(Room.avatar == File.id, Room.deleted_at.is_(None), or_(Room.public, is_member))
    return or_(File.owner_id == user_id, held.exists(), exists().where(User.avatar == File.id), of_room)
