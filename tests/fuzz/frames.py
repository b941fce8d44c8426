"""WebSocket frames: read as a well-known parser reads them, however they are cut, and however often that is paused."""

import struct
from typing import Any

from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from sopapo.transport.frames import Closed, FrameReader, Pinged
from sopapo.transport.packets import Breach
from tests.fuzz.pieces import in_pieces, seed

BOUNDS = (100, 300, 70_000)
LONGEST_HEAD = 14


def frame(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes = b"\x01\x02\x03\x04", head: int = 0) -> bytes:
    """Return a client's frame."""
    size = len(payload)
    first = (0x80 if fin else 0) | opcode | head
    if size < 126:
        start = struct.pack("!BB", first, 0x80 | size)
    elif size < 65_536:
        start = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        start = struct.pack("!BBQ", first, 0x80 | 127, size)
    return start + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def closing(code: int) -> bytes:
    """Return the payload of a close frame."""
    return struct.pack("!H", code)


def read(pieces: list[bytes], most: int, *, is_paused: bool = False) -> list[Any]:
    """Return what our reader makes of bytes that come in pieces; a breach is its code, and the end."""
    reader = FrameReader(most)
    found: list[Any] = []
    try:
        for piece in pieces:
            events = reader.feed(piece)
            while (event := next(events, None)) is not None:
                found.append(event)
                if isinstance(event, Closed):
                    return found
                if is_paused:
                    events = reader.feed(b"")
            assert len(reader._rest) + len(reader._part or b"") <= most + LONGEST_HEAD
    except Breach as breach:
        found.append(breach.code)
    return found


def expected(data: bytes) -> list[Any]:
    """Return what wsproto makes of the same bytes, in the same words."""
    parser = FrameProtocol(client=False, extensions=[])
    found: list[Any] = []
    parts: list[str] = []
    try:
        parser.receive_bytes(data)
        for one in parser.received_frames():
            if one.opcode is Opcode.TEXT:
                parts.append(str(one.payload))
                if one.message_finished:
                    found.append("".join(parts))
                    parts.clear()
            elif one.opcode is Opcode.BINARY:
                return [*found, 1003]
            elif one.opcode is Opcode.PING:
                found.append(Pinged(bytes(one.payload)))  # type: ignore[arg-type]
            elif one.opcode is Opcode.CLOSE:
                return [*found, Closed()]
    except ParseFailed as error:
        found.append(int(error.code))
    return found


def verdict(found: list[Any]) -> tuple[list[Any], int]:
    """Return what was read, and the code with which that ended, or 0."""
    return (found[:-1], found[-1]) if found and isinstance(found[-1], int) else (found, 0)


def agree(found: list[Any], data: bytes) -> None:
    """Hold what was found in bytes against what wsproto finds."""
    (ours, our_code), (theirs, their_code) = verdict(found), verdict(expected(data))
    both = min(len(ours), len(theirs))
    assert ours[:both] == theirs[:both]
    if their_code == 1007:
        # It refuses a text at the first bad byte, we at its end.
        assert both == len(theirs) or our_code in (1003, 1009)
        assert not any(isinstance(event, str) for event in ours[both:])
    elif our_code in (1003, 1009):
        # It takes what is binary, and what is of any size.
        assert both == len(ours)
    elif ours[both:] == [Closed()] or our_code == 1007:
        # It does not know the code 1014, whose reason may be no text.
        assert their_code == 1002
    else:
        assert ours == theirs
        if our_code != their_code:
            # We refuse a frame by its first two bytes, it once the head is whole.
            assert not their_code
            assert our_code == verdict(expected(data + bytes(80_000)))[1]


def check(data: bytes) -> None:
    """The first byte says how much is the most."""
    most = BOUNDS[data[0] % len(BOUNDS)] if data else BOUNDS[0]
    pieces = in_pieces(data[1:])
    whole = b"".join(pieces)
    found = read([whole], most)
    assert read(pieces, most) == found
    assert read(pieces, most, is_paused=True) == found
    assert all(len(event.encode()) <= most for event in found if isinstance(event, str))
    agree(found, whole)


PLAIN = bytes(4)
SEEDS = [
    bytes((bound,)) + seed(data, *places)
    for bound, data, places in (
        (0, frame(1, b"3", mask=PLAIN) * 3, (7, 9)),
        (0, frame(1, '42["olá"]'.encode()), (1, 2, 3)),
        (0, frame(9, b"ping") + frame(10, b""), ()),
        (0, frame(1, b"42", fin=False) + frame(9, b"?") + frame(0, b"x", fin=False) + frame(0, b"1"), (6, 20)),
        (0, frame(8, closing(1000) + b"bye", mask=PLAIN), (3,)),
        (0, frame(1, b"x" * 60, fin=False) + frame(0, b"x" * 60), (40,)),
        (1, frame(1, b"y" * 200, mask=PLAIN), (100,)),
        (2, struct.pack("!BBQ", 0x81, 0xFF, 70_001), (5,)),
        (0, frame(2, b"b"), ()),
        (0, frame(1, "é".encode()[:1], fin=False) + frame(0, "é".encode()[1:]), ()),
    )
]
