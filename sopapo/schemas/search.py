"""Finding messages on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from typing_extensions import TypedDict

from sopapo.schemas.fields import Cursor, Id, Length, Request, Text
from sopapo.schemas.states import MessageState, UserState
from sopapo.schemas.sync import Time


class Search(Request):
    """Find messages by their words, by what they bring or by whose they are, in all rooms or in one, newest first."""

    room: Id | None = None
    sender: Annotated[Id | None, Field(alias="from")] = None
    before: Time | None = None
    after: Time | None = None
    has: Literal["file", "link", "image"] | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20
    q: Annotated[Text, AfterValidator(str.strip), Length(1, 200)] | None = Field(None, validate_default=True)

    @field_validator("q")
    @classmethod
    def look_for_something(cls, q: str | None, info: ValidationInfo) -> str | None:
        """Refuse to find everything: that is reading the history."""
        if q is None and not (info.data.get("has") or info.data.get("sender")):
            message = "needs words, unless `has` or `from` is given"
            raise ValueError(message)
        return q


class FoundMessage(TypedDict):
    """A message, and the part of its text that was found: HTML in which only `mark` is a tag, the rest is escaped."""

    message: MessageState
    snippet: str


class FoundMessages(TypedDict):
    """A page of what was found, the newest first, and the cursor of the next page."""

    results: list[FoundMessage]
    users: list[UserState]
    next: int | None
