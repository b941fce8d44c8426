"""How people come into a room: at once, or after an admin has let them in."""

from models import User
from sopapo import broadcast
from sopapo.chat.access import administer_group
from sopapo.chat.changes import Act, add_system_message, put_aside, put_member
from sopapo.chat.limits import refuse_full
from sopapo.chat.roles import member_of, tell_outsider
from sopapo.errors import NotFound
from sopapo.schemas.members import MemberChanged, MemberRequest
from sopapo.schemas.states import MemberState
from sopapo.security import Identity
from sopapo.states import member_state, message_state
from sopapo.transaction import transaction


def enter(act: Act, user: User, action: str) -> MemberState:
    """Let somebody in; his sockets hear the room from this change on."""
    member = put_member(act.room, user, "member")
    came_himself = user.id == act.caller.user_id
    message = add_system_message(act.room, action, user.id, act.caller.user_id)
    state = member_state(member, user)
    act.tell(broadcast.entered, user.id, act.room.id)
    act.tell(broadcast.member, state, skip=act.caller.socket)
    act.tell(broadcast.message, message_state(message), skip=act.caller.socket if came_himself else None)
    return state


def ask_in(act: Act, user: User) -> MemberState:
    """Let somebody wait for an admin; the members hear of it, and he himself."""
    return tell_outsider(act, put_aside(act.room, user.id, "pending"), user)


def approve_member(caller: Identity, body: MemberRequest) -> MemberChanged:
    """Let somebody in who waits. Raises NotFound, Forbidden and Conflict."""
    with transaction(body.room) as tell:
        room, _ = administer_group(caller, body.room)
        member, user = member_of(room, body.user)
        if member.status not in {"joined", "pending"}:
            raise NotFound("nobody of that id waits", "user")
        state = member_state(member, user)
        if member.status == "pending":
            refuse_full(room, 1)
            state = enter(Act(room, caller, tell), user, "joined")
    return MemberChanged(member=state)
