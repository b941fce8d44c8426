"""Files that nothing holds any more leave the storage, and then the database.

Any number of processes may do it: who discards a file claims its row for a while, and passes over what others have
claimed. Should he die, another takes over when the claim ends; to remove bytes twice does no harm.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy import bindparam, delete, exists, or_, select

from models import Attachment, File, Room, ScheduledFile, User, db
from sopapo.clock import now
from sopapo.storage import keys_of, spool, storage
from sopapo.transaction import transaction
from sopapo.transport.runtime import off_loop

log = structlog.get_logger(__name__)

AT_ONCE = 50
CLAIM = 60_000

DUE = File.due_at <= bindparam("moment")


def discard_due() -> bool:
    """Discard files that are due and that nothing holds, up to fifty; returns whether there may be more."""
    more, leaving = claim()
    gone = [file_id for file_id in leaving if remove(file_id)]
    with transaction():
        db.session.execute(delete(File).where(File.id.in_(gone), File.status == "leaving"))
    return more


def remove(file_id: str) -> bool:
    """Remove the bytes of a file, and return whether they have gone; else it is tried again when the claim ends."""
    try:
        for key in keys_of(file_id):
            off_loop(storage().remove, key)
    except OSError as error:
        log.warning("file_not_removed", file=file_id, error=error.strerror)
        return False
    return True


def clear_left_behind() -> None:
    """Remove what uploads that were cut off by a crash have left where files arrive."""
    off_loop(spool().sweep)


def claim() -> tuple[bool, Sequence[str]]:
    """Return whether there may be more, and files that nobody can use from now on; the others are due no more."""
    due = select(File).where(DUE).order_by(File.due_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    with transaction():
        files = db.session.scalars(due, {"moment": now()}).all()
        held = held_among([file.id for file in files])
        for file in files:
            if file.id in held:
                file.due_at = None
            else:
                file.status, file.due_at = "leaving", now() + CLAIM
    return len(files) == AT_ONCE, [file.id for file in files if file.id not in held]


def held_among(file_ids: Sequence[str]) -> set[str]:
    """Return those files that a message, one for later or an avatar still refers to."""
    is_held = or_(
        exists().where(Attachment.file_id == File.id),
        exists().where(ScheduledFile.file_id == File.id),
        exists().where(User.avatar == File.id),
        exists().where(Room.avatar == File.id),
    )
    return set(db.session.scalars(select(File.id).where(File.id.in_(file_ids), is_held)))
