"""The Socket.IO door: one handler a request, by noun. Importing it registers them all."""

from events import (
    accounts,
    invites,
    marks,
    members,
    messages,
    people,
    polls,
    presence,
    reports,
    rooms,
    scheduled,
    search,
    sync,
)
from events.door import SocketDoor

__all__ = [
    "SocketDoor",
    "accounts",
    "invites",
    "marks",
    "members",
    "messages",
    "people",
    "polls",
    "presence",
    "reports",
    "rooms",
    "scheduled",
    "search",
    "sync",
]
