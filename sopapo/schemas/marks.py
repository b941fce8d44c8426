"""Marks, receipts and preferences on the wire."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Length, Request, Seq, Text
from sopapo.schemas.states import MeState, UserState

Draft = Annotated[Text, AfterValidator(str.strip), Length(0, 10_000)]


class MarkRoom(Request):
    """Say that one has got, or has read, everything up to a message; beyond the last means the last."""

    room: Id
    seq: Seq


class MessageInfo(Request):
    """Ask who has got and who has read a message."""

    room: Id
    seq: Seq


class SetPreferences(Request):
    """Change how a room is shown to oneself; only the fields given are changed."""

    room: Id
    muted_until: Annotated[AwareDatetime, Field(strict=False)] | None = None
    archived: bool = False
    pinned: bool = False
    draft: Draft | None = None


class Marked(TypedDict):
    """How far one is now."""

    delivered: int
    read: int


class Reached(TypedDict):
    """Whom a message has reached, and when he said so."""

    user: str
    at: str


class MessageReach(TypedDict):
    """Whom a message has reached, who has read it, and who has not got it yet."""

    delivered: list[Reached]
    read: list[Reached]
    waiting: list[str]
    users: list[UserState]


class PreferencesSet(TypedDict):
    """What is one's own in the room now."""

    me: MeState
