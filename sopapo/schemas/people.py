"""People on the wire."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from sopapo.schemas.accounts import Email
from sopapo.schemas.fields import About, Id, Length, Line, Name, Request
from sopapo.schemas.states import UserState

Shown = Literal["everyone", "nobody"]


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


class UpdateProfile(Request):
    """Change what one is called and how one's account behaves; only the fields given are changed."""

    name: Name = ""
    about: About = ""
    avatar: Id | None = None
    email: Email | None = None
    locale: Literal["pt-BR", "en"] = "pt-BR"
    last_seen: Shown = "everyone"
    receipts: Shown = "everyone"


class BlockUser(Request):
    """Want nothing of somebody any more, or again."""

    user: Id


class Users(TypedDict):
    """People as others see them."""

    users: list[UserState]


class UserSeen(TypedDict):
    """Somebody as others see him."""

    user: UserState
