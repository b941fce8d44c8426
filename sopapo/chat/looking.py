"""Looking at files that have arrived, off the loop."""

from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from sopapo.config import private_open
from sopapo.errors import Invalid, Unavailable
from sopapo.media.jpeg import NoJpegError, strip
from sopapo.media.kinds import kind_of
from sopapo.media.pictures import MIMES, Picture, look_at
from sopapo.storage import append, disk
from sopapo.transport.runtime import off_loop

# One picture takes up to 200 MB.
LOOKS_AT_ONCE = 1
LOOK_SECONDS = 60

looking = BoundedSemaphore(LOOKS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that has arrived, and what was made from it."""

    paths: tuple[Path, ...]
    mime: str
    size: int
    picture: Picture | None


def look(folder: Path, claimed: str) -> Found:
    """See what has arrived, one file after the other: pictures take memory and processor.

    Raises Unavailable, and Invalid for a photograph that is too broken to be kept without what is told beside it.
    """
    if not looking.acquire(timeout=LOOK_SECONDS):
        raise Unavailable("too many files arrive at this moment", "file", retry_after=10)
    try:
        with disk():
            return off_loop(see, folder, claimed)
    finally:
        looking.release()


def see(folder: Path, claimed: str) -> Found:
    """Tell what a file is; make a thumbnail of a picture, and leave out of a photograph what is told beside it.

    Raises Invalid where that cannot be told from the photograph.
    """
    path, scans = folder / "file", 1
    mime = kind_of(path, claimed)
    if mime == "image/jpeg":
        path, scans = stripped(path)
    picture = look_at(path, scans) if mime in MIMES else None
    paths: tuple[Path, ...] = (path,)
    if picture is not None:
        append(folder / "thumbnail", picture.thumbnail)
        paths += (folder / "thumbnail",)
    return Found(paths, mime, path.stat().st_size, picture)


def stripped(path: Path) -> tuple[Path, int]:
    """Return where a photograph is without what is told beside it, and in how many scans it comes. Raises Invalid."""
    target = path.with_name("stripped")
    try:
        with path.open("rb") as source, open(target, "wb", opener=private_open) as file:
            return target, strip(source, file)
    except NoJpegError:
        raise Invalid("the photograph is broken", "file") from None
