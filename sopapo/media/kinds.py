"""Media types, told by content; what the sender claims only decides between two that share their form."""

import codecs
from pathlib import Path

import filetype

HEAD = 8192
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
OTHER_NAMES = {
    "image/apng": "image/png",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "video/x-m4v": "video/mp4",
}
# The same container holds sound alone or with pictures: which, its sender knows.
SOUND_ALONE = {"video/webm": "audio/webm", "video/mp4": "audio/mp4", "video/ogg": "audio/ogg"}
# What browsers show without running anything that is in it. Everything else is saved.
SHOWN = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "video/mp4",
        "video/webm",
        "video/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/ogg",
        "audio/webm",
        "audio/wav",
        "audio/flac",
    }
)
# What plain text may hold beside what can be seen: tab, line feed, form feed, carriage return, escape.
CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}


def kind_of(path: Path, claimed: str) -> str:
    """Return the media type of a file."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    found = filetype.guess(head)
    if found is None:
        return TEXT if is_text(head) else UNKNOWN
    mime = OTHER_NAMES.get(found.mime, found.mime)
    return claimed if SOUND_ALONE.get(mime) == claimed else mime


def is_text(head: bytes) -> bool:
    """Tell whether bytes are the beginning of a text, be it a page, a script or a letter."""
    if CONTROLS.intersection(head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
