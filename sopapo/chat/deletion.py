"""Deleting one's account: the person goes, what was said stays."""

from collections.abc import Callable, Sequence

from sqlalchemy import delete, exists, or_, select, update

from models import Block, File, Hiding, Member, Room, Scheduled, ScheduledFile, Session, Star, User, db
from sopapo.chat.blocks import FOR_EVER, lock_users
from sopapo.chat.holding import lock_files
from sopapo.chat.people import get_user
from sopapo.chat.profiles import tell_companions
from sopapo.chat.roles import leave_room
from sopapo.chat.sessions import revoke
from sopapo.clock import now
from sopapo.errors import BadCredentials, NotFound
from sopapo.schemas.accounts import DeleteAccount
from sopapo.schemas.rooms import RoomRequest
from sopapo.security import Identity, check_password
from sopapo.transaction import transaction
from sopapo.usernames import username_key

NAME = "Deleted account"
# Rooms that one was just being added to are left by the timed work.
LOOK_BACK = 86_400_000


def delete_account(caller: Identity, body: DeleteAccount, acknowledge: Callable[[], None]) -> None:
    """Delete the caller's account; `acknowledge` is called when all is done, before its sockets are cut.

    His messages stay, said by a deleted account; his username is free. Raises BadCredentials.
    """
    password_hash = get_user(caller.user_id).password_hash
    db.session.remove()
    if not check_password(body.password, password_hash)[0]:
        raise BadCredentials("that is not the password", "password")
    with transaction() as tell:
        lock_users(caller.user_id)
        user = get_user(caller.user_id)
        forget(user)
        tell_companions(tell, user)
    try:
        leave_all_rooms(user.id)
    finally:
        end_sessions(user.id, acknowledge)


def end_sessions(user_id: str, acknowledge: Callable[[], None]) -> None:
    """End all sessions of somebody, once he is answered."""
    with transaction() as tell:
        tell(acknowledge)
        sessions = select(Session).where(Session.user_id == user_id, Session.revoked_at.is_(None))
        for session in db.session.scalars(sessions).all():
            revoke(session, tell)


def forget(user: User) -> None:
    """Take out of an account, inside the caller's transaction, what says who it was, and what was his alone."""
    files = lock_own(user)
    user.username = f"deleted-{user.id.replace('-', '')[-23:]}"
    user.username_key = username_key(user.username)
    user.name, user.about, user.email, user.password_hash = NAME, "", None, ""
    user.admin, user.avatar = False, None
    user.deleted_at = user.suspended_at = now()
    db.session.execute(update(File).where(File.id.in_(files), File.due_at.is_not(None)).values(due_at=0))
    for table in (Star, Hiding, Block):
        db.session.execute(delete(table).where(table.user_id == user.id))
    db.session.execute(delete(Scheduled).where(Scheduled.sender_id == user.id))
    direct = select(Room.id).join(Member, Member.room_id == Room.id)
    rooms = direct.where(Member.user_id == user.id, Room.kind == "direct")
    db.session.execute(update(Member).where(Member.room_id.in_(rooms)).values(silenced_until=FOR_EVER))


def lock_own(user: User) -> Sequence[str]:
    """Lock the messages for later of an account that goes, and the files that it lets go of; returns their ids."""
    mine = select(Scheduled.room_id).where(Scheduled.sender_id == user.id)
    db.session.execute(mine.order_by(Scheduled.room_id, Scheduled.client_id).with_for_update())
    for_later = exists().where(ScheduledFile.file_id == File.id)
    let_go = or_(File.due_at.is_not(None), File.id == user.avatar, for_later)
    return lock_files(select(File.id).where(File.owner_id == user.id, let_go))


def leave_all_rooms(user_id: str) -> None:
    """Let somebody leave every group and channel, as he would himself, each in its own transaction."""
    query = (
        select(Member.room_id)
        .join(Room, Room.id == Member.room_id)
        .where(Member.user_id == user_id, Member.status.in_(("joined", "pending")))
        .where(Room.kind != "direct", Room.deleted_at.is_(None))
    )
    caller = Identity(user_id, session_id="", expires_at=0)
    for room_id in db.session.scalars(query).all():
        try:
            leave_room(caller, RoomRequest(room=room_id))
        except NotFound:
            continue


def finish_deletions() -> None:
    """Let those leave their rooms whose accounts were deleted not long ago, where that did not come to its end."""
    recent = select(User.id).where(User.deleted_at > now() - LOOK_BACK)
    for user_id in db.session.scalars(recent).all():
        leave_all_rooms(user_id)
