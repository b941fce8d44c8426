"""Accounts: making one, and logging in."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from models import User, db
from sopapo.chat.sessions import Device, open_session
from sopapo.clock import now
from sopapo.errors import BadCredentials, Conflict, Suspended
from sopapo.limits import limits
from sopapo.schemas.accounts import LoggedIn, Login, Register
from sopapo.security import Identity, check_password, hash_password
from sopapo.states import own_user_state
from sopapo.transaction import transaction
from sopapo.usernames import spelling, username_key


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has come in, as his socket needs to know it, and what he is answered."""

    identity: Identity
    answer: LoggedIn


def register(device: Device, body: Register) -> Arrival:
    """Make an account and log in. Raises Conflict where the username, or one like it, or the e-mail is taken."""
    user = new_user(body, hash_password(body.password))
    refuse_taken(user)
    try:
        with transaction():
            db.session.add(user)
            db.session.flush()
            session, tokens = open_session(user, device)
    except IntegrityError:
        refuse_taken(user)
        raise
    return Arrival(session, LoggedIn(user=own_user_state(user), **tokens))


def new_user(body: Register, password_hash: str) -> User:
    """Return a new account that is not stored yet."""
    return User(
        id=str(uuid7()),
        username=body.username,
        username_key=username_key(body.username),
        name=body.name or body.username,
        about="",
        email=body.email,
        password_hash=password_hash,
        locale="pt-BR",
        last_seen="everyone",
        receipts="everyone",
        bot=False,
        admin=False,
        created_at=now(),
    )


def refuse_taken(user: User) -> None:
    """Raise Conflict, with its field, where another account has the username or the e-mail."""
    if db.session.scalar(select(User.id).where(User.username_key == user.username_key)):
        raise Conflict("the username, or one that looks like it, is taken", "username")
    refuse_taken_email(user)


def refuse_taken_email(user: User) -> None:
    """Raise Conflict where another account has the e-mail."""
    if user.email is not None and db.session.scalar(select(User.id).where(User.email == user.email)):
        raise Conflict("the e-mail address is taken", "email")


def login(device: Device, body: Login, already: str | None = None) -> Arrival:
    """Log in by username or e-mail; `already` is the user that the socket is.

    Raises BadCredentials, Suspended, or Conflict where the socket is somebody else.
    """
    user = find_by_login(body.username)
    db.session.remove()
    with limits().guessing(device.address, body.username):
        right, better_hash = check_password(body.password, user.password_hash if user else None)
        if user is None or not right:
            raise BadCredentials("no such username and password")
    if user.suspended_at is not None:
        raise Suspended("the account is suspended")
    if already not in {None, user.id}:
        raise Conflict("the socket is somebody else; log out first")
    with transaction():
        if better_hash:
            db.session.merge(user).password_hash = better_hash
        session, tokens = open_session(user, device)
    return Arrival(session, LoggedIn(user=own_user_state(user), **tokens))


def find_by_login(name: str) -> User | None:
    """Return the account with that e-mail address, or exactly that username in whatever case, unless it is deleted."""
    if "@" in name:
        return db.session.scalar(select(User).where(User.email == name.lower()))
    user = db.session.scalar(select(User).where(User.username_key == username_key(name), User.deleted_at.is_(None)))
    return user if user is not None and spelling(user.username) == spelling(name) else None
