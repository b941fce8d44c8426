"""Files on the wire."""

from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Request
from sopapo.schemas.states import FileState


class FileRequest(Request):
    """Fetch a file, or its thumbnail."""

    file: Id


class FileUploaded(TypedDict):
    """The file as it is kept; until something holds it, it is only there until `expires_at`."""

    file: FileState
