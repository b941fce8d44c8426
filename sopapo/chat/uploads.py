"""Taking files in, a piece at a time; none of it is left where that does not come to its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select
from uuid_utils import uuid7

from models import File, db
from sopapo import metrics
from sopapo.chat.blocks import lock_users
from sopapo.chat.looking import Found, look
from sopapo.clock import now
from sopapo.config import Settings
from sopapo.errors import Invalid, TooLarge, Unavailable
from sopapo.media.names import safe_name
from sopapo.schemas.files import FileUploaded
from sopapo.security import Identity
from sopapo.states import file_state
from sopapo.storage import append, disk, keys_of, spool, storage
from sopapo.transaction import transaction
from sopapo.transport.options import SLOWEST_BODY
from sopapo.transport.runtime import off_loop

log = structlog.get_logger(__name__)

DAY, HOUR = 86_400_000, 3_600_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that comes in pieces: what its sender calls it, and how many bytes it has at most, where that is known."""

    name: str
    claimed: str
    most: int | None
    pieces: Iterator[bytes]


def upload_file(caller: Identity, given: Incoming) -> FileUploaded:
    """Keep a file of the caller's for a day, and then for as long as something holds it.

    Raises TooLarge, Invalid for an empty one, Unavailable where there is no room, and what reading it raises.
    """
    settings: Settings = current_app.extensions["sopapo.settings"]
    most = min(settings.max_file_bytes, given.most or settings.max_file_bytes)
    with disk():
        room = off_loop(storage().free) - settings.free_disk_bytes
    file_id = reserve(caller, most, settings.user_file_bytes, room)
    try:
        return take_in(file_id, given, settings.max_file_bytes)
    except BaseException:
        withdraw(file_id)
        raise


def reserve(caller: Identity, most: int, quota: int, room: int) -> str:
    """Make the row of a file before its bytes come, so that these are found whatever happens in between.

    Raises TooLarge where its owner would have too much, and Unavailable where there is no room for all that arrives.
    """
    file_id, moment = str(uuid7()), now()
    with transaction():
        lock_users(caller.user_id)
        if size_of(File.owner_id == caller.user_id) + most > quota:
            raise TooLarge(f"all files of one user may have {quota} bytes together", "file")
        # Each that arrives has its row until when it is due, which finds the few of them by an index.
        if size_of(File.status == "arriving", File.due_at.is_not(None)) + most > room:
            raise Unavailable("there is no room for files at the moment", "file", retry_after=60)
        file = File(id=file_id, owner_id=caller.user_id, status="arriving", name="", mime="", size=most)
        file.thumbnail, file.created_at = False, moment
        file.due_at = moment + most * 1000 // SLOWEST_BODY + HOUR
        db.session.add(file)
    return file_id


def size_of(*conditions: ColumnElement[bool]) -> int:
    """Return how many bytes some files have together, or may have."""
    return int(db.session.scalars(select(func.coalesce(func.sum(File.size), 0)).where(*conditions)).one())


def take_in(file_id: str, given: Incoming, most: int) -> FileUploaded:
    """Receive a file, look at it, and keep it with what was seen."""
    with disk():
        folder = off_loop(spool().make)
    try:
        receive(folder / "file", given.pieces, most)
        found = look(folder, given.claimed)
        with disk():
            for key, path in zip(keys_of(file_id), found.paths, strict=False):
                off_loop(storage().put, key, path)
        return settle(file_id, safe_name(given.name), found)
    finally:
        off_loop(spool().drop, folder)


def receive(path: Path, pieces: Iterator[bytes], most: int) -> None:
    """Write a file as it comes. Raises TooLarge, and Invalid where nothing comes."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise TooLarge(f"a file may have {most} bytes", "file")
        with disk():
            off_loop(append, path, piece)
    if not size:
        raise Invalid("the file is empty", "file")
    metrics.figures.bytes_in += size


def settle(file_id: str, name: str, found: Found) -> FileUploaded:
    """Say of a file that it is there. Raises Unavailable where it came so late that it was given up."""
    with transaction():
        file = db.session.get(File, file_id, with_for_update=True, populate_existing=True)
        if file is None or file.status != "arriving":
            raise Unavailable("the file came too late", "file", retry_after=1)
        file.status, file.name, file.mime, file.size = "ready", name, found.mime, found.size
        if found.picture is not None:
            file.width, file.height = found.picture.width, found.picture.height
            file.blurhash, file.thumbnail = found.picture.blurhash, True
        file.due_at = now() + DAY
        state = file_state(file)
    metrics.figures.files_taken += 1
    return FileUploaded(file=state)


def withdraw(file_id: str) -> None:
    """Leave nothing of a file that did not arrive; where that fails, the timed work does it."""
    try:
        for key in keys_of(file_id):
            off_loop(storage().remove, key)
        with transaction():
            db.session.execute(delete(File).where(File.id == file_id))
    except Exception:
        log.exception("file_not_withdrawn", file=file_id)
