"""A new message, before and after it has its numbers."""

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, ClassVar

import orjson

from models import Poll
from sopapo.batch_sql import COLUMNS
from sopapo.errors import ChatError

columns_of = attrgetter(*COLUMNS)


@dataclass(slots=True)
class Draft:
    """A message before it has its number; one with a `fault` is refused, unless it was stored before."""

    room_id: str
    sender_id: str
    client_id: str
    text: str
    reply_to: int | None = None
    forwarded: bool = False
    mentions: list[str] = field(default_factory=list)
    mentions_all: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)
    poll: Poll | None = None
    fault: ChatError | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes a resent message the same."""
        return self.room_id, self.sender_id, self.client_id


@dataclass(slots=True)
class NewMessage:
    """The row of a message that is just being written, with the names that `models.Message` has."""

    room_id: str
    seq: int
    rev: int
    client_id: str
    sender_id: str
    text: str
    reply_to: int | None
    forwarded: bool
    mentions: list[str] | str | None
    mentions_all: bool
    created_at: int
    expires_at: int | None
    files: list[dict[str, Any]] | None
    poll: Poll | None

    system: ClassVar = None
    pinned: ClassVar = False
    edited_at: ClassVar = None
    deleted_at: ClassVar = None
    reactions: ClassVar = ()

    @property
    def kind(self) -> str:
        """What the message is."""
        return "poll" if self.poll else "text"

    @property
    def columns(self) -> tuple[Any, ...]:
        """Return the columns as SQLite takes them, which knows no lists."""
        row = self if self.mentions is None else replace(self, mentions=orjson.dumps(self.mentions).decode())
        columns: tuple[Any, ...] = columns_of(row)
        return columns
