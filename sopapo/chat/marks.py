"""How far everybody has got and has read."""

from collections.abc import Sequence

from sqlalchemy import select

from models import Member, User, db
from sopapo.chat.unread import Unread, unread_counts
from sopapo.schemas.states import ReceiptState
from sopapo.schemas.sync import Mark
from sopapo.states import me_state

RECEIPTS_AT_MOST = 200
# A mark may be written a moment before it is committed, by a clock that differs a little.
SLACK = 10_000


def receipts_of(me: Member) -> list[ReceiptState]:
    """Return how far the others in a room are; `read` stays 0 where one of the two has switched receipts off."""
    mine = db.session.get_one(User, me.user_id).receipts
    query = (
        select(Member.user_id, Member.delivered, Member.read, User.receipts)
        .join(User, User.id == Member.user_id)
        .where(Member.room_id == me.room_id, Member.status == "joined", Member.user_id != me.user_id)
        .order_by(Member.user_id)
        .limit(RECEIPTS_AT_MOST)
    )
    return [
        ReceiptState(
            room=me.room_id,
            user=user_id,
            delivered=delivered,
            read=read if mine == theirs == "everyone" else 0,
        )
        for user_id, delivered, read, theirs in db.session.execute(query)
    ]


def changed_marks(members: Sequence[Member], since: int) -> list[Mark]:
    """Return those of one's rooms where somebody's marks, or one's own preferences, have changed since."""
    ids = [member.room_id for member in members]
    query = select(Member.room_id).where(Member.room_id.in_(ids), Member.marks_changed_at > since - SLACK)
    changed = set(db.session.scalars(query.distinct()))
    if not changed:
        return []
    unread = unread_counts(members[0].user_id, changed)
    return [mark_of(member, unread.get(member.room_id, Unread())) for member in members if member.room_id in changed]


def mark_of(member: Member, unread: Unread) -> Mark:
    """Return the marks and preferences of a room."""
    return Mark(me=me_state(member), receipts=receipts_of(member), unread=unread.messages, mentions=unread.mentions)
