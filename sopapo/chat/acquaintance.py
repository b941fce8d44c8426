"""Who may know of whom: those who share a room, and of whom neither has blocked the other."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import and_, exists, or_, select, tuple_
from sqlalchemy.orm import aliased

from models import Block, Member, Room, db

Pair = tuple[str, str]
T = TypeVar("T")

# So many one query names.
BATCH = 500


def parted_from(user_id: str) -> list[str]:
    """Return those whom a user has blocked, and who have blocked him."""
    blocked = select(Block.blocked_id).where(Block.user_id == user_id)
    return list(db.session.scalars(blocked.union(select(Block.user_id).where(Block.blocked_id == user_id))))


def acquainted(pairs: Collection[Pair]) -> set[Pair]:
    """Return the pairs of users who share a room, and of whom neither has blocked the other."""
    return {pair for batch in batches(pairs) for pair in acquainted_among(batch)}


def acquainted_among(pairs: Collection[Pair]) -> Iterable[Pair]:
    """Return the same of as many pairs as one query can name."""
    mine, theirs = aliased(Member), aliased(Member)
    is_blocked = exists().where(
        or_(
            and_(Block.user_id == mine.user_id, Block.blocked_id == theirs.user_id),
            and_(Block.user_id == theirs.user_id, Block.blocked_id == mine.user_id),
        )
    )
    query = (
        select(mine.user_id, theirs.user_id)
        .join(theirs, theirs.room_id == mine.room_id)
        .join(Room, Room.id == mine.room_id)
        .where(
            tuple_(mine.user_id, theirs.user_id).in_(list(pairs)),
            mine.status == "joined",
            theirs.status == "joined",
            Room.deleted_at.is_(None),
            ~is_blocked,
        )
        .distinct()
    )
    return db.session.execute(query).tuples()


def parted_since(moment: int) -> set[str]:
    """Return those who have left a room since then, or have blocked somebody, or were blocked."""
    gone = select(Member.user_id).where(Member.status_changed_at >= moment, Member.status != "joined")
    blocks = select(Block.user_id, Block.blocked_id).where(Block.blocked_at >= moment)
    parted = {user_id for pair in db.session.execute(blocks).tuples() for user_id in pair}
    return parted | set(db.session.scalars(gone))


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Cut what is given into pieces that one query can name."""
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        yield batch
