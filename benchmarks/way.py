"""The stages of a message's way that need no database: in from a frame, out to a thousand sockets."""

import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import orjson
from uuid_utils import uuid4

from benchmarks.stage import Stage
from models import Message as Row
from sopapo.clock import now
from sopapo.schemas.messages import SendMessage
from sopapo.schemas.states import MessageState
from sopapo.states import message_state
from sopapo.transport import Connection, Stats, packets
from sopapo.transport.carrier import SocketCarrier
from sopapo.transport.frames import FrameReader
from sopapo.transport.messages import MESSAGE, Message, Outbox
from sopapo.transport.spreads import write

MEMBERS = 1_000
MOST_BYTES = 65_536
INNER = 200
TEXT = "Bom dia, a reunião começa às dez. " * 6


def request() -> dict[str, Any]:
    """Return what a client asks when it sends a message."""
    return {"room": str(uuid4()), "client_id": str(uuid4()), "text": TEXT}


def row() -> Row:
    """Return a message as it is stored."""
    names = ("system", "reply_to", "mentions", "edited_at", "deleted_at", "expires_at")
    known = {name: str(uuid4()) for name in ("room_id", "client_id", "sender_id")} | dict.fromkeys(names)
    flags = {"forwarded": False, "mentions_all": False, "pinned": False, "reactions": (), "files": ()}
    row = SimpleNamespace(**known, **flags, seq=1, rev=1, kind="text", text=TEXT, created_at=now())
    return cast("Row", row)


def client_frame(payload: bytes) -> bytes:
    """Return a text frame as a client sends it: masked, and of a length that needs two bytes."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
    return bytes((0x81, 0x80 | 126)) + len(payload).to_bytes(2) + mask + masked


def stages_in() -> list[Stage]:
    """Return the stages from a client's frame to a request that can be trusted."""
    body = request()
    packet = "217" + orjson.dumps(["send_message", body]).decode()
    frame = client_frame(("4" + packet).encode())
    reader = FrameReader(MOST_BYTES)
    return [
        Stage(f"read a frame of {len(frame)} bytes", "request", lambda: list(reader.feed(frame)), inner=INNER),
        Stage("parse the packet", "request", lambda: packets.parse(packet), inner=INNER),
        Stage("validate SendMessage", "request", lambda: SendMessage.model_validate(body), inner=INNER),
    ]


def stages_between() -> list[Stage]:
    """Return the stages from a stored message to the bytes that everybody gets."""
    stored = row()
    state = message_state(stored)
    sent = {"ok": True, "message": state, "duplicate": False}
    text = encoded(state)
    return [
        Stage("build the state", "message", lambda: message_state(stored), inner=INNER),
        Stage("encode the acknowledgement", "message", lambda: packets.acknowledgement(17, sent), inner=INNER),
        Stage("encode the state", "message", lambda: encoded(state), inner=INNER),
        Stage("frame it", "message", lambda: Message(text).frame, inner=INNER),
    ]


def encoded(state: MessageState) -> str:
    """Return the packet that pushes a state."""
    return MESSAGE + packets.event("message", state)


@contextmanager
def stages_out() -> Iterator[list[Stage]]:
    """Bring the stages of a fan-out, with a thousand open pairs of sockets."""
    message = Message(encoded(message_state(row())))
    outboxes = [Outbox() for _ in range(MEMBERS)]
    with socket_pairs(MEMBERS) as pairs:
        writers = [writer(ours, outbox) for (ours, _), outbox in zip(pairs, outboxes, strict=True)]
        idle = cast("list[Connection]", [SimpleNamespace(direct=writer.send) for writer in writers])
        yield [
            Stage(
                f"put into {MEMBERS:,} outboxes",
                "member",
                partial(put_all, outboxes, message),
                MEMBERS,
                after=partial(clear_all, outboxes),
            ),
            Stage(
                f"write {MEMBERS:,} outboxes to their sockets",
                "member",
                partial(flush_all, writers),
                MEMBERS,
                before=partial(put_all, outboxes, message),
                after=partial(read_all, pairs),
            ),
            Stage(
                f"write past {MEMBERS:,} outboxes",
                "member",
                partial(write, idle, [message]),
                MEMBERS,
                after=partial(read_all, pairs),
            ),
        ]


def put_all(outboxes: list[Outbox], message: Message) -> None:
    """Let a message wait for everybody."""
    for outbox in outboxes:
        outbox.put(message)


def clear_all(outboxes: list[Outbox]) -> None:
    """Drop what waits."""
    for outbox in outboxes:
        outbox.clear()


def flush_all(writers: list[SocketCarrier]) -> None:
    """Write what waits for everybody."""
    for writer in writers:
        writer.flush()


def read_all(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    """Take what has come out at the other ends."""
    for _, theirs in pairs:
        theirs.recv(MOST_BYTES)


@contextmanager
def socket_pairs(count: int) -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """Open so many pairs of sockets that never block."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    pairs = [socket.socketpair() for _ in range(count)]
    try:
        for ours, theirs in pairs:
            ours.settimeout(0)
            theirs.settimeout(0)
        yield pairs
    finally:
        for pair in pairs:
            for end in pair:
                end.close()


def writer(sock: socket.socket, outbox: Outbox) -> SocketCarrier:
    """Return what writes an outbox to a socket, without a client around it; a write that does not fit is a failure."""
    engine = SimpleNamespace(transport=SimpleNamespace(stats=Stats()))
    link = SimpleNamespace(queue=outbox, closed=False, has_left=False, settle=outbox.settle, engine=engine)
    link.open = lambda _way: None
    return SocketCarrier(cast("Any", link), sock)
