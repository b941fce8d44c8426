"""Connections, requests and channels, with the client that people use."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import socketio

from tests.support.waiting import eventually
from tests.transport.clients import Poller, RawSocket, frame
from tests.transport.conftest import MakeClient
from tests.transport.toy_server import ToyServer

WAYS = pytest.mark.parametrize(
    "way", [("websocket",), ("polling",), ("polling", "websocket")], ids=["websocket", "polling", "upgrade"]
)


@WAYS
def test_requests_are_answered(toy: ToyServer, client: MakeClient, way: tuple[str, ...]) -> None:
    one = client(toy, *way)
    assert one.transport() == way[-1]
    answer = one.call("echo", {"texto": "olá", "n": [1, 2.5, None, True]})
    assert answer["body"] == {"texto": "olá", "n": [1, 2.5, None, True]}
    assert answer["sid"] == one.get_sid()
    assert answer["address"] == "127.0.0.1"


@WAYS
def test_a_pipeline_takes_effect_in_order(toy: ToyServer, client: MakeClient, way: tuple[str, ...]) -> None:
    one = client(toy, *way)
    answers: list[int] = []
    for n in range(200):
        seconds = 0.002 if n % 10 == 0 else 0
        one.emit("work", {"n": n, "seconds": seconds}, callback=lambda answer: answers.append(answer["n"]))
    eventually(lambda: len(answers) == 200)
    assert answers == list(range(200))
    eventually(lambda: len(one.heard) == 200)
    assert [body["n"] for _, body in one.heard] == list(range(200))


@WAYS
def test_a_broadcast_reaches_members_in_order_but_for_the_one_skipped(
    toy: ToyServer, client: MakeClient, way: tuple[str, ...]
) -> None:
    ana, bia, caio = client(toy, *way), client(toy, *way), client(toy, *way)
    # Those who were here before may only just be going.
    sala = "sala of " + "+".join(way)
    for one in (ana, bia):
        one.call("join", {"channel": sala})
    assert ana.call("tell", {"channel": sala, "times": 50, "skip": True}) == {"ok": True, "members": 2}
    eventually(lambda: len(bia.heard) == 50)
    assert [body["n"] for _, body in bia.heard] == list(range(50))
    bia.call("leave", {"channel": sala})
    assert ana.call("tell", {"channel": sala})["members"] == 1
    eventually(lambda: ana.heard)
    assert (len(ana.heard), len(bia.heard), caio.heard) == (1, 50, [])


@pytest.mark.parametrize("name", ["connect", "disconnect", "message", "*", "__proto__", "connect_error", "", "a b"])
def test_no_event_name_means_anything_here(toy: ToyServer, raw: Callable[..., RawSocket], name: str) -> None:
    gone = toy.stats()["gone"]
    one = raw(toy).join()
    assert one.ask(7, name, {"a": 1}) == {"ok": False, "event": name, "args": "[{'a': 1}]"}
    assert one.ask(8, "echo", 1)["ok"]
    assert toy.stats()["gone"] == gone


def test_a_request_without_acknowledgement_gets_none(toy: ToyServer, raw: Callable[..., RawSocket]) -> None:
    one = raw(toy).join()
    one.send_text('42["echo",1]')
    one.send_text('420["echo",2]')
    assert one.text().startswith('430[{"ok":true')


def test_a_door_that_fails_answers_internal_and_the_connection_lives(toy: ToyServer, client: MakeClient) -> None:
    one = client(toy)
    assert one.call("crash")["error"]["code"] == "internal"
    assert one.call("odd")["error"]["code"] == "internal"
    assert one.call("echo")["ok"]
    assert one.heard == []


@WAYS
def test_who_is_refused_hears_the_code_and_its_data(toy: ToyServer, way: tuple[str, ...]) -> None:
    for token, data in (("bad", {"code": "token_expired", "message": "old"}), ("crash", None)):
        one = socketio.Client(reconnection=False)
        refusals: list[Any] = []
        one.on("connect_error", refusals.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            one.connect(toy.url, auth={"token": token}, transports=list(way), wait_timeout=5)
        assert refusals[0]["message"] == refusals[0]["data"]["code"] == ("internal" if data is None else data["code"])
        assert data in (None, refusals[0]["data"])


def test_what_is_sent_while_letting_in_comes_after_the_greeting(toy: ToyServer, raw: Callable[..., RawSocket]) -> None:
    one = raw(toy)
    one.upgrade()
    one.text()
    one.send_text('40{"token":"early"}')
    assert one.text().startswith('40{"sid"')
    assert one.text() == '42["early",{}]'


def test_what_is_asked_while_letting_in_is_answered_after_the_greeting(
    toy: ToyServer, raw: Callable[..., RawSocket]
) -> None:
    one = raw(toy)
    one.upgrade()
    one.text()
    one.send(b"".join(frame(text) for text in (b'40{"token":"slow"}', b'421["echo",{}]', b'422["unknown"]')))
    one.send_text('423["echo",{}]')
    assert one.text().startswith('40{"sid"')
    assert [one.text()[:3] for _ in range(3)] == ["431", "432", "433"]


def test_who_is_refused_late_may_ask_again(toy: ToyServer, raw: Callable[..., RawSocket]) -> None:
    one = raw(toy)
    one.upgrade()
    one.text()
    one.send(b"".join(frame(text) for text in (b'40{"token":"late"}', b'421["echo",{}]', b"40", b'422["echo",{}]')))
    assert one.text().startswith('44{"message":"late"')
    assert one.text().startswith('431[{"ok":false')
    assert one.text().startswith('40{"sid"')
    assert one.text().startswith('432[{"ok":true')


def test_a_client_that_leaves_while_being_let_in_is_forgotten(hasty: ToyServer, raw: Callable[..., RawSocket]) -> None:
    eventually(lambda: hasty.stats()["open"] == 0)
    gone = hasty.stats()["gone"]
    one = raw(hasty)
    one.upgrade()
    one.send_text('40{"token":"slow"}')
    one.close()
    eventually(lambda: hasty.stats()["gone"] == gone + 1)
    assert hasty.stats()["open"] == 0


def test_another_namespace_is_refused(toy: ToyServer, raw: Callable[..., RawSocket]) -> None:
    one = raw(toy).join()
    one.send_text("40/admin,")
    assert one.text() == '44/admin,{"message":"Invalid namespace"}'
    assert one.ask(1, "echo")["ok"]


@WAYS
def test_a_closed_connection_hears_what_was_sent_before_and_nothing_after(
    toy: ToyServer, client: MakeClient, way: tuple[str, ...]
) -> None:
    one = client(toy, *way, reconnection=True, reconnection_delay=0.1)
    assert one.call("bye") == {"ok": True}
    eventually(lambda: len(one.heard) == 2)
    assert one.heard == [("last", {}), ("disconnect", "server disconnect")]
    time.sleep(0.5)
    assert not one.connected


def test_a_close_frame_names_the_reason(toy: ToyServer, raw: Callable[..., RawSocket]) -> None:
    ended = toy.ended("session_revoked")
    one = raw(toy).join()
    one.send_text('42["bye"]')
    assert one.until_closed() == (['42["last",{}]', "41"], 1008, "session_revoked")
    assert toy.ended("session_revoked") == ended + 1


def test_a_connection_ended_by_its_client_leaves_its_channels(toy: ToyServer, client: MakeClient) -> None:
    ana, bia = client(toy), client(toy)
    for one in (ana, bia):
        one.call("join", {"channel": "varanda"})
    bia.disconnect()
    eventually(lambda: ana.call("tell", {"channel": "varanda"})["members"] == 1)


def test_idle_clients_are_pinged_and_live(hasty: ToyServer, client: MakeClient) -> None:
    everyone = [client(hasty, *way) for way in (["websocket"], ["polling"], ["polling", "websocket"])]
    time.sleep(3.6)
    assert [one.call("echo")["ok"] for one in everyone] == [True] * 3


def test_a_long_request_is_not_taken_for_silence(hasty: ToyServer, client: MakeClient) -> None:
    everyone = [client(hasty, "websocket"), client(hasty, "polling")]
    done = threading.Barrier(3)
    for one in everyone:
        one.emit("work", {"n": 1, "seconds": 3.6}, callback=lambda _: done.wait())
    done.wait(10)
    assert all(one.connected for one in everyone)


@pytest.mark.parametrize("way", ["websocket", "polling"])
def test_a_silent_client_is_ended(hasty: ToyServer, raw: Callable[..., RawSocket], way: str) -> None:
    ended = hasty.ended("timeout")
    if way == "websocket":
        raw(hasty).join()
    else:
        Poller(hasty).join()
    eventually(lambda: hasty.ended("timeout") > ended)
    assert hasty.stats()["open"] == 0


def test_who_never_connects_to_the_namespace_is_ended(hasty: ToyServer, raw: Callable[..., RawSocket]) -> None:
    one = raw(hasty)
    one.upgrade()
    one.text()
    with pytest.raises(Exception, match="no_connect"):
        one.text()


def test_what_was_asked_before_leaving_is_still_done(
    toy: ToyServer, client: MakeClient, raw: Callable[..., RawSocket]
) -> None:
    ana, bia = client(toy), raw(toy).join()
    ana.call("join", {"channel": "quintal"})
    for _ in range(20):
        bia.send_text('42["work",{"n":1,"seconds":0.005}]')
        bia.send_text('42["tell",{"channel":"quintal"}]')
    bia.close()
    eventually(lambda: len(ana.heard) == 20)
