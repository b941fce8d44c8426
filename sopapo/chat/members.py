"""Members: who is in a room, and adding people and joining."""

from sqlalchemy import select

from models import Member, Room, User, db
from sopapo.chat.access import access_group, find_room, joined, read_room
from sopapo.chat.admission import ask_in, enter
from sopapo.chat.changes import Act
from sopapo.chat.invites import room_of, use_invite
from sopapo.chat.limits import refuse_full
from sopapo.chat.people import find_users, get_user
from sopapo.chat.sync import entry_of
from sopapo.errors import Conflict, Forbidden
from sopapo.permissions import allows, is_admin
from sopapo.schemas.members import AddMembers, ListMembers, Members, MembersAdded
from sopapo.schemas.rooms import JoinRoom, RoomJoined
from sopapo.schemas.states import MemberState
from sopapo.security import Identity
from sopapo.states import member_state, room_state, user_state
from sopapo.transaction import transaction


def list_members(caller: Identity, body: ListMembers) -> Members:
    """Return a page of a room's members by user id, or of those who wait or are banned.

    Raises NotFound, and Forbidden, also where one who is no admin asks for others than members.
    """
    _, me = read_room(caller, body.room)
    if body.status != "joined" and not is_admin(me.role):
        raise Forbidden("only admins see who waits or is banned", "status")
    query = (
        select(Member, User)
        .join(User, User.id == Member.user_id)
        .where(Member.room_id == body.room, Member.status == body.status)
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
    """Add people to a group or channel; who is in it already stays as he is.

    Where joiners need approval, those whom a member adds wait for it. Raises Forbidden, and Conflict for the banned.
    """
    with transaction(body.room) as tell:
        room, me = access_group(caller, body.room)
        if not allows(room.invite, me.role):
            raise Forbidden("only admins may add people here")
        users, unknown = find_users(body.users, caller.user_id)
        known = memberships(room, users)
        if any(member.status == "banned" for member in known.values()):
            raise Conflict("one who is banned cannot be added", "users")
        act, waits = Act(room, caller, tell), room.approval and not is_admin(me.role)
        if not waits:
            refuse_full(room, sum(status_of(known.get(user.id)) != "joined" for user in users))
        states = [add(act, user, known.get(user.id), waits=waits) for user in users]
    return MembersAdded(members=states, unknown=unknown)


def memberships(room: Room, users: list[User]) -> dict[str, Member]:
    """Return what these users are to a room, by user id."""
    ids = [user.id for user in users]
    found = db.session.scalars(select(Member).where(Member.room_id == room.id, Member.user_id.in_(ids)))
    return {member.user_id: member for member in found}


def status_of(member: Member | None) -> str:
    """Return what somebody is to a room, `left` where he never was anything."""
    return "left" if member is None else member.status


def add(act: Act, user: User, member: Member | None, *, waits: bool) -> MemberState:
    """Let somebody in, or let him wait, unless he does so already."""
    if member is not None and member.status in {"joined", "pending" if waits else "joined"}:
        return member_state(member, user)
    return ask_in(act, user) if waits else enter(act, user, "added")


def join_room(caller: Identity, body: JoinRoom) -> RoomJoined:
    """Join a public room, or any by an invite, or wait to be let in; who is in the room stays as he is.

    Raises NotFound, Forbidden, Conflict, and Gone for an invite that holds no more.
    """
    room_id = body.room or room_of(body.invite or "")
    with transaction(room_id) as tell:
        room, member = find_room(caller, room_id)
        if status_of(member) != "joined":
            come_in(Act(room, caller, tell), member, body.invite)
            db.session.flush()
        me = db.session.get_one(Member, (room.id, caller.user_id))
        pending = me.status == "pending"
        entry = None if pending else entry_of(room, me)
        state = room_state(room)
    return RoomJoined(room=state, sync=entry, pending=pending)


def come_in(act: Act, member: Member | None, invite: str | None) -> None:
    """Let the caller in who is not in the room, or let him wait; what was asked before is not asked again."""
    room, status = act.room, status_of(member)
    if status == "pending" and room.approval:
        return
    if invite is not None:
        use_invite(room, invite)
    elif not room.public:
        joined(room, member)
    if status == "banned":
        raise Forbidden("one who is banned cannot join")
    user = get_user(act.caller.user_id)
    if room.approval:
        ask_in(act, user)
    else:
        refuse_full(room, 1)
        enter(act, user, "joined")
