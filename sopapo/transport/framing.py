"""What the head of a request must be so that everybody on its way finds the same end of the request.

Where a proxy and a server disagree about it, what one client sends becomes the next client's request.
"""

import re
from email.message import Message
from typing import Protocol

_LINE = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*)?\r?\n")
_LENGTH = re.compile(r"[0-9]+[ \t]*", re.ASCII)


class BadHead(Exception):
    """A head that may be read in two ways."""


class Lines(Protocol):
    """What is read line by line."""

    def readline(self, size: int = ..., /) -> bytes:
        """Return the next line, or the beginning of it."""


class HeadLines:
    """The lines of headers up to the empty one; raises BadHead for one that is neither, and where they break off."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def readline(self, size: int = -1) -> bytes:
        """Return the next line."""
        line = self._lines.readline(size)
        if not _LINE.fullmatch(line):
            raise BadHead
        return line


def check_length(headers: Message) -> None:
    """Raise BadHead where the length of the body is not one number."""
    lengths = headers.get_all("Content-Length", [])
    if len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
        raise BadHead


def has_known_end(headers: Message, version: str) -> bool:
    """Tell whether the next request can be found after the body of this one."""
    codings = [coding.strip().lower() for coding in headers.get_all("Transfer-Encoding", [])]
    return not codings or (codings == ["chunked"] and version == "HTTP/1.1")
