"""Photographs without what is told beside them: where and when they were taken, with what, by whom.

The picture itself is copied as it is, bit by bit, and its colours and which way it is to be turned are kept. What
comes behind it, further pictures or a film, is left out: beside these the same is told again.
"""

import os
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from sopapo.media.pictures import ORIENTATION

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN, EXIF, COMMENT = 0xDA, 0xE1, 0xFE
OF_APPLICATIONS = range(0xE0, 0xF0)
# How segments of applications begin that are needed to see the picture as it is: its shape and its colours.
NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
HEADING = b"Exif\0\0"
BYTE_ORDERS = {b"II": "<", b"MM": ">"}
FEW = 8
# In scans, a zero says that the byte before it is no marker; fill bytes, restarts and 01 stand for themselves.
BEGIN = b"\xff"
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
PIECE = 65_536
# Cameras write a hundred, with the depths of a scene a thousand; each costs time and memory.
MOST_SEGMENTS = 10_000


class NoJpegError(Exception):
    """The file is not put together as JPEG is."""


def strip(source: BinaryIO, target: BinaryIO) -> int:
    """Write a JPEG without what is told beside it, and return in how many scans its picture comes.

    Raises NoJpegError where that cannot be told from the picture.
    """
    if source.read(2) != START:
        raise NoJpegError
    target.write(START)
    scans = 0
    for segment in segments(source):
        target.write(turned(orientation_of(segment)) if is_told(segment) else segment)
        if segment[1] == SCAN:
            scans += 1
            target.writelines(until_marker(source))
    if not scans:
        raise NoJpegError
    return scans


def segments(source: BinaryIO) -> Iterator[bytes]:
    """Yield the segments of the first picture, each of which leaves the reading at its end. Raises NoJpegError."""
    for _ in range(MOST_SEGMENTS):
        for _stray in until_marker(source):
            pass
        marker = source.read(2)
        if marker in {b"", START}:
            return
        if marker == END:
            yield END
            return
        yield marker + rest_of_segment(source)
    raise NoJpegError


def until_marker(source: BinaryIO) -> Iterator[bytes]:
    """Yield what comes before the next marker, where the reading is left, or before the end of the file."""
    while piece := source.read(PIECE):
        found = MARKER.search(piece)
        # A marker may begin with the last byte of a piece.
        end = found.start() if found else len(piece) - (len(piece) > 1 and piece.endswith(BEGIN))
        source.seek(end - len(piece), os.SEEK_CUR)
        yield piece[:end]
        if found:
            return


def rest_of_segment(source: BinaryIO) -> bytes:
    """Return a segment without its marker. Raises NoJpegError."""
    size = source.read(2)
    length = int.from_bytes(size, "big")
    body = source.read(max(0, length - 2))
    if length < len(size) or len(size + body) != length:
        raise NoJpegError
    return size + body


def is_told(segment: bytes) -> bool:
    """Tell whether a segment holds something that is not needed to see the picture."""
    marker = segment[1]
    if marker in OF_APPLICATIONS:
        return not segment.startswith(NEEDED.get(marker, ()), 4)
    return marker == COMMENT


def orientation_of(segment: bytes) -> int:
    """Return which way a segment says that the picture is to be turned, 1 where it does not, or is broken."""
    tiff = segment[10:]
    order = BYTE_ORDERS.get(tiff[:2])
    if segment[1] != EXIF or segment[4:10] != HEADING or order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(entries):
            tag, value = struct.unpack_from(f"{order}H6xH", tiff, start + 2 + 12 * number)
            if tag == ORIENTATION:
                return value if 1 <= value <= FEW else 1
    except struct.error:
        pass
    return 1


def turned(orientation: int) -> bytes:
    """Return the segment that says which way to turn the picture; nothing where it stands upright."""
    if orientation == 1:
        return b""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    body = HEADING + tiff
    return struct.pack(">BBH", 0xFF, EXIF, len(body) + 2) + body
