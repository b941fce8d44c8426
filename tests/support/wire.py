"""A WebSocket that speaks Engine.IO by hand, to send what no proper client would."""

import json
from typing import Any

import websocket

Json = dict[str, Any]
PATIENCE = 10


class WireClosed(Exception):
    """The server has ended the connection; with 0 for a code it said nothing."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


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
            opcode, data = self._frame()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                raise WireClosed(int.from_bytes(data[:2]), data[2:].decode())
            if opcode == websocket.ABNF.OPCODE_TEXT and data != b"2":
                return data.decode()
            if opcode == websocket.ABNF.OPCODE_TEXT:
                self.socket.send("3")

    def _frame(self) -> tuple[int, bytes]:
        try:
            opcode, data = self.socket.recv_data(control_frame=True)
        except (websocket.WebSocketConnectionClosedException, ConnectionError) as closed:
            raise WireClosed(0, "") from closed
        return opcode, data

    def answer(self, number: int) -> Json:
        """Return the acknowledgement of the request with this number, and pass over what is pushed meanwhile."""
        while not (frame := self.receive()).startswith(f"43{number}["):
            if frame == "1":
                raise WireClosed(0, "")
        answer: Json = json.loads(frame.removeprefix(f"43{number}"))[0]
        return answer

    def ask(self, number: int, arguments: str) -> Json:
        """Send an event with these raw arguments, and return its acknowledgement."""
        self.send(f"42{number}[{arguments}]")
        return self.answer(number)

    def wait_closed(self) -> WireClosed:
        """Return how the server ended the connection, after whatever came before that."""
        try:
            while True:
                self.receive()
        except WireClosed as closed:
            return closed

    def close(self) -> None:
        """End the connection from this side."""
        self.socket.close(timeout=1)
