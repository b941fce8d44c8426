"""Messages on the wire."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, MessageText, Request, Seq
from sopapo.schemas.states import MessageState, UserState


class SendMessage(Request):
    """Say something in a room; `client_id` makes the sending idempotent."""

    room: Id
    client_id: Id
    text: MessageText
    reply_to: Seq | None = None


class ReadHistory(Request):
    """Read a room's messages before, after or around one; without any of the three, the newest."""

    room: Id
    before: Seq | None = None
    after: Annotated[int, Field(ge=0)] | None = None
    around: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    @model_validator(mode="after")
    def only_one_of_three(self) -> Self:
        """Refuse more than one point to read from."""
        if sum(point is not None for point in (self.before, self.after, self.around)) > 1:
            message = "give only one of before, after and around"
            raise ValueError(message)
        return self


class MessageSent(TypedDict):
    """The message as it is stored, and whether it had been sent before."""

    message: MessageState
    duplicate: bool


class History(TypedDict):
    """A page of history, oldest first."""

    messages: list[MessageState]
    users: list[UserState]
    more_before: bool
    more_after: bool
