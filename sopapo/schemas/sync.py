"""Catching up on the wire."""

from typing import Annotated

from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Request, Rev
from sopapo.schemas.states import MemberState, MessageState, MeState, ReceiptState, RoomState, UserState


class Sync(Request):
    """Ask for everything newer than the revs held; `since` is the `now` of the last answer."""

    rooms: Annotated[dict[Id, Rev], Field(max_length=10_000)] = Field(default_factory=dict)
    since: Annotated[AwareDatetime, Field(strict=False)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class Entry(TypedDict):
    """What is new in one room; after applying it the client holds `rev`."""

    room: RoomState
    rev: int
    me: MeState
    members: list[MemberState]
    messages: list[MessageState]
    users: list[UserState]
    receipts: list[ReceiptState]
    unread: int
    mentions: int
    more: bool
    reset: bool


class Mark(TypedDict):
    """A room where only marks or preferences have changed."""

    me: MeState
    receipts: list[ReceiptState]
    unread: int
    mentions: int


class Synced(TypedDict):
    """Everything newer, and the rooms that are no longer the caller's."""

    now: str
    rooms: list[Entry]
    marks: list[Mark]
    left: list[str]
