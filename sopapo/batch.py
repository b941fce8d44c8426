"""One transaction that stores many new messages: the statements of the journal.

The drafts go in as one JSON document, so that each statement has the same text and one parameter, whatever their
number. The rooms' locks come first: what is read after them is true until COMMIT.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Row, insert, select, text, tuple_

from models import Message
from sopapo.clock import now
from sopapo.errors import ChatError, Forbidden, NotFound, no_such_room
from sopapo.permissions import first_visible, may_post
from sopapo.schemas.messages import MessageSent
from sopapo.states import message_state

Outcome = MessageSent | ChatError | None

ROOMS = (
    "SELECT CAST(id AS text) AS id, kind, public, post, history, first_seq, last_seq, last_rev, expire_after FROM rooms "
)
LOCK = {
    "sqlite": ROOMS + "WHERE id IN (SELECT value FROM json_each(:ids)) AND deleted_at IS NULL",
    "postgresql": ROOMS + "WHERE id IN (SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(:ids AS json)))"
    " AND deleted_at IS NULL ORDER BY rooms.id FOR UPDATE",
}
DRAFTS = {
    "sqlite": "SELECT value->>'n' AS n, value->>'room' AS room, value->>'sender' AS sender, value->>'client' AS client"
    " FROM json_each(:drafts)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(:drafts AS json))"
    " AS j(n int, room uuid, sender uuid, client uuid)",
}
FACTS = (
    "WITH d AS ({drafts}) SELECT d.n, m.role, m.joined_seq, o.seq FROM d"
    " LEFT JOIN members m ON m.room_id = d.room AND m.user_id = d.sender AND m.status = 'joined'"
    " LEFT JOIN messages o ON o.room_id = d.room AND o.sender_id = d.sender AND o.client_id = d.client"
)
MARKS = {
    "sqlite": "SELECT value->>'room' AS room, value->>'sender' AS sender, value->>'seq' AS seq FROM json_each(:marks)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(:marks AS json)) AS j(room uuid, sender uuid, seq bigint)",
}
RAISE_MARKS = (
    "UPDATE members SET read = d.seq, delivered = d.seq FROM ({marks}) AS d"
    " WHERE members.room_id = d.room AND members.user_id = d.sender"
)
RAISE_COUNTERS = {
    "sqlite": "UPDATE rooms SET last_seq = d.seq, last_rev = d.rev FROM (SELECT value->>'room' AS room,"
    " value->>'seq' AS seq, value->>'rev' AS rev FROM json_each(:counters)) AS d WHERE rooms.id = d.room",
    "postgresql": "UPDATE rooms SET last_seq = d.seq, last_rev = d.rev FROM json_to_recordset(CAST(:counters AS json))"
    " AS d(room uuid, seq bigint, rev bigint) WHERE rooms.id = d.room",
}


@dataclass(slots=True)
class Draft:
    """A message before it has its number."""

    room_id: str
    sender_id: str
    client_id: str
    text: str
    reply_to: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes a resent message the same."""
        return self.room_id, self.sender_id, self.client_id


class Batch:
    """The drafts of one transaction and what becomes of each."""

    def __init__(self, connection: Connection, drafts: Sequence[Draft], *, skip_locked: bool) -> None:
        """Take drafts in the order in which they came."""
        self.connection = connection
        self.dialect = connection.dialect.name
        self.drafts = drafts
        self.waiting = " SKIP LOCKED" if skip_locked and self.dialect == "postgresql" else ""
        self.outcomes: list[Outcome] = [None] * len(drafts)
        self.rooms: dict[str, SimpleNamespace] = {}
        self.rows: list[dict[str, Any]] = []

    def store(self) -> list[Outcome]:
        """Give each new message its numbers and store it; None is said of a room that others have locked."""
        self.lock_rooms()
        first: dict[tuple[str, str, str], int] = {}
        known: dict[int, int] = {}
        for n, fact in enumerate(self.facts()):
            draft = self.drafts[n]
            if draft.room_id not in self.rooms:
                self.outcomes[n] = None if self.waiting else no_such_room()
            elif fact.seq is not None:
                known[n] = fact.seq
            elif draft.key in first:
                self.outcomes[n] = self.again(self.outcomes[first[draft.key]])
            else:
                first[draft.key] = n
                self.outcomes[n] = self.number(draft, fact)
        self.find_again(known)
        self.write()
        return self.outcomes

    def lock_rooms(self) -> None:
        """Take the row locks of the rooms, in the order of their ids."""
        ids = orjson.dumps(list({draft.room_id for draft in self.drafts})).decode()
        found = self.connection.execute(text(LOCK[self.dialect] + self.waiting), {"ids": ids})
        self.rooms = {room.id: SimpleNamespace(**room._mapping) for room in found}

    def facts(self) -> Iterable[Row[Any]]:
        """Read under the locks what decides about each draft: the sender's role, and the seq it already has."""
        drafts = [
            {"n": n, "room": draft.room_id, "sender": draft.sender_id, "client": draft.client_id}
            for n, draft in enumerate(self.drafts)
        ]
        statement = text(FACTS.format(drafts=DRAFTS[self.dialect]))
        found = self.connection.execute(statement, {"drafts": orjson.dumps(drafts).decode()})
        return sorted(found, key=lambda fact: int(fact.n))

    def number(self, draft: Draft, fact: Row[Any]) -> Outcome:
        """Give a message the next numbers of its room, or say why it cannot be."""
        room = self.rooms[draft.room_id]
        if fact.role is None:
            return Forbidden("join the room first") if room.public else no_such_room()
        if not may_post(room.kind, room.post, fact.role):
            return Forbidden("only admins write here")
        oldest = first_visible(room.history, room.first_seq, fact.joined_seq)
        if draft.reply_to is not None and not oldest <= draft.reply_to <= room.last_seq:
            return NotFound("there is no such message to reply to", "reply_to")
        room.last_seq += 1
        room.last_rev += 1
        row = self.row(draft, room)
        self.rows.append(row)
        return MessageSent(message=message_state(cast(Message, SimpleNamespace(**row))), duplicate=False)

    def row(self, draft: Draft, room: SimpleNamespace) -> dict[str, Any]:
        """Return the columns of a new message."""
        moment = now()
        return {
            "room_id": draft.room_id,
            "seq": room.last_seq,
            "rev": room.last_rev,
            "client_id": draft.client_id,
            "sender_id": draft.sender_id,
            "kind": "text",
            "text": draft.text,
            "system": None,
            "reply_to": draft.reply_to,
            "forwarded": False,
            "mentions": None,
            "mentions_all": False,
            "pinned": False,
            "created_at": moment,
            "edited_at": None,
            "deleted_at": None,
            "expires_at": moment + room.expire_after * 1000 if room.expire_after else None,
        }

    @staticmethod
    def again(outcome: Outcome) -> Outcome:
        """Answer a repetition as the first was answered, marked as such."""
        return outcome if outcome is None or isinstance(outcome, ChatError) else {**outcome, "duplicate": True}

    def find_again(self, known: dict[int, int]) -> None:
        """Answer what was stored before with the message as it is now."""
        if not known:
            return
        names = [(self.drafts[n].room_id, seq) for n, seq in known.items()]
        query = select(Message.__table__).where(tuple_(Message.room_id, Message.seq).in_(names))
        found = {(row.room_id, row.seq): row for row in self.connection.execute(query)}
        for n, seq in known.items():
            message = cast(Message, found[self.drafts[n].room_id, seq])
            self.outcomes[n] = MessageSent(message=message_state(message), duplicate=True)

    def write(self) -> None:
        """Store the new messages, their rooms' counters and their senders' marks."""
        if not self.rows:
            return
        self.connection.execute(insert(Message.__table__), self.rows)  # type: ignore[arg-type]
        counters: dict[str, tuple[int, int]] = {}
        marks: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.rows:
            counters[row["room_id"]] = (row["seq"], row["rev"])
            marks[row["room_id"], row["sender_id"]] = row["seq"]
        self.run(
            RAISE_COUNTERS[self.dialect],
            counters=[{"room": room, "seq": seq, "rev": rev} for room, (seq, rev) in counters.items()],
        )
        self.run(
            RAISE_MARKS.format(marks=MARKS[self.dialect]),
            marks=[{"room": room, "sender": sender, "seq": seq} for (room, sender), seq in marks.items()],
        )

    def run(self, statement: str, **documents: object) -> None:
        """Execute a statement whose parameters are JSON documents."""
        parameters = {name: orjson.dumps(document).decode() for name, document in documents.items()}
        self.connection.execute(text(statement), parameters)
