"""What people feel about messages."""

from models import Message, Reaction
from sopapo.chat.access import act_on_message, refuse_silent
from sopapo.chat.changes import Act, change_message, tell_message
from sopapo.schemas.messages import MessageChanged, React
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction


def react(caller: Identity, body: React) -> MessageChanged:
    """React to a message with one emoji, another one, or none any more. Raises NotFound, Gone and Forbidden."""
    with transaction(body.room) as tell:
        room, me, message = act_on_message(caller, body.room, body.seq)
        if body.emoji is not None:
            refuse_silent(me)
        mine = next((reaction for reaction in message.reactions if reaction.user_id == caller.user_id), None)
        state = message_state(message)
        if body.emoji != (mine.emoji if mine else None):
            change_message(room, message)
            put_reaction(message, mine or Reaction(user_id=caller.user_id), body.emoji)
            state = tell_message(Act(room, caller, tell), message)
    return MessageChanged(message=state)


def put_reaction(message: Message, reaction: Reaction, emoji: str | None) -> None:
    """Put somebody's reaction to a message in the place of his former one, or take it away."""
    if emoji is None:
        message.reactions.remove(reaction)
        return
    reaction.emoji, reaction.rev = emoji, message.rev
    if reaction not in message.reactions:
        message.reactions.append(reaction)
