"""A file out of what forms send: read as it comes, never whole in memory."""

from collections.abc import Iterator

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Event, Field, File, MultipartDecoder, Preamble

from sopapo.chat.uploads import Incoming
from sopapo.errors import Invalid, TooLarge
from sopapo.rest.parsing import is_chunked, refuse_query, whole

MULTIPART_TYPE = "multipart/form-data"
# How much of a file is read at a time, one that comes as well as one that goes.
PIECE = 131_072
# What surrounds a file in a form: boundaries and a few headers.
MOST_AROUND = 65_536


def read_file(most: int) -> Incoming:
    """Return the file in the field `file`, whose pieces are read from the socket as they are taken.

    Raises Invalid, NotJson and TooLarge, as do its pieces.
    """
    refuse_query()
    length = None if is_chunked() else request.content_length or 0
    if length is not None and length > most + MOST_AROUND:
        raise TooLarge(f"a file may have {most} bytes", "file")
    events = read_events(boundary())
    first = next(event for event in events if not isinstance(event, Preamble))
    if not isinstance(first, File) or first.name != "file":
        said = str(first.name)[:100] if isinstance(first, Field) else "file"
        raise Invalid("a form with one file in the field `file`", said)
    claimed = first.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Incoming(first.filename, claimed, length, pieces_of(events))


def boundary() -> bytes:
    """Return what stands between the parts of the form. Raises Invalid."""
    found: str | None = request.mimetype_params.get("boundary")
    if request.mimetype != MULTIPART_TYPE or not found or not found.isascii():
        raise Invalid(f"send a form: `Content-Type: {MULTIPART_TYPE}`", "file")
    return found.encode()


def read_events(boundary: bytes) -> Iterator[Event]:
    """Yield what the form consists of, up to its end. Raises NotJson and TooLarge."""
    decoder = MultipartDecoder(boundary, max_form_memory_size=PIECE + MOST_AROUND)
    stream = request.environ["wsgi.input"]
    while True:
        try:
            with whole():
                event = decoder.next_event()
                if event is NEED_DATA:
                    decoder.receive_data(stream.read(PIECE) or None)
                    continue
        except RequestEntityTooLarge:
            raise TooLarge("too much stands around the file", "file") from None
        yield event
        if isinstance(event, Epilogue):
            return


def pieces_of(events: Iterator[Event]) -> Iterator[bytes]:
    """Yield the pieces of the first part, which has to be the only one. Raises Invalid."""
    for event in events:
        if isinstance(event, Data):
            yield event.data
        elif not isinstance(event, Epilogue):
            raise Invalid("one file at a time", "file")
