"""The arithmetic of polls: how one begins, what a vote does to it, whether it is over."""

from collections.abc import Iterable, Sequence

from models import Poll
from sopapo.clock import now


def new_poll(options: Sequence[str], *, multiple: bool, anonymous: bool, closes_at: int | None = None) -> Poll:
    """Return a poll in which nobody has voted."""
    return Poll(
        options=list(options),
        votes=[0] * len(options),
        voters=None if anonymous else [[] for _ in options],
        people=0,
        multiple=multiple,
        anonymous=anonymous,
        closes_at=closes_at,
        closed_at=None,
    )


def again(poll: Poll) -> Poll:
    """Return the same poll anew, without its votes and its end."""
    return new_poll(poll["options"], multiple=poll["multiple"], anonymous=poll["anonymous"])


def closed(poll: Poll) -> Poll:
    """Return a poll as it is when it is closed now."""
    over = poll.copy()
    over["closed_at"] = now()
    return over


def is_closed(poll: Poll) -> bool:
    """Tell whether a poll takes no more votes."""
    return poll["closed_at"] is not None or (poll["closes_at"] is not None and poll["closes_at"] <= now())


def counted(poll: Poll, before: int, after: int) -> Poll:
    """Return a poll in which somebody's choices have become others; who has voted is left to whoever knows."""
    result = poll.copy()
    result["votes"] = [
        votes + (after >> place & 1) - (before >> place & 1) for place, votes in enumerate(poll["votes"])
    ]
    result["people"] += bool(after) - bool(before)
    return result


def choices_of(options: Iterable[int]) -> int:
    """Return the choices that options, numbered from 1, are."""
    return sum(1 << option - 1 for option in options)


def options_of(choices: int) -> list[int]:
    """Return the options, numbered from 1, that choices are."""
    return [place + 1 for place in range(choices.bit_length()) if choices >> place & 1]
