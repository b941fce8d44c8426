"""What goes to very many is written in slices; it lies in no queue meanwhile, and yet each hears everything in order.

What waits for a client is what is in its queue, and after that what the pending spreads owe it, the oldest first. So
whoever puts something into a queue puts in before it what is owed (`Link.push`), and while any spread is pending
nobody else writes past it.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from sopapo.transport.connection import Connection
from sopapo.transport.messages import MOST_BYTES, Message, joined


def write(connections: Iterable[Connection], messages: Sequence[Message], skipped: Connection | None = None) -> int:
    """Write messages at once to those for whom nothing waits, and let them wait for the others; count what has left."""
    data, reached = joined(messages), 0
    size = len(data)
    for connection in connections:
        if connection is skipped:
            continue
        send = connection.direct
        if send is None:
            for message in messages:
                connection.push(message)
            continue
        try:
            sent = send(data)
        except OSError as error:
            connection.fall_short(messages, error)
            continue
        if sent == size:
            reached += 1
        else:
            connection.fall_short(messages, sent)
    return reached * len(messages)


class Spread:
    """Messages that the same members are to hear, and who is `left`: for whom nothing waits but these.

    More may be added until it `has_begun`; those who are `apart`, not left any more or never, get that by their queues.
    """

    __slots__ = ("apart", "has_begun", "left", "members", "messages", "size")

    def __init__(self, members: tuple[Connection, ...]) -> None:
        self.members = members
        self.messages: list[Message] = []
        self.size = 0
        self.left = {connection: None for connection in members if connection.direct is not None}
        self.apart = [connection for connection in members if connection.direct is None]
        self.has_begun = False

    def takes_more(self, members: tuple[Connection, ...]) -> bool:
        """Tell whether another message for these members can go along."""
        return members is self.members and not self.has_begun and self.size < MOST_BYTES

    def add(self, message: Message, skipped: Connection | None) -> None:
        """Let one more message go along, but not to somebody who is apart."""
        self.messages.append(message)
        self.size += message.size
        for connection in self.apart:
            if connection is not skipped:
                connection.push(message)

    def reach(self, connection: Connection) -> bool:
        """Take somebody out who is written to now, and tell whether he was left."""
        if connection not in self.left:
            return False
        del self.left[connection]
        self.has_begun = True
        return True

    def release(self, connection: Connection) -> list[Message]:
        """Set somebody apart, and return what has to be put into his queue."""
        if connection not in self.left:
            return []
        del self.left[connection]
        self.apart.append(connection)
        return self.messages


class Spreads:
    """What is pending, the oldest first; who is reached by one gets along with it what the others owe him."""

    __slots__ = ("pending",)

    def __init__(self) -> None:
        self.pending: deque[Spread] = deque()

    def add(self, members: tuple[Connection, ...], message: Message, skipped: Connection | None) -> None:
        """Let all members but one hear this, after all that was added before."""
        if not (self.pending and self.pending[-1].takes_more(members)):
            self.pending.append(Spread(members))
        last = self.pending[-1]
        if skipped is not None and skipped in last.left:
            for owed in self.owed_to(skipped):
                skipped.push(owed)
        last.add(message, skipped)

    def owed_to(self, connection: Connection) -> list[Message]:
        """Return what somebody has not been reached by; it is to be put into his queue."""
        return [message for spread in self.pending for message in spread.release(connection)]

    def advance(self, most: int) -> int:
        """Write to so many whom the oldest has not reached; return how many messages have left."""
        together = self._that_fit()
        if not together:
            return 0
        oldest, *others = together
        turn = [oldest.left.popitem()[0] for _ in range(min(most, len(oldest.left)))]
        oldest.has_begun = True
        groups: dict[tuple[Spread, ...], list[Connection]] = {}
        if not others:
            groups[together] = turn
        else:
            for connection in turn:
                owing = tuple([spread for spread in others if spread.reach(connection)])
                groups.setdefault((oldest, *owing), []).append(connection)
        while self.pending and not self.pending[0].left:
            self.pending.popleft()
        return sum(
            write(connections, [message for spread in owing for message in spread.messages])
            for owing, connections in groups.items()
        )

    def _that_fit(self) -> tuple[Spread, ...]:
        """Return the oldest, and those after it that fit into one write along with it."""
        together: list[Spread] = []
        size = 0
        for spread in self.pending:
            size += spread.size
            if together and size > MOST_BYTES:
                break
            together.append(spread)
        return tuple(together)
