"""The parts that need no server."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopapo.transport import origins, packets, runtime, text
from sopapo.transport.channels import Channels
from sopapo.transport.connection import Connection
from sopapo.transport.frames import Closed, FrameReader, Pinged
from sopapo.transport.messages import Message, Outbox
from sopapo.transport.packets import Breach, Malformed
from tests.transport.clients import TEXT, frame

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
few = settings(max_examples=60, deadline=None)


class Nowhere:
    """A pipe that keeps what it is given."""

    def __init__(self) -> None:
        self.pushed: list[str] = []
        self.ended: list[str] = []
        self.held = False

    def push(self, message: Message) -> None:
        self.pushed.append(message.text)

    def hold(self) -> None:
        self.held = True

    def resume(self) -> None:
        self.held = False

    def later(self, task: Any, argument: Any) -> None:
        task(argument)

    def end(self, reason: str, code: int, *, goodbye: bool = True) -> None:
        self.ended.append(f"{reason} {code} {goodbye}")


@few
@given(JSON)
def test_json_comes_back_as_it_went(value: Any) -> None:
    assert text.loads(text.dumps(value)) == value


@pytest.mark.parametrize("value", ["\ud800", 2**70, {1: "a"}, {"a": ["\udfff"]}])
def test_what_orjson_refuses_is_written_all_the_same(value: Any) -> None:
    assert json.loads(text.dumps(value)) == json.loads(json.dumps(value))


@few
@given(st.text())
def test_any_text_is_a_packet_or_a_known_refusal(words: str) -> None:
    with contextlib.suppress(Malformed, Breach):
        assert packets.parse(words).kind in "01234"


@few
@given(st.integers(0, 10**15 - 1), st.text(), JSON)
def test_an_event_is_read_as_it_was_written(number: int, name: str, body: Any) -> None:
    packet = packets.parse(f"2{number}{json.dumps([name, body])}")
    assert (packet.kind, packet.namespace, packet.ack, packet.data) == (packets.EVENT, "/", number, [name, body])


@pytest.mark.parametrize(
    ("words", "namespace", "data"),
    [
        ("0", "/", None),
        ("0/admin", "/admin", None),
        ("0/a?b=c,{}", "/a", {}),
        ("0/,{}", "/", {}),
        ('0{"token":"x"}', "/", {"token": "x"}),
    ],
)
def test_namespaces_are_read(words: str, namespace: str, data: object) -> None:
    packet = packets.parse(words)
    assert (packet.namespace, packet.data) == (namespace, data)


@few
@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_are_frames_or_a_breach(data: bytes, step: int) -> None:
    reader = FrameReader(100)
    with contextlib.suppress(Breach):
        for start in range(0, len(data), step):
            assert all(isinstance(event, str | Pinged | Closed) for event in reader.feed(data[start : start + step]))


@few
@given(st.lists(st.text(max_size=40), max_size=8), st.integers(1, 9), st.integers(1, 9))
def test_texts_are_read_however_they_are_cut(texts: list[str], piece: int, step: int) -> None:
    stream = b""
    for whole in texts:
        data = whole.encode()
        parts = [data[at : at + piece] for at in range(0, len(data), piece)] or [b""]
        for index, part in enumerate(parts):
            stream += frame(part, TEXT if index == 0 else 0, final=index == len(parts) - 1)
    reader = FrameReader(1_000)
    read: list[object] = []
    for start in range(0, len(stream), step):
        read += reader.feed(stream[start : start + step])
    assert read == texts


def test_an_outbox_counts_until_it_is_settled() -> None:
    box = Outbox()
    for words in ("4a", "4ã", "4c"):
        box.put(Message(words))
    box.put(Message("4answer", is_answer=True))
    assert (box.size, box.weight) == (14, 7)
    taken = box.take(2, 100)
    assert [message.text for message in taken] == ["4a", "4ã"]
    assert (len(box), box.size) == (2, 14)
    box.settle(taken)
    assert (box.size, box.weight) == (9, 2)
    assert [message.text for message in box.take(9, 1)] == ["4c"]


def test_channels_know_who_is_in() -> None:
    channels, pipe = Channels(), Nowhere()
    ana, bia = (Connection(sid, "", "", pipe=pipe) for sid in "ab")
    channels.enter(ana, "x")
    channels.enter(bia, "x")
    channels.enter(bia, "x")
    assert channels.members("x") == (ana, bia)
    channels.leave(ana, "x")
    channels.leave(ana, "never")
    assert (channels.members("x"), ana.channels) == ((bia,), set())
    bia.ended = True
    channels.leave_all(bia)
    channels.enter(bia, "y")
    assert (channels.members("x"), channels.members("y"), bia.channels) == ((), (), {"x"})


def test_a_connection_keeps_back_what_is_sent_before_it_is_let_in() -> None:
    pipe = Nowhere()
    one = Connection("a", "", "", pipe=pipe)
    one.send("early", {"a": "\ud800"})
    one.send("odd", {"a": object()})
    one.push(Message("42[0]"))
    assert (one.is_in, pipe.pushed) == (False, [])
    one.release()
    one.send("late", {})
    one.close("why")
    assert pipe.pushed == ['42["early",{"a":"\\ud800"}]', "42[0]", '42["late",{}]']
    assert pipe.ended == ["why 1008 True"]
    one.ended = True
    one.send("never", {})
    one.push(Message("42[1]"))
    one.close("again")
    assert (len(pipe.pushed), len(pipe.ended)) == (3, 1)


@pytest.mark.parametrize(
    ("origin", "allowed", "passes"),
    [
        (None, [], True),
        ("", [], True),
        ("http://a", [], True),
        ("https://a", [], False),
        ("http://b", ["*"], True),
        ("null", [], False),
    ],
)
def test_origins(origin: str | None, allowed: list[str], *, passes: bool) -> None:
    environ = {"wsgi.url_scheme": "http", "HTTP_HOST": "a"}
    assert origins.is_allowed(origin, environ, allowed) is passes


def test_work_runs_in_threads_where_eventlet_has_not_patched() -> None:
    done: list[int] = []
    assert runtime.off_loop(divmod, 7, 2) == (3, 1)
    runtime.spawn(done.append, 1)
    runtime.spawn_after(0.01, done.append, 2)
    runtime.spawn_after(0.01, done.append, 3).cancel()
    time.sleep(0.1)
    assert (done, runtime.is_green()) == ([1, 2], False)
