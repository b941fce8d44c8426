"""What is somebody's own, on the wire."""

from typing_extensions import TypedDict

from sopapo.schemas.states import MessageState, MeState, RoomState, UserState


class RoomOfMine(TypedDict):
    """A room that one is in, and what is one's own there."""

    room: RoomState
    me: MeState


class Export(TypedDict):
    """All that is somebody's own: his account, the rooms that he is in, and what he has said, room by room."""

    user: UserState
    blocked: list[UserState]
    rooms: list[RoomOfMine]
    messages: list[MessageState]
