"""The handshake of a WebSocket, once its request has been read."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

VERSION = "13"
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16


def wants_websocket(environ: Mapping[str, str]) -> bool:
    """Tell whether a request asks to go on as a WebSocket."""
    tokens = [token.strip() for token in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    return "upgrade" in tokens and environ.get("HTTP_UPGRADE", "").lower() == "websocket"


def is_sound(environ: Mapping[str, str]) -> bool:
    """Tell whether it asks in such a way that it may."""
    try:
        key = base64.b64decode(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), validate=True)
    except binascii.Error:
        return False
    if len(key) != _KEY_BYTES or not wants_websocket(environ):
        return False
    return environ.get("HTTP_SEC_WEBSOCKET_VERSION") == VERSION


def acceptance(environ: Mapping[str, str]) -> bytes:
    """Return the response that switches protocols; it accepts no extension, so that frames can be shared."""
    key = environ["HTTP_SEC_WEBSOCKET_KEY"].encode()
    token = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
    return b"\r\n".join(
        (
            b"HTTP/1.1 101 Switching Protocols",
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Accept: " + token,
            b"",
            b"",
        )
    )
