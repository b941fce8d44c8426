"""Who is in which channel."""

from sopapo.transport.connection import Connection


class Channels:
    """Members by channel; a channel is there while somebody is in it."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, Connection]] = {}
        self._listed: dict[str, tuple[Connection, ...]] = {}

    def enter(self, connection: Connection, channel: str) -> None:
        """Put a connection into a channel; once it has ended it enters none."""
        if connection.ended:
            return
        connection.channels.add(channel)
        self._members.setdefault(channel, {})[connection.sid] = connection
        self._listed.pop(channel, None)

    def leave(self, connection: Connection, channel: str) -> None:
        """Take a connection out of a channel."""
        connection.channels.discard(channel)
        self._drop(connection, channel)

    def leave_all(self, connection: Connection) -> None:
        """Take an ended connection out of its channels, whose names it keeps."""
        for channel in connection.channels:
            self._drop(connection, channel)

    def members(self, channel: str) -> tuple[Connection, ...]:
        """Return those in a channel, in the order in which they came; the same tuple until somebody comes or goes."""
        listed = self._listed.get(channel)
        if listed is None:
            listed = tuple(self._members.get(channel, {}).values())
            if listed:
                self._listed[channel] = listed
        return listed

    def member(self, channel: str, sid: str) -> Connection | None:
        """Return who is in a channel under this sid."""
        return self._members.get(channel, {}).get(sid)

    def _drop(self, connection: Connection, channel: str) -> None:
        members = self._members.get(channel)
        if members is None or members.pop(connection.sid, None) is None:
            return
        self._listed.pop(channel, None)
        if not members:
            del self._members[channel]
