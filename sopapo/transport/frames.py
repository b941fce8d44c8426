"""WebSocket frames of a client (RFC 6455), read without any socket; no extension is spoken."""

from collections.abc import Iterator
from dataclasses import dataclass

from sopapo.transport.packets import Breach

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RESERVED, OPCODE, MASKED, LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
TWO_BYTES, BEYOND_TWO_BYTES = 126, 65_536
CONTROL_AT_MOST = 125
MASK_BYTES = 4
SIGN_OF_LIFE = 7
CODE_BYTES = 2
PROTOCOL_ERROR, NOT_TAKEN, NOT_UTF8, TOO_LARGE = 1002, 1003, 1007, 1009
CODES = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, *range(3000, 5000)})


@dataclass(frozen=True, slots=True)
class Pinged:
    """The client asks for a pong with these bytes."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The client closes, or answers our close."""


class FrameReader:
    """Turns bytes into whole texts of a bounded size, however they were cut into frames and pieces of frames."""

    __slots__ = ("_most", "_part", "_rest")

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = b""
        # What has come of a message that is not whole yet.
        self._part: bytearray | None = None

    @property
    def is_between(self) -> bool:
        """Tell whether the next byte begins a message."""
        return not self._rest and self._part is None

    def feed(self, data: bytes) -> Iterator[str | Pinged | Closed]:
        """Yield what these bytes complete; raises Breach for what may not be sent here."""
        data = self._rest + data if self._rest else data
        start = 0
        while (found := self._frame_at(data, start)) is not None:
            first, payload, start = found
            self._rest = data[start:]
            event = self._take(first & FIN, first & OPCODE, payload)
            if event is not None:
                yield event
                if isinstance(event, Closed):
                    return
        self._rest = data[start:]

    def _frame_at(self, data: bytes, start: int) -> tuple[int, bytes, int] | None:
        """Return a frame's first byte, its payload and where it ends, or None while it is not whole."""
        if len(data) < start + 2:
            return None
        first, second = data[start], data[start + 1]
        self._check_head(first, second)
        size, body = second & LENGTH, start + 2
        if size >= TWO_BYTES:
            width, least = (2, TWO_BYTES) if size == TWO_BYTES else (8, BEYOND_TWO_BYTES)
            if len(data) < body + width:
                return None
            size = int.from_bytes(data[body : body + width])
            body += width
            if size < least:
                raise Breach("malformed", PROTOCOL_ERROR)
        if size > self._room():
            raise Breach("too_large", TOO_LARGE)
        end = body + MASK_BYTES + size
        if len(data) < end:
            return None
        return first, unmasked(data[body : body + MASK_BYTES], data[body + MASK_BYTES : end]), end

    def _check_head(self, first: int, second: int) -> None:
        opcode = first & OPCODE
        if first & RESERVED or not second & MASKED or opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise Breach("malformed", PROTOCOL_ERROR)
        if opcode >= CLOSE and (not first & FIN or second & LENGTH > CONTROL_AT_MOST):
            raise Breach("malformed", PROTOCOL_ERROR)
        if opcode == BINARY:
            raise Breach("binary", NOT_TAKEN)
        if opcode < CLOSE and (opcode == CONTINUATION) == (self._part is None):
            raise Breach("malformed", PROTOCOL_ERROR)

    def _room(self) -> int:
        return self._most - len(self._part or b"")

    def _take(self, is_last: int, opcode: int, payload: bytes) -> str | Pinged | Closed | None:
        if opcode == PING:
            return Pinged(payload)
        if opcode == CLOSE:
            check_close(payload)
            return Closed()
        if opcode == PONG:
            return None
        if self._part is None:
            if is_last:
                return decoded(payload)
            self._part = bytearray()
        self._part += payload
        if not is_last:
            return None
        whole, self._part = bytes(self._part), None
        return decoded(whole)


def unmasked(mask: bytes, payload: bytes) -> bytes:
    """Take the mask off, all bytes at once: as two large numbers."""
    size = len(payload)
    pattern = (mask * (size // MASK_BYTES + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(pattern, "little")).to_bytes(size, "little")


def is_sign_of_life(data: bytes | bytearray) -> bool:
    """Tell whether these bytes begin with the one frame that idle clients send: the text `3`."""
    return data[0] == FIN | TEXT and data[1] == MASKED | 1 and data[2] ^ data[6] == ord("3")


def check_close(payload: bytes) -> None:
    """Refuse a close that gives a code which may not be sent, or a reason which is no text."""
    if payload and (len(payload) < CODE_BYTES or int.from_bytes(payload[:CODE_BYTES]) not in CODES):
        raise Breach("malformed", PROTOCOL_ERROR)
    decoded(payload[CODE_BYTES:])


def decoded(payload: bytes) -> str:
    """Return the text that these bytes are."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Breach("malformed", NOT_UTF8) from None
