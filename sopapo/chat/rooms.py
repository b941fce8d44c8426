"""Rooms: making, seeing, changing and deleting them."""

from sqlalchemy import or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import access_group, access_room, administer_group, read_room
from sopapo.chat.blocks import FOR_EVER, is_blocked_between, lock_users
from sopapo.chat.changes import add_system_message, change_room, put_member
from sopapo.chat.files import use_picture
from sopapo.chat.limits import refuse_full
from sopapo.chat.people import find_users, get_user
from sopapo.chat.sync import entry_of
from sopapo.clock import now
from sopapo.errors import Forbidden, Invalid, NotFound
from sopapo.folding import Folded, fold
from sopapo.permissions import allows, is_admin
from sopapo.schemas.rooms import (
    CreateRoom,
    FindRooms,
    PublicRooms,
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

INFO = {"name", "description", "avatar"}
DIRECT = {"expire_after"}


def create_room(caller: Identity, body: CreateRoom) -> RoomCreated:
    """Make a room, or return the conversation that these two have already.

    Raises Invalid, and NotFound for an unknown partner of a direct room.
    """
    return create_direct(caller, body) if body.kind == "direct" else create_group(caller, body)


def create_group(caller: Identity, body: CreateRoom) -> RoomCreated:
    """Make a group or a channel with the caller as its owner."""
    if body.name is None:
        raise Invalid("a room needs a name", "name")
    room_id = str(uuid7())
    with transaction(room_id) as tell:
        users, unknown = find_users(body.members, caller.user_id)
        room = new_room(caller, body, room_id)
        refuse_full(room, len({caller.user_id, *(user.id for user in users)}))
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
    room_id = str(uuid7())
    with transaction(room_id) as tell:
        found, _ = find_users([reference])
        if not found:
            raise NotFound("there is no such user", "members")
        key = ":".join(sorted((caller.user_id, found[0].id)))
        room = db.session.scalar(select(Room).where(Room.direct_key == key))
        if room is None:
            room = new_room(caller, CreateRoom(kind="direct"), room_id, key)
            change_room(room)
            users = {user.id: user for user in (get_user(caller.user_id), found[0])}
            members = [(put_member(room, user, "member"), user) for user in users.values()]
            lock_users(*key.split(":"))
            if is_blocked_between(caller.user_id, found[0].id):
                for member, _ in members:
                    member.silenced_until = FOR_EVER
            db.session.flush()
            announce(tell, room, members, caller)
        entry = entry_of(room, db.session.get_one(Member, (room.id, caller.user_id)))
    return RoomCreated(room=entry["room"], sync=entry, unknown=[])


def new_room(caller: Identity, body: CreateRoom, room_id: str, direct_key: str | None = None) -> Room:
    """Add a room, as yet without members."""
    room = Room(
        id=room_id,
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
    """Change what a room is like. Raises Forbidden, Invalid, and NotFound for an avatar that is not the caller's."""
    changes = body.changes()
    changes.pop("room")
    if not changes:
        raise Invalid("give at least one field to change")
    with transaction(body.room) as tell:
        room, me = access_room(caller, body.room)
        refuse_change(room, me, set(changes))
        new = {name: value for name, value in changes.items() if getattr(room, name) != value}
        if picture := new.get("avatar"):
            use_picture(caller, picture, instead_of=room.avatar)
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


def refuse_change(room: Room, me: Member, names: set[str]) -> None:
    """Raise Forbidden where a member may not change these settings, and Invalid where nobody may."""
    if room.kind == "direct":
        if names != DIRECT:
            raise Forbidden("a direct room stays as it is, but for `expire_after`")
    elif not (is_admin(me.role) or (names <= INFO and allows(room.edit_info, me.role))):
        raise Forbidden("only admins may change that")
    if room.kind == "channel" and "post" in names:
        raise Invalid("in a channel only admins post", "post")


def clear_history(caller: Identity, body: RoomRequest) -> RoomUpdated:
    """Let there be no messages but those to come, for everybody; the old ones go with the timed work.

    Raises NotFound and Forbidden.
    """
    with transaction(body.room) as tell:
        room, _ = administer_group(caller, body.room)
        if room.first_seq <= room.last_seq:
            room.first_seq = room.last_seq + 1
            change_room(room)
            tell(broadcast.room, room_state(room), skip=caller.socket)
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
    room.deleted_at, room.avatar = now(), None
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


def get_room(caller: Identity, body: RoomRequest) -> RoomSeen:
    """Return a room as the caller sees it. Raises NotFound and Forbidden."""
    room, me = read_room(caller, body.room)
    return RoomSeen(room=room_state(room), me=me_state(me))


def find_public_rooms(body: FindRooms) -> PublicRooms:
    """Return a page of the public rooms whose name or description holds a text, the largest first."""
    holds = [Folded(column).contains(fold(body.q), autoescape=True) for column in (Room.name, Room.description)]
    query = (
        select(Room)
        .where(Room.public, Room.deleted_at.is_(None), or_(*holds))
        .order_by(Room.member_count.desc(), Room.id.desc())
        .limit(body.limit + 1)
    )
    if body.cursor is not None:
        count, _, room_id = body.cursor.partition(":")
        query = query.where(tuple_(Room.member_count, Room.id) < (int(count), room_id))
    found = db.session.scalars(query).all()
    page = found[: body.limit]
    return PublicRooms(
        rooms=[room_state(room) for room in page],
        next=f"{page[-1].member_count}:{page[-1].id}" if len(found) > body.limit else None,
    )
