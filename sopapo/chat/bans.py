"""Banning people from a room, and taking the word from its members."""

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import administer_group
from sopapo.chat.changes import Act, add_system_message, put_aside
from sopapo.chat.people import get_user
from sopapo.chat.roles import expel, member_of, refuse_target, target_member, tell_outsider
from sopapo.clock import moment_of, now, rfc3339_or_none
from sopapo.schemas.members import MemberChanged, MemberMuted, MemberRequest, MuteMember
from sopapo.security import Identity
from sopapo.states import member_state, message_state
from sopapo.transaction import transaction


def ban_member(caller: Identity, body: MemberRequest) -> MemberChanged:
    """Take somebody out of a room, where he is in it, and let him in no more. Raises what `remove_member` raises."""
    with transaction(body.room) as tell:
        room, me = administer_group(caller, body.room)
        user = get_user(body.user)
        member = db.session.get(Member, (room.id, user.id)) or stranger(room, user)
        refuse_target(me, member)
        if member.status == "banned":
            state = member_state(member, user)
        else:
            state = expel(Act(room, caller, tell), member, user, "banned")
    return MemberChanged(member=state)


def stranger(room: Room, user: User) -> Member:
    """Return what somebody is to a room in which he has never been."""
    return Member(room_id=room.id, user_id=user.id, role="member", status="left")


def unban_member(caller: Identity, body: MemberRequest) -> MemberChanged:
    """Let somebody join again who was banned; he is not back by that. Raises Forbidden and NotFound."""
    with transaction(body.room) as tell:
        room, _ = administer_group(caller, body.room)
        member, user = member_of(room, body.user)
        state = member_state(member, user)
        if member.status == "banned":
            state = tell_outsider(Act(room, caller, tell), put_aside(room, user.id, "removed"), user)
    return MemberChanged(member=state)


def mute_member(caller: Identity, body: MuteMember) -> MemberMuted:
    """Take the word from somebody below the caller until then, or give it back; leaving and coming back is no way out.

    Raises Forbidden, NotFound and Conflict.
    """
    until = moment_of(body.until) if body.until else None
    if until is not None and until <= now():
        until = None
    with transaction(body.room) as tell:
        room, me = administer_group(caller, body.room)
        member, user = target_member(room, body.user)
        refuse_target(me, member)
        if until != muted_until(member):
            member.silenced_until = until
            action = "unmuted" if until is None else "muted"
            tell(broadcast.message, message_state(add_system_message(room, action, user.id, caller.user_id)))
        state = member_state(member, user)
    return MemberMuted(member=state, until=rfc3339_or_none(until))


def muted_until(member: Member) -> int | None:
    """Return until when somebody may not write, None where he may."""
    over = member.silenced_until is None or member.silenced_until <= now()
    return None if over else member.silenced_until
