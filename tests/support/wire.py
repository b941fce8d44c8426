"""A WebSocket that speaks Engine.IO by hand, to send what no proper client would."""

import json
from typing import Any

import websocket

Json = dict[str, Any]
PATIENCE = 10


class WireClosed(Exception):
    """The server has ended the connection."""


class Wire:
    """Frames as they are; pings are answered by themselves."""

    def __init__(self, url: str, token: str | None = None) -> None:
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=PATIENCE)
        self.opening: Json = json.loads(self.receive()[1:])
        self.send("40" if token is None else "40" + json.dumps({"token": token}))
        self.greeting = self.receive()

    def send(self, frame: str | bytes) -> None:
        """Send one frame as it is."""
        opcode = websocket.ABNF.OPCODE_BINARY if isinstance(frame, bytes) else websocket.ABNF.OPCODE_TEXT
        self.socket.send(frame, opcode)

    def receive(self) -> str:
        """Return the next frame that is no ping, or raise WireClosed."""
        while True:
            try:
                frame = self.socket.recv()
            except (websocket.WebSocketConnectionClosedException, ConnectionError) as closed:
                raise WireClosed from closed
            text = frame if isinstance(frame, str) else frame.decode()
            if not self.socket.connected or (text == "" and not self.socket.connected):
                raise WireClosed
            if text != "2":
                return text
            self.socket.send("3")

    def answer(self, number: int) -> Json:
        """Return the acknowledgement of the request with this number, and pass over what is pushed meanwhile."""
        while not (frame := self.receive()).startswith(f"43{number}["):
            if frame in ("1", "41"):
                raise WireClosed
        answer: Json = json.loads(frame.removeprefix(f"43{number}"))[0]
        return answer

    def ask(self, number: int, arguments: str) -> Json:
        """Send an event with these raw arguments, and return its acknowledgement."""
        self.send(f"42{number}[{arguments}]")
        return self.answer(number)

    def frames_until_closed(self) -> list[str]:
        """Return what still comes until the server ends the connection."""
        frames = []
        try:
            while True:
                frames.append(self.receive())
        except WireClosed:
            return frames

    def close(self) -> None:
        """End the connection from this side."""
        self.socket.close(timeout=1)
