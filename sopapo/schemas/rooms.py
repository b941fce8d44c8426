"""Rooms on the wire."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Description, Id, Length, Line, Request, RoomName, UserRefs
from sopapo.schemas.states import Kind, MeState, RoomState, Who
from sopapo.schemas.sync import Entry


class CreateRoom(Request):
    """Make a room; a direct one has no name and exactly one partner, who may be oneself."""

    kind: Kind
    name: RoomName | None = None
    description: Description = ""
    members: UserRefs = Field(default_factory=list)
    public: bool = False


class UpdateRoom(Request):
    """Change what a room is like; only the fields given are changed."""

    room: Id
    name: RoomName = ""
    description: Description = ""
    public: bool = False
    history: Literal["all", "since_join"] = "all"
    post: Who = "everyone"
    invite: Who = "admins"
    edit_info: Who = "admins"


class RoomRequest(Request):
    """Do something to a room as a whole."""

    room: Id


class JoinRoom(RoomRequest):
    """Join a public room."""


class FindRooms(Request):
    """Find public rooms by a part of their name."""

    q: Annotated[Line, Length(0, 100)] = ""


class RoomCreated(TypedDict):
    """The new room, with its entry as `sync` gives it, and the names that were not found."""

    room: RoomState
    sync: Entry
    unknown: list[str]


class RoomUpdated(TypedDict):
    """The room as it is now."""

    room: RoomState


class RoomJoined(TypedDict):
    """The room that one is in now, or, when `pending`, waits for."""

    room: RoomState
    sync: Entry
    pending: bool


class RoomSeen(TypedDict):
    """A room as one of its members sees it."""

    room: RoomState
    me: MeState | None


class Rooms(TypedDict):
    """The rooms that the caller is in."""

    rooms: list[RoomState]
