"""The times that sockets have: to become someone, and to renew their tokens."""

from flask import current_app

from sopapo.clock import now
from sopapo.transport import Connection
from sopapo.transport.deadlines import Deadlines
from sopapo.transport.runtime import call_after

STRANGER_SECONDS = 10
GRACE_SECONDS = 60
# The clock of the wall may be set meanwhile.
LOOK_AGAIN_SECONDS = 30


class Terms:
    """Holds each socket to its times, without looking at all of them: when its token ends, and now and then."""

    def __init__(self) -> None:
        """Begin without sockets."""
        self.strangers: Deadlines[Connection] = Deadlines(STRANGER_SECONDS, end_stranger)
        self.others: Deadlines[Connection] = Deadlines(LOOK_AGAIN_SECONDS, self.look)

    def begin(self, connection: Connection) -> None:
        """Let a stranger become someone, or end."""
        self.strangers.add(connection)

    def look(self, connection: Connection) -> None:
        """Tell a socket that is someone when its token has ended, and end it after the time of grace; never yields."""
        self.strangers.discard(connection)
        if connection.ended:
            return
        who = connection.who
        left = who.identity.expires_at - now() / 1000
        if left <= -GRACE_SECONDS and who.expiry_told:
            connection.close("token_expired")
            return
        if left <= 0 and not who.expiry_told:
            who.expiry_told = True
            connection.send("token_expired", {})
        self.others.add(connection)
        change = left if left > 0 else left + GRACE_SECONDS
        if change < LOOK_AGAIN_SECONDS:
            call_after(max(0.0, change), self.look, connection)

    def forget(self, connection: Connection) -> None:
        """Hold a socket that has gone to nothing."""
        self.strangers.discard(connection)
        self.others.discard(connection)


def end_stranger(connection: Connection) -> None:
    """End a socket that has not become someone."""
    connection.close("unauthenticated")


def terms() -> Terms:
    """Return the terms of the running application."""
    found: Terms = current_app.extensions["sopapo.terms"]
    return found
