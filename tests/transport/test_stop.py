"""Stopping: clients are told, look for another server, and the process is gone in time."""

import time
from collections.abc import Callable

from tests.support.waiting import eventually
from tests.transport.clients import Poller, RawSocket
from tests.transport.conftest import MakeClient
from tests.transport.toy_server import ToyServer


def test_sigterm_ends_everything_in_time(
    own_toy: Callable[..., ToyServer], client: MakeClient, raw: Callable[..., RawSocket]
) -> None:
    server = own_toy()
    everyone = [client(server, way, reconnection=True) for way in ("websocket", "polling")]
    bare, idle, half, deaf = raw(server).join(), raw(server), raw(server), raw(server).join()
    half.send(b"GET /")
    deaf.send_text('42["work",{"n":1,"seconds":30}]')
    Poller(server).join()
    start = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - start < 15
    assert bare.until_closed() == ([], 1001, "stopping")
    assert idle.read_all() == b""
    eventually(lambda: all(one.heard and one.heard[-1][0] == "disconnect" for one in everyone))
    assert all(one.eio.state == "disconnected" and one._reconnect_task for one in everyone)
    for one in everyone:
        one.shutdown()
    said = server.log.read_text()
    assert "Traceback" not in said
    assert "deprecat" not in said.lower()
