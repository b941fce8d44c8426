"""What looks after this process all the time: the sockets' deadlines, what other processes changed, what is over."""

import time
from collections.abc import Callable

import structlog
from flask import Flask

from events.someone import look_after
from models import db
from sopapo.bus import bus
from sopapo.chat import deletion, discarding, expiry, healing, housekeeping, online, presence, timed
from sopapo.errors import is_away
from sopapo.journal import journal
from sopapo.transport import Transport
from sopapo.transport.runtime import sleep

log = structlog.get_logger(__name__)

SECONDS = 1
# A removal holds in other processes within a second, told or not.
OTHERS_SECONDS = 0.5
HOUSEKEEPING_SECONDS = 60
# A third of the lease: it survives two beats that fail.
BEAT_SECONDS = 15
PARTING_SECONDS = 5


def watch_deadlines(app: Flask, transport: Transport) -> None:
    """Hold the sockets and the journal to their times, for ever; this waits for nothing else."""
    with app.app_context():
        while True:
            sleep(SECONDS)
            moment = time.monotonic()
            for connection in [one for one in transport.connections.values() if one.due <= moment]:
                look_after(connection, moment)
            journal().give_up_overdue()


def watch_others(app: Flask) -> None:
    """Make right what other processes changed and could not tell, for ever."""
    with app.app_context():
        healer = healing.Healer()
        while True:
            sleep(OTHERS_SECONDS)
            guarded(healer.mend)
            guarded(healer.catch_up)


def watch_expiry(app: Flask) -> None:
    """Erase what has expired or was cleared away, for ever, beginning with what is overdue."""
    with app.app_context():
        while True:
            guarded(sweep)
            sleep(SECONDS)


def watch_schedule(app: Flask) -> None:
    """Send the messages whose time has come, for ever, beginning with what is overdue."""
    with app.app_context():
        while True:
            guarded(send_due)
            sleep(SECONDS)


def send_due() -> None:
    """Send what is due, in small pieces."""
    while timed.send_due():
        sleep(0)


def sweep() -> None:
    """Erase what is no more, in small pieces, so that nobody waits for it."""
    while expiry.sweep_expired() or expiry.sweep_cleared():
        sleep(0)


def watch_files(app: Flask) -> None:
    """Discard the files that nothing holds any more, for ever, beginning with what is overdue."""
    with app.app_context():
        while True:
            guarded(discard_due)
            sleep(SECONDS)


def discard_due() -> None:
    """Discard what is due, in small pieces, so that nobody waits for it."""
    while discarding.discard_due():
        sleep(0)


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
    """Return what is a bug, and not just the database being away."""
    return None if is_away(error) else error
