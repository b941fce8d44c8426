"""Who is told, on which sockets: those of this process, and through the relay those of the others."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app

from sopapo.config import Settings
from sopapo.relay import Relay
from sopapo.schemas.states import MessageState
from sopapo.sockets import Payload, Sockets, room_channel, user_channel
from sopapo.transport import Transport
from sopapo.watchers import presence_channel

__all__ = ["Bus", "bus", "presence_channel", "room_channel", "user_channel"]


class Bus:
    """Does to the sockets of this process what is to be done, and lets the other processes do it to theirs."""

    def __init__(self, transport: Transport, settings: Settings) -> None:
        """Serve this process alone, or with those that meet at the same Redis under the same name.

        Raises ConfigError where the address of the Redis makes no sense.
        """
        self.here = here = Sockets(transport)
        self.acts: dict[str, Callable[..., None]] = {
            "emit": here.emit,
            "emit_seen": here.emit_seen,
            "emit_each": here.emit_each,
            "emit_but": here.emit_but,
            "enter_room": here.enter_room,
            "leave_room": here.leave_room,
            "close_room": here.close_room,
            "cut_session": here.cut_session,
        }
        self.relay: Relay | None = None
        if settings.redis_url:
            self.relay = Relay(settings.redis_url, f"sopapo:{settings.issuer}", self.hear)
            self.relay.start()

    def emit(self, channel: str, event: str, payload: Payload, skip: str | None = None, *, alone: bool = False) -> None:
        """Push a state to a channel, but for the socket that knows it already; `alone` where no others come with it."""
        self.here.emit(channel, event, payload, skip, alone=alone)
        self.tell("emit", channel, event, payload)

    def emit_seen(self, state: MessageState, blind: Sequence[str], skip: str | None = None) -> None:
        """Push a message to its room, but for the users who may not see it and the socket that knows it already."""
        self.here.emit_seen(state, blind, skip)
        self.tell("emit_seen", state, blind)

    def emit_each(self, user_ids: Sequence[str], event: str, payload: Payload, skip: str | None = None) -> None:
        """Push a state to each of these users, but for the socket that knows it already."""
        self.here.emit_each(user_ids, event, payload, skip)
        self.tell("emit_each", user_ids, event, payload)

    def emit_but(self, channel: str, event: str, payload: Payload, blind: Sequence[str]) -> None:
        """Push a state to a channel, but for these users."""
        self.here.emit_but(channel, event, payload, blind)
        self.tell("emit_but", channel, event, payload, blind)

    def enter_room(self, user_id: str, room_id: str) -> None:
        """Put all sockets of a user into the channel of a room."""
        self.here.enter_room(user_id, room_id)
        self.tell("enter_room", user_id, room_id)

    def leave_room(self, user_id: str, room_id: str) -> None:
        """Take all sockets of a user out of the channel of a room."""
        self.here.leave_room(user_id, room_id)
        self.tell("leave_room", user_id, room_id)

    def close_room(self, room_id: str) -> None:
        """Empty the channel of a room."""
        self.here.close_room(room_id)
        self.tell("close_room", room_id)

    def cut_session(self, session_id: str) -> None:
        """Tell the sockets of a session that it is revoked, and end them."""
        self.here.cut_session(session_id)
        self.tell("cut_session", session_id)

    def on(self, act: str, do: Callable[..., None]) -> None:
        """Do this when another process tells of that act."""
        self.acts[act] = do

    def tell(self, act: str, *args: object) -> None:
        """Let the other processes do an act, soon and without waiting for it."""
        if self.relay is not None:
            self.relay.publish(act, *args)

    def hear(self, act: str, *args: Any) -> None:
        """Do here what another process did; an act that this version does not know is left undone."""
        if act in self.acts:
            self.acts[act](*args)

    def is_heard(self, channel: str) -> bool:
        """Tell whether anybody hears a channel, or is about to, here or, for all that this process knows, elsewhere."""
        return self.relay is not None or bool(self.here.noted_pushes or self.here.transport.members(channel))

    @property
    def losses(self) -> int:
        """How often this process may have missed what others told; it only grows."""
        return self.relay.losses if self.relay is not None else 0

    def is_reachable(self) -> bool:
        """Tell whether this process hears the others, or needs to hear nobody; answers at once."""
        return self.relay is None or self.relay.is_reachable()


def bus() -> Bus:
    """Return the bus of the running application."""
    found: Bus = current_app.extensions["sopapo.bus"]
    return found
