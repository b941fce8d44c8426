"""What becomes of messages: editing them, deleting them for all, hiding them from oneself."""

from flask import current_app
from sqlalchemy import delete, select

from models import Edit, Hiding, Member, Message, Room, Star, db
from sopapo import broadcast
from sopapo.chat.access import access_message, access_room, act_on_message, refuse_writing
from sopapo.chat.changes import Act, change_message, erase, tell_message
from sopapo.chat.marks import SLACK
from sopapo.chat.mentions import mentions_in
from sopapo.chat.visible import messages_of
from sopapo.clock import moment_of, now, rfc3339
from sopapo.config import Settings
from sopapo.errors import Forbidden, Invalid, NotFound
from sopapo.permissions import is_admin
from sopapo.schemas.messages import EditMessage, Hidden, ListHidden, MessageChanged, MessageRequest
from sopapo.schemas.states import HiddenState
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction

HIDDEN_AT_MOST = 10_000


def edit_message(caller: Identity, body: EditMessage) -> MessageChanged:
    """Let an author say it in other words, while it is new. Raises NotFound, Gone, Forbidden and Invalid."""
    with transaction(body.room) as tell:
        room, me, message = act_on_message(caller, body.room, body.seq)
        refuse_edit(room, me, message)
        if not (body.text or message.files):
            raise Invalid("needs 1 to 10000 characters", "text")
        state = message_state(message)
        if body.text != message.text:
            reword(message, body.text)
            change_message(room, message)
            state = tell_message(Act(room, caller, tell), message)
    return MessageChanged(message=state)


def refuse_edit(room: Room, me: Member, message: Message) -> None:
    """Raise Forbidden where a member may not edit a message, or no longer."""
    settings: Settings = current_app.extensions["sopapo.settings"]
    if message.sender_id != me.user_id:
        raise Forbidden("only its author may edit a message")
    if message.forwarded:
        raise Forbidden("what somebody else has said stays as it is")
    if message.kind == "poll":
        raise Forbidden("what people have voted on stays as it is")
    refuse_writing(room, me)
    if now() > message.created_at + settings.edit_seconds * 1000:
        raise Forbidden(f"a message may be edited for {settings.edit_seconds} s")


def reword(message: Message, text: str) -> None:
    """Give a message another text, and keep the former one for administrators."""
    moment = now()
    db.session.add(Edit(message_id=message.id, text=message.text, replaced_at=moment))
    message.text, message.edited_at = text, moment
    message.mentions, message.mentions_all = mentions_in(message.room_id, text)


def delete_message(caller: Identity, body: MessageRequest) -> MessageChanged:
    """Take back a message for all: its author may, and admins. Raises NotFound and Forbidden."""
    with transaction(body.room) as tell:
        room, me, message = access_message(caller, body.room, body.seq)
        if message.kind == "system" or not (message.sender_id == caller.user_id or is_admin(me.role)):
            raise Forbidden("only its author and admins may delete a message")
        state = message_state(message)
        if message.deleted_at is None:
            erase(message)
            change_message(room, message)
            state = tell_message(Act(room, caller, tell), message)
    return MessageChanged(message=state)


def hide_message(caller: Identity, body: MessageRequest) -> None:
    """Delete a message for oneself alone, on all devices, for ever. Raises NotFound."""
    with transaction(body.room) as tell:
        room, me = access_room(caller, body.room)
        message = db.session.scalar(messages_of(room, me).where(Message.seq == body.seq))
        if message is None:
            raise NotFound("there is no such message", "seq")
        if db.session.get(Hiding, (message.id, caller.user_id)) is None:
            db.session.add(Hiding(message_id=message.id, user_id=caller.user_id, hidden_at=now()))
            db.session.execute(delete(Star).where(Star.message_id == message.id, Star.user_id == caller.user_id))
            me.marks_changed_at = now()
            tell(broadcast.hidden, caller.user_id, HiddenState(room=room.id, seq=body.seq), skip=caller.socket)


def list_hidden(caller: Identity, body: ListHidden) -> Hidden:
    """Return which messages the caller has deleted for himself, the newest of his deletions last."""
    moment = now()
    query = (
        select(Message.room_id, Message.seq)
        .join(Hiding, Hiding.message_id == Message.id)
        .where(Hiding.user_id == caller.user_id)
        .order_by(Hiding.hidden_at.desc(), Hiding.message_id.desc())
        .limit(HIDDEN_AT_MOST)
    )
    if body.since is not None:
        query = query.where(Hiding.hidden_at > moment_of(body.since) - SLACK)
    found = [HiddenState(room=room_id, seq=seq) for room_id, seq in db.session.execute(query)]
    return Hidden(now=rfc3339(moment), hidden=found[::-1])
