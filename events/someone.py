"""Who a socket is, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from events.terms import terms
from sopapo.bus import bus
from sopapo.chat import arrivals, presence
from sopapo.chat.typists import typists
from sopapo.clock import now
from sopapo.errors import no_such_token
from sopapo.security import Identity
from sopapo.transport import Connection

SENDS_AT_ONCE = 128


class Sends:
    """The messages of a socket that are not stored yet; its other requests wait for them, to keep their order."""

    __slots__ = ("count", "fewer")

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        # Made by the first who waits: most sockets never do.
        self.fewer: Event | None = None

    @property
    def has_room(self) -> bool:
        """Tell whether one more message can be counted in without waiting."""
        return self.count < SENDS_AT_ONCE

    def begin(self) -> None:
        """Count a message in, once there are few enough."""
        self.wait(SENDS_AT_ONCE)
        self.count += 1

    def end(self) -> None:
        """Count a message out."""
        self.count -= 1
        if self.fewer is not None:
            self.fewer.set()

    def wait(self, below: int = 1) -> None:
        """Wait until fewer than that many are under way."""
        while self.count >= below:
            self.fewer = self.fewer or Event()
            self.fewer.clear()
            self.fewer.wait()


@dataclass(slots=True)
class Someone:
    """What a socket is once it has proved who it is."""

    identity: Identity
    sends: Sends = field(default_factory=Sends)
    expiry_told: bool = False

    def has_expired(self) -> bool:
        """Tell whether the access token has ended."""
        return self.identity.expires_at * 1000 <= now()


def token_of(auth: object) -> str:
    """Return the token that a socket brings as it connects. Raises Unauthenticated."""
    token = auth.get("token") if isinstance(auth, Mapping) else None
    if not isinstance(token, str) or not token:
        raise no_such_token()
    return token


def become(connection: Connection, identity: Identity) -> None:
    """Make a socket someone, or the same one anew, and let it hear all that is his."""
    become_all([(connection, identity)])


def become_all(arrived: Sequence[tuple[Connection, Identity]]) -> None:
    """Make sockets someone, and let each hear all that is his."""
    bus().here.follow_all(arrived, arrivals.revs_by_user)
    for connection, identity in arrived:
        connection.who = Someone(replace(identity, socket=connection.sid))
        terms().look(connection)
        presence.look_at(identity.user_id)


def part(connection: Connection) -> None:
    """Let what a socket said of its user end with the last of his sockets."""
    who: Someone | None = connection.who
    if who is not None:
        user_id = who.identity.user_id
        bus().here.watchers.forget(connection.sid)
        presence.look_at(user_id)
        if not bus().here.has(user_id):
            typists().end_all(user_id)
