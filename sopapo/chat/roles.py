"""Who is what in a room, and how one goes: roles, removal, leaving and the succession of the owner."""

from sqlalchemy import case, select

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import access_waiting, administer_group
from sopapo.chat.changes import Act, add_system_message, change_role, drop_member, put_aside
from sopapo.chat.people import get_user
from sopapo.chat.rooms import end_room
from sopapo.errors import Conflict, Forbidden, NotFound
from sopapo.permissions import outranks
from sopapo.schemas.members import MemberChanged, MemberRequest, SetRole
from sopapo.schemas.rooms import RoomRequest
from sopapo.schemas.states import MemberState
from sopapo.security import Identity
from sopapo.states import me_state, member_state, message_state
from sopapo.transaction import transaction


def remove_member(caller: Identity, body: MemberRequest) -> MemberChanged:
    """Take somebody who is below the caller out of a room, or decline one who waits.

    Raises Forbidden, NotFound and Conflict.
    """
    with transaction(body.room) as tell:
        room, me = administer_group(caller, body.room)
        member, user = member_of(room, body.user)
        if member.status not in {"joined", "pending"}:
            raise NotFound("there is no such member", "user")
        refuse_target(me, member)
        state = expel(Act(room, caller, tell), member, user, "removed")
    return MemberChanged(member=state)


def refuse_target(me: Member, member: Member) -> None:
    """Raise Conflict for oneself, and Forbidden for one who is not below."""
    if member.user_id == me.user_id:
        raise Conflict("one does not do that to oneself", "user")
    if not outranks(me.role, member.role):
        raise Forbidden("only those below oneself can be treated so", "user")


def expel(act: Act, member: Member, user: User, status: str) -> MemberState:
    """End a membership, or a wait for one, inside the caller's transaction, and tell of it."""
    if member.status == "joined":
        drop_member(act.room, member, status)
        tell_departure(act, member, user)
        return member_state(member, user)
    return tell_outsider(act, put_aside(act.room, user.id, status), user)


def tell_outsider(act: Act, member: Member, user: User) -> MemberState:
    """Tell the room of somebody who is not in it, and him."""
    state = member_state(member, user)
    act.tell(broadcast.member, state, skip=act.caller.socket)
    act.tell(broadcast.outsider, state, skip=act.caller.socket)
    return state


def leave_room(caller: Identity, body: RoomRequest) -> None:
    """Leave a room, or wait no more to be let in.

    An owner who is the last one is succeeded, and a room that nobody is left in is deleted.
    """
    with transaction(body.room) as tell:
        room, me = access_waiting(caller, body.room)
        act, was_owner = Act(room, caller, tell), me.role == "owner"
        expel(act, me, get_user(caller.user_id), "left")
        db.session.flush()
        if room.member_count == 0:
            end_room(room, tell)
        elif was_owner and not owners(room):
            give_role(act, longest_standing(room), "owner")


def tell_departure(act: Act, member: Member, user: User) -> None:
    """Let the one who goes hear of it, then nothing more, and the others read of it."""
    act.tell(broadcast.member, member_state(member, user), skip=act.caller.socket)
    act.tell(broadcast.departed, user.id, act.room.id)
    message = add_system_message(act.room, member.status, user.id, act.caller.user_id)
    act.tell(broadcast.message, message_state(message))


def set_role(caller: Identity, body: SetRole) -> MemberChanged:
    """Say what somebody is in a room. Raises Forbidden, NotFound, and Conflict for the last owner."""
    with transaction(body.room) as tell:
        room, me = administer_group(caller, body.room)
        member, user = target_member(room, body.user)
        if member.role != body.role:
            refuse_role(room, me, member, body.role)
            give_role(Act(room, caller, tell), member, body.role)
        state = member_state(member, user)
    return MemberChanged(member=state)


def refuse_role(room: Room, me: Member, member: Member, role: str) -> None:
    """Raise Forbidden where the caller may not give that role, and Conflict where no owner would be left."""
    if me.role != "owner" and (member.role, role) != ("member", "admin"):
        raise Forbidden("an admin can only make a member an admin", "role")
    if member.role == "owner" and owners(room) == [member.user_id]:
        raise Conflict("the last owner cannot step down", "role")


def give_role(act: Act, member: Member, role: str) -> None:
    """Give somebody a role inside the caller's transaction, and tell of it."""
    change_role(act.room, member, role)
    user = get_user(member.user_id)
    act.tell(broadcast.member, member_state(member, user), skip=act.caller.socket)
    act.tell(broadcast.me, user.id, me_state(member))
    message = add_system_message(act.room, "role", user.id, act.caller.user_id)
    act.tell(broadcast.message, message_state(message))


def target_member(room: Room, user_id: str) -> tuple[Member, User]:
    """Return a member of the room and who he is. Raises NotFound."""
    member, user = member_of(room, user_id)
    if member.status != "joined":
        raise NotFound("there is no such member", "user")
    return member, user


def member_of(room: Room, user_id: str) -> tuple[Member, User]:
    """Return what somebody is to a room, of whatever status, and who he is. Raises NotFound."""
    member = db.session.get(Member, (room.id, user_id))
    if member is None:
        raise NotFound("there is no such member", "user")
    return member, get_user(user_id)


def owners(room: Room) -> list[str]:
    """Return the ids of a room's owners."""
    query = select(Member.user_id).where(Member.room_id == room.id, Member.role == "owner", Member.status == "joined")
    return list(db.session.scalars(query))


def longest_standing(room: Room) -> Member:
    """Return who is next in line: the admin, else the member, who has been there longest."""
    query = (
        select(Member)
        .where(Member.room_id == room.id, Member.status == "joined")
        .order_by(case((Member.role == "admin", 0), else_=1), Member.joined_at, Member.user_id)
    )
    return db.session.scalars(query.limit(1)).one()
