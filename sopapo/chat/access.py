"""The only ways to rooms, messages and files: each fetches and checks the caller in one query.

Not yours and not there get the same answer; only of a public room is it said that one is no member.
"""

from sqlalchemy import select

from models import File, Member, Message, Room, User, db
from sopapo.chat.visible import is_alive, is_file_for, visible_messages
from sopapo.clock import now
from sopapo.errors import Forbidden, Gone, NotFound, no_such_file, no_such_room
from sopapo.permissions import is_admin, may_post
from sopapo.security import Identity


def find_room(caller: Identity, room_id: str) -> tuple[Room, Member | None]:
    """Return a room that lives, and the caller's membership of whatever status; locked in a transaction that writes.

    Raises NotFound.
    """
    query = (
        select(Room, Member)
        .outerjoin(Member, (Member.room_id == Room.id) & (Member.user_id == caller.user_id))
        .where(Room.id == room_id, Room.deleted_at.is_(None))
        .with_for_update(of=Room)
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise no_such_room()
    return found[0], found[1]


def access_room(caller: Identity, room_id: str) -> tuple[Room, Member]:
    """Return a room that the caller is in, with his membership, the room's row locked.

    Raises NotFound, or Forbidden for a public room of which the caller is no member.
    """
    room, member = find_room(caller, room_id)
    return room, joined(room, member)


def read_room(caller: Identity, room_id: str) -> tuple[Room, Member]:
    """Return the same as `access_room` for reading, without a lock."""
    query = (
        select(Room, Member)
        .outerjoin(Member, (Member.room_id == Room.id) & (Member.user_id == caller.user_id))
        .where(Room.id == room_id, Room.deleted_at.is_(None))
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise no_such_room()
    return found[0], joined(found[0], found[1])


def joined(room: Room, member: Member | None) -> Member:
    """Return a membership that counts. Raises NotFound or Forbidden."""
    if member is not None and member.status == "joined":
        return member
    if room.public:
        raise Forbidden("join the room first")
    raise no_such_room()


def access_group(caller: Identity, room_id: str) -> tuple[Room, Member]:
    """Return a room that is no conversation of two, locked. Raises what `access_room` raises, and Forbidden."""
    room, member = access_room(caller, room_id)
    if room.kind == "direct":
        raise Forbidden("a direct room stays as it is")
    return room, member


def access_waiting(caller: Identity, room_id: str) -> tuple[Room, Member]:
    """Return a group or channel that the caller is in or asks to be let into, locked. Raises the same."""
    room, member = find_room(caller, room_id)
    if room.kind == "direct" or member is None or member.status != "pending":
        return access_group(caller, room_id)
    return room, member


def administer_group(caller: Identity, room_id: str) -> tuple[Room, Member]:
    """Return a group or channel that the caller is an admin of, locked. Raises Forbidden for other members."""
    room, member = access_group(caller, room_id)
    if not is_admin(member.role):
        raise Forbidden("only admins may do that")
    return room, member


def access_message(caller: Identity, room_id: str, seq: int) -> tuple[Room, Member, Message]:
    """Return a message that the caller may see, with its room, locked, and his membership.

    Raises what `access_room` raises, and NotFound.
    """
    room, member = access_room(caller, room_id)
    return room, member, visible_message(room, member, seq)


def act_on_message(caller: Identity, room_id: str, seq: int) -> tuple[Room, Member, Message]:
    """Return what `access_message` returns, of a message that somebody has said.

    Raises Gone where it is deleted, and Forbidden where the system has said it.
    """
    room, member, message = access_message(caller, room_id, seq)
    refuse_mute(message)
    return room, member, message


def read_message(caller: Identity, room_id: str, seq: int) -> Message:
    """Return a message that somebody has said, for reading. Raises the same."""
    message = visible_message(*read_room(caller, room_id), seq)
    refuse_mute(message)
    return message


def visible_message(room: Room, member: Member, seq: int) -> Message:
    """Return a message of a room that a member may see. Raises NotFound."""
    message = db.session.scalar(visible_messages(room, member).where(Message.seq == seq))
    if message is None:
        raise NotFound("there is no such message", "seq")
    return message


def access_message_of_any_room(caller: Identity, room_id: str, seq: int) -> Message:
    """Return a message for an administrator, also of a room that he is not in. Raises Forbidden and NotFound."""
    refuse_all_but_administrators(caller)
    room = db.session.scalar(select(Room).where(Room.id == room_id, Room.deleted_at.is_(None)))
    if room is None:
        raise no_such_room()
    of_room = (Message.room_id == room.id) & (Message.seq >= room.first_seq)
    message = db.session.scalar(select(Message).where(of_room, Message.seq == seq, is_alive()))
    if message is None:
        raise NotFound("there is no such message", "seq")
    return message


def access_file(caller: Identity, file_id: str) -> File:
    """Return a file that the caller may see. Raises NotFound."""
    query = select(File).where(File.id == file_id, File.status == "ready", is_file_for(caller.user_id))
    file = db.session.scalar(query)
    if file is None:
        raise no_such_file()
    return file


def refuse_all_but_administrators(caller: Identity) -> None:
    """Raise Forbidden for whoever is no administrator; it comes before all else, so that nothing else is told him."""
    if not db.session.scalar(select(User.admin).where(User.id == caller.user_id)):
        raise Forbidden("administrators only")


def refuse_mute(message: Message) -> None:
    """Raise Gone for a deleted message, and Forbidden for one of the system's: neither says anything of somebody's."""
    if message.deleted_at is not None:
        raise Gone("the message is deleted", "seq")
    if message.kind == "system":
        raise Forbidden("nobody has said that", "seq")


def refuse_writing(room: Room, member: Member) -> None:
    """Raise Forbidden where a member may not write just now."""
    if not may_post(room.kind, room.post, member.role):
        raise Forbidden("only admins write here")
    refuse_silent(member)


def refuse_silent(member: Member) -> None:
    """Raise Forbidden for one who is muted, or in a conversation that one of the two has blocked."""
    if member.silenced_until is not None and member.silenced_until > now():
        raise Forbidden("one who is muted or blocked cannot write here")
