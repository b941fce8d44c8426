"""Messages for later on the wire."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Length, Request, Seq, Text, each_once
from sopapo.schemas.states import ScheduledState
from sopapo.schemas.sync import Time


class ScheduleMessage(Request):
    """Say something in a room at a later time; `client_id` will be the message's own."""

    room: Id
    client_id: Id
    files: Annotated[list[Id], Field(max_length=10), AfterValidator(each_once)] = Field(default_factory=list)
    text: Annotated[Text, AfterValidator(str.strip), Length(0, 10_000)] = Field("", validate_default=True)
    reply_to: Seq | None = None
    send_at: Time

    @field_validator("text")
    @classmethod
    def say_something(cls, text: str, info: ValidationInfo) -> str:
        """Refuse a message that will say nothing and bring nothing."""
        if not (text or info.data.get("files")):
            message = "needs a text, or files"
            raise ValueError(message)
        return text


class ListScheduled(Request):
    """List one's messages for later, those of a room or all."""

    room: Id | None = None


class ScheduledRequest(Request):
    """Do something to a message for later."""

    room: Id
    client_id: Id


class ChangeScheduled(ScheduledRequest):
    """Say something else, or nothing where it brings files, or at another time."""

    text: Annotated[Text, AfterValidator(str.strip), Length(0, 10_000)] | None = None
    send_at: Time | None = None

    @model_validator(mode="after")
    def change_something(self) -> Self:
        """Refuse null: a message has a text and a time."""
        if any(value is None for name, value in self.changes().items() if name in {"text", "send_at"}):
            message = "a message for later has a text and a time"
            raise ValueError(message)
        return self


class MessageScheduled(TypedDict):
    """The message for later as it is kept, and whether it had been scheduled before."""

    scheduled: ScheduledState
    duplicate: bool


class ScheduledChanged(TypedDict):
    """The message for later as it is now."""

    scheduled: ScheduledState


class ScheduledMessages(TypedDict):
    """The messages for later that wait or could not be sent, the next one first."""

    scheduled: list[ScheduledState]
