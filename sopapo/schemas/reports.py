"""Reports on the wire."""

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from sopapo.schemas.fields import Id, Length, Request, Seq, Text

Reason = Annotated[Text, AfterValidator(str.strip), Length(1, 1000)]


class SendReport(Request):
    """Tell the administrators of a user, or of a message by its room and `seq`."""

    user: Id | None = None
    room: Id | None = None
    seq: Seq | None = None
    reason: Reason

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        """Refuse both, neither, and half a message."""
        if (self.room is None) != (self.seq is None) or (self.user is None) == (self.room is None):
            message = "give either a user, or a room and a seq"
            raise ValueError(message)
        return self
