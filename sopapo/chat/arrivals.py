"""Sockets that come with a token: those that come at the same moment are one question to the database.

After a restart or an outage everybody is back at once, and must not wait for thousands of questions.
"""

from collections.abc import Collection
from typing import NamedTuple

from flask import Flask, current_app
from sqlalchemy import bindparam, select

from models import Member, Room, Session, User
from sopapo.chat.sessions import refuse_ended, tokens
from sopapo.errors import no_such_token
from sopapo.gathering import Together
from sopapo.security import Identity
from sopapo.transaction import ask

AT_ONCE = 256

# Put together once: with hundreds of ids that would take longer than the database does.
SESSIONS = (
    select(Session.id, Session.user_id, Session.revoked_at, User.deleted_at, User.suspended_at)
    .join(User, User.id == Session.user_id)
    .where(Session.id.in_(bindparam("ids", expanding=True)))
)
ROOMS = (
    select(Member.user_id, Room.id, Room.last_rev)
    .join(Room, Room.id == Member.room_id)
    .where(Member.user_id.in_(bindparam("ids", expanding=True)))
    .where(Member.status == "joined", Room.deleted_at.is_(None))
)


class SessionFound(NamedTuple):
    """A session, and what became of it and of its user."""

    id: str
    user_id: str
    revoked_at: int | None
    deleted_at: int | None
    suspended_at: int | None


class Arrivals:
    """What is asked of the database for sockets that come."""

    def __init__(self, app: Flask) -> None:
        """Ask in the context of this application."""
        self.sessions: Together[str, SessionFound] = Together(app, sessions_by_id, AT_ONCE)
        self.rooms: Together[str, dict[str, int]] = Together(app, revs_by_user, AT_ONCE)


def arrivals() -> Arrivals:
    """Return what the running application asks for sockets that come."""
    found: Arrivals = current_app.extensions["sopapo.arrivals"]
    return found


def recognize(token: str) -> Identity:
    """Return whom an access token names. Raises TokenExpired, SessionRevoked, Suspended or Unauthenticated."""
    claims = tokens().read("access", token)
    session = arrivals().sessions.ask(claims.sid)
    if session is None or session.user_id != claims.sub:
        raise no_such_token()
    refuse_ended(session.revoked_at, session.deleted_at, session.suspended_at)
    return Identity(session.user_id, session.id, claims.exp)


def revs_of(user_id: str) -> dict[str, int]:
    """Return the rooms that a user is in, by id, and the last change of each."""
    return arrivals().rooms.ask(user_id) or {}


def sessions_by_id(session_ids: Collection[str]) -> dict[str, SessionFound]:
    """Return these sessions with what became of them and of their users."""
    return {row[0]: SessionFound._make(row) for row in ask(SESSIONS, ids=list(session_ids))}


def revs_by_user(user_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Return the rooms that these users are in, and the last change of each."""
    found: dict[str, dict[str, int]] = {}
    for user_id, room_id, rev in ask(ROOMS, ids=list(user_ids)):
        found.setdefault(user_id, {})[room_id] = rev
    return found
