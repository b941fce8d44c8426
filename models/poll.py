"""What a message that is a poll holds beside its question."""

from typing import TypedDict


class Poll(TypedDict):
    """The options and how many have chosen each, who they are where that is told, and how many people have voted."""

    options: list[str]
    votes: list[int]
    voters: list[list[str]] | None
    people: int
    multiple: bool
    anonymous: bool
    closes_at: int | None
    closed_at: int | None
