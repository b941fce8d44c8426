"""One Socket.IO connection of a client that writes down everything it hears, in order."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import engineio
import socketio

from tests.support.refusal import Refusal

Json = dict[str, Any]
ANSWER_PATIENCE = 10.0
STATES = ("message", "room", "member")


class Heard(NamedTuple):
    """One thing that came from the server: a pushed state, or the answer to a request."""

    event: str
    payload: Any
    answer: bool = False


class Utf8Json:
    """JSON as browsers write it: letters beyond ASCII stand for themselves, so that a packet holds more of them."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(value: Any, **options: Any) -> str:
        """Return the text of a value."""
        return json.dumps(value, **options, ensure_ascii=False)


class OrderedEngine(engineio.Client):
    """The stock client, but it handles packets one after the other instead of in a thread each, and counts pings."""

    pings = 0

    def _receive_packet(self, pkt: Any) -> None:
        self.pings += pkt.packet_type == engineio.packet.PING
        super()._receive_packet(pkt)

    def disconnect(self, abort: bool = False, reason: str | None = None) -> None:  # noqa: FBT001, FBT002
        super().disconnect(abort or threading.current_thread() is self.read_loop_task, reason)

    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        return super()._trigger_event(event, *args, **{**kwargs, "run_async": False})


class OrderedClient(socketio.Client):
    """python-socketio's client on an engine that keeps the order of arrival."""

    def _engineio_client_class(self) -> type[engineio.Client]:
        return OrderedEngine


class SocketUser:
    """A connection, alive or not yet; `heard` is its whole transcript."""

    def __init__(self, url: str, token: Any = None, **options: Any) -> None:
        self.url = url
        self.token = token
        self.transports: list[str] = options.pop("transports", ["websocket"])
        self.heard: list[Heard] = []
        self.refusal: Json | None = None
        self._news = threading.Condition()
        self._numbers = itertools.count()
        self.client = OrderedClient(handle_sigint=False, json=Utf8Json, **{"reconnection": False, **options})
        self.client.on("*", self._push)
        self.client.on("connect", lambda: self._note(Heard("connect", None)))
        self.client.on("connect_error", self._connect_error)
        self.client.on("disconnect", lambda reason: self._note(Heard("disconnect", reason)))

    def connect(self) -> "SocketUser":
        """Connect, or raise the Refusal that the server gave."""
        try:
            auth = (lambda: {"token": self.token}) if self.token is not None else None
            self.client.connect(self.url, auth=auth, transports=self.transports, wait_timeout=10)
        except socketio.exceptions.ConnectionError:
            if self.refusal is None:
                raise
            error = self.refusal["data"]
            assert self.refusal["message"] == error["code"], "the connect_error's message is not its code"
            raise Refusal(error, json.dumps(error)) from None
        return self

    def _connect_error(self, data: Any) -> None:
        self.refusal = data if isinstance(data, dict) and "data" in data else None

    def _note(self, heard: Heard) -> None:
        with self._news:
            self.heard.append(heard)
            self._news.notify_all()

    def _push(self, event: str, *payload: Any) -> None:
        self._note(Heard(event, payload[0] if payload else None))

    def emit(self, request: str, payload: Any = None) -> Callable[..., Json]:
        """Send a request, and return what waits for its answer."""
        answered = threading.Event()
        answers: list[Json] = []

        def answer(*arguments: Any) -> None:
            answers.append(arguments[0])
            self._note(Heard(request, arguments[0], answer=True))
            answered.set()

        def wait(timeout: float = ANSWER_PATIENCE) -> Json:
            if not answered.wait(timeout):
                raise TimeoutError(f"{request} was not answered in {timeout} s")
            return answers[0]

        self.client.emit(request, payload, callback=answer)
        return wait

    def call(self, request: str, payload: Any = None, timeout: float = ANSWER_PATIENCE) -> Json:
        """Send a request and return its acknowledgement, whatever it says."""
        return self.emit(request, payload)(timeout)

    def ask(self, request: str, payload: Any = None) -> Json:
        """Send a request and return its result, or raise its Refusal."""
        answer = self.call(request, payload)
        if answer.get("ok") is True:
            return {name: value for name, value in answer.items() if name != "ok"}
        assert answer.get("ok") is False, f"no answer of ours: {answer}"
        raise Refusal(answer["error"], json.dumps(answer["error"]))

    def wait_until(self, true: Callable[[], Any], timeout: float = ANSWER_PATIENCE) -> Any:
        """Wait until something of the transcript is true, and return it."""
        deadline = time.monotonic() + timeout
        with self._news:
            while not (found := true()):
                left = deadline - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    raise AssertionError(f"not heard in {timeout} s; the last were {self.heard[-5:]}")
            return found

    def wait_for(self, event: str, since: int = 0, **fields: Any) -> Any:
        """Wait for a pushed state with these fields, now or already heard, and return it."""

        def found() -> list[Any]:
            return [
                heard.payload
                for heard in self.heard[since:]
                if heard.event == event
                and not heard.answer
                and all(heard.payload.get(name) == value for name, value in fields.items())
            ]

        return self.wait_until(found)[0]

    def pushed(self, *events: str, room: str | None = None) -> list[Json]:
        """Return the payloads of pushed states so far, of these events and this room."""
        return [
            heard.payload
            for heard in list(self.heard)
            if heard.event in (events or STATES) and not heard.answer and (room is None or room_of(heard) == room)
        ]

    def barrier(self) -> "SocketUser":
        """Return when everything that the server had sent before has been heard."""
        self.call("barrier")
        return self

    def wait_closed(self, timeout: float = ANSWER_PATIENCE) -> None:
        """Wait until the server has ended the connection."""
        self.wait_until(lambda: any(heard.event == "disconnect" for heard in self.heard), timeout)

    @property
    def pings(self) -> int:
        """How often the server has pinged."""
        pings: int = self.client.eio.pings
        return pings

    @property
    def alive(self) -> bool:
        """Whether the connection stands and the server answers on it."""
        return bool(self.client.connected) and "error" in self.call("barrier")

    def close(self) -> None:
        """End the connection from this side."""
        self.client.shutdown()


def room_of(heard: Heard) -> str | None:
    """Return the room that a pushed state belongs to."""
    if not isinstance(heard.payload, dict):
        return None
    room: str | None = heard.payload.get("id" if heard.event == "room" else "room")
    return room
