"""Blocking people: neither writes to the other any more, nor adds the one who blocked to rooms."""

from sqlalchemy import select, update

from models import Block, Member, Room, User, db
from sopapo.chat.blocks import FOR_EVER, is_blocked_between, lock_users
from sopapo.chat.people import get_user
from sopapo.clock import now
from sopapo.errors import Conflict
from sopapo.schemas.people import BlockUser, Users
from sopapo.security import Identity
from sopapo.states import user_state
from sopapo.transaction import transaction


def block_user(caller: Identity, body: BlockUser) -> None:
    """Block somebody, who is not told. Raises NotFound, and Conflict for oneself."""
    with transaction():
        user = lock_other(caller, body)
        if db.session.get(Block, (caller.user_id, user.id)) is None:
            db.session.add(Block(user_id=caller.user_id, blocked_id=user.id, blocked_at=now()))
            settle(caller, user)


def unblock_user(caller: Identity, body: BlockUser) -> None:
    """Block somebody no more. Raises NotFound, and Conflict for oneself."""
    with transaction():
        user = lock_other(caller, body)
        block = db.session.get(Block, (caller.user_id, user.id))
        if block is not None:
            db.session.delete(block)
            settle(caller, user)


def lock_other(caller: Identity, body: BlockUser) -> User:
    """Return somebody else, nobody of the two can change what is between them meanwhile."""
    if body.user == caller.user_id:
        raise Conflict("one does not do that to oneself", "user")
    lock_users(caller.user_id, body.user)
    return get_user(body.user)


def settle(caller: Identity, user: User) -> None:
    """Let the direct room of two take messages or none, as it stands between them now."""
    db.session.flush()
    silent = user.deleted_at is not None or is_blocked_between(caller.user_id, user.id)
    key = ":".join(sorted((caller.user_id, user.id)))
    room_id = db.session.scalar(select(Room.id).where(Room.direct_key == key).with_for_update())
    if room_id is not None:
        both = update(Member).where(Member.room_id == room_id)
        db.session.execute(both.values(silenced_until=FOR_EVER if silent else None))


def list_blocks(caller: Identity) -> Users:
    """Return whom the caller has blocked, the newest block first."""
    query = (
        select(User)
        .join(Block, Block.blocked_id == User.id)
        .where(Block.user_id == caller.user_id)
        .order_by(Block.blocked_at.desc(), User.id)
    )
    return Users(users=[user_state(user) for user in db.session.scalars(query)])
