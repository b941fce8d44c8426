"""Who has blocked whom."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models import Block, User, db

# The end of the time that RFC 3339 can write.
FOR_EVER = 253_402_300_799_000


def is_blocked_between(a: str, b: str) -> bool:
    """Tell whether one of two users has blocked the other."""
    return bool(db.session.scalar(select(exists().where(between(a, b)))))


def lock_users(*users: str) -> None:
    """Let nobody else lock one of these users until the transaction ends; who only reads or names them goes on."""
    query = select(User.id).where(User.id.in_(users)).order_by(User.id).with_for_update(key_share=True)
    db.session.execute(query).all()


def between(a: str, b: str) -> ColumnElement[bool]:
    """Return the condition that a block is one of two users against the other."""
    return or_(
        and_(Block.user_id == a, Block.blocked_id == b),
        and_(Block.user_id == b, Block.blocked_id == a),
    )


def blockers_among(users: Iterable[str], blocked: str) -> frozenset[str]:
    """Return those of these users who have blocked somebody."""
    query = select(Block.user_id).where(Block.blocked_id == blocked, Block.user_id.in_(set(users)))
    return frozenset(db.session.scalars(query))
