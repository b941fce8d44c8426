"""Catching up: what has changed in one's rooms since one last looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from models import Member, Message, Room, User, db
from sopapo.chat.marks import changed_marks, receipts_of
from sopapo.chat.people import mentioned_users
from sopapo.chat.unread import Unread, unread_counts
from sopapo.chat.visible import visible_messages
from sopapo.clock import moment_of, now, rfc3339
from sopapo.schemas.sync import Entry, Sync, Synced
from sopapo.security import Identity
from sopapo.states import me_state, member_state, message_state, room_state
from sopapo.transaction import snapshot

MEMBERS_AT_MOST = 200
NEWEST = 200
# More changed messages than this are not worth replaying: the room is begun anew.
REPLAYED_AT_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """What has changed in a room, up to a rev."""

    rev: int
    messages: Sequence[Message]
    members: Sequence[tuple[Member, User]]
    reset: bool = False


def sync(caller: Identity, body: Sync) -> Synced:
    """Return everything newer than the revs that the caller holds, as of one moment."""
    moment = now()
    with snapshot():
        mine = rooms_of(caller)
        entries = [news(room, me, body) for room, me in mine if body.rooms.get(room.id) != room.last_rev]
        quiet = [member for room, member in mine if body.rooms.get(room.id) == room.last_rev]
        marks = changed_marks(quiet, moment_of(body.since)) if body.since and quiet else []
    left = sorted(set(body.rooms) - {room.id for room, _ in mine})
    return Synced(now=rfc3339(moment), rooms=entries, marks=marks, left=left)


def rooms_of(caller: Identity) -> list[tuple[Room, Member]]:
    """Return the rooms that the caller is in."""
    query = (
        select(Room, Member)
        .join(Member, Member.room_id == Room.id)
        .where(Member.user_id == caller.user_id, Member.status == "joined", Room.deleted_at.is_(None))
        .order_by(Room.id)
    )
    return [(room, member) for room, member in db.session.execute(query)]


def news(room: Room, me: Member, body: Sync) -> Entry:
    """Return what is new in a room, or all of it where the caller holds nothing."""
    held = body.rooms.get(room.id)
    return whole(room, me, body.limit) if held is None else changes_of(room, me, held, body.limit)


def entry_of(room: Room, me: Member) -> Entry:
    """Return a room's entry as for one who holds nothing of it."""
    return whole(room, me, NEWEST)


def whole(room: Room, me: Member, limit: int, *, reset: bool = False) -> Entry:
    """Return a room with its members and newest messages."""
    query = visible_messages(room, me).order_by(Message.seq.desc()).limit(limit)
    messages = list(reversed(db.session.scalars(query).all()))
    members = members_where(room, Member.status.in_(("joined", "pending")), Member.user_id)
    return entry(room, me, Page(room.last_rev, messages, members[:MEMBERS_AT_MOST], reset))


def changes_of(room: Room, me: Member, held: int, limit: int) -> Entry:
    """Return what has changed in a room after the rev held, the oldest change first."""
    if held > room.last_rev or changed_too_much(room, me, held):
        return whole(room, me, limit, reset=True)
    query = visible_messages(room, me).where(Message.rev > held).order_by(Message.rev).limit(limit + 1)
    messages = db.session.scalars(query).all()
    members = members_where(room, Member.rev > held, Member.rev)
    end = room.last_rev
    if len(messages) > limit:
        end = messages[limit - 1].rev
    if len(members) > MEMBERS_AT_MOST:
        end = min(end, members[MEMBERS_AT_MOST - 1][0].rev)
    messages = [message for message in messages if message.rev <= end]
    return entry(room, me, Page(end, messages, [found for found in members if found[0].rev <= end]))


def changed_too_much(room: Room, me: Member, held: int) -> bool:
    """Tell whether so many messages have changed that it is better to begin anew."""
    if room.last_rev - held <= REPLAYED_AT_MOST:
        return False
    changed = visible_messages(room, me).where(Message.rev > held).limit(REPLAYED_AT_MOST + 1).subquery()
    return db.session.scalars(select(func.count()).select_from(changed)).one() > REPLAYED_AT_MOST


def members_where(
    room: Room, condition: ColumnElement[bool], order: InstrumentedAttribute[Any]
) -> Sequence[tuple[Member, User]]:
    """Return members of a room and who they are, one more than fit into a page."""
    query = (
        select(Member, User)
        .join(User, User.id == Member.user_id)
        .where(Member.room_id == room.id, condition)
        .order_by(order)
        .limit(MEMBERS_AT_MOST + 1)
    )
    return [(member, user) for member, user in db.session.execute(query)]


def entry(room: Room, me: Member, page: Page) -> Entry:
    """Return a page of a room's changes as its entry."""
    unread = unread_counts(me.user_id, [room.id]).get(room.id, Unread())
    return Entry(
        room=room_state(room),
        rev=page.rev,
        me=me_state(me),
        members=[member_state(member, user) for member, user in page.members],
        messages=[message_state(message) for message in page.messages],
        users=mentioned_users(page.messages, [member for member, _ in page.members]),
        receipts=receipts_of(me),
        unread=unread.messages,
        mentions=unread.mentions,
        more=page.rev < room.last_rev,
        reset=page.reset,
    )
