"""Making right what other processes changed and could not tell, or what this one did not hear: the database knows."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import String, bindparam, literal_column, select, tuple_, union_all

from models import Member, Message, Room, Session, User, db
from sopapo import broadcast
from sopapo.bus import bus
from sopapo.chat.visible import blind_to
from sopapo.clock import now
from sopapo.question import Question
from sopapo.schemas.states import MemberState, MessageState, RoomState
from sopapo.states import member_state, message_state, room_state
from sopapo.transaction import snapshot

T = TypeVar("T")

BATCH = 500
# All in milliseconds. How far back to look: longer than any transaction takes, and clocks differ.
LOOK_BACK = 15_000
# While the others cannot be heard, the database is asked for news this often.
DEAF = 5_000
# What was changed just now is still on its way to here, in its order: who logs out is answered before he is cut.
ON_ITS_WAY = 300


ENDED = select(Session.id, Session.user_id, literal_column("'ended'", String)).where(
    Session.revoked_at >= bindparam("since"), Session.revoked_at < bindparam("until")
)
CHANGED = select(Member.room_id, Member.user_id, Member.status).where(
    Member.status_changed_at >= bindparam("since"), Member.status_changed_at < bindparam("until")
)
NEWS = Question(union_all(ENDED, CHANGED))


class Healer:
    """Keeps the sockets here right, called twice a second; it knows until when they are, and what was lost since."""

    def __init__(self) -> None:
        """Begin now, when there are no sockets yet."""
        self.mended_at = now()
        self.losses = 0
        self.caught_up_at = now()

    def mend(self) -> None:
        """Do to the sockets here what ended sessions and changed memberships anywhere ask for."""
        moment = now()
        mend(self.mended_at - LOOK_BACK)
        self.mended_at = moment

    def catch_up(self) -> None:
        """Tell the sockets here what they missed, after a loss, and now and then while the others cannot be heard."""
        moment, losses = now(), bus().losses
        deaf = not bus().is_reachable() and moment - self.caught_up_at > DEAF
        if deaf or losses > self.losses:
            tell_news()
            self.losses, self.caught_up_at = losses, moment


def mend(since: int) -> None:
    """Cut the sockets of sessions that ended since a moment, and put those of members who came or went in their place.

    Sessions end by suspending their users, too.
    """
    here = bus().here
    with here.noting_moves() as moved:
        wrong = []
        for name, user_id, what in NEWS.ask(since=since, until=now() - ON_ITS_WAY):
            if what == "ended":
                broadcast.session_over(name)
            elif here.misplaced(user_id, name, joined=what == "joined"):
                wrong.append((name, user_id))
        found = [member for batch in batches(wrong) for member in members_named(batch)]
    for member, user in found:
        if (member.user_id, member.room_id) not in moved:
            broadcast.membership_mended(member_state(member, user))


def members_named(names: Sequence[tuple[str, str]]) -> Sequence[tuple[Member, User]]:
    """Return members by room and user, and who they are; those of deleted rooms count no more."""
    query = (
        select(Member, User)
        .join(User, User.id == Member.user_id)
        .join(Room, Room.id == Member.room_id)
        .where(tuple_(Member.room_id, Member.user_id).in_(names), Room.deleted_at.is_(None))
    )
    return [(member, user) for member, user in db.session.execute(query)]


def tell_news() -> None:
    """Push the newest state of each room that has changed without the sockets here being told.

    Those who missed more than that see a hole, and sync.
    """
    here = bus().here
    for batch in batches(here.rooms()):
        with snapshot():
            revs = db.session.execute(select(Room.id, Room.last_rev).where(Room.id.in_(batch)))
            changes = [(room_id, rev) for room_id, rev in revs if here.is_news(room_id, rev)]
            states, messages = list(states_at(changes)), list(messages_at(changes))
        for room_id, event, state in states:
            broadcast.caught_up(room_id, event, state)
        for message, blind in messages:
            broadcast.message_caught_up(message, blind)


def states_at(changes: Sequence[tuple[str, int]]) -> Iterator[tuple[str, str, RoomState | MemberState]]:
    """Yield the rooms and members at these changes: the room, the name of the state, and the state."""
    if not changes:
        return
    for room in db.session.scalars(select(Room).where(tuple_(Room.id, Room.rev).in_(changes))):
        yield room.id, "room", room_state(room)
    members = select(Member, User).join(User, User.id == Member.user_id)
    for member, user in db.session.execute(members.where(tuple_(Member.room_id, Member.rev).in_(changes))):
        yield member.room_id, "member", member_state(member, user)


def messages_at(changes: Sequence[tuple[str, int]]) -> Iterator[tuple[MessageState, list[str]]]:
    """Yield the messages at these changes of these rooms, and who may not see each."""
    if not changes:
        return
    found = select(Message, Room).join(Room, Room.id == Message.room_id)
    for message, room in db.session.execute(found.where(tuple_(Message.room_id, Message.rev).in_(changes))):
        yield message_state(message), blind_to(room, message)


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that one query can name."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
