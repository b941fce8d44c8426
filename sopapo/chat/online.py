"""Which users have sockets in this process, kept in the database for all to see, on a lease.

The lease is renewed by whatever is written and by a beat. Where a process dies, its rows count no more when the
lease is over; another process then clears them away, and tells those who watch.
"""

from collections.abc import Collection
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import CursorResult, delete, insert, select, update
from uuid_utils import uuid4

from models import Presence, Process, db
from sopapo import broadcast
from sopapo.bus import bus, presence_channel
from sopapo.chat.online_sql import ADD, LONG_UNSEEN, REMOVE, SEEN
from sopapo.chat.presence import Glance, look_at, states_of
from sopapo.clock import now
from sopapo.database import execute
from sopapo.errors import Unavailable, is_away
from sopapo.transaction import transaction

log = structlog.get_logger(__name__)

SECONDS, MOST = 0.25, 1000
# In milliseconds.
LEASE = 45_000
MINUTE = 60_000


class Online:
    """The rows of this process, of whom it has stored which."""

    def __init__(self) -> None:
        """Begin with none, under a name that no process had before."""
        self.process_id = str(uuid4())
        self.stored: set[str] = set()
        self.unsettled: set[str] = set()
        self.has_left = False

    def settle(self, glances: list[Glance]) -> None:
        """Store who has come and who has gone, and tell their watchers; what fails is made good by the next beat."""
        users = {glance.user_id for glance in glances}
        here = {user_id for user_id in users if bus().here.has(user_id)}
        came, went = here - self.stored, (users & self.stored) - here
        try:
            if came or went:
                self.store(came, went)
            told = heard(came | went | {glance.user_id for glance in glances if glance.tell})
            for state in states_of(told).values() if told else ():
                broadcast.presence(state)
        except Exception as error:
            self.unsettled |= users
            if not (is_away(error) or isinstance(error, Unavailable)):
                raise
            log.warning("presence_not_stored", error=type(error).__name__)

    def store(self, came: set[str], went: set[str]) -> None:
        """Write who has come and who has gone, in a few statements however many they are."""
        if self.has_left:
            return
        with transaction():
            is_lost = self.renew()
            if came:
                write(ADD, process=self.process_id, users=list(came))
            if went:
                write(REMOVE, process=self.process_id, users=list(went))
                note_last_seen(went, now())
        self.stored |= came
        self.stored -= went
        if is_lost:
            self.begin_anew(frozenset(came))

    def begin_anew(self, stored: frozenset[str] = frozenset()) -> None:
        """Look at everybody again, since no rows are left but these."""
        self.unsettled |= self.stored - stored
        self.stored = set(stored)

    def renew(self) -> bool:
        """Prolong the lease inside the caller's transaction; tell whether it was lost, with all rows."""
        until = now() + LEASE
        mine = update(Process).where(Process.id == self.process_id).values(until=until).returning(Process.id)
        if db.session.scalar(mine) is not None:
            return False
        db.session.execute(insert(Process).values(id=self.process_id, until=until))
        return True

    def beat(self) -> None:
        """Prolong the lease, and look at everybody who may be stored wrongly."""
        if self.has_left:
            return
        with transaction():
            is_lost = self.renew()
        if is_lost:
            self.begin_anew()
        unsettled, self.unsettled = self.unsettled, set()
        for user_id in unsettled:
            look_at(user_id)

    def leave(self) -> None:
        """End the lease, since the process ends; another one tells the watchers."""
        self.has_left = True
        with transaction():
            note_last_seen(self.stored, now())
            db.session.execute(update(Process).where(Process.id == self.process_id).values(until=now()))


def online() -> Online:
    """Return the rows of the running application."""
    found: Online = current_app.extensions["sopapo.online"]
    return found


def clear_dead() -> None:
    """Delete what processes left whose lease is over, once among all that live, and tell who watches their users."""
    over = select(Process).where(Process.until < now()).order_by(Process.id)
    if db.session.scalar(over.limit(1)) is None:
        return
    users: list[str] = []
    with transaction():
        for process in db.session.scalars(over.with_for_update(skip_locked=True)).all():
            left = db.session.scalars(select(Presence.user_id).where(Presence.process_id == process.id)).all()
            note_last_seen(left, process.until - LEASE)
            db.session.execute(delete(Presence).where(Presence.process_id == process.id))
            db.session.delete(process)
            users.extend(left)
    for user_id in users:
        look_at(user_id, tell=True)


def note_last_seen(users: Collection[str], moment: int) -> None:
    """Write when users were last seen, at most once a minute for each."""
    ids = write(LONG_UNSEEN, users=list(users), moment=moment - MINUTE).scalars().all()
    if ids:
        write(SEEN, users=ids, moment=moment)


def write(statements: dict[str, str], **given: object) -> CursorResult[Any]:
    """Execute a statement that is given for both databases, inside the caller's transaction."""
    return execute(db.session.connection(), statements, given)


def heard(users: Collection[str]) -> list[str]:
    """Return those of these users whom somebody may be watching, here or in another process."""
    return [user_id for user_id in users if bus().is_heard(presence_channel(user_id))]
