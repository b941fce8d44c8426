"""The Socket.IO door: one handler a request, by noun. Importing it registers them all."""

from events import accounts, marks, members, messages, rooms, sync
from events.door import SocketDoor

__all__ = ["SocketDoor", "accounts", "marks", "members", "messages", "rooms", "sync"]
