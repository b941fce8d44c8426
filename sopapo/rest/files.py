"""Files: uploading them, and fetching those that one may see."""

from flask import current_app

from sopapo.chat import files, uploads
from sopapo.chat.files import Opened
from sopapo.rest.door import Ask, Nothing, route
from sopapo.rest.multipart import read_file
from sopapo.schemas.files import FileRequest, FileUploaded


@route("POST /files", status=201, form=True)
def upload_file(ask: Ask[Nothing]) -> FileUploaded:
    """Upload a file; it is there for a day, and then for as long as a message or an avatar holds it."""
    return uploads.upload_file(ask.caller, read_file(current_app.extensions["sopapo.settings"].max_file_bytes))


@route("GET /files/{file}", FileRequest)
def download_file(ask: Ask[FileRequest]) -> Opened:
    """Fetch a file, or a range of it."""
    return files.open_file(ask.caller, ask.body)


@route("GET /files/{file}/thumbnail", FileRequest)
def download_thumbnail(ask: Ask[FileRequest]) -> Opened:
    """Fetch what a picture looks like, in at most 320 by 320 pixels and without what is told beside it."""
    return files.open_thumbnail(ask.caller, ask.body)
