"""Files: handing them out to those who may have them, and finding one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from models import File, db
from sopapo.chat.access import access_file
from sopapo.chat.holding import lock_files
from sopapo.chat.visible import files_of
from sopapo.errors import Invalid, NotFound, no_such_file
from sopapo.schemas.files import FileRequest
from sopapo.security import Identity
from sopapo.states import facts_of
from sopapo.storage import disk, keys_of, storage
from sopapo.transport.runtime import off_loop

THUMBNAIL = "image/webp"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that may be read; whoever gets this closes `reader`."""

    name: str
    mime: str
    size: int
    tag: str
    reader: BinaryIO


def open_file(caller: Identity, body: FileRequest) -> Opened:
    """Return a file that the caller may see. Raises NotFound."""
    file = access_file(caller, body.file)
    key = keys_of(file.id)[0]
    return Opened(file.name, file.mime, file.size, key, opened(key))


def open_thumbnail(caller: Identity, body: FileRequest) -> Opened:
    """Return the thumbnail of a picture that the caller may see. Raises NotFound, also where there is none."""
    file = access_file(caller, body.file)
    if not file.thumbnail:
        raise NotFound("the file has no thumbnail", "file")
    key = keys_of(file.id)[1]
    reader = opened(key)
    size = reader.seek(0, 2)
    reader.seek(0)
    return Opened(f"{PurePath(file.name).stem}.webp", THUMBNAIL, size, key, reader)


def opened(key: str) -> BinaryIO:
    """Open what is kept under a key. Raises NotFound where it has just gone."""
    # A slow reader must not keep a connection to the database.
    db.session.remove()
    try:
        with disk():
            return off_loop(storage().open, key)
    except FileNotFoundError:
        raise no_such_file() from None


def own_files(caller: Identity, ids: Sequence[str], field: str) -> list[File]:
    """Return files that the caller has uploaded, in this order. Raises NotFound."""
    found = {file.id: file for file in db.session.scalars(files_of(caller.user_id).where(File.id.in_(ids)))}
    if len(found) < len(ids):
        raise no_such_file(field)
    return [found[each] for each in ids]


def facts_of_own(caller: Identity, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a message is to hold of the caller's files. Raises NotFound."""
    return [facts_of(file) for file in own_files(caller, ids, "files")] if ids else []


def held_from_now_on(caller: Identity, ids: Sequence[str]) -> list[File]:
    """Return files that the caller has uploaded, for something to hold them: when it lets go, a trigger says so.

    Raises NotFound.
    """
    if not ids:
        return []
    lock_files(ids)
    files = own_files(caller, ids, "files")
    for file in files:
        file.due_at = None
    return files


def use_picture(caller: Identity, file_id: str, instead_of: str | None) -> None:
    """Let a picture that the caller has uploaded be an avatar, before it takes the place of another one.

    Raises NotFound and Invalid.
    """
    lock_files([file_id, *([instead_of] if instead_of else [])])
    file = db.session.scalar(files_of(caller.user_id).where(File.id == file_id))
    if file is None:
        raise no_such_file("avatar")
    if not file.thumbnail:
        raise Invalid("an avatar is a picture", "avatar")
    # The avatar holds it from now on: when that is let go, a trigger says so.
    file.due_at = None
