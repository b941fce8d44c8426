"""Handing somebody all that is his own, a piece at a time: it may be more than fits into memory."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from sqlalchemy import Select, select, tuple_

from models import File, Member, Message, Room, Vote, db
from sopapo.chat.blocking import list_blocks
from sopapo.chat.people import get_user
from sopapo.chat.sync import rooms_of
from sopapo.chat.visible import files_of, is_alive
from sopapo.chat.votes import vote_state
from sopapo.schemas.exports import RoomOfMine
from sopapo.schemas.states import MessageState
from sopapo.security import Identity
from sopapo.states import file_state, me_state, message_state, own_user_state, room_state
from sopapo.transaction import snapshot

PAGE = 500


def export_account(caller: Identity) -> Iterator[bytes]:
    """Yield the pieces of a JSON document of the shape `Export`; no transaction lasts from one to the next."""
    with snapshot():
        user = own_user_state(get_user(caller.user_id))
        blocked = list_blocks(caller)["users"]
        rooms = [RoomOfMine(room=room_state(room), me=me_state(me)) for room, me in rooms_of(caller)]
    head = orjson.dumps({"user": user, "blocked": blocked, "rooms": rooms})
    yield head[:-1] + b',"messages":['
    yield from one_list(messages_of(caller))
    yield b'],"votes":['
    yield from one_list(votes_of(caller))
    yield b'],"files":['
    yield from one_list(uploads_of(caller))
    yield b"]}"


def one_list(pages: Iterator[list[bytes]]) -> Iterator[bytes]:
    """Yield pages as the inside of one JSON list."""
    separator = b""
    for page in pages:
        yield separator + b",".join(page)
        separator = b","


def in_pages(
    query: Select[*tuple[Any, ...]], after: Callable[[Any], Any], dump: Callable[[Any], object]
) -> Iterator[list[bytes]]:
    """Yield what a query finds, each row as `dump` returns it; `after` returns the condition that others come later."""
    following = query
    while True:
        with snapshot():
            rows = db.session.execute(following.limit(PAGE)).all()
            page = [orjson.dumps(dump(row)) for row in rows]
        if not page:
            return
        yield page
        following = query.where(after(rows[-1]))


def messages_of(caller: Identity) -> Iterator[list[bytes]]:
    """Yield what somebody has said and not taken back, in rooms that are there, also where he is no longer."""
    of_his = (Member.room_id == Message.room_id) & (Member.user_id == caller.user_id) & (Member.status == "joined")
    query = (
        select(Message, Member.user_id.is_not(None).label("joined"))
        .join(Room, Room.id == Message.room_id)
        .outerjoin(Member, of_his)
        .where(Message.sender_id == caller.user_id, Message.deleted_at.is_(None), is_alive())
        .where(Room.deleted_at.is_(None), Message.seq >= Room.first_seq)
        .order_by(Message.room_id, Message.seq)
    )
    key = tuple_(Message.room_id, Message.seq)
    return in_pages(
        query,
        lambda row: key > (row.Message.room_id, row.Message.seq),
        lambda row: said_state(row.Message, joined=row.joined),
    )


def said_state(message: Message, *, joined: bool) -> MessageState:
    """Return what somebody has said, and what others do about it only where he may still see that."""
    state = message_state(message)
    if not joined:
        state["reactions"] = {}
        if poll := state.get("poll"):
            poll["people"] = 0
            for option in poll["options"]:
                option["votes"], option["voters"] = 0, None
    return state


def votes_of(caller: Identity) -> Iterator[list[bytes]]:
    """Yield what somebody has chosen in polls, also in rooms where he is no longer."""
    query = (
        select(Message.room_id, Message.seq, Vote.choices, Vote.message_id)
        .join(Vote, Vote.message_id == Message.id)
        .join(Room, Room.id == Message.room_id)
        .where(Vote.user_id == caller.user_id, Vote.choices != 0, is_alive())
        .where(Room.deleted_at.is_(None), Message.seq >= Room.first_seq)
        .order_by(Vote.message_id)
    )
    return in_pages(query, lambda row: Vote.message_id > row.message_id, lambda row: vote_state(*row[:3]))


def uploads_of(caller: Identity) -> Iterator[list[bytes]]:
    """Yield what somebody has uploaded and is still there."""
    query = files_of(caller.user_id).order_by(File.id)
    return in_pages(query, lambda row: File.id > row.File.id, lambda row: file_state(row.File))
