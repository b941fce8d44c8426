"""One transaction that stores many new messages.

The rooms' locks come first: what is read after them is true until COMMIT.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, cast

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from models import Message
from sopapo.batch_sql import (
    ATTACH,
    BRING,
    HOLD,
    INSERT_MESSAGES,
    LOCK_FILES,
    RAISE_COUNTERS,
    RAISE_MARKS,
    SENT_BEFORE,
)
from sopapo.batch_store import Step, Store
from sopapo.clock import now, rfc3339
from sopapo.draft import Draft, NewMessage
from sopapo.errors import ChatError, Forbidden, NotFound, RateLimited, no_such_file, no_such_room
from sopapo.permissions import first_visible, is_admin, may_post
from sopapo.schemas.messages import MessageSent
from sopapo.schemas.states import MessageState
from sopapo.states import message_state

Outcome = MessageSent | ChatError | None


class Fact(NamedTuple):
    """What decides about the draft of that number: its sender as a member; without a role he is none."""

    n: int
    role: str
    joined_seq: int
    silenced_until: int | None
    last_sent_at: int


@dataclass(slots=True)
class Room:
    """What decides about all drafts of a room, and the counters that they raise."""

    kind: str
    public: bool
    post: str
    history: str
    first_seq: int
    last_seq: int
    last_rev: int
    expire_after: int | None
    slow_mode: int | None


class Batch:
    """The drafts of one transaction and what becomes of each."""

    def __init__(self, store: Store, drafts: Sequence[Draft], *, skip_locked: bool, looking: bool) -> None:
        """Take drafts in the order in which they came; `looking` for those that were stored before.

        Without that the database refuses a batch that holds one: they are few, and looking for them costs all.
        """
        self.store = store
        self.drafts = drafts
        self.skips = skip_locked and store.can_skip
        self.looking = looking
        self.moment = now()
        self.outcomes: list[Outcome] = [None] * len(drafts)
        self.rooms: dict[str, Room] = {}
        self.rows: list[NewMessage] = []
        self.spoken: set[tuple[str, str]] = set()

    def run(self) -> list[Outcome]:
        """Give each new message its numbers and store it; None is said of a room that others have locked."""
        try:
            self.decide()
            self.store.write(list(self.steps()))
        except BaseException:
            self.store.give_up()
            raise
        return self.outcomes

    def decide(self) -> None:
        """Read under the locks what decides about each draft, and say what becomes of it."""
        facts = self.facts()
        if with_files := [draft for draft in self.drafts if draft.files]:
            self.find_files(with_files)
        members = [n for n, fact in enumerate(facts) if self.admits(n, fact)]
        again = self.sent_before(members) if self.looking else {}
        self.take(facts[n] for n in members if n not in again)
        if not self.looking:
            # Who may no longer say it is answered all the same where he has said it before.
            again = self.sent_before([n for n in members if isinstance(self.outcomes[n], ChatError)])
        self.find_again(again)

    def admits(self, n: int, fact: Fact) -> bool:
        """Tell whether a draft comes from a member of a room that is there and ours to change, and say so if not."""
        room = self.rooms.get(self.drafts[n].room_id)
        if room is None:
            self.outcomes[n] = None if self.skips else no_such_room()
        elif not fact.role:
            self.outcomes[n] = Forbidden("join the room first") if room.public else no_such_room()
        return room is not None and bool(fact.role)

    def take(self, facts: Iterable[Fact]) -> None:
        """Give each of these drafts its numbers, or say why not; one that comes twice is taken once."""
        first: dict[tuple[str, str, str], int] = {}
        for fact in facts:
            draft = self.drafts[fact.n]
            room = self.rooms[draft.room_id]
            if draft.key in first:
                self.outcomes[fact.n] = repeated(self.outcomes[first[draft.key]])
            else:
                first[draft.key] = fact.n
                self.outcomes[fact.n] = self.refusal(room, draft, fact) or self.number(room, draft)

    def facts(self) -> list[Fact]:
        """Begin, lock the rooms, and return what decides about each draft."""
        rooms = list({draft.room_id for draft in self.drafts})
        drafts = [{"n": n, "room": draft.room_id, "sender": draft.sender_id} for n, draft in enumerate(self.drafts)]
        rows = sorted(self.store.read(rooms, drafts, skip_locked=self.skips), key=itemgetter(0))
        for draft, row in zip(self.drafts, rows, strict=True):
            if row[5] is not None and draft.room_id not in self.rooms:
                self.rooms[draft.room_id] = Room(*row[5:])
        return [Fact(*row[:5]) for row in rows]

    def sent_before(self, numbers: Sequence[int]) -> dict[int, int]:
        """Return which of these drafts were stored before, each with its seq."""
        if not numbers:
            return {}
        drafts = [self.drafts[n] for n in numbers]
        asked = [
            {"n": n, "room": draft.room_id, "sender": draft.sender_id, "client": draft.client_id}
            for n, draft in zip(numbers, drafts, strict=True)
        ]
        return dict(map(tuple, self.store.ask(SENT_BEFORE, asked)))

    def find_files(self, drafts: list[Draft]) -> None:
        """Make sure that the files which these bring along are there, and stay."""
        wanted = {file["id"] for draft in drafts for file in draft.files}
        there = {row[0] for row in self.store.ask(LOCK_FILES, list(wanted))}
        for draft in drafts:
            if not there.issuperset(file["id"] for file in draft.files):
                draft.fault = no_such_file("forward" if draft.forwarded else "files")

    def refusal(self, room: Room, draft: Draft, fact: Fact) -> ChatError | None:
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

    def number(self, room: Room, draft: Draft) -> MessageSent:
        """Give a message the next numbers of its room."""
        room.last_seq += 1
        room.last_rev += 1
        row = self.row(draft, room)
        self.rows.append(row)
        self.spoken.add(draft.key[:2])
        return MessageSent(message=message_state(cast(Message, row)), duplicate=False)

    def row(self, draft: Draft, room: Room) -> NewMessage:
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
        with Session(self.store.connection) as session:
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

    def steps(self) -> Iterator[Step]:
        """Yield what is to be written: the new messages, their rooms' counters and their senders' marks."""
        if not self.rows:
            return
        yield Step(INSERT_MESSAGES, self.rows)
        yield from bringing([row for row in self.rows if row.files or row.poll])
        counters = {row.room_id: (row.seq, row.rev) for row in self.rows}
        marks = {(row.room_id, row.sender_id): row.seq for row in self.rows}
        yield Step(RAISE_COUNTERS, [{"room": room, "seq": seq, "rev": rev} for room, (seq, rev) in counters.items()])
        yield Step(
            RAISE_MARKS,
            [{"room": room, "sender": sender, "seq": seq, "at": self.moment} for (room, sender), seq in marks.items()],
        )


def bringing(rows: Sequence[NewMessage]) -> Iterator[Step]:
    """Yield what gives new messages the polls and the files that they bring, and lets them hold these."""
    if not rows:
        return
    yield Step(
        BRING,
        [{"room": row.room_id, "seq": row.seq, "kind": row.kind, "poll": row.poll, "files": row.files} for row in rows],
    )
    held = [{"room": row.room_id, "seq": row.seq, "file": file["id"]} for row in rows for file in row.files or ()]
    if held:
        yield Step(ATTACH, held)
        yield Step(HOLD, [each["file"] for each in held])


def said_nothing(state: MessageState, moment: int) -> MessageState:
    """Return a message that is no more, though its contents have not left the database yet."""
    empty = state.copy()
    empty["text"], empty["deleted_at"] = None, rfc3339(moment)
    empty["mentions"], empty["files"], empty["reactions"] = [], [], {}
    if "poll" in empty:
        empty["poll"] = None
    empty["mentions_all"] = empty["pinned"] = False
    return empty


def repeated(outcome: Outcome) -> Outcome:
    """Answer a repetition as the first was answered, marked as such."""
    return outcome if outcome is None or isinstance(outcome, ChatError) else {**outcome, "duplicate": True}
