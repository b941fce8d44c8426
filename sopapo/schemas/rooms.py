"""Rooms on the wire."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from typing_extensions import TypedDict

from sopapo.schemas.fields import Description, Id, InviteCode, Length, Line, Request, RoomName, UserRefs
from sopapo.schemas.states import Kind, MeState, RoomState, Who
from sopapo.schemas.sync import Entry

SlowMode = Annotated[int, Field(ge=1, le=3_600)]
ExpireAfter = Annotated[int, Field(ge=60, le=31_536_000)]


class CreateRoom(Request):
    """Make a room; a direct one has no name and exactly one partner, who may be oneself."""

    kind: Kind
    name: RoomName | None = None
    description: Description = ""
    members: UserRefs = Field(default_factory=list)
    public: bool = False


class UpdateRoom(Request):
    """Change what a room is like; only the fields given are changed. `slow_mode` and `expire_after` are in seconds."""

    room: Id
    name: RoomName = ""
    description: Description = ""
    avatar: Id | None = None
    public: bool = False
    history: Literal["all", "since_join"] = "all"
    post: Who = "everyone"
    invite: Who = "admins"
    edit_info: Who = "admins"
    approval: bool = False
    slow_mode: SlowMode | None = None
    expire_after: ExpireAfter | None = None


class RoomRequest(Request):
    """Do something to a room as a whole."""

    room: Id


class JoinRoom(Request):
    """Join a public room, or by an invite whatever room it leads to."""

    invite: InviteCode | None = None
    room: Id | None = Field(None, validate_default=True)

    @field_validator("room")
    @classmethod
    def one_at_least(cls, room: str | None, info: ValidationInfo) -> str | None:
        """Refuse neither; both mean that the invite must be one of that room."""
        if room is None and info.data.get("invite") is None:
            message = "give a room or an invite"
            raise ValueError(message)
        return room


class JoinByInvite(Request):
    """Join the room that an invite leads to."""

    invite: InviteCode


class FindRooms(Request):
    """Find public rooms by a part of their name or description; `cursor` is the `next` of the page before."""

    q: Annotated[Line, Length(0, 100)] = ""
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,9}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class RoomCreated(TypedDict):
    """The new room, with its entry as `sync` gives it, and the names that were not found."""

    room: RoomState
    sync: Entry
    unknown: list[str]


class RoomUpdated(TypedDict):
    """The room as it is now."""

    room: RoomState


class RoomJoined(TypedDict):
    """The room that one is in now, with its entry; or, when `pending`, waits for, without one."""

    room: RoomState
    sync: Entry | None
    pending: bool


class RoomSeen(TypedDict):
    """A room as one of its members sees it."""

    room: RoomState
    me: MeState | None


class Rooms(TypedDict):
    """The rooms that the caller is in."""

    rooms: list[RoomState]


class PublicRooms(TypedDict):
    """A page of public rooms, and the cursor of the next one."""

    rooms: list[RoomState]
    next: str | None
