"""How a room is shown to oneself: muted, archived, pinned, and what one has begun to write."""

from collections.abc import Iterable

from sqlalchemy import Select, or_, select

from models import Member, db
from sopapo import broadcast
from sopapo.chat.access import access_room
from sopapo.clock import moment_of, now
from sopapo.errors import Invalid
from sopapo.schemas.marks import PreferencesSet, SetPreferences
from sopapo.security import Identity
from sopapo.states import me_state
from sopapo.transaction import transaction

SECONDS, MOST = 0.25, 1000


def set_preferences(caller: Identity, body: SetPreferences) -> PreferencesSet:
    """Change what is the caller's own in a room; his other sockets hear of it. Raises NotFound, Forbidden, Invalid."""
    changes = body.changes()
    changes.pop("room")
    if not changes:
        raise Invalid("give at least one field to change")
    if body.muted_until is not None:
        changes["muted_until"] = moment_of(body.muted_until)
    if body.draft == "":
        changes["draft"] = None
    with transaction(body.room) as tell:
        member = access_room(caller, body.room)[1]
        if change(member, changes):
            tell(broadcast.me, caller.user_id, me_state(member), skip=caller.socket)
        state = me_state(member)
    return PreferencesSet(me=state)


def change(member: Member, changes: dict[str, object]) -> bool:
    """Set what differs, and tell whether anything did."""
    new = {name: value for name, value in changes.items() if getattr(member, name) != value}
    for name, value in new.items():
        setattr(member, name, value)
    if new:
        member.marks_changed_at = now()
    return bool(new)


def bring_back(room_ids: Iterable[str]) -> None:
    """Take rooms with a new message out of the archives of those who have not muted them."""
    wanted = set(room_ids)
    if not db.session.scalar(select(archived_in(wanted).exists())):
        return
    with transaction(*wanted) as tell:
        for member in db.session.scalars(archived_in(wanted)):
            change(member, {"archived": False})
            tell(broadcast.me, member.user_id, me_state(member))


def archived_in(room_ids: set[str]) -> Select[Member]:
    """Return the memberships of these rooms that are archived and not muted."""
    is_heard = or_(Member.muted_until.is_(None), Member.muted_until <= now())
    return select(Member).where(Member.room_id.in_(room_ids), Member.archived, Member.status == "joined", is_heard)
