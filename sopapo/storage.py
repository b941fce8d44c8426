"""Where the bytes of files live, by key: in a folder of this machine.

Another kind of storage has the methods of `Folder`, takes what comes from a `Spool` too, and is chosen in
`init_storage`. All of them block, and are called off the loop; they raise OSError, FileNotFoundError for a key that is
not there.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import structlog
from flask import Flask, current_app

from sopapo.config import Settings, private_open
from sopapo.errors import Unavailable

log = structlog.get_logger(__name__)

KEY = re.compile(r"[0-9a-f-]{36}(\.thumbnail)?")
# Nobody uploads for so long: what is older was left behind by a process that was killed.
LEFT_BEHIND_SECONDS = 7 * 86_400


class Folder:
    """Keeps each file under its key, spread over subfolders, for the server's user alone."""

    def __init__(self, home: Path) -> None:
        """Keep everything in this folder, which is made when it is first needed."""
        self.home = home

    def put(self, key: str, source: Path) -> None:
        """Take a file of the same disk as what is kept under a key; it outlives a power cut."""
        target = self.path_of(key)
        sync(source)
        if not target.parent.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(self.home)
        source.replace(target)
        sync(target.parent)

    def open(self, key: str) -> BinaryIO:
        """Return what is kept under a key, to be read and closed; it can be read to its end even if it is removed."""
        return self.path_of(key).open("rb")

    def remove(self, key: str) -> None:
        """Keep nothing under a key any more, if anything was."""
        self.path_of(key).unlink(missing_ok=True)

    def free(self) -> int:
        """Return how many bytes there is still room for."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self.home).free

    def path_of(self, key: str) -> Path:
        """Return where a key has its place; the end of an id is as good as random."""
        if not KEY.fullmatch(key):
            raise ValueError(key)
        return self.home / key[34:36] / key


class Spool:
    """Where files are while they arrive: in a folder beside those that are kept, so that they need only be moved."""

    def __init__(self, home: Path) -> None:
        """Put what arrives into this folder."""
        self.home = home

    def make(self) -> Path:
        """Make a folder for one file and what is made from it."""
        own = self.home / str(uuid4())
        own.mkdir(mode=0o700, parents=True)
        return own

    def drop(self, own: Path) -> None:
        """Remove such a folder with what is left in it."""
        shutil.rmtree(own, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what processes that were killed have left behind."""
        with suppress(FileNotFoundError):
            for each in self.home.iterdir():
                if each.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS:
                    shutil.rmtree(each, ignore_errors=True)


def keys_of(file_id: str) -> tuple[str, str]:
    """Return the keys of a file and of its thumbnail."""
    return file_id, f"{file_id}.thumbnail"


def append(path: Path, piece: bytes) -> None:
    """Write at the end of a file that only the server's user may read."""
    with open(path, "ab", opener=private_open) as file:
        file.write(piece)


def sync(path: Path) -> None:
    """Wait until the disk has what was written to a file, or which files are in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def init_storage(app: Flask, settings: Settings) -> None:
    """Give the application its storage."""
    home = settings.data_dir.absolute() / "files"
    app.extensions["sopapo.storage"] = Folder(home)
    app.extensions["sopapo.spool"] = Spool(home / "arriving")


def storage() -> Folder:
    """Return the storage of the running application."""
    found: Folder = current_app.extensions["sopapo.storage"]
    return found


def spool() -> Spool:
    """Return where the files of the running application arrive."""
    found: Spool = current_app.extensions["sopapo.spool"]
    return found


@contextmanager
def disk() -> Iterator[None]:
    """Say that the storage is away, or full, where the block cannot do without it. Raises Unavailable."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        log.warning("storage_away", error=error.strerror)
        raise Unavailable("the storage of files is away or full", retry_after=30) from error
