"""The fast path is taken with the libraries that it was checked with, and with no others."""

from collections.abc import Callable
from importlib.metadata import version

import pytest

from sopapo.transport import engine
from tests.transport.clients import Poller, RawSocket
from tests.transport.toy_server import ToyServer

Toys = Callable[..., ToyServer]
NAMES = sorted(engine.CHECKED)


def carried_of_both_ways_in(toy: ToyServer) -> int:
    """Come in by a WebSocket asked for at once, and by way of polling; return how many of the two the loop serves."""
    poller, plain, late = Poller(toy).join(), RawSocket(toy.port).join(), RawSocket(toy.port)
    late.upgrade(f"EIO=4&transport=websocket&sid={poller.sid}")
    late.send_text("2probe")
    assert late.text() == "3probe"
    late.send_text("5")
    for one in (plain, late):
        assert one.ask(1, "echo")["ok"]
    kept = toy.kept()
    assert kept["links"] == 2
    return kept["carried"]


def test_with_the_versions_that_were_checked_sockets_are_served_by_the_loop(toys: Toys) -> None:
    toy = toys(path="fast", checked={name: [version(name)] for name in NAMES})
    assert carried_of_both_ways_in(toy) == 2
    assert "not checked" not in toy.log.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_start_with_another_version_warns_and_takes_the_stock_path(toys: Toys, name: str) -> None:
    toy = toys(path="fast", checked={name: ["0.1"]})
    assert carried_of_both_ways_in(toy) == 0
    assert f"not checked with {name} {version(name)}" in toy.log.read_text()


def test_another_hub_is_not_checked(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    assert engine.is_checked()
    monkeypatch.setattr(engine, "HUBS", ())
    assert not engine.is_checked()
    assert "not checked with the hub eventlet.hubs." in caplog.text
