"""Connections and channels: the one object through which everything else speaks to clients."""

from collections.abc import Collection, Mapping, Sequence
from socket import socket

from flask import Flask

from sopapo.transport.channels import Channels
from sopapo.transport.connection import Connection, event_message
from sopapo.transport.deadlines import Deadlines
from sopapo.transport.door import Door
from sopapo.transport.engine import mount
from sopapo.transport.flusher import SLICE
from sopapo.transport.options import TransportOptions
from sopapo.transport.session import Session
from sopapo.transport.spreads import write
from sopapo.transport.stats import Stats

# Some five milliseconds' work.
AT_ONCE = 1_024


class Transport:
    """Answers `/socket.io` of an application for a door; found in `app.extensions["sopapo.transport"]`."""

    def __init__(self, app: Flask, door: Door, options: TransportOptions) -> None:
        self.door = door
        self.options = options
        self.stats = Stats()
        self.connections: dict[str, Connection] = {}
        self.alone: Deadlines[Session] = Deadlines(options.connect_seconds, Session.end_alone)
        self._channels = Channels()
        self._engine = mount(app, self)
        app.extensions["sopapo.transport"] = self

    def enter(self, connection: Connection, channel: str) -> None:
        """Put a connection into a channel; once it has ended it enters none."""
        self._channels.enter(connection, channel)

    def leave(self, connection: Connection, channel: str) -> None:
        """Take a connection out of a channel."""
        self._channels.leave(connection, channel)

    def members(self, channel: str) -> Sequence[Connection]:
        """Return those who are in a channel, in the order in which they came."""
        return self._channels.members(channel)

    def broadcast(
        self,
        channel: str,
        event: str,
        payload: Mapping[str, object],
        skip: str | None = None,
        *,
        blind: Collection[str] = (),
        alone: bool = False,
    ) -> None:
        """Send one event to a channel, but not to the connection with the sid `skip`; never yields, never raises.

        Nor do those hear it whose sids are among `blind`. Where it comes `alone`, and nothing will gather with it,
        it is written at once: to those who were answered first, then to as many as may be without holding up others.
        """
        members = self._channels.members(channel)
        if blind:
            members = tuple(connection for connection in members if connection.sid not in blind)
        message = event_message(event, payload) if members else None
        if message is None:
            return
        self.stats.broadcasts += 1
        skipped = self._channels.member(channel, skip) if skip else None
        flusher = self._engine.flusher
        if alone and not flusher.spreads.pending:
            flusher.flush_soon()
            self.stats.frames_out += write(members[:AT_ONCE], (message,), skipped)
            members = members[AT_ONCE:]
        if len(members) > SLICE:
            flusher.spread(members, message, skipped)
        else:
            for connection in members:
                if connection is not skipped:
                    connection.push(message)

    def detach(self, connection: Connection) -> None:
        """Let a connection hear nothing more."""
        connection.ended = True
        connection.shut()
        self._channels.leave_all(connection)
        self.connections.pop(connection.sid, None)

    @property
    def carried(self) -> int:
        """How many sockets have left the HTTP server and are served by the loop."""
        return self._engine.carried

    def open_plainly(self, sock: socket, address: str, data: bytes) -> bool:
        """Open a link for who asks for a WebSocket with these first bytes, plainly and rightly; tell whether it did."""
        return self._engine.open_plainly(sock, address, data)

    def stop(self) -> None:
        """Let nobody in any more, and end every link so that clients look for another server."""
        self._engine.stop()
