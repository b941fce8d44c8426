"""Clients by hand: bare sockets, frames and polls."""

import json
import os
import socket
import struct
import threading
import time
from typing import Any

import requests

from tests.transport.toy_server import ToyServer

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE = 5.0
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Over(Exception):
    """The server has hung up."""


class RawSocket:
    """Bytes as they are, and WebSocket frames on top."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.left = b""

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def read(self, count: int) -> bytes:
        """Return exactly so many bytes, or raise Over."""
        while len(self.left) < count:
            self.more()
        found, self.left = self.left[:count], self.left[count:]
        return found

    def more(self) -> None:
        """Wait for more bytes, or raise Over."""
        try:
            data = self.socket.recv(65_536)
        except ConnectionError as error:
            raise Over from error
        if not data:
            raise Over(self.left)
        self.left += data

    def is_over(self) -> bool:
        """Tell whether the server has hung up, without waiting for it."""
        self.socket.settimeout(0)
        try:
            self.more()
        except BlockingIOError:
            return False
        except Over:
            return True
        finally:
            self.socket.settimeout(PATIENCE)
        return False

    def read_all(self) -> bytes:
        """Return everything until the server hangs up."""
        try:
            while True:
                self.more()
        except Over:
            return self.left

    def read_head(self) -> str:
        """Return the head of a response."""
        return self.read_until(b"\r\n\r\n").decode()

    def read_until(self, end: bytes) -> bytes:
        """Return what comes before these bytes."""
        while end not in self.left:
            self.more()
        found, _, self.left = self.left.partition(end)
        return found

    def upgrade(self, query: str = "EIO=4&transport=websocket", **headers: str) -> str:
        """Ask for a WebSocket, and return the head of the response."""
        lines = {
            "Host": "127.0.0.1",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": KEY,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.send(f"GET /socket.io/?{query} HTTP/1.1\r\n{head}\r\n".encode())
        return self.read_head()

    def join(self) -> "RawSocket":
        """Become a connection over WebSocket."""
        assert self.upgrade().startswith("HTTP/1.1 101 ")
        assert self.text().startswith("0{")
        self.send_text("40")
        assert self.text().startswith('40{"sid":')
        return self

    def send_text(self, text: str) -> None:
        """Send one text frame."""
        self.send(frame(text.encode()))

    def frame(self) -> tuple[int, bytes]:
        """Return the opcode and the payload of the next frame."""
        first, second = self.read(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack("!H", self.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.read(8))
        return first & 15, self.read(size)

    def has_frame(self) -> bool:
        """Tell whether a whole frame has come."""
        if len(self.left) < 2:
            return False
        size = self.left[1] & 127
        head = {126: 4, 127: 10}.get(size, 2)
        if head > 2 and len(self.left) >= head:
            size = int.from_bytes(self.left[2:head])
        return len(self.left) >= head + size

    def text(self) -> str:
        """Return the next text that is no ping; answer those."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                raise Over(payload)
            if payload != b"2":
                return payload.decode()
            self.send_text("3")

    def until_closed(self) -> tuple[list[str], int, str]:
        """Return the texts that still come, and the code and reason of the close frame."""
        texts: list[str] = []
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                return texts, struct.unpack("!H", payload[:2])[0], payload[2:].decode()
            texts.append(payload.decode())

    def ask(self, number: int, event: str, body: Any = None) -> Any:
        """Send a request, and return its acknowledgement; what is pushed meanwhile is passed over."""
        self.send_text(f"42{number}{json.dumps([event, body])}")
        while not (text := self.text()).startswith(f"43{number}["):
            pass
        return json.loads(text[2 + len(str(number)) :])[0]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


class Poller:
    """One polling client; what it is sent waits until it polls."""

    def __init__(self, toy: ToyServer, **headers: str) -> None:
        self.http = requests.Session()
        self.http.headers.update(headers)
        self.base = f"{toy.url}/socket.io/?EIO=4&transport=polling"
        opening = self.http.get(self.base, timeout=PATIENCE)
        opening.raise_for_status()
        self.sid = json.loads(opening.text[1:])["sid"]
        self.url = f"{self.base}&sid={self.sid}"

    def join(self) -> "Poller":
        """Become a connection."""
        self.post("40")
        assert self.poll()[0].startswith('40{"sid":')
        return self

    def post(self, *packets: str | bytes) -> requests.Response:
        """Send packets in one body."""
        body = b"\x1e".join(p.encode() if isinstance(p, str) else p for p in packets)
        return self.http.post(self.url, body, timeout=PATIENCE)

    def get(self) -> requests.Response:
        """Ask for news."""
        return self.http.get(self.url, timeout=PATIENCE)

    def poll(self) -> list[str]:
        """Return the packets of one poll that are no pings; answer those."""
        packets = self.get().text.split("\x1e")
        if "2" in packets:
            self.post("3")
        return [packet for packet in packets if packet not in ("2", "6")]

    def poll_in_background(self, answers: list[Any]) -> None:
        """Begin a poll, whose packets are added to `answers` when they come."""
        thread = threading.Thread(target=lambda: answers.append(self.get().text.split("\x1e")), daemon=True)
        thread.start()
        time.sleep(0.1)

    def poll_until(self, count: int) -> list[str]:
        """Poll until so many packets have come."""
        packets: list[str] = []
        while len(packets) < count:
            packets += self.poll()
        return packets


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True, masked: bool = True) -> bytes:
    """Return a client's frame."""
    size = len(payload)
    head = bytes((opcode | (128 if final else 0),))
    flag = 128 if masked else 0
    if size < 126:
        head += bytes((flag | size,))
    elif size < 65_536:
        head += bytes((flag | 126,)) + struct.pack("!H", size)
    else:
        head += bytes((flag | 127,)) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
