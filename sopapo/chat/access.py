"""The only ways to rooms and messages: each fetches and checks the caller in one query.

Not yours and not there get the same answer; only of a public room is it said that one is no member.
"""

from sqlalchemy import select

from models import Member, Room, db
from sopapo.errors import Forbidden, no_such_room
from sopapo.permissions import is_admin
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


def administer_group(caller: Identity, room_id: str) -> tuple[Room, Member]:
    """Return a group or channel that the caller is an admin of, locked. Raises Forbidden for other members."""
    room, member = access_group(caller, room_id)
    if not is_admin(member.role):
        raise Forbidden("only admins may do that")
    return room, member
