"""What looks after this process all the time: what has waited too long or is due, what other processes changed."""

from collections.abc import Callable
from functools import wraps

import structlog
from flask import Flask

from models import db
from sopapo.bus import bus
from sopapo.chat import deletion, discarding, healing, housekeeping, online, presence
from sopapo.chat.due import due
from sopapo.errors import Unavailable, is_away
from sopapo.journal import journal
from sopapo.transport.runtime import sleep, spawn

log = structlog.get_logger(__name__)

SECONDS = 1
# A removal holds in other processes within a second, told or not.
OTHERS_SECONDS = 0.5
HOUSEKEEPING_SECONDS = 60
# A third of the lease: it survives two beats that fail.
BEAT_SECONDS = 15
PARTING_SECONDS = 5


def watch_journal(app: Flask) -> None:
    """Hold the journal to its time, for ever; this waits for nothing else."""
    with app.app_context():
        while True:
            sleep(SECONDS)
            journal().give_up_overdue()


def watch_others(app: Flask) -> None:
    """Make right what other processes changed and could not tell, for ever."""
    with app.app_context():
        healer = healing.Healer()
        while True:
            sleep(OTHERS_SECONDS)
            guarded(healer.mend)
            guarded(healer.catch_up)


class Chores:
    """Does what is due, beginning with what is overdue: each kind beside the others, and once at a time."""

    def __init__(self, app: Flask) -> None:
        """Begin with nothing to do."""
        self.app = app
        self.under_way: set[Callable[[], bool]] = set()

    def look(self) -> None:
        """Begin what is due and not under way."""
        for act in due():
            if act not in self.under_way:
                self.under_way.add(act)
                spawn(self.do, act)

    def do(self, act: Callable[[], bool]) -> None:
        """Do all of it, in small pieces, so that nobody waits for it."""

        @wraps(act)
        def pieces() -> None:
            while act():
                sleep(0)

        try:
            with self.app.app_context():
                guarded(pieces)
        finally:
            self.under_way.discard(act)


def watch_due(app: Flask) -> None:
    """Do what is due, for ever."""
    with app.app_context():
        chores = Chores(app)
        while True:
            guarded(chores.look)
            sleep(SECONDS)


def keep_presence(app: Flask) -> None:
    """Hold the lease of what is said of this process's users, and let nobody watch a stranger, for ever."""
    with app.app_context():
        warden = presence.Warden()
        while True:
            guarded(online.online().beat)
            for _ in range(BEAT_SECONDS // PARTING_SECONDS):
                sleep(PARTING_SECONDS)
                guarded(online.clear_dead)
                guarded(warden.look)


def keep_house(app: Flask) -> None:
    """Clear away what is over, for ever."""
    with app.app_context():
        while True:
            guarded(clear)
            bus().here.forget_empty_rooms()
            sleep(HOUSEKEEPING_SECONDS)


def clear() -> None:
    """Clear away what is over, in small pieces, so that nobody waits for it."""
    housekeeping.clear_ended_sessions()
    deletion.finish_deletions()
    discarding.clear_left_behind()
    while housekeeping.clear_deleted_rooms():
        sleep(0)


def guarded(work: Callable[[], None]) -> None:
    """Do it, or, where the database is away, do it the next time."""
    try:
        work()
    except Exception as error:
        log.warning("watch_failed", work=work.__name__, error=type(error).__name__, exc_info=not_away(error))
    finally:
        db.session.remove()


def not_away(error: Exception) -> Exception | None:
    """Return what is a bug, and not just the database being away or behind."""
    return None if is_away(error) or isinstance(error, Unavailable) else error
