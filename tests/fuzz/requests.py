"""HTTP requests in any pieces: what a strict reader reads too is read in the same way, and what it refuses moves no end.

Where two readers of the same bytes disagree about the end of a request, one client's bytes become another's request.
"""

import re
from typing import Any

import h11

from tests.fuzz.conversation import BROKEN, Conversation
from tests.fuzz.pieces import in_pieces, seed

Request = tuple[bytes, bytes, bytes]


def strictly(data: bytes) -> tuple[list[Request], bool]:
    """Return the whole requests that h11 reads, each with its body, and whether all it was given was sound."""
    found: list[Request] = []
    peer = h11.Connection(h11.SERVER, max_incomplete_event_size=1_000_000)
    head: Any = None
    body = b""
    try:
        peer.receive_data(data)
        peer.receive_data(b"")
        while True:
            event = peer.next_event()
            if isinstance(event, h11.Request):
                head, body = event, b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                found.append((head.method, path_of(head.target), body))
                peer.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                peer.send(h11.EndOfMessage())
                if peer.our_state is not h11.DONE or peer.their_state is not h11.DONE:
                    # It keeps no connection of HTTP/1.0.
                    return found, False
                peer.start_next_cycle()
            else:
                return found, True
    except h11.RemoteProtocolError:
        return found, False


def path_of(target: bytes) -> bytes:
    """Return the path in a request's target; slashes at its beginning are one for us."""
    return re.sub(b"^//+", b"/", target.partition(b"?")[0])


def check(data: bytes) -> None:
    pieces = in_pieces(data)
    whole = b"".join(pieces)
    talk, same = Conversation(pieces), Conversation([whole])
    assert (talk.heard, talk.told, talk.failed) == (same.heard, same.told, same.failed)
    assert b" 500 " not in talk.told
    heard = [summary(environ, body) for environ, body in talk.heard]
    sound, is_all = strictly(whole)
    for ours, theirs in zip(heard, sound, strict=False):
        # It lets pass more of what may stand beside the size of a chunk.
        assert ours in (theirs, (*theirs[:2], BROKEN))
    # The last one may have no end.
    assert len(heard) <= len(sound) + 1 or not is_all
    for environ, _ in talk.heard:
        assert environ.get("CONTENT_LENGTH", "0").strip(" \t").isdigit()
    for environ, _ in talk.heard[:-1]:
        assert environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() == "chunked"


def summary(environ: dict[str, Any], body: bytes) -> Request:
    """Return what is to be compared of a request that was heard."""
    return environ["REQUEST_METHOD"].encode("latin-1"), environ["RAW_PATH_INFO"].encode("latin-1"), body


GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: x\r\n"
SEEDS = [
    seed(GET + b"\r\n" + GET + b"Connection: close\r\n\r\n", 5, 40),
    seed(POST + b"Content-Length: 5\r\n\r\n42[1]" + GET + b"\r\n", 60),
    seed(
        POST + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n42[\r\n2\r\n1]\r\n0\r\nA: b\r\n\r\n" + GET + b"\r\n", 80, 90
    ),
    seed(POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n42X\r\n0\r\n\r\n" + GET + b"\r\n"),
    seed(POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n0x2\r\n42\r\n0\r\n\r\n" + GET + b"\r\n"),
    seed(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n40"),
    seed(POST + b"Content-Length: 9\r\n\r\n40", 3),
    seed(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + GET + b"\r\n"),
    seed(GET + b"A: b\r\n c\r\nA:\td \r\n\r\n"),
    seed(b"\r\nHEAD //x/%41 HTTP/1.1\r\nHost: x\r\n\r\n"),
    seed(POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    seed(POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    seed(POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
]
