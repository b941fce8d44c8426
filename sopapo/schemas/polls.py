"""Polls on the wire."""

from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Length, Line, LongLimit, MessageText, Request, each_once
from sopapo.schemas.messages import MessageRequest
from sopapo.schemas.states import UserState, VoteState
from sopapo.schemas.sync import Time

OPTIONS_AT_MOST = 12


OptionText = Annotated[Line, Length(1, 100)]
OptionTexts = Annotated[list[OptionText], Field(min_length=2, max_length=OPTIONS_AT_MOST), AfterValidator(each_once)]
Option = Annotated[int, Field(ge=1, le=OPTIONS_AT_MOST)]
Choice = Annotated[list[Option], Field(max_length=OPTIONS_AT_MOST), AfterValidator(each_once), AfterValidator(sorted)]


class CreatePoll(Request):
    """Ask a room something, with the answers to choose from; `client_id` makes the asking idempotent."""

    room: Id
    client_id: Id
    text: MessageText
    options: OptionTexts
    multiple: bool = False
    anonymous: bool = False
    closes_at: Time | None = None


class CastVote(MessageRequest):
    """Choose these options of a poll instead of those chosen before; none takes the vote back."""

    options: Choice


class PollVoters(MessageRequest):
    """List who has voted, for one option or for any, from the user after `after`."""

    option: Option | None = None
    after: Id | None = None
    limit: LongLimit = 200


class ListVotes(Request):
    """List the caller's own votes, all of them or those since a time."""

    since: Time | None = None


class Voter(TypedDict):
    """Somebody who has voted, and what he has chosen."""

    user: str
    options: list[int]


class Voters(TypedDict):
    """A page of those who have voted, by user id."""

    voters: list[Voter]
    users: list[UserState]
    more: bool


class Votes(TypedDict):
    """The caller's own votes, as of `now`."""

    now: str
    votes: list[VoteState]
