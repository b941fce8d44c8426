"""What is kept at hand: pinned for all in a room, or starred for oneself."""

from sqlalchemy import func, select

from models import Message, Room, Star, db
from sopapo import broadcast
from sopapo.chat.access import act_on_message, read_room, refuse_writing
from sopapo.chat.changes import Act, change_message, tell_message
from sopapo.chat.people import mentioned_users
from sopapo.chat.visible import is_alive, messages_for, visible_messages
from sopapo.clock import now
from sopapo.errors import Conflict
from sopapo.schemas.messages import ListStars, MessageChanged, Pins, Stars, SwitchMessage
from sopapo.schemas.rooms import RoomRequest
from sopapo.schemas.states import StarState
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction

PINS_AT_MOST = 3


def pin_message(caller: Identity, body: SwitchMessage) -> MessageChanged:
    """Pin a message in its room, or unpin it; who may write may. Raises NotFound, Gone, Forbidden and Conflict."""
    with transaction(body.room) as tell:
        room, me, message = act_on_message(caller, body.room, body.seq)
        refuse_writing(room, me)
        state = message_state(message)
        if message.pinned != body.on:
            if body.on and count_pins(room) >= PINS_AT_MOST:
                raise Conflict(f"a room has at most {PINS_AT_MOST} pinned messages")
            message.pinned = body.on
            change_message(room, message)
            state = tell_message(Act(room, caller, tell), message)
    return MessageChanged(message=state)


def count_pins(room: Room) -> int:
    """Return how many messages are pinned in a room."""
    query = select(func.count()).where(
        Message.room_id == room.id, Message.pinned, Message.seq >= room.first_seq, is_alive()
    )
    return db.session.scalars(query).one()


def list_pins(caller: Identity, body: RoomRequest) -> Pins:
    """Return the pinned messages of a room that the caller may see. Raises NotFound and Forbidden."""
    query = visible_messages(*read_room(caller, body.room)).where(Message.pinned).order_by(Message.seq)
    messages = db.session.scalars(query).all()
    return Pins(messages=[message_state(message) for message in messages], users=mentioned_users(messages))


def star_message(caller: Identity, body: SwitchMessage) -> None:
    """Star a message for oneself, or no longer. Raises NotFound, Gone and Forbidden."""
    with transaction(body.room) as tell:
        room, _, message = act_on_message(caller, body.room, body.seq)
        star = db.session.scalar(select(Star).where(Star.message_id == message.id, Star.user_id == caller.user_id))
        if body.on and star is None:
            db.session.add(Star(message_id=message.id, user_id=caller.user_id, starred_at=now()))
        elif star is not None and not body.on:
            db.session.delete(star)
        if body.on != (star is not None):
            state = StarState(room=room.id, seq=message.seq, on=body.on)
            tell(broadcast.star, caller.user_id, state, skip=caller.socket)


def list_stars(caller: Identity, body: ListStars) -> Stars:
    """Return a page of the messages that the caller has starred and may see, the newest star first."""
    query = (
        messages_for(caller.user_id)
        .add_columns(Star.id)
        .join(Star, (Star.message_id == Message.id) & (Star.user_id == caller.user_id))
        .order_by(Star.id.desc())
        .limit(body.limit + 1)
    )
    if body.cursor is not None:
        query = query.where(Star.id < body.cursor)
    found = db.session.execute(query).all()
    messages = [message for message, _ in found[: body.limit]]
    return Stars(
        messages=[message_state(message) for message in messages],
        users=mentioned_users(messages),
        next=found[body.limit - 1][1] if len(found) > body.limit else None,
    )
