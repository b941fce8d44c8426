"""People on the wire."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Length, Line, Request
from sopapo.schemas.states import UserState


class FindPeople(Request):
    """Find people, either by their ids or by what they are called."""

    ids: Annotated[list[Id], Field(max_length=100)] | None = None
    q: Annotated[Line, Length(2, 64)] | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        """Refuse both, and neither."""
        if (self.ids is None) == (self.q is None):
            message = "give either ids or q"
            raise ValueError(message)
        return self


class GetUser(Request):
    """Look at one user."""

    user: Id


class Users(TypedDict):
    """People as others see them."""

    users: list[UserState]


class UserSeen(TypedDict):
    """Somebody as others see him."""

    user: UserState
