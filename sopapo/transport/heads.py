"""The plain request for a WebSocket, told from everything else that HTTP may be by its bytes.

Nearly all who connect ask so, and thousands may ask at once. What is not exactly this is no error, but is read as HTTP.
"""

import re
from functools import lru_cache
from urllib.parse import parse_qs

LONGEST_HEAD = 4_096
MOST_HEADERS = 50
# Who asks with one of these means to send more than a head.
FURTHER = {"HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_TRAILER"}
_HEAD = re.compile(r"GET /socket\.io/\?([\w=&.-]*) HTTP/1\.1((?:\r\n[A-Za-z0-9-]+:[\t -~]*)+)\r\n\r\n", re.ASCII)


def plain_opening(data: bytes) -> dict[str, str] | None:
    """Return the headers, under WSGI's names, of a whole head that asks for a new WebSocket; None for all else."""
    if len(data) >= LONGEST_HEAD:
        return None
    head = _HEAD.fullmatch(data.decode("latin-1"))
    if head is None or not is_opening(head[1]):
        return None
    lines = head[2].split("\r\n")[1:]
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers["HTTP_" + name.replace("-", "_").upper()] = value.strip("\t ")
    if len(headers) < len(lines) or len(lines) > MOST_HEADERS or not FURTHER.isdisjoint(headers):
        return None
    return headers


@lru_cache(maxsize=64)
def is_opening(query: str) -> bool:
    """Tell whether a query is that of a new client of our version, who comes by WebSocket from the start."""
    fields = parse_qs(query)
    is_ours = fields.get("EIO") == ["4"] and fields.get("transport") == ["websocket"]
    return is_ours and "sid" not in fields and "j" not in fields
