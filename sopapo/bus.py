"""Who is told, on which sockets: the channels of users, sessions and rooms."""

from collections.abc import Callable, Iterable, Mapping

from flask import current_app

from sopapo.security import Identity
from sopapo.transport import Connection, Transport

Payload = Mapping[str, object]


class Bus:
    """Brings states to the sockets of this process."""

    def __init__(self, transport: Transport) -> None:
        """Tell the sockets of this transport."""
        self.transport = transport
        self.moves = 0

    def follow(self, connection: Connection, caller: Identity, rooms_of: Callable[[str], Iterable[str]]) -> None:
        """Put a socket into all its channels; where rooms are joined or left meanwhile, look again."""
        self.transport.enter(connection, user_channel(caller.user_id))
        self.transport.enter(connection, session_channel(caller.session_id))
        while True:
            moves, rooms = self.moves, rooms_of(caller.user_id)
            if moves == self.moves:
                break
        for room_id in rooms:
            self.transport.enter(connection, room_channel(room_id))

    def enter_room(self, user_id: str, room_id: str) -> None:
        """Put all sockets of a user into the channel of a room."""
        self.moves += 1
        for connection in self.transport.members(user_channel(user_id)):
            self.transport.enter(connection, room_channel(room_id))

    def leave_room(self, user_id: str, room_id: str) -> None:
        """Take all sockets of a user out of the channel of a room."""
        self.moves += 1
        for connection in self.transport.members(user_channel(user_id)):
            self.transport.leave(connection, room_channel(room_id))

    def close_room(self, room_id: str) -> None:
        """Empty the channel of a room."""
        self.moves += 1
        for connection in self.transport.members(room_channel(room_id)):
            self.transport.leave(connection, room_channel(room_id))

    def emit(self, channel: str, event: str, payload: Payload, skip: str | None = None) -> None:
        """Push a state to a channel, but for the socket that knows it already."""
        self.transport.broadcast(channel, event, payload, skip)

    def cut_session(self, session_id: str) -> None:
        """Tell the sockets of a session that it is revoked, and end them."""
        for connection in self.transport.members(session_channel(session_id)):
            connection.send("session_revoked", {})
            connection.close("session_revoked")


def bus() -> Bus:
    """Return the bus of the running application."""
    found: Bus = current_app.extensions["sopapo.bus"]
    return found


def user_channel(user_id: str) -> str:
    """Name the channel of all sockets of a user."""
    return f"user:{user_id}"


def session_channel(session_id: str) -> str:
    """Name the channel of the sockets of one session."""
    return f"session:{session_id}"


def room_channel(room_id: str) -> str:
    """Name the channel of all sockets of a room's members."""
    return f"room:{room_id}"
