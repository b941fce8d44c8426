"""Catching up on the wire."""

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, LongLimit, Request, Rev
from sopapo.schemas.states import MemberState, MessageState, MeState, ReceiptState, RoomState, UserState


def rfc3339_text(value: object) -> object:
    """Refuse numbers, which are taken for seconds otherwise."""
    if not isinstance(value, str) or "T" not in value:
        message = "not a time such as 2026-11-22T10:29:41.123Z"
        raise ValueError(message)
    return value


Time = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(rfc3339_text)]


class Sync(Request):
    """Ask for everything newer than the revs held; `since` is the `now` of the last answer."""

    rooms: Annotated[dict[Id, Rev], Field(max_length=10_000)] = Field(default_factory=dict)
    since: Time | None = None
    limit: LongLimit = 200


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
