"""Which sockets can be read or written just now: an epoll of our own, at which eventlet's loop looks as at one socket.

The loop's own way, a listener object for each socket and a set of them in every turn, costs each client memory, and
each pong as much as reading it does.
"""

import logging
from typing import Protocol

from eventlet.hubs import get_hub
from eventlet.patcher import original

select = original("select")

log = logging.getLogger(__name__)

# As Linux numbers them: elsewhere there is no epoll, and this is not used. What is over or broken is told either way.
READ, WRITE, OVER = 0x1, 0x4, 0x8 | 0x10
CAN_READ, CAN_WRITE = READ | OVER, WRITE | OVER
MOST_AT_ONCE = 1_024


class Watched(Protocol):
    """Who has a socket; nothing here yields."""

    def readable(self) -> None:
        """Read it."""

    def writable(self) -> None:
        """Write to it."""


class Readiness:
    """Calls those whose sockets are ready; a socket is closed only after nothing is asked of it any more."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._watched: dict[int, Watched] = {}
        get_hub().add("read", self._epoll.fileno(), self._look, self._obsolete, None)

    def watch(self, number: int, watched: Watched, *, read: bool, write: bool) -> None:
        """Tell when the socket with this number can be read, and written, or no longer, as is asked here."""
        events = READ * read | WRITE * write
        if number not in self._watched:
            if events:
                self._epoll.register(number, events)
                self._watched[number] = watched
        elif events:
            self._epoll.modify(number, events)
        else:
            del self._watched[number]
            self._epoll.unregister(number)

    def _look(self, _number: int) -> None:
        """Call who is ready; one that fails is asked no more, for it would be ready and fail again in every turn."""
        find = self._watched.get
        for number, events in self._epoll.poll(0, MOST_AT_ONCE):
            try:
                if events & CAN_READ and (watched := find(number)):
                    watched.readable()
                if events & CAN_WRITE and (watched := find(number)):
                    watched.writable()
            except Exception:
                log.exception("a socket could not be served")
                if watched := find(number):
                    self.watch(number, watched, read=False, write=False)

    def _obsolete(self, _error: BaseException) -> None:
        log.critical("the loop has lost all sockets")
