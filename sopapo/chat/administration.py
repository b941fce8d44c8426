"""What the operator does to accounts."""

from sqlalchemy import update

from models import Session, User, db
from sopapo.chat.accounts import find_by_login, new_user, refuse_taken
from sopapo.clock import now
from sopapo.errors import NotFound
from sopapo.schemas.accounts import Register
from sopapo.security import hash_password
from sopapo.transaction import transaction


def create_user(body: Register, *, admin: bool, bot: bool) -> str:
    """Make an account and return its id. Raises Conflict."""
    user = new_user(body, hash_password(body.password))
    refuse_taken(user)
    user.admin, user.bot = admin, bot
    with transaction():
        db.session.add(user)
    return user.id


def promote(username: str) -> None:
    """Make somebody an administrator. Raises NotFound."""
    with transaction():
        named(username).admin = True


def suspend(username: str, *, lift: bool) -> None:
    """End all sessions of somebody and let him in no more, or again. Raises NotFound.

    The servers see it within a second, and cut his sockets.
    """
    with transaction():
        user = named(username)
        user.suspended_at = None if lift else now()
        if not lift:
            ended = update(Session).where(Session.user_id == user.id, Session.revoked_at.is_(None))
            db.session.execute(ended.values(revoked_at=now()))


def named(username: str) -> User:
    """Return the account of that username or e-mail address. Raises NotFound."""
    user = find_by_login(username)
    if user is None:
        message = f"there is no user {username}"
        raise NotFound(message)
    return user
