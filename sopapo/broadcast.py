"""One function for each state that clients can hear; nothing else emits.

`skip` is the socket that gets the state in its acknowledgement instead.
"""

from collections.abc import Sequence

from sopapo.bus import bus, presence_channel, room_channel, user_channel
from sopapo.schemas.states import (
    HiddenState,
    MemberState,
    MessageState,
    MeState,
    PresenceState,
    ReceiptState,
    RoomState,
    ScheduledState,
    StarState,
    TypingState,
    UserState,
    VoteState,
)


def message(state: MessageState, skip: str | None = None, blind: Sequence[str] = (), *, alone: bool = False) -> None:
    """Push a message to its room, but for the users who are blind to it; `alone` where no others come with it."""
    if blind:
        bus().emit_seen(state, blind, skip)
    else:
        bus().emit(room_channel(state["room"]), "message", state, skip, alone=alone)


def room(state: RoomState, skip: str | None = None) -> None:
    """Push what a room is like to its members."""
    bus().emit(room_channel(state["id"]), "room", state, skip)


def member(state: MemberState, skip: str | None = None) -> None:
    """Push a member to his room."""
    bus().emit(room_channel(state["room"]), "member", state, skip)


def outsider(state: MemberState, skip: str | None = None) -> None:
    """Push to somebody who does not hear a room what he is to it."""
    bus().emit(user_channel(state["user"]), "member", state, skip)


def me(user_id: str, state: MeState, skip: str | None = None) -> None:
    """Push what is a user's own to his sockets."""
    bus().emit(user_channel(user_id), "me", state, skip)


def star(user_id: str, state: StarState, skip: str | None = None) -> None:
    """Push a star to the sockets of the one whose it is."""
    bus().emit(user_channel(user_id), "star", state, skip)


def vote(user_id: str, state: VoteState, skip: str | None = None) -> None:
    """Push what a user has chosen in a poll to his sockets."""
    bus().emit(user_channel(user_id), "vote", state, skip)


def hidden(user_id: str, state: HiddenState, skip: str | None = None) -> None:
    """Push which message a user has deleted for himself to his sockets."""
    bus().emit(user_channel(user_id), "hidden", state, skip)


def scheduled(user_id: str, state: ScheduledState, skip: str | None = None) -> None:
    """Push a message for later to the sockets of its author."""
    bus().emit(user_channel(user_id), "scheduled", state, skip)


def receipt(user_id: str, state: ReceiptState) -> None:
    """Push to a sender how far a member has got with his messages."""
    bus().emit(user_channel(user_id), "receipt", state)


def user(user_ids: Sequence[str], state: UserState) -> None:
    """Push what somebody is called to these users."""
    bus().emit_each(user_ids, "user", state)


def own_user(state: UserState, skip: str | None = None) -> None:
    """Push a user with his settings to his own sockets."""
    bus().emit(user_channel(state["id"]), "user", state, skip)


def typing(state: TypingState, blind: Sequence[str]) -> None:
    """Push to a room that a member is typing, or no longer, but for the users who are blind to it."""
    bus().emit_but(room_channel(state["room"]), "typing", state, blind)


def presence(state: PresenceState) -> None:
    """Push whether a user is online to those who watch him."""
    bus().emit(presence_channel(state["user"]), "presence", state)


def entered(user_id: str, room_id: str) -> None:
    """Let a user's sockets hear a room from now on."""
    bus().enter_room(user_id, room_id)


def departed(user_id: str, room_id: str) -> None:
    """Let a user's sockets hear nothing more of a room."""
    bus().leave_room(user_id, room_id)


def room_deleted(state: RoomState, skip: str | None = None) -> None:
    """Push the last state of a room, and empty its channel."""
    room(state, skip)
    bus().close_room(state["id"])


def session_revoked(session_id: str) -> None:
    """Cut the sockets of a session."""
    bus().cut_session(session_id)


def session_over(session_id: str) -> None:
    """Cut the sockets here of a session that ended in whatever process."""
    bus().here.cut_session(session_id)


def membership_mended(state: MemberState) -> None:
    """Let the sockets here that heard a room wrongly, or wrongly did not, hear of it and be where they belong."""
    bus().here.put_right(state)


def caught_up(room_id: str, event: str, state: RoomState | MemberState) -> None:
    """Push the newest state of a room to the sockets here, unless they heard it; it shows them what they missed."""
    if bus().here.is_news(room_id, state["rev"]):
        bus().here.emit(room_channel(room_id), event, state)
    if event == "room" and state.get("deleted_at"):
        bus().here.close_room(room_id)


def presence_caught_up(state: PresenceState) -> None:
    """Push to the watchers here whether a user is online, for they may have missed it."""
    bus().here.emit(presence_channel(state["user"]), "presence", state)


def message_caught_up(state: MessageState, blind: Sequence[str]) -> None:
    """Do the same with a message, but for the users who are blind to it."""
    if bus().here.is_news(state["room"], state["rev"]):
        bus().here.emit_seen(state, blind)
