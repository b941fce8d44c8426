"""Telling senders how far their messages have got, and who has read a message."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select

from models import Mark, Member, Message, Room, User, db
from sopapo import broadcast
from sopapo.chat.access import read_message, read_room
from sopapo.chat.marking import Raised
from sopapo.chat.people import users_by_id
from sopapo.clock import rfc3339
from sopapo.errors import Forbidden
from sopapo.permissions import is_admin
from sopapo.schemas.marks import MessageInfo, MessageReach, Reached
from sopapo.schemas.states import ReceiptState
from sopapo.security import Identity

# In a larger room a message would bring its sender thousands of receipts: there `message_info` answers who asks.
MEMBERS_AT_MOST = 200
SECONDS, MOST = 0.25, 1000
INFO_AT_MOST = 5000


def tell_senders(raised: list[Raised]) -> None:
    """Push to the senders of what is newly covered how far each member is now, once for each."""
    spans: dict[tuple[str, str], Raised] = {}
    for found in raised:
        if found.row.member_count <= MEMBERS_AT_MOST:
            key = (found.room_id, found.user_id)
            before = spans[key].before if key in spans else found.before
            spans[key] = Raised(*key, before, found.after, found.row)
    for found in spans.values():
        for sender, receipts in senders_of(found):
            is_open = receipts == found.row.receipts == "everyone"
            read = found.after[1] if is_open else 0
            state = ReceiptState(room=found.room_id, user=found.user_id, delivered=found.after[0], read=read)
            broadcast.receipt(sender, state)


def senders_of(found: Raised) -> Iterable[tuple[str, str]]:
    """Return who sent what a member has newly got or read, each with whether he takes part in receipts."""
    query = (
        select(User.id, User.receipts)
        .join(Message, Message.sender_id == User.id)
        .where(
            Message.room_id == found.room_id,
            Message.seq > min(found.before),
            Message.seq <= max(found.after),
            User.id != found.user_id,
        )
        .distinct()
    )
    return db.session.execute(query).tuples()


def message_info(caller: Identity, body: MessageInfo) -> MessageReach:
    """Return whom a message has reached, for its sender and admins. Raises NotFound, Gone and Forbidden."""
    me = read_room(caller, body.room)[1]
    message = read_message(caller, body.room, body.seq)
    if message.sender_id != caller.user_id and not is_admin(me.role):
        raise Forbidden("only its sender and admins may know whom a message has reached")
    members = others_in(message)
    times = {(user_id, read): at for user_id, read, at in when_reached(message)}
    is_open = db.session.get_one(User, caller.user_id).receipts == "everyone"
    got = [member for member, _ in members if member.delivered >= message.seq]
    seen = [member for member, receipts in members if member.read >= message.seq and is_open and receipts == "everyone"]
    return MessageReach(
        delivered=[reached(member, times.get((member.user_id, False))) for member in got],
        read=[reached(member, times.get((member.user_id, True))) for member in seen],
        waiting=[member.user_id for member, _ in members if member.delivered < message.seq],
        users=users_by_id(member.user_id for member, _ in members),
    )


def others_in(message: Message) -> Sequence[tuple[Member, str]]:
    """Return the members of a message's room but for its sender, each with whether he takes part in receipts."""
    query = (
        select(Member, User.receipts)
        .join(User, User.id == Member.user_id)
        .where(
            Member.room_id == message.room_id,
            Member.status == "joined",
            Member.user_id.is_distinct_from(message.sender_id),
            or_(Room.history == "all", Member.joined_seq < message.seq),
        )
        .join(Room, Room.id == Member.room_id)
        .order_by(Member.user_id)
        .limit(INFO_AT_MOST)
    )
    return db.session.execute(query).tuples().all()


def when_reached(message: Message) -> Iterable[tuple[str, bool, int]]:
    """Return when each member first said that he had got, and had read, a message or a later one."""
    query = (
        select(Mark.user_id, Mark.read, func.min(Mark.at))
        .where(Mark.room_id == message.room_id, Mark.seq >= message.seq)
        .group_by(Mark.user_id, Mark.read)
    )
    return db.session.execute(query).tuples()


def reached(member: Member, moment: int | None) -> Reached:
    """Return when a message reached a member; one who only wrote himself had it when he did."""
    return Reached(user=member.user_id, at=rfc3339(moment or member.last_sent_at))
