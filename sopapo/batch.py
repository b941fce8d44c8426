"""One transaction that stores many new messages.

The rooms' locks come first: what is read after them is true until COMMIT.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple, cast

import orjson
from sqlalchemy import Connection, select, tuple_
from sqlalchemy.orm import Session

from models import Message, Poll
from sopapo.batch_sql import (
    ATTACH,
    BRING,
    COLUMNS,
    FACTS,
    HOLD,
    INSERT_MESSAGES,
    LOCK_FILES,
    LOCK_FREE_ROOMS,
    LOCK_ROOMS,
    RAISE_COUNTERS,
    RAISE_MARKS,
)
from sopapo.clock import now, rfc3339
from sopapo.database import execute
from sopapo.errors import ChatError, Forbidden, NotFound, RateLimited, no_such_file, no_such_room
from sopapo.permissions import first_visible, is_admin, may_post
from sopapo.schemas.messages import MessageSent
from sopapo.schemas.states import MessageState
from sopapo.states import message_state

Outcome = MessageSent | ChatError | None

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


class Fact(NamedTuple):
    """What decides about the draft of that number; the role is empty where its sender is no member."""

    n: int
    role: str
    joined_seq: int
    silenced_until: int | None
    last_sent_at: int
    seq: int | None


class Batch:
    """The drafts of one transaction and what becomes of each."""

    def __init__(self, connection: Connection, drafts: Sequence[Draft], *, skip_locked: bool) -> None:
        """Take drafts in the order in which they came."""
        self.connection = connection
        self.dialect = connection.dialect.name
        self.drafts = drafts
        self.skips = skip_locked and self.dialect == "postgresql"
        self.moment = now()
        self.outcomes: list[Outcome] = [None] * len(drafts)
        self.rooms: dict[str, SimpleNamespace] = {}
        self.rows: list[NewMessage] = []
        self.spoken: set[tuple[str, str]] = set()

    def store(self) -> list[Outcome]:
        """Give each new message its numbers and store it; None is said of a room that others have locked."""
        self.lock_rooms()
        if with_files := [draft for draft in self.drafts if draft.files]:
            self.find_files(with_files)
        first: dict[tuple[str, str, str], int] = {}
        known: dict[int, int] = {}
        for n, fact in enumerate(self.facts()):
            draft = self.drafts[n]
            room = self.rooms.get(draft.room_id)
            if room is None:
                self.outcomes[n] = None if self.skips else no_such_room()
            elif not fact.role:
                self.outcomes[n] = Forbidden("join the room first") if room.public else no_such_room()
            elif fact.seq is not None:
                known[n] = fact.seq
            elif draft.key in first:
                self.outcomes[n] = again(self.outcomes[first[draft.key]])
            else:
                first[draft.key] = n
                self.outcomes[n] = self.refusal(room, draft, fact) or self.number(room, draft)
        self.find_again(known)
        self.write()
        return self.outcomes

    def lock_rooms(self) -> None:
        """Take the row locks of the rooms."""
        ids = list({draft.room_id for draft in self.drafts})
        found = execute(self.connection, LOCK_FREE_ROOMS if self.skips else LOCK_ROOMS, ids)
        self.rooms = {room.id: SimpleNamespace(**room._mapping) for room in found}

    def find_files(self, drafts: list[Draft]) -> None:
        """Make sure that the files which these bring along are there, and stay."""
        wanted = {file["id"] for draft in drafts for file in draft.files}
        there = {row[0] for row in execute(self.connection, LOCK_FILES, list(wanted))}
        for draft in drafts:
            if not there.issuperset(file["id"] for file in draft.files):
                draft.fault = no_such_file("forward" if draft.forwarded else "files")

    def facts(self) -> list[Fact]:
        """Read under the locks what decides about each draft: the sender's role, and the seq it already has."""
        drafts = [
            {"n": n, "room": draft.room_id, "sender": draft.sender_id, "client": draft.client_id}
            for n, draft in enumerate(self.drafts)
        ]
        return sorted(map(Fact._make, execute(self.connection, FACTS, drafts).fetchall()))

    def refusal(self, room: SimpleNamespace, draft: Draft, fact: Fact) -> ChatError | None:
        """Return why a member may not say this now, or None."""
        if not may_post(room.kind, room.post, fact.role):
            return Forbidden("only admins write here")
        if fact.silenced_until is not None and fact.silenced_until > self.moment:
            return Forbidden("one who is muted or blocked cannot write here")
        if draft.fault is not None:
            return draft.fault
        oldest = first_visible(room.history, room.first_seq, fact.joined_seq)
        if draft.reply_to is not None and not oldest <= draft.reply_to <= room.last_seq:
            return NotFound("there is no such message to reply to", "reply_to")
        if room.slow_mode and not is_admin(fact.role):
            last = self.moment if draft.key[:2] in self.spoken else fact.last_sent_at
            wait = last + room.slow_mode * 1000 - self.moment
            if wait > 0:
                return RateLimited("the room is in slow mode", retry_after=wait / 1000)
        return None

    def number(self, room: SimpleNamespace, draft: Draft) -> MessageSent:
        """Give a message the next numbers of its room."""
        room.last_seq += 1
        room.last_rev += 1
        row = self.row(draft, room)
        self.rows.append(row)
        self.spoken.add(draft.key[:2])
        return MessageSent(message=message_state(cast(Message, row)), duplicate=False)

    def row(self, draft: Draft, room: SimpleNamespace) -> NewMessage:
        """Return a new message."""
        return NewMessage(
            draft.room_id,
            room.last_seq,
            room.last_rev,
            draft.client_id,
            draft.sender_id,
            draft.text,
            draft.reply_to,
            draft.forwarded,
            draft.mentions or None,
            draft.mentions_all,
            self.moment,
            self.moment + room.expire_after * 1000 if room.expire_after else None,
            draft.files or None,
            draft.poll,
        )

    def find_again(self, known: dict[int, int]) -> None:
        """Answer what was stored before with the message as it is now."""
        if not known:
            return
        names = [(self.drafts[n].room_id, seq) for n, seq in known.items()]
        query = select(Message).where(tuple_(Message.room_id, Message.seq).in_(names))
        with Session(self.connection) as session:
            found = {(message.room_id, message.seq): message for message in session.scalars(query)}
        for n, seq in known.items():
            message = found[self.drafts[n].room_id, seq]
            state = message_state(message)
            if message.deleted_at is None and self.is_over(message):
                state = said_nothing(state, message.expires_at or self.moment)
            self.outcomes[n] = MessageSent(message=state, duplicate=True)

    def is_over(self, message: Message) -> bool:
        """Tell whether a message has expired or was cleared away, and only its place is kept."""
        expired = message.expires_at is not None and message.expires_at <= self.moment
        return expired or message.seq < self.rooms[message.room_id].first_seq

    def write(self) -> None:
        """Store the new messages, their rooms' counters and their senders' marks."""
        if not self.rows:
            return
        self.insert()
        if bringing := [row for row in self.rows if row.files or row.poll]:
            self.bring(bringing)
        counters = {row.room_id: (row.seq, row.rev) for row in self.rows}
        marks = {(row.room_id, row.sender_id): row.seq for row in self.rows}
        execute(
            self.connection,
            RAISE_COUNTERS,
            [{"room": room, "seq": seq, "rev": rev} for room, (seq, rev) in counters.items()],
        )
        execute(
            self.connection,
            RAISE_MARKS,
            [{"room": room, "sender": sender, "seq": seq, "at": self.moment} for (room, sender), seq in marks.items()],
        )

    def insert(self) -> None:
        """Store the new messages."""
        if self.dialect == "sqlite":
            self.connection.exec_driver_sql(INSERT_MESSAGES["sqlite"], [sqlite_row(row) for row in self.rows])
        else:
            execute(self.connection, INSERT_MESSAGES, self.rows)

    def bring(self, rows: Sequence[NewMessage]) -> None:
        """Give new messages the polls and the files that they bring, and let them hold these."""
        brought = [
            {"room": row.room_id, "seq": row.seq, "kind": row.kind, "poll": row.poll, "files": row.files}
            for row in rows
        ]
        execute(self.connection, BRING, brought)
        held = [{"room": row.room_id, "seq": row.seq, "file": file["id"]} for row in rows for file in row.files or ()]
        if held:
            execute(self.connection, ATTACH, held)
            execute(self.connection, HOLD, [each["file"] for each in held])


def sqlite_row(row: NewMessage) -> tuple[Any, ...]:
    """Return the columns of a message as SQLite takes them, which knows no lists."""
    if row.mentions is not None:
        row = replace(row, mentions=orjson.dumps(row.mentions).decode())
    return columns_of(row)


def said_nothing(state: MessageState, moment: int) -> MessageState:
    """Return a message that is no more, though its contents have not left the database yet."""
    empty = state.copy()
    empty["text"], empty["deleted_at"] = None, rfc3339(moment)
    empty["mentions"], empty["files"], empty["reactions"] = [], [], {}
    if "poll" in empty:
        empty["poll"] = None
    empty["mentions_all"] = empty["pinned"] = False
    return empty


def again(outcome: Outcome) -> Outcome:
    """Answer a repetition as the first was answered, marked as such."""
    return outcome if outcome is None or isinstance(outcome, ChatError) else {**outcome, "duplicate": True}
