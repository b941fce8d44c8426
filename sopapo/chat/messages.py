"""Messages: sending and reading them."""

from typing import NamedTuple

from sqlalchemy import Select

from models import Message, Room, db
from sopapo.chat.access import read_room
from sopapo.chat.composing import compose
from sopapo.chat.people import mentioned_users
from sopapo.chat.visible import visible_messages
from sopapo.errors import NotFound
from sopapo.journal import Settle, journal
from sopapo.schemas.fields import MAX_SEQ
from sopapo.schemas.messages import History, MessageSent, ReadHistory, SendMessage
from sopapo.security import Identity
from sopapo.states import message_state


def post_message(caller: Identity, body: SendMessage, settle: Settle, asked_at: float = 0.0) -> None:
    """Store a message once, and soon; `settle` is called before anybody else hears of it, also with why it is not.

    Who may write is decided under the room's lock. Errors: NotFound, Gone, Forbidden and Unavailable.
    """
    journal().post(compose(caller, body), caller.socket, settle, asked_at)


def send_message(caller: Identity, body: SendMessage) -> MessageSent:
    """Store a message once and return it. Raises NotFound, Gone, Forbidden and Unavailable."""
    return journal().post_and_wait(compose(caller, body), caller.socket)


def read_history(caller: Identity, body: ReadHistory) -> History:
    """Return a page of messages, oldest first, before, after or around one, else the newest.

    Raises NotFound and Forbidden.
    """
    room, member = read_room(caller, body.room)
    seen = visible_messages(room, member)
    older, newer = sides(body, room)
    before = db.session.scalars(older.of(seen.where(Message.seq < older.edge).order_by(Message.seq.desc()))).all()
    after = db.session.scalars(newer.of(seen.where(Message.seq >= newer.edge).order_by(Message.seq))).all()
    if body.around is not None and (not after or after[0].seq != body.around):
        raise NotFound("there is no such message", "around")
    messages = [*reversed(before[: older.limit]), *after[: newer.limit]]
    return History(
        messages=[message_state(message) for message in messages],
        users=mentioned_users(messages),
        more_before=len(before) > older.limit,
        more_after=len(after) > newer.limit,
    )


class Side(NamedTuple):
    """How many messages are wanted to one side of an edge."""

    edge: int
    limit: int

    def of(self, query: Select[Message]) -> Select[Message]:
        """Take one more than is wanted, to know whether there are more."""
        return query.limit(self.limit + 1)


def sides(body: ReadHistory, room: Room) -> tuple[Side, Side]:
    """Return what is wanted below an edge and from it on: an edge has messages on both sides."""
    if body.around is not None:
        return Side(body.around, body.limit // 2), Side(body.around, body.limit - body.limit // 2)
    if body.after is not None:
        edge = min(body.after + 1, MAX_SEQ)
        return Side(edge, 0), Side(edge, body.limit)
    edge = room.last_seq + 1 if body.before is None else body.before
    return Side(edge, body.limit), Side(edge, 0)
