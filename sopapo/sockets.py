"""The sockets of this process: who is in which channel, and what is done to them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sopapo.schemas.states import MemberState, MessageState
from sopapo.security import Identity
from sopapo.transport import Connection, Transport
from sopapo.watchers import Watchers

Payload = Mapping[str, object]


class Moves:
    """Who was moved in or out of which room while somebody asked who should be where."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.users: set[tuple[str, str]] = set()
        self.closed: set[str] = set()

    def __contains__(self, move: tuple[str, str]) -> bool:
        """Tell whether a user was moved, or everybody in that room."""
        return move in self.users or move[1] in self.closed


class Sockets:
    """The sockets of this process, and what is done to them; nothing here yields but `follow_all`."""

    def __init__(self, transport: Transport) -> None:
        """Tell the sockets of this transport."""
        self.transport = transport
        self.watchers = Watchers(transport)
        self.noted: list[Moves] = []
        self.noted_pushes: list[dict[str, Any]] = []
        # The last change that each room with sockets here was told of: all of them hear what is told.
        self.revs: dict[str, int] = {}

    def follow_all(
        self,
        arrived: Sequence[tuple[Connection, Identity]],
        revs_by_user: Callable[[Collection[str]], Mapping[str, Mapping[str, int]]],
    ) -> None:
        """Put sockets into all their channels; `revs_by_user` asks for users' rooms and the last change of each."""
        for connection, caller in arrived:
            self.transport.enter(connection, user_channel(caller.user_id))
            self.enter_session(connection, caller.session_id)
        with self.noting_moves() as moved:
            found = revs_by_user({caller.user_id for _, caller in arrived})
        for connection, caller in arrived:
            for room_id, rev in found.get(caller.user_id, {}).items():
                if (caller.user_id, room_id) not in moved:
                    self.enter(connection, room_id, rev)

    def enter_session(self, connection: Connection, session_id: str) -> None:
        """Let a socket end with this session, and no more with one in which it was before."""
        for channel in [each for each in connection.channels if each.startswith(session_channel(""))]:
            self.transport.leave(connection, channel)
        self.transport.enter(connection, session_channel(session_id))

    @contextmanager
    def noting_moves(self) -> Iterator[Moves]:
        """Gather who is moved meanwhile: what is asked in this time may be older than that."""
        moved = Moves()
        self.noted.append(moved)
        try:
            yield moved
        finally:
            self.noted.remove(moved)

    @contextmanager
    def noting_pushes(self) -> Iterator[dict[str, Any]]:
        """Gather the last push to each channel meanwhile: what is asked in this time may be older than that."""
        pushes: dict[str, Any] = {}
        self.noted_pushes.append(pushes)
        try:
            yield pushes
        finally:
            # By identity: what two have gathered may be equal.
            self.noted_pushes = [noted for noted in self.noted_pushes if noted is not pushes]

    def note_move(self, user_id: str, room_id: str) -> None:
        """Let those know who are asking just now."""
        for moved in self.noted:
            moved.users.add((user_id, room_id))

    def enter(self, connection: Connection, room_id: str, rev: int = 0) -> None:
        """Put one socket into the channel of a room whose last change was `rev` at least."""
        self.revs.setdefault(room_channel(room_id), rev)
        self.transport.enter(connection, room_channel(room_id))

    def enter_room(self, user_id: str, room_id: str) -> None:
        """Put all sockets of a user into the channel of a room."""
        self.note_move(user_id, room_id)
        for connection in self.transport.members(user_channel(user_id)):
            self.enter(connection, room_id)

    def leave_room(self, user_id: str, room_id: str) -> None:
        """Take all sockets of a user out of the channel of a room."""
        self.note_move(user_id, room_id)
        for connection in self.transport.members(user_channel(user_id)):
            self.transport.leave(connection, room_channel(room_id))

    def close_room(self, room_id: str) -> None:
        """Empty the channel of a room."""
        for moved in self.noted:
            moved.closed.add(room_id)
        for connection in self.transport.members(room_channel(room_id)):
            self.transport.leave(connection, room_channel(room_id))

    def emit(self, channel: str, event: str, payload: Payload, skip: str | None = None, *, alone: bool = False) -> None:
        """Push a state to a channel, but for the socket that knows it already; `alone` where no others come with it."""
        self.transport.broadcast(channel, event, payload, skip, alone=alone)
        for pushes in self.noted_pushes:
            pushes[channel] = payload
        rev = payload.get("rev")
        if isinstance(rev, int):
            self.note_rev(channel, rev)

    def emit_seen(self, state: MessageState, blind: Sequence[str], skip: str | None = None) -> None:
        """Push a message to its room, but for the users who may not see it: they are left a hole, which sync closes."""
        channel = room_channel(state["room"])
        self.transport.broadcast(channel, "message", state, skip, blind=self.sids_of(blind))
        self.note_rev(channel, state["rev"])

    def emit_but(self, channel: str, event: str, payload: Payload, blind: Sequence[str]) -> None:
        """Push a state to a channel, but for these users."""
        self.transport.broadcast(channel, event, payload, blind=self.sids_of(blind))

    def sids_of(self, user_ids: Sequence[str]) -> set[str]:
        """Return the names of the sockets of these users."""
        return {one.sid for user_id in user_ids for one in self.transport.members(user_channel(user_id))}

    def has(self, user_id: str) -> bool:
        """Tell whether a user has sockets here."""
        return bool(self.transport.members(user_channel(user_id)))

    def emit_each(self, user_ids: Sequence[str], event: str, payload: Payload, skip: str | None = None) -> None:
        """Push a state to each of these users, but for the socket that knows it already."""
        for user_id in user_ids:
            self.transport.broadcast(user_channel(user_id), event, payload, skip)

    def note_rev(self, channel: str, rev: int) -> None:
        """Remember the last change that a room was told of."""
        if self.revs.get(channel, rev) < rev:
            self.revs[channel] = rev

    def cut_session(self, session_id: str) -> None:
        """Tell the sockets of a session that it is revoked, and end them."""
        for connection in self.transport.members(session_channel(session_id)):
            connection.send("session_revoked", {})
            connection.close("session_revoked")

    def misplaced(self, user_id: str, room_id: str, *, joined: bool) -> list[Connection]:
        """Return the sockets of a user that hear a room and should not, or do not and should."""
        sockets = self.transport.members(user_channel(user_id))
        # One that is nobody yet is just being put into its channels.
        return [one for one in sockets if one.who is not None and (room_channel(room_id) in one.channels) != joined]

    def put_right(self, state: MemberState) -> None:
        """Let a member's misplaced sockets hear his state, and put them where they belong."""
        joined = state["status"] == "joined"
        for connection in self.misplaced(state["user"], state["room"], joined=joined):
            connection.send("member", state)
            if joined:
                self.enter(connection, state["room"])
            else:
                self.transport.leave(connection, room_channel(state["room"]))

    def is_news(self, room_id: str, rev: int) -> bool:
        """Tell whether there are sockets here that were not told of this change of a room, nor of a later one."""
        return self.revs.get(room_channel(room_id), rev) < rev

    def rooms(self) -> list[str]:
        """Return the rooms that have sockets here."""
        self.forget_empty_rooms()
        return [channel.removeprefix(room_channel("")) for channel in self.revs]

    def forget_empty_rooms(self) -> None:
        """Forget what rooms without sockets here were told."""
        self.revs = {channel: rev for channel, rev in self.revs.items() if self.transport.members(channel)}


def user_channel(user_id: str) -> str:
    """Name the channel of all sockets of a user."""
    return f"user:{user_id}"


def session_channel(session_id: str) -> str:
    """Name the channel of the sockets of one session."""
    return f"session:{session_id}"


def room_channel(room_id: str) -> str:
    """Name the channel of all sockets of a room's members."""
    return f"room:{room_id}"
