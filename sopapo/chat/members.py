"""Members: who is in a room, and how one comes in."""

from sqlalchemy import select

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import access_group, find_room, joined, read_room
from sopapo.chat.changes import Act, add_system_message, put_member
from sopapo.chat.people import find_users, get_user
from sopapo.chat.sync import entry_of
from sopapo.errors import Conflict, Forbidden
from sopapo.permissions import allows
from sopapo.schemas.members import AddMembers, ListMembers, Members, MembersAdded
from sopapo.schemas.rooms import JoinRoom, RoomJoined
from sopapo.schemas.states import MemberState
from sopapo.security import Identity
from sopapo.states import member_state, message_state, user_state
from sopapo.transaction import transaction

MAX_GROUP_MEMBERS = 1024
MAX_CHANNEL_MEMBERS = 200_000


def list_members(caller: Identity, body: ListMembers) -> Members:
    """Return a page of a room's members by user id. Raises NotFound and Forbidden."""
    read_room(caller, body.room)
    query = (
        select(Member, User)
        .join(User, User.id == Member.user_id)
        .where(Member.room_id == body.room, Member.status == "joined")
        .order_by(Member.user_id)
        .limit(body.limit + 1)
    )
    if body.after is not None:
        query = query.where(Member.user_id > body.after)
    found = db.session.execute(query).all()
    page = found[: body.limit]
    return Members(
        members=[member_state(member, user) for member, user in page],
        users=[user_state(user) for _, user in page],
        more=len(found) > body.limit,
    )


def add_members(caller: Identity, body: AddMembers) -> MembersAdded:
    """Add people to a group or channel; who is in it already stays as he is. Raises Forbidden and Conflict."""
    with transaction(body.room) as tell:
        room, me = access_group(caller, body.room)
        if not allows(room.invite, me.role):
            raise Forbidden("only admins may add people here")
        users, unknown = find_users(body.users)
        present = joined_among(room, users)
        refuse_full(room, len(users) - len(present))
        states = [
            member_state(present[user.id], user) if user.id in present else enter(Act(room, caller, tell), user)
            for user in users
        ]
    return MembersAdded(members=states, unknown=unknown)


def joined_among(room: Room, users: list[User]) -> dict[str, Member]:
    """Return those of these users who are in the room, by user id."""
    ids = [user.id for user in users]
    found = db.session.scalars(select(Member).where(Member.room_id == room.id, Member.user_id.in_(ids)))
    return {member.user_id: member for member in found if member.status == "joined"}


def refuse_full(room: Room, more: int) -> None:
    """Raise Conflict where a room would hold more members than it can."""
    limit = MAX_CHANNEL_MEMBERS if room.kind == "channel" else MAX_GROUP_MEMBERS
    if room.member_count + more > limit:
        message = f"the room holds at most {limit} members"
        raise Conflict(message)


def join_room(caller: Identity, body: JoinRoom) -> RoomJoined:
    """Join a public room; who is in the room stays as he is. Raises NotFound, Forbidden and Conflict."""
    with transaction(body.room) as tell:
        room, member = find_room(caller, body.room)
        if member is None or member.status != "joined":
            if not room.public:
                joined(room, member)
            if member is not None and member.status == "banned":
                raise Forbidden("one who is banned cannot join")
            refuse_full(room, 1)
            enter(Act(room, caller, tell), get_user(caller.user_id))
            db.session.flush()
        entry = entry_of(room, db.session.get_one(Member, (room.id, caller.user_id)))
    return RoomJoined(room=entry["room"], sync=entry, pending=False)


def enter(act: Act, user: User) -> MemberState:
    """Let somebody in, who came by himself or was added; his sockets hear the room from this change on."""
    member = put_member(act.room, user, "member")
    came_himself = user.id == act.caller.user_id
    message = add_system_message(act.room, "joined" if came_himself else "added", user.id, act.caller.user_id)
    state = member_state(member, user)
    act.tell(broadcast.entered, user.id, act.room.id)
    act.tell(broadcast.member, state, skip=act.caller.socket)
    act.tell(broadcast.message, message_state(message), skip=act.caller.socket if came_himself else None)
    return state
