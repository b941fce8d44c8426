"""Sessions: who is logged in where, until when, and how that ends."""

from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from flask import current_app
from sqlalchemy import select, update
from uuid_utils import uuid7

from models import Session, User, db
from sopapo import broadcast, clock
from sopapo.errors import Conflict, NotFound, SessionRevoked, Suspended, no_such_token
from sopapo.schemas.accounts import Authenticated, LoggedIn, Refresh, RevokeSession, Sessions, SessionState
from sopapo.security import Identity, Tokens
from sopapo.states import own_user_state
from sopapo.transaction import Tell, transaction


class Device(NamedTuple):
    """Where somebody comes from: his address and what his client calls itself."""

    address: str
    agent: str


class TokenPair(TypedDict):
    """The tokens of a session; `expires_in` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Recognized:
    """Whom a token names."""

    identity: Identity
    answer: Authenticated


def tokens() -> Tokens:
    """Return the maker of tokens of the running application."""
    found: Tokens = current_app.extensions["sopapo.tokens"]
    return found


def open_session(user: User, device: Device) -> tuple[Identity, TokenPair]:
    """Begin a session inside the caller's transaction."""
    moment = clock.now()
    session = Session(
        id=str(uuid7()),
        user_id=user.id,
        refresh_id=str(uuid7()),
        address=device.address[:45],
        agent="".join(filter(str.isprintable, device.agent))[:200],
        created_at=moment,
        last_used_at=moment,
        expires_at=moment + tokens().refresh_seconds * 1000,
    )
    db.session.add(session)
    return pair_of(session)


def pair_of(session: Session) -> tuple[Identity, TokenPair]:
    """Return the tokens of a session as it is now, and who has them."""
    maker = tokens()
    expires_at = clock.now() // 1000 + maker.access_seconds
    access = maker.make("access", session.user_id, session.id, exp=expires_at)
    refresh = maker.make("refresh", session.user_id, session.id, jti=session.refresh_id)
    pair = TokenPair(access_token=access, refresh_token=refresh, expires_in=maker.access_seconds)
    return Identity(session.user_id, session.id, expires_at), pair


def authenticate(token: str, already: str | None = None) -> Recognized:
    """Say whom an access token names; `already` is the user that the socket is.

    Raises TokenExpired, SessionRevoked, Suspended, Unauthenticated, or Conflict where the socket is somebody else.
    """
    claims = tokens().read("access", token)
    session, user = live_session(claims.sid, claims.sub)
    if already not in {None, user.id}:
        raise Conflict("the socket is somebody else; log out first")
    return Recognized(Identity(user.id, session.id, claims.exp), Authenticated(user=own_user_state(user)))


def live_session(session_id: str, user_id: str) -> tuple[Session, User]:
    """Return a session that has not ended, and its user. Raises SessionRevoked, Suspended or Unauthenticated."""
    query = select(Session, User).join(User, User.id == Session.user_id)
    found = db.session.execute(query.where(Session.id == session_id, User.id == user_id)).one_or_none()
    if found is None:
        raise no_such_token()
    session, user = found
    refuse_ended(session.revoked_at, user.deleted_at, user.suspended_at)
    return session, user


def refuse_ended(revoked_at: int | None, deleted_at: int | None, suspended_at: int | None) -> None:
    """Raise SessionRevoked or Suspended where a session is over, or its user's account is."""
    if deleted_at is not None:
        raise SessionRevoked("the account is deleted")
    if suspended_at is not None:
        raise Suspended("the account is suspended")
    if revoked_at is not None:
        raise SessionRevoked("the session is over")


def refresh(body: Refresh) -> LoggedIn:
    """Exchange a refresh token for new tokens; one that was used before ends the session, for it may be stolen.

    Raises TokenExpired, SessionRevoked, Suspended or Unauthenticated.
    """
    claims = tokens().read("refresh", body.refresh_token)
    moment = clock.now()
    with transaction() as tell:
        session, user = live_session(claims.sid, claims.sub)
        renewed = db.session.execute(
            update(Session)
            .where(Session.id == session.id, Session.refresh_id == claims.jti)
            .values(refresh_id=str(uuid7()), last_used_at=moment, expires_at=moment + tokens().refresh_seconds * 1000)
            .returning(Session.id)
            .execution_options(synchronize_session=False)
        )
        if renewed.first():
            db.session.refresh(session)
        else:
            revoke(session, tell)
    if session.revoked_at is not None:
        raise SessionRevoked("the refresh token was used before; the session is over")
    return LoggedIn(user=own_user_state(user), **pair_of(session)[1])


def revoke(session: Session, tell: Tell) -> None:
    """End a session inside the caller's transaction; its sockets are cut after the commit."""
    session.revoked_at = clock.now()
    tell(broadcast.session_revoked, session.id)


def logout(caller: Identity) -> None:
    """End the caller's session."""
    with transaction() as tell:
        session = db.session.get(Session, caller.session_id)
        if session is not None and session.revoked_at is None:
            revoke(session, tell)


def list_sessions(caller: Identity) -> Sessions:
    """Return where the caller is logged in."""
    query = (
        select(Session)
        .where(Session.user_id == caller.user_id, Session.revoked_at.is_(None), Session.expires_at > clock.now())
        .order_by(Session.last_used_at.desc())
    )
    return Sessions(sessions=[session_state(session, caller) for session in db.session.scalars(query)])


def session_state(session: Session, caller: Identity) -> SessionState:
    """Return a session as its user sees it."""
    return SessionState(
        id=session.id,
        created_at=clock.rfc3339(session.created_at),
        last_used_at=clock.rfc3339(session.last_used_at),
        address=session.address,
        agent=session.agent,
        current=session.id == caller.session_id,
    )


def revoke_session(caller: Identity, body: RevokeSession) -> None:
    """End one of the caller's sessions. Raises NotFound."""
    with transaction() as tell:
        session = db.session.get(Session, body.session)
        if session is None or session.user_id != caller.user_id or session.revoked_at is not None:
            raise NotFound("there is no such session", "session")
        revoke(session, tell)
