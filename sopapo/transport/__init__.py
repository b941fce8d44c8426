"""Connections and channels on Flask-SocketIO and eventlet; knows nothing of chat.

options.py     every bound, with its default
door.py        what the transport asks of the one who answers
transport.py   what everything else asks of the transport: channels, broadcasts
connection.py  one connection, as the door sees it
session.py     what one client says in Socket.IO           packets.py, text.py   how that is written
link.py        one client's queue and the packets it sends  messages.py           what waits there
carrier.py     what carries a link, and how a socket does   flusher.py            who is written to, in what order
spreads.py     what goes to very many, past their queues
polling.py     by requests
websocket.py   by a socket that a greenlet reads             handshake.py, frames.py
detached.py    by a socket that the loop reads              readiness.py         which of them are ready
pulse.py       one greenlet pings everybody                 deadlines.py          one timer for all who have a time
reception.py   where clients come in                       heads.py              who plainly asks for a WebSocket
engine.py      all that touches inner parts of engineio and eventlet
http.py        HTTP with deadlines                          reading.py           how its parts are read
framing.py     where a request ends                         chunks.py            and where its chunks do
serve.py       from the start to SIGTERM
runtime.py     greenlets and native threads, for everything else
"""

from sopapo.transport import runtime  # first: it keeps eventlet's notice from whoever starts a process

# isort: split
from sopapo.transport.connection import Connection
from sopapo.transport.door import Acknowledge, Admit, Door, Refused
from sopapo.transport.options import TransportOptions
from sopapo.transport.serve import serve
from sopapo.transport.stats import Stats
from sopapo.transport.transport import Transport

__all__ = [
    "Acknowledge",
    "Admit",
    "Connection",
    "Door",
    "Refused",
    "Stats",
    "Transport",
    "TransportOptions",
    "runtime",
    "serve",
]
