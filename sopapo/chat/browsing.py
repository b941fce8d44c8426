"""Finding messages without words: those that bring files, and those of one person."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from models import Message, db
from sopapo.schemas.search import Search

# How many are looked at in a step: mostly the first will do, and each further one goes ten times as far.
FIRST_STEP = 100
LONGEST_STEP = 10_000

Conditions = Sequence[ColumnElement[bool]]


def browse(cheap: Conditions, others: Conditions, body: Search) -> list[Message]:
    """Return the newest messages, one more than a page has, for which all conditions hold.

    There are many rooms, each with its newest: to put all of them in order a database would read everything. The
    numbers of those for which the cheap conditions hold come from an index alone, and only the newest are looked at.
    """
    limit, step, edge = body.limit + 1, FIRST_STEP, body.cursor
    found: list[Message] = []
    while True:
        ids = newest(cheap, edge, step)
        read = select(Message).where(Message.id.in_(ids), *others).order_by(Message.id.desc())
        found += db.session.scalars(read.limit(limit - len(found))) if ids else ()
        if len(found) == limit or len(ids) < step:
            return found
        edge, step = ids[-1], min(step * 10, LONGEST_STEP)


def newest(cheap: Conditions, edge: int | None, many: int) -> Sequence[int]:
    """Return the numbers of the newest messages before an edge, the newest first."""
    # A sum has no index: without it the planner may walk down all messages of everybody.
    query = select(Message.id).where(*cheap).order_by((Message.id + 0).desc()).limit(many)
    return db.session.scalars(query if edge is None else query.where(Message.id < edge)).all()
