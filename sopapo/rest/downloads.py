"""Files as HTTP answers: whole or in part, a piece at a time, and never as something that a browser would run."""

import os
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from sopapo import metrics
from sopapo.chat.files import Opened
from sopapo.errors import Invalid
from sopapo.media.kinds import SHOWN
from sopapo.rest import problems
from sopapo.rest.multipart import PIECE
from sopapo.transport.runtime import off_loop

# One range; several are answered with the whole, as RFC 9110 allows.
ONE_RANGE = re.compile(r"bytes=(\d+-\d*|-\d+)")
UNRESERVED = "!#$&+-.^_`|~"
GUARDS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Whether one may still see it is asked each time; what has not changed is not sent again.
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
}


class OutOfRange(Invalid):
    """The part that is asked for lies behind the end."""

    status = 416


class Pieces:
    """A file that is read off the loop, a piece at a time."""

    def __init__(self, reader: BinaryIO) -> None:
        """Take over a reader."""
        self.reader = reader

    def __iter__(self) -> Iterator[bytes]:
        """Read from where the reader stands."""
        return self

    def __next__(self) -> bytes:
        """Return the next piece."""
        piece = off_loop(self.reader.read, PIECE)
        if not piece:
            raise StopIteration
        metrics.figures.bytes_out += len(piece)
        return piece

    def seekable(self) -> bool:
        """Tell werkzeug that it can begin within."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        return self.reader.seek(offset, whence)

    def tell(self) -> int:
        """Return where the reader stands."""
        return self.reader.tell()

    def close(self) -> None:
        """Let go of the file."""
        self.reader.close()


def answer(opened: Opened) -> Response:
    """Return a file, or the part of it that is asked for, unless the client has it already."""
    response = Response(Pieces(opened.reader), content_type=opened.mime)
    response.headers.update(GUARDS)
    response.headers["Content-Disposition"] = disposition(opened)
    response.content_length = opened.size
    response.set_etag(opened.tag)
    is_one = ONE_RANGE.fullmatch(request.headers.get("Range", "bytes=0-").strip())
    try:
        response.make_conditional(
            request.environ, accept_ranges=bool(is_one) or "none", complete_length=opened.size if is_one else None
        )
    except RequestedRangeNotSatisfiable:
        response.close()
        refusal = problems.response(OutOfRange(f"the file has {opened.size} bytes", "file"))
        refusal.headers["Content-Range"] = f"bytes */{opened.size}"
        return refusal
    response.headers["Accept-Ranges"] = "bytes"
    return response


def disposition(opened: Opened) -> str:
    """Say whether browsers show a file or save it, and under which name, as RFC 6266 has it."""
    way = "inline" if opened.mime in SHOWN else "attachment"
    plain = unicodedata.normalize("NFKD", opened.name).encode("ascii", "ignore").decode()
    quoted = re.sub(r'["\\]', "_", plain).strip() or "file"
    if plain == opened.name:
        return f'{way}; filename="{quoted}"'
    return f"{way}; filename=\"{quoted}\"; filename*=UTF-8''{quote(opened.name, safe=UNRESERVED)}"
