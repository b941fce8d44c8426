"""First bytes of a client: what is taken for a plain request for a WebSocket is read in the same way by HTTP."""

import time

from sopapo.transport import handshake
from sopapo.transport.heads import LONGEST_HEAD, plain_opening
from tests.fuzz.conversation import Conversation

LONGEST = 0.05


def check(data: bytes) -> None:
    found = plain_opening(data[:LONGEST_HEAD])
    if found is None:
        return
    talk = Conversation([data])
    assert len(talk.heard) == 1
    environ, body = talk.heard[0]
    assert talk.told.startswith(b"HTTP/1.1 200 ")
    assert not body
    assert {name: value for name, value in environ.items() if name.startswith("HTTP_")} == found
    assert (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("GET", "/socket.io/")
    fields = environ["QUERY_STRING"].split("&")
    for name, value in (("EIO=", "4"), ("transport=", "websocket")):
        assert [field for field in fields if field.startswith(name) and field != name] == [name + value]
    began = time.process_time()
    if handshake.is_sound(found):
        assert handshake.acceptance(found)
    assert time.process_time() - began < LONGEST


KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
LINE = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
PLAIN = (
    b"Host: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n"
)
SEEDS = [
    LINE + PLAIN + b"\r\n",
    LINE.replace(b" HTTP", b"&t=Pk1-_.x HTTP") + PLAIN + b"Origin: http://a\r\nCookie: a=b; c=d\r\n\r\n",
    LINE + PLAIN.replace(b"Upgrade\r", b"keep-alive, Upgrade\r") + b"User-Agent:  x \t\r\nX-Forwarded-For: ::1\r\n\r\n",
    LINE + PLAIN + b"Content-Length: 0\r\n\r\n",
    LINE + PLAIN + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    LINE + PLAIN + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" + b"\x81\x81\0\0\0\x003",
    b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n",
]
