"""What is due, whatever it is: one question tells, and is asked all the time."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, exists, select

from sopapo.chat import discarding, expiry, timed
from sopapo.clock import now
from sopapo.question import Question

# What does a piece of it and returns whether there may be more, and when there is something to do.
DUE: dict[Callable[[], bool], ColumnElement[bool]] = {
    expiry.sweep_expired: exists().where(expiry.EXPIRED),
    expiry.sweep_cleared: exists().where(expiry.CLEARED),
    timed.send_due: exists().where(timed.DUE),
    discarding.discard_due: exists().where(discarding.DUE),
}
QUESTION = Question(select(*DUE.values()))


def due() -> list[Callable[[], bool]]:
    """Return what there is to do, each to be called until it returns False."""
    [answers] = QUESTION.ask(moment=now())
    return [act for act, is_due in zip(DUE, answers, strict=True) if is_due]
