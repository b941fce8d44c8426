"""Changes of a room: each takes the next `rev` under the room's lock, and is one state."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select, tuple_, update

from models import Attachment, Edit, Member, Message, Reaction, Room, Star, User, Vote, db
from sopapo import broadcast
from sopapo.chat.holding import let_go
from sopapo.chat.visible import blind_to
from sopapo.clock import now
from sopapo.schemas.states import MessageState
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import Tell

# What a message holds that says nothing any more.
SAID_NOTHING = {"text": None, "files": None, "mentions": None, "mentions_all": False, "pinned": False, "poll": None}


class Act(NamedTuple):
    """A change under way: of which room, by whom, and who is to be told after the commit."""

    room: Room
    caller: Identity
    tell: Tell


def next_rev(room: Room) -> int:
    """Take the next number of the room's changes."""
    room.last_rev += 1
    return room.last_rev


def change_room(room: Room) -> None:
    """Number a change of the room itself."""
    room.rev = next_rev(room)


def put_member(room: Room, user: User, role: str) -> Member:
    """Let a user into the room, for the first time or again."""
    member = put_aside(room, user.id, "joined")
    member.role = role
    member.joined_seq = room.last_seq
    member.delivered = member.read = room.last_seq
    room.member_count += 1
    return member


def put_aside(room: Room, user_id: str, status: str) -> Member:
    """Say what a user who is not in the room is to it: one who waits, who is banned, or nobody any more."""
    member = db.session.get(Member, (room.id, user_id)) or Member(
        room_id=room.id, user_id=user_id, role="member", joined_at=now()
    )
    member.status = status
    member.status_changed_at = now()
    if status in {"joined", "pending"}:
        member.joined_at = member.status_changed_at
    member.rev = next_rev(room)
    db.session.add(member)
    return member


def drop_member(room: Room, member: Member, status: str) -> None:
    """End a membership; what was the member's own in the room goes with it, but not that he was muted."""
    member.status = status
    member.status_changed_at = now()
    member.role = "member"
    member.muted_until = member.draft = None
    member.archived = member.pinned = False
    member.rev = next_rev(room)
    room.member_count -= 1


def change_role(room: Room, member: Member, role: str) -> None:
    """Give a member another role."""
    member.role = role
    member.rev = next_rev(room)


def add_system_message(room: Room, action: str, user_id: str, by: str) -> Message:
    """Write down in the room who did what to whom."""
    room.last_seq += 1
    message = Message(
        room_id=room.id,
        seq=room.last_seq,
        rev=next_rev(room),
        kind="system",
        system={"action": action, "user": user_id, "by": by},
        forwarded=False,
        mentions_all=False,
        pinned=False,
        reactions=[],
        created_at=now(),
    )
    db.session.add(message)
    return message


def change_message(room: Room, message: Message) -> None:
    """Number a change of a message."""
    message.rev = next_rev(room)


def tell_message(act: Act, message: Message) -> MessageState:
    """Tell of a changed message those who may see it, and return its state."""
    state = message_state(message)
    act.tell(broadcast.message, state, skip=act.caller.socket, blind=blind_to(act.room, message))
    return state


def erase(message: Message) -> None:
    """Take everything that was said in a message, and all that was done to it, out of the database; it keeps its place.

    Who has deleted it for himself still does not see it.
    """
    for name, value in SAID_NOTHING.items():
        setattr(message, name, value)
    message.deleted_at = now()
    message.reactions.clear()
    let_go((Attachment.room_id == message.room_id) & (Attachment.seq == message.seq))
    for table in (Edit, Star, Vote):
        db.session.execute(delete(table).where(table.message_id == message.id))


def erase_all(message_ids: Sequence[int]) -> None:
    """Do the same to messages that are no more, of which nobody is told."""
    for table in (Reaction, Edit, Star, Vote):
        db.session.execute(delete(table).where(table.message_id.in_(message_ids)))
    holding = select(Message.room_id, Message.seq).where(Message.id.in_(message_ids), Message.files.is_not(None))
    let_go(tuple_(Attachment.room_id, Attachment.seq).in_(holding))
    messages = update(Message).where(Message.id.in_(message_ids)).execution_options(synchronize_session=False)
    db.session.execute(messages.values(SAID_NOTHING | {"deleted_at": now()}))
