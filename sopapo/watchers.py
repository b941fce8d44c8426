"""The sockets of this process that watch who is online: each has a list, and is in the channel of everybody on it."""

from collections.abc import Iterable

from sopapo.transport import Transport

Pair = tuple[str, str]


class Watchers:
    """Who watches whom, by socket; nothing here yields."""

    def __init__(self, transport: Transport) -> None:
        """Begin with nobody."""
        self.transport = transport
        self.lists: dict[str, tuple[str, frozenset[str]]] = {}

    def watch(self, sid: str, watcher: str, watched: set[str] | frozenset[str]) -> None:
        """Replace the list of a socket, whose user is the watcher."""
        connection = self.transport.connections.get(sid)
        if connection is None:
            return
        _, before = self.lists.get(sid, (watcher, frozenset[str]()))
        for user_id in before - watched:
            self.transport.leave(connection, presence_channel(user_id))
        for user_id in watched - before:
            self.transport.enter(connection, presence_channel(user_id))
        self.lists[sid] = (watcher, frozenset(watched))

    def forget(self, sid: str) -> None:
        """Forget a socket that has ended; the transport has taken it out of its channels."""
        self.lists.pop(sid, None)

    def pairs(self, users: set[str]) -> set[Pair]:
        """Return the pairs of watcher and watched, others than oneself, in which one of these users is."""
        return {
            (watcher, watched)
            for watcher, all_watched in self.lists.values()
            for watched in (all_watched if watcher in users else all_watched & users)
            if watched != watcher
        }

    def watched(self) -> set[str]:
        """Return everybody who is watched."""
        return {user_id for _, all_watched in self.lists.values() for user_id in all_watched}

    def part(self, pairs: Iterable[Pair]) -> None:
        """Let these watchers watch these users no longer."""
        parted: dict[str, set[str]] = {}
        for watcher, watched in pairs:
            parted.setdefault(watcher, set()).add(watched)
        for sid, (watcher, watched_now) in list(self.lists.items()):
            if watcher in parted:
                self.watch(sid, watcher, watched_now - parted[watcher])


def presence_channel(user_id: str) -> str:
    """Name the channel of the sockets that watch a user."""
    return f"presence:{user_id}"
