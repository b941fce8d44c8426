"""What a new message brings along: whom it names, what it answers, what it says again."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from models import Message, Room, db
from sopapo.chat.access import read_message
from sopapo.chat.files import facts_of_own
from sopapo.chat.mentions import mentions_in
from sopapo.chat.tallies import again, new_poll
from sopapo.chat.visible import is_alive
from sopapo.clock import moment_of, now
from sopapo.draft import Draft
from sopapo.errors import ChatError, Gone, Invalid, NotFound
from sopapo.schemas.messages import Forward, SendMessage
from sopapo.schemas.polls import CreatePoll
from sopapo.security import Identity
from sopapo.transaction import snapshot

YEAR = 366 * 86_400_000


def is_plain(fields: Mapping[str, object]) -> bool:
    """Tell of a message's fields whether it neither answers nor forwards one, brings no files and names nobody.

    Nothing is asked of the database for it.
    """
    of = fields.get
    return not (of("reply_to") or of("forward") or of("files")) and "@" not in str(of("text"))


def compose(caller: Identity, body: SendMessage) -> Draft:
    """Return the draft of a message.

    What speaks against it is its `fault`: a message that was stored before is answered even so.
    """
    draft = Draft(body.room, caller.user_id, body.client_id, body.text, body.reply_to)
    if is_plain(vars(body)):
        return draft
    try:
        with snapshot():
            if body.reply_to is not None:
                refuse_deleted(body.room, body.reply_to)
            if body.forward is not None:
                say_again(draft, original(caller, body.forward))
            else:
                draft.files = facts_of_own(caller, body.files)
                draft.mentions, draft.mentions_all = mentions_in(body.room, body.text)
    except ChatError as error:
        draft.fault = error
    return draft


def compose_poll(caller: Identity, body: CreatePoll) -> Draft:
    """Return the draft of a poll, with what speaks against it."""
    draft = Draft(body.room, caller.user_id, body.client_id, body.text)
    try:
        closes_at = time_to_come(body.closes_at, "closes_at") if body.closes_at else None
        draft.poll = new_poll(body.options, multiple=body.multiple, anonymous=body.anonymous, closes_at=closes_at)
        if "@" in body.text:
            with snapshot():
                draft.mentions, draft.mentions_all = mentions_in(body.room, body.text)
    except ChatError as error:
        draft.fault = error
    return draft


def time_to_come(time: datetime, field: str) -> int:
    """Return the moment of a time that is to come. Raises Invalid for what is past or far away."""
    moment = moment_of(time)
    if not now() < moment <= now() + YEAR:
        raise Invalid("a time to come, within a year", field)
    return moment


def refuse_deleted(room_id: str, seq: int) -> None:
    """Raise Gone where a message that is answered is deleted, and NotFound where it has expired.

    Whether it is there at all is seen when the answer is stored.
    """
    query = select(Message.deleted_at, is_alive()).join(Room, Room.id == Message.room_id)
    found = db.session.execute(
        query.where(Message.room_id == room_id, Message.seq == seq, Message.seq >= Room.first_seq)
    ).one_or_none()
    if found is not None and not found[1]:
        raise NotFound("there is no such message to reply to", "reply_to")
    if found is not None and found[0] is not None:
        raise Gone("the message to reply to is deleted", "reply_to")


def say_again(draft: Draft, message: Message) -> None:
    """Let a draft say what a message says; a poll begins anew."""
    draft.text, draft.files, draft.forwarded = message.text or "", message.files or [], True
    draft.poll = again(message.poll) if message.poll else None


def original(caller: Identity, forward: Forward) -> Message:
    """Return the message to forward, which the caller may see. Raises NotFound, Forbidden and Gone."""
    try:
        return read_message(caller, forward.room, forward.seq)
    except ChatError as error:
        error.field = "forward"
        raise
