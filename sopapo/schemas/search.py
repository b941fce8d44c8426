"""Finding messages on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Cursor, Id, Length, Request, Text
from sopapo.schemas.states import MessageState, UserState
from sopapo.schemas.sync import Time


class Search(Request):
    """Find messages by their words, in all rooms that the caller may read or in one, the newest first."""

    q: Annotated[Text, AfterValidator(str.strip), Length(1, 200)]
    room: Id | None = None
    sender: Annotated[Id | None, Field(alias="from")] = None
    before: Time | None = None
    after: Time | None = None
    has: Literal["file", "link", "image"] | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class FoundMessage(TypedDict):
    """A message, and the part of its text that was found: HTML in which only `mark` is a tag, the rest is escaped."""

    message: MessageState
    snippet: str


class FoundMessages(TypedDict):
    """A page of what was found, the newest first, and the cursor of the next page."""

    results: list[FoundMessage]
    users: list[UserState]
    next: int | None
