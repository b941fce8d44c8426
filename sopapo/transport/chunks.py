"""Bodies that come in chunks: eventlet reads them, these are the lines that it may find between them."""

import re
from typing import Any

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n\0]*)?\r?\n")


class ChunkLines:
    """What is read of such a body; raises OSError, from then on, where a chunk does not begin or end as it should."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self._left = 0
        self._is_within = self._is_last = self._is_broken = False

    def read(self, size: int) -> bytes:
        """Return some of a chunk."""
        return self._taken(self._lines.read(size))

    def readline(self, size: int | None = None) -> bytes:
        """Return a line of a chunk where a size is given, else the line that comes before or after one."""
        if size is not None:
            return self._taken(self._lines.readline(size))
        line: bytes = b"" if self._is_broken else self._lines.readline()
        if not self._is_last:
            self._check(line)
        return line

    def _taken(self, data: bytes) -> bytes:
        self._left -= len(data)
        return data

    def _check(self, line: bytes) -> None:
        size = None if self._is_within else _SIZE.fullmatch(line)
        if size:
            self._left = int(size[1], 16)
            self._is_within, self._is_last = self._left > 0, self._left == 0
        elif self._is_within and not self._left and line in (b"\r\n", b"\n"):
            self._is_within = False
        else:
            self._is_broken = True
            raise OSError("no chunk")
