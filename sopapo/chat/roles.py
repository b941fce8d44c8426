"""Who is what in a room, and how one goes: roles, removal, leaving and the succession of the owner."""

from sqlalchemy import case, select

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import access_group, administer_group
from sopapo.chat.changes import Act, add_system_message, change_role, drop_member
from sopapo.chat.people import get_user
from sopapo.chat.rooms import end_room
from sopapo.errors import Conflict, Forbidden, NotFound
from sopapo.permissions import outranks
from sopapo.schemas.members import MemberChanged, RemoveMember, SetRole
from sopapo.schemas.rooms import RoomRequest
from sopapo.security import Identity
from sopapo.states import me_state, member_state, message_state
from sopapo.transaction import transaction


def remove_member(caller: Identity, body: RemoveMember) -> MemberChanged:
    """Take somebody who is below the caller out of a room. Raises Forbidden, NotFound and Conflict."""
    with transaction(body.room) as tell:
        room, me = administer_group(caller, body.room)
        member, user = target_member(room, body.user)
        if user.id == caller.user_id:
            raise Conflict("leave the room instead", "user")
        if not outranks(me.role, member.role):
            raise Forbidden("only those below oneself can be removed", "user")
        drop_member(room, member, "removed")
        state = member_state(member, user)
        tell_departure(Act(room, caller, tell), member, user)
    return MemberChanged(member=state)


def leave_room(caller: Identity, body: RoomRequest) -> None:
    """Leave a room; an owner who is the last one is succeeded, and a room that nobody is left in is deleted."""
    with transaction(body.room) as tell:
        room, me = access_group(caller, body.room)
        was_owner = me.role == "owner"
        drop_member(room, me, "left")
        db.session.flush()
        tell_departure(Act(room, caller, tell), me, get_user(caller.user_id))
        if room.member_count == 0:
            end_room(room, tell)
        elif was_owner and not owners(room):
            give_role(Act(room, caller, tell), longest_standing(room), "owner")


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
    member = db.session.get(Member, (room.id, user_id))
    if member is None or member.status != "joined":
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
