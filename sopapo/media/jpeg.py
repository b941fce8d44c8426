"""Photographs without what is told beside them: where and when they were taken, with what, by whom.

The picture itself is copied as it is, bit by bit; only which way it is to be turned is kept.
"""

import os
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from sopapo.media.pictures import ORIENTATION

START, SCAN, EXIF, COMMENT = 0xD8, 0xDA, 0xE1, 0xFE
# EXIF and XMP, the index of further pictures, IPTC, and comments.
TOLD = frozenset({EXIF, 0xED, COMMENT})
FURTHER_PICTURES = b"MPF\0"
FEW = 8


class NoJpegError(Exception):
    """The file is not put together as JPEG is."""


def strip(path: Path, stripped: Path) -> bool:
    """Write a JPEG without what is told beside it; return whether there was such a thing, and it could be left out."""
    try:
        orientation = orientation_of(path)
        with path.open("rb") as source:
            kept = list(segments(source))
            if not any(is_told(segment) for segment in kept):
                return False
            with stripped.open("wb") as target:
                target.write(bytes((0xFF, START)) + turned(orientation))
                target.writelines(segment for segment in kept if not is_told(segment))
                shutil.copyfileobj(source, target)
    except Exception:  # noqa: BLE001 - bytes that somebody has made up are kept as they are
        return False
    return True


def orientation_of(path: Path) -> int:
    """Return which way a photograph is to be turned, 1 where that is not told."""
    with Image.open(path, formats=("JPEG",)) as image:
        found = image.getexif().get(ORIENTATION)
    return found if isinstance(found, int) and 1 <= found <= FEW else 1


def segments(source: BinaryIO) -> Iterator[bytes]:
    """Yield the segments before the picture itself, where the reading is left. Raises NoJpegError."""
    if source.read(2) != bytes((0xFF, START)):
        raise NoJpegError
    while True:
        marker = source.read(2)
        while marker == b"\xff\xff":
            marker = marker[1:] + source.read(1)
        if marker[:1] != b"\xff":
            raise NoJpegError
        if marker[1] == SCAN:
            source.seek(-2, os.SEEK_CUR)
            return
        (length,) = struct.unpack(">H", size := source.read(2))
        body = source.read(length - 2)
        if len(body) != length - 2:
            raise NoJpegError
        yield marker + size + body


def is_told(segment: bytes) -> bool:
    """Tell whether a segment holds something that is not needed to see the picture."""
    return segment[1] in TOLD or segment[4:8] == FURTHER_PICTURES


def turned(orientation: int) -> bytes:
    """Return the segment that says which way to turn the picture; nothing where it stands upright."""
    if orientation == 1:
        return b""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return struct.pack(">BBH", 0xFF, EXIF, len(body) + 2) + body
