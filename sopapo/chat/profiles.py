"""What people say of themselves, and who hears of it."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Member, Room, User, db
from sopapo import broadcast
from sopapo.chat.accounts import refuse_taken_email
from sopapo.chat.blocks import lock_users
from sopapo.chat.files import use_picture
from sopapo.chat.people import get_user
from sopapo.chat.presence import change_privacy
from sopapo.errors import Invalid
from sopapo.schemas.accounts import Authenticated
from sopapo.schemas.people import UpdateProfile
from sopapo.security import Identity
from sopapo.states import own_user_state, user_state
from sopapo.transaction import Tell, transaction

SEEN = {"name", "about", "avatar"}
# A changed name is a hint: those in large rooms read it when they next look.
ROOM_AT_MOST = 1024
TOLD_AT_MOST = 2000


def update_profile(caller: Identity, body: UpdateProfile) -> Authenticated:
    """Change the caller's own account.

    Raises Invalid, NotFound for an avatar that is not his, and Conflict where the e-mail address is taken.
    """
    changes = body.changes()
    if not changes:
        raise Invalid("give at least one field to change")
    try:
        return apply(caller, changes)
    except IntegrityError:
        # Somebody else took the address at the same moment; now that is found.
        return apply(caller, changes)


def apply(caller: Identity, changes: dict[str, str | None]) -> Authenticated:
    """Store changes of an account, and tell of them."""
    with transaction() as tell:
        lock_users(caller.user_id)
        user = get_user(caller.user_id)
        new = {name: value for name, value in changes.items() if getattr(user, name) != value}
        if picture := new.get("avatar"):
            use_picture(caller, picture, instead_of=user.avatar)
        for name, value in new.items():
            setattr(user, name, value)
        if "email" in new:
            refuse_taken_email(user)
        if SEEN & new.keys():
            tell_companions(tell, user)
        if "last_seen" in new:
            tell(change_privacy, user.id, user.last_seen)
        if new:
            tell(broadcast.own_user, own_user_state(user), skip=caller.socket)
        state = own_user_state(user)
    return Authenticated(user=state)


def tell_companions(tell: Tell, user: User) -> None:
    """Tell those who share a room with somebody what he is called now."""
    rooms = (
        select(Member.room_id)
        .join(Room, Room.id == Member.room_id)
        .where(Member.user_id == user.id, Member.status == "joined", Room.deleted_at.is_(None))
        .where(Room.member_count <= ROOM_AT_MOST)
    )
    others = (
        select(Member.user_id)
        .where(Member.room_id.in_(rooms), Member.status == "joined", Member.user_id != user.id)
        .distinct()
        .limit(TOLD_AT_MOST)
    )
    tell(broadcast.user, list(db.session.scalars(others)), user_state(user))
