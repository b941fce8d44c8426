"""What waits to be sent: texts that many connections share, encoded and framed once for all of them."""

import struct
from collections.abc import Iterable, Sequence

MESSAGE = "4"
# What is written at once, about.
MOST_MESSAGES, MOST_BYTES = 1_024, 65_536
CLOSE_OPCODE = 0x8
_SHORT, _MEDIUM = 126, 65_536


def frame(payload: bytes, opcode: int = 0x1) -> bytes:
    """Frame a whole WebSocket message of the server: unmasked, so the same bytes serve everyone."""
    size = len(payload)
    first = 0x80 | opcode
    if size < _SHORT:
        return bytes((first, size)) + payload
    if size < _MEDIUM:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


class Message:
    """One Engine.IO packet, or bare WebSocket frame, on its way out.

    `weight` is what it counts towards the bound of a queue: an answer, which its client asked for and waits for,
    counts nothing, because no further request is taken while answers pile up.
    """

    __slots__ = ("_frame", "size", "text", "weight")

    def __init__(self, text: str, *, is_answer: bool = False) -> None:
        self.text = text
        self._frame: bytes | None = None
        self.size = len(text) if text.isascii() else len(text.encode())
        self.weight = 0 if is_answer else self.size

    @classmethod
    def of_frame(cls, whole: bytes) -> "Message":
        """Make a message of a frame that means nothing to a polling client."""
        message = cls("6")
        message._frame = whole
        message.size = message.weight = len(whole)
        return message

    @property
    def frame(self) -> bytes:
        """The WebSocket frame, made when first needed."""
        if self._frame is None:
            self._frame = frame(self.text.encode())
        return self._frame

    def encode(self, *, b64: bool = True) -> str:  # noqa: ARG002 - engineio asks for it by this name
        """Return the text, as engineio's payloads take it."""
        return self.text


# Engine.IO's own ping.
PING = Message("2")


def close_frame(code: int, reason: str) -> Message:
    """Return a close frame as a message."""
    return Message.of_frame(frame(struct.pack("!H", code) + reason.encode()[:123], CLOSE_OPCODE))


def joined(messages: Sequence[Message]) -> bytes:
    """Return the frames of these, as one piece."""
    return messages[0].frame if len(messages) == 1 else b"".join([message.frame for message in messages])


class Outbox:
    """One client's queue, first in first out; what was taken counts until it is settled."""

    # An empty one costs as little as can be: most clients' queues are empty nearly always.
    __slots__ = ("_waiting", "size", "weight")

    def __init__(self) -> None:
        self._waiting: list[Message] | None = None
        self.size = 0
        self.weight = 0

    def __len__(self) -> int:
        return len(self._waiting) if self._waiting else 0

    def put(self, message: Message) -> None:
        """Add one at the end."""
        if self._waiting is None:
            self._waiting = [message]
        else:
            self._waiting.append(message)
        self.size += message.size
        self.weight += message.weight

    def take(self, most: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES) -> list[Message]:
        """Take up to so many from the front, at least one if there is any."""
        waiting = self._waiting
        if not waiting:
            return []
        if len(waiting) == 1 or (len(waiting) <= most and self.size <= most_bytes):
            self._waiting = None
            return waiting
        count = size = 0
        while count < min(most, len(waiting)) and (not count or size < most_bytes):
            size += waiting[count].size
            count += 1
        taken, self._waiting = waiting[:count], waiting[count:]
        return taken

    def settle(self, messages: Iterable[Message]) -> None:
        """Count no longer what has left for good."""
        for message in messages:
            self.size -= message.size
            self.weight -= message.weight

    def clear(self) -> None:
        """Drop everything."""
        self._waiting = None
        self.size = self.weight = 0
