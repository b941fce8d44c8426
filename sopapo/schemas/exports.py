"""What is somebody's own, on the wire."""

from typing_extensions import TypedDict

from sopapo.schemas.states import FileState, MessageState, MeState, RoomState, UserState, VoteState


class RoomOfMine(TypedDict):
    """A room that one is in, and what is one's own there."""

    room: RoomState
    me: MeState


class Export(TypedDict):
    """All that is somebody's own: his account, the rooms that he is in, what he has said, voted and uploaded."""

    user: UserState
    blocked: list[UserState]
    rooms: list[RoomOfMine]
    messages: list[MessageState]
    votes: list[VoteState]
    files: list[FileState]
