"""Who is there and who is typing, on the wire."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Request
from sopapo.schemas.states import PresenceState


class Typing(Request):
    """Say that one is typing in a room, or no longer; it ends by itself after six seconds."""

    room: Id
    on: bool


class WatchPresence(Request):
    """Name the people of whom one wants to know whether they are online."""

    users: Annotated[list[Id], Field(max_length=500)]


class Watched(TypedDict):
    """Whether these people are online."""

    presence: list[PresenceState]
