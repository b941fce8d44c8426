"""Polls: asking a room, and ending it."""

from models import Message, Poll
from sopapo.chat.access import act_on_message
from sopapo.chat.changes import Act, change_message, tell_message
from sopapo.chat.composing import compose_poll
from sopapo.chat.tallies import closed, is_closed
from sopapo.errors import Forbidden, Invalid
from sopapo.journal import Settle, journal
from sopapo.permissions import is_admin
from sopapo.schemas.messages import MessageChanged, MessageRequest, MessageSent
from sopapo.schemas.polls import CreatePoll
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction


def post_poll(caller: Identity, body: CreatePoll, settle: Settle, asked_at: float = 0.0) -> None:
    """Store a poll once, and soon, as `post_message` stores a message. Errors: the same, and Invalid."""
    journal().post(compose_poll(caller, body), caller.socket, settle, asked_at)


def create_poll(caller: Identity, body: CreatePoll) -> MessageSent:
    """Store a poll once and return it. Raises NotFound, Forbidden, Invalid and Unavailable."""
    return journal().post_and_wait(compose_poll(caller, body), caller.socket)


def close_poll(caller: Identity, body: MessageRequest) -> MessageChanged:
    """End a poll: who asked may, and admins. Raises NotFound, Gone, Forbidden and Invalid."""
    with transaction(body.room) as tell:
        room, me, message = act_on_message(caller, body.room, body.seq)
        poll = poll_of(message)
        if not (message.sender_id == caller.user_id or is_admin(me.role)):
            raise Forbidden("only who asked and admins may close a poll")
        state = message_state(message)
        if not is_closed(poll):
            message.poll = closed(poll)
            change_message(room, message)
            state = tell_message(Act(room, caller, tell), message)
    return MessageChanged(message=state)


def poll_of(message: Message) -> Poll:
    """Return the poll that a message is. Raises Invalid where it is none."""
    if message.poll is None:
        raise Invalid("the message is no poll", "seq")
    return message.poll
