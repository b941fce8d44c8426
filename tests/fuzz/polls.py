"""Bodies of polls: the packets that stand between separators, or one of the known ends."""

import io
from types import SimpleNamespace
from typing import Any

from engineio.exceptions import EngineIOError
from eventlet.wsgi import Input

from sopapo.transport.options import TransportOptions
from sopapo.transport.packets import Breach, Malformed
from sopapo.transport.polling import Polling

OPTIONS = TransportOptions(max_packet=60, max_body=300)
MOST_MISREAD = 3


class Heard:
    """Stands where the link does, and keeps what it is given."""

    def __init__(self) -> None:
        self.options = OPTIONS
        self.client = self
        self.closing = False
        self.inbox = SimpleNamespace(is_full=False)
        self.taken: list[str] = []
        self.ended: list[str] = []

    def take(self, text: str) -> None:
        self.taken.append(text)
        if text.startswith("b"):
            raise Breach("binary", 1003)

    def misread(self, error: Malformed) -> None:
        self.ended.append(str(error))

    def end(self, reason: str, code: int) -> None:
        self.ended.append(f"{reason} {code}")
        self.closing = True


def slowly(body: bytes) -> tuple[list[str], list[str]]:
    """Return the packets of a whole body, and how it ends, read byte by byte."""
    parts = [bytearray()]
    for byte in body:
        if byte == 0x1E:
            parts.append(bytearray())
        else:
            parts[-1].append(byte)
    if max(map(len, parts)) > OPTIONS.max_packet:
        return [], ["too_large 1009"]
    try:
        texts = [str(part, "utf-8") for part in parts]
    except UnicodeDecodeError:
        return [], ["no UTF-8"]
    for place, text in enumerate(texts):
        if text[:1] == "b":
            return texts[: place + 1], ["binary 1003"]
    return texts, []


def check(data: bytes) -> None:
    """The first line is the length that the request gives, as eventlet lets it through; the rest is what comes."""
    head, _, rest = data.partition(b"\n")
    given = head.decode("latin-1")
    try:
        length = int(given or 0)
    except ValueError:
        return
    if length < 0:
        return
    link: Any = Heard()
    environ = {"CONTENT_LENGTH": given, "wsgi.input": Input(io.BytesIO(rest), length, None)}
    try:
        Polling(link).post(environ)
    except EngineIOError:
        assert (link.taken, link.ended) == ([], ["too_large 1009"] if length > OPTIONS.max_body else [])
        assert length > min(OPTIONS.max_body, len(rest))
    else:
        assert (link.taken, link.ended) == slowly(rest[:length])


def seed(body: bytes) -> bytes:
    """Return a body with its length."""
    return str(len(body)).encode() + b"\n" + body


SEEDS = [
    seed(b"40"),
    seed('421["echo","olá"]\x1e3\x1e422["x"]'.encode()),
    seed(b"3\x1ebAAEC\x1e2"),
    seed(b"42\xff\x1e3"),
    seed(b"4" + b"x" * 60),
    seed(b"3\x1e" * 150),
    seed(b""),
    b"10\n4",
]
