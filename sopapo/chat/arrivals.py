"""Sockets that come with a token: those that come at the same moment are one question to the database.

After a restart or an outage everybody is back at once, and must not wait for thousands of questions.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flask import Flask, current_app

from models import db
from sopapo.chat.sessions import refuse_ended, tokens
from sopapo.database import execute
from sopapo.errors import ChatError, no_such_token
from sopapo.gathering import Together
from sopapo.security import Claims, Identity

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 256

IDS = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(%s AS json))",
}
SESSIONS = {
    dialect: "SELECT CAST(s.id AS text), CAST(s.user_id AS text), s.revoked_at, u.deleted_at, u.suspended_at"
    f" FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id IN ({ids})"
    for dialect, ids in IDS.items()
}
ROOMS = {
    dialect: "SELECT CAST(m.user_id AS text), CAST(r.id AS text), r.last_rev FROM members m"
    f" JOIN rooms r ON r.id = m.room_id WHERE m.user_id IN ({ids}) AND m.status = 'joined' AND r.deleted_at IS NULL"
    for dialect, ids in IDS.items()
}


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


def arrivals() -> Arrivals:
    """Return what the running application asks for sockets that come."""
    found: Arrivals = current_app.extensions["sopapo.arrivals"]
    return found


def recognize(token: str) -> Identity:
    """Return whom an access token names. Raises TokenExpired, SessionRevoked, Suspended or Unauthenticated."""
    claims = tokens().read("access", token)
    return identity_of(claims, arrivals().sessions.ask(claims.sid))


def recognize_all(given: Collection[str]) -> dict[str, Identity | ChatError]:
    """Return whom each of these access tokens names, or why it names nobody."""
    claims = {token: outcome(tokens().read, "access", token) for token in given}
    sessions = sessions_by_id({found.sid for found in claims.values() if isinstance(found, Claims)})
    return {
        token: outcome(identity_of, found, sessions.get(found.sid)) if isinstance(found, Claims) else found
        for token, found in claims.items()
    }


def outcome(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | ChatError:
    """Return what an act returns, or the error that it raises."""
    try:
        return act(*args, **kwargs)
    except ChatError as error:
        return error


def identity_of(claims: Claims, session: SessionFound | None) -> Identity:
    """Return whom claims name in their session. Raises SessionRevoked, Suspended or Unauthenticated."""
    if session is None or session.user_id != claims.sub:
        raise no_such_token()
    refuse_ended(session.revoked_at, session.deleted_at, session.suspended_at)
    return Identity(session.user_id, session.id, claims.exp)


def sessions_by_id(session_ids: Collection[str]) -> dict[str, SessionFound]:
    """Return these sessions with what became of them and of their users."""
    return {row[0]: SessionFound._make(row) for row in ask(SESSIONS, session_ids)}


def revs_by_user(user_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Return the rooms that these users are in, and the last change of each."""
    found: dict[str, dict[str, int]] = {}
    for user_id, room_id, rev in ask(ROOMS, user_ids):
        found.setdefault(user_id, {})[room_id] = rev
    return found


def ask(question: dict[str, str], ids: Collection[str]) -> Sequence[tuple[Any, ...]]:
    """Return the rows that a question finds for these ids, outside of any transaction."""
    with db.engine.connect() as connection:
        return execute(connection, question, list(ids)).tuples().all()
