"""Who is typing where. Nothing of it is stored: it ends by itself, and with the sockets of the one who types."""

from flask import Flask, current_app

from sopapo import broadcast
from sopapo.chat.access import read_room, refuse_writing
from sopapo.chat.acquaintance import parted_from
from sopapo.schemas.presence import Typing
from sopapo.schemas.states import TypingState
from sopapo.security import Identity
from sopapo.transport.runtime import Timer, spawn_after

SECONDS = 6
# In a larger room somebody is typing all the time.
MEMBERS_AT_MOST = 200


class Typists:
    """Those who have said in this process that they are typing, and who is told nothing of each."""

    def __init__(self, app: Flask) -> None:
        """Tell of it in the context of this application."""
        self.app = app
        self.timers: dict[tuple[str, str], tuple[Timer, list[str]]] = {}

    def begin(self, room_id: str, user_id: str, blind: list[str]) -> None:
        """Tell a room that somebody types, unless it knows, and let that end by itself."""
        before = self.timers.get((room_id, user_id))
        if before is not None:
            before[0].cancel()
        self.timers[room_id, user_id] = (spawn_after(SECONDS, self.end, room_id, user_id), blind)
        if before is None:
            broadcast.typing(TypingState(room=room_id, user=user_id, on=True), blind)

    def end(self, room_id: str, user_id: str) -> None:
        """Tell a room that somebody no longer types, if he did."""
        timer, blind = self.timers.pop((room_id, user_id), (None, []))
        if timer is not None:
            timer.cancel()
            with self.app.app_context():
                broadcast.typing(TypingState(room=room_id, user=user_id, on=False), blind)

    def end_all(self, user_id: str) -> None:
        """Tell all rooms that somebody no longer types."""
        for room_id, typist in list(self.timers):
            if typist == user_id:
                self.end(room_id, user_id)


def typists() -> Typists:
    """Return those who are typing in the running application."""
    found: Typists = current_app.extensions["sopapo.typists"]
    return found


def typing(caller: Identity, body: Typing) -> None:
    """Tell the others in a room that the caller is typing, or no longer. Raises NotFound and Forbidden."""
    room, member = read_room(caller, body.room)
    refuse_writing(room, member)
    if not body.on:
        typists().end(body.room, caller.user_id)
    elif room.member_count <= MEMBERS_AT_MOST:
        typists().begin(body.room, caller.user_id, [caller.user_id, *parted_from(caller.user_id)])
