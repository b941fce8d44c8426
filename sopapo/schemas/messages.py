"""Messages on the wire."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from typing_extensions import TypedDict

from sopapo.schemas.fields import Cursor, Emoji, Id, Length, Limit, Request, Rev, Seq, Text, each_once
from sopapo.schemas.states import HiddenState, MessageState, UserState
from sopapo.schemas.sync import Time


class Forward(Request):
    """The message to say again."""

    room: Id
    seq: Seq


class SendMessage(Request):
    """Say something in a room, or say again what was said; `client_id` makes the sending idempotent."""

    room: Id
    client_id: Id
    forward: Forward | None = None
    files: Annotated[list[Id], Field(max_length=10), AfterValidator(each_once)] = Field(default_factory=list)
    text: Annotated[Text, AfterValidator(str.strip), Length(0, 10_000)] = Field("", validate_default=True)
    reply_to: Seq | None = None

    @field_validator("files")
    @classmethod
    def bring_one_thing(cls, files: list[str], info: ValidationInfo) -> list[str]:
        """Refuse files beside those that a forward brings."""
        if files and info.data.get("forward"):
            message = "a forward brings its own files"
            raise ValueError(message)
        return files

    @field_validator("text")
    @classmethod
    def say_one_thing(cls, text: str, info: ValidationInfo) -> str:
        """Refuse a message that says nothing and brings nothing, and words beside those that a forward brings."""
        if text and info.data.get("forward"):
            message = "a forward brings its own text"
            raise ValueError(message)
        if not (text or info.data.get("forward") or info.data.get("files")):
            message = "needs a text, or files"
            raise ValueError(message)
        return text


class MessageRequest(Request):
    """Do something to a message."""

    room: Id
    seq: Seq


class EditMessage(MessageRequest):
    """Say a message of one's own in other words, or in none where it brings files."""

    text: Annotated[Text, AfterValidator(str.strip), Length(0, 10_000)]


class React(MessageRequest):
    """Feel about a message in one emoji, instead of an earlier one; null takes it back."""

    emoji: Emoji | None


class SwitchMessage(MessageRequest):
    """Switch something about a message on or off."""

    on: bool


class ListStars(Request):
    """List the messages that the caller has starred, from the one after `cursor`."""

    cursor: Cursor | None = None
    limit: Limit = 50


class ListHidden(Request):
    """List the messages that the caller has deleted for himself, all of them or those since a time."""

    since: Time | None = None


class ReadHistory(Request):
    """Read a room's messages before, after or around one; without any of the three, the newest."""

    room: Id
    before: Seq | None = None
    after: Rev | None = None
    around: Seq | None = None
    limit: Limit = 50

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


class MessageChanged(TypedDict):
    """The message as it is now."""

    message: MessageState


class Pins(TypedDict):
    """The messages that are pinned in a room, oldest first."""

    messages: list[MessageState]
    users: list[UserState]


class Stars(TypedDict):
    """A page of starred messages, the newest star first, and the cursor of the next page."""

    messages: list[MessageState]
    users: list[UserState]
    next: int | None


class Hidden(TypedDict):
    """The messages that one has deleted for himself, as of `now`."""

    now: str
    hidden: list[HiddenState]


class History(TypedDict):
    """A page of history, oldest first."""

    messages: list[MessageState]
    users: list[UserState]
    more_before: bool
    more_after: bool
