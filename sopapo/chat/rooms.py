"""Rooms: making, seeing, changing and deleting them."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import access_group, read_room
from sopapo.chat.changes import add_system_message, change_room, put_member
from sopapo.chat.people import FOUND_AT_MOST, find_users, get_user
from sopapo.chat.sync import entry_of
from sopapo.clock import now
from sopapo.errors import Forbidden, Invalid, NotFound
from sopapo.folding import Folded, fold
from sopapo.permissions import allows, is_admin
from sopapo.schemas.rooms import (
    CreateRoom,
    FindRooms,
    RoomCreated,
    RoomRequest,
    Rooms,
    RoomSeen,
    RoomUpdated,
    UpdateRoom,
)
from sopapo.security import Identity
from sopapo.states import me_state, member_state, message_state, room_state
from sopapo.transaction import Tell, transaction

INFO = {"name", "description"}


def create_room(caller: Identity, body: CreateRoom) -> RoomCreated:
    """Make a room, or return the conversation that these two have already.

    Raises Invalid, and NotFound for an unknown partner of a direct room.
    """
    return create_direct(caller, body) if body.kind == "direct" else create_group(caller, body)


def create_group(caller: Identity, body: CreateRoom) -> RoomCreated:
    """Make a group or a channel with the caller as its owner."""
    if body.name is None:
        raise Invalid("a room needs a name", "name")
    with transaction() as tell:
        users, unknown = find_users(body.members)
        room = new_room(caller, body)
        change_room(room)
        me = put_member(room, get_user(caller.user_id), "owner")
        members = [(me, get_user(caller.user_id))]
        members += [(put_member(room, user, "member"), user) for user in users if user.id != caller.user_id]
        message = add_system_message(room, "created", caller.user_id, caller.user_id)
        me.delivered = me.read = message.seq
        db.session.flush()
        announce(tell, room, members, caller)
        tell(broadcast.message, message_state(message), skip=caller.socket)
        entry = entry_of(room, me)
    return RoomCreated(room=entry["room"], sync=entry, unknown=unknown)


def create_direct(caller: Identity, body: CreateRoom) -> RoomCreated:
    """Make the conversation of two, or of one with himself, or find it."""
    if body.name is not None:
        raise Invalid("a direct room has no name", "name")
    if body.public or body.description:
        raise Invalid("a direct room has neither", "public" if body.public else "description")
    if len(body.members) != 1:
        raise Invalid("a direct room has exactly one partner", "members")
    try:
        return make_direct(caller, body.members[0])
    except IntegrityError:
        # The partner made it at the same moment; now it is found.
        return make_direct(caller, body.members[0])


def make_direct(caller: Identity, reference: str) -> RoomCreated:
    """Find or make the conversation with the user that a reference names."""
    with transaction() as tell:
        found, _ = find_users([reference])
        if not found:
            raise NotFound("there is no such user", "members")
        key = ":".join(sorted((caller.user_id, found[0].id)))
        room = db.session.scalar(select(Room).where(Room.direct_key == key))
        if room is None:
            room = new_room(caller, CreateRoom(kind="direct"), key)
            change_room(room)
            users = {user.id: user for user in (get_user(caller.user_id), found[0])}
            members = [(put_member(room, user, "member"), user) for user in users.values()]
            db.session.flush()
            announce(tell, room, members, caller)
        entry = entry_of(room, db.session.get_one(Member, (room.id, caller.user_id)))
    return RoomCreated(room=entry["room"], sync=entry, unknown=[])


def new_room(caller: Identity, body: CreateRoom, direct_key: str | None = None) -> Room:
    """Add a room, as yet without members."""
    room = Room(
        id=str(uuid7()),
        kind=body.kind,
        name=body.name,
        description=body.description,
        public=body.public,
        history="all",
        post="admins" if body.kind == "channel" else "everyone",
        invite="admins",
        edit_info="admins",
        approval=False,
        direct_key=direct_key,
        last_seq=0,
        first_seq=1,
        last_rev=0,
        rev=0,
        member_count=0,
        created_at=now(),
        created_by=caller.user_id,
    )
    db.session.add(room)
    db.session.flush()
    return room


def announce(tell: Tell, room: Room, members: list[tuple[Member, User]], caller: Identity) -> None:
    """Tell the members of a new room of it and of each other; the asking socket has it all in its answer."""
    for member, _ in members:
        tell(broadcast.entered, member.user_id, room.id)
    tell(broadcast.room, room_state(room), skip=caller.socket)
    for member, user in members:
        tell(broadcast.member, member_state(member, user), skip=caller.socket)


def update_room(caller: Identity, body: UpdateRoom) -> RoomUpdated:
    """Change what a room is like. Raises Forbidden and Invalid."""
    changes = body.changes()
    changes.pop("room")
    if not changes:
        raise Invalid("give at least one field to change")
    with transaction(body.room) as tell:
        room, me = access_group(caller, body.room)
        if not (is_admin(me.role) or (set(changes) <= INFO and allows(room.edit_info, me.role))):
            raise Forbidden("only admins may change that")
        if room.kind == "channel" and "post" in changes:
            raise Invalid("in a channel only admins post", "post")
        new = {name: value for name, value in changes.items() if getattr(room, name) != value}
        for name, value in new.items():
            setattr(room, name, value)
        if new:
            change_room(room)
            tell(broadcast.room, room_state(room), skip=caller.socket)
        if "name" in new:
            message = add_system_message(room, "renamed", caller.user_id, caller.user_id)
            tell(broadcast.message, message_state(message))
        state = room_state(room)
    return RoomUpdated(room=state)


def delete_room(caller: Identity, body: RoomRequest) -> None:
    """Delete a room for everybody. Raises Forbidden for all but owners."""
    with transaction(body.room) as tell:
        room, me = access_group(caller, body.room)
        if me.role != "owner":
            raise Forbidden("only an owner may delete the room")
        end_room(room, tell)


def end_room(room: Room, tell: Tell) -> None:
    """Delete a room inside the caller's transaction; its contents go with the timed work."""
    room.deleted_at = now()
    change_room(room)
    tell(broadcast.room_deleted, room_state(room))


def list_rooms(caller: Identity) -> Rooms:
    """Return the rooms that the caller is in, the newest first."""
    query = (
        select(Room)
        .join(Member, Member.room_id == Room.id)
        .where(Member.user_id == caller.user_id, Member.status == "joined", Room.deleted_at.is_(None))
        .order_by(Room.id.desc())
    )
    return Rooms(rooms=[room_state(room) for room in db.session.scalars(query)])


def revs_of(user_id: str) -> dict[str, int]:
    """Return the rooms that a user is in, by id, and the last change of each."""
    query = (
        select(Room.id, Room.last_rev)
        .join(Member, Member.room_id == Room.id)
        .where(Member.user_id == user_id, Member.status == "joined", Room.deleted_at.is_(None))
    )
    return {row.id: row.last_rev for row in db.session.execute(query)}


def get_room(caller: Identity, body: RoomRequest) -> RoomSeen:
    """Return a room as the caller sees it. Raises NotFound and Forbidden."""
    room, me = read_room(caller, body.room)
    return RoomSeen(room=room_state(room), me=me_state(me))


def find_public_rooms(body: FindRooms) -> Rooms:
    """Return the public rooms whose name holds a text, those with the most members first."""
    query = (
        select(Room)
        .where(Room.public, Room.deleted_at.is_(None), Folded(Room.name).contains(fold(body.q), autoescape=True))
        .order_by(Room.member_count.desc(), Room.id)
        .limit(FOUND_AT_MOST)
    )
    return Rooms(rooms=[room_state(room) for room in db.session.scalars(query)])
