"""Whatever way messages take to a client, past its queue or through it, it hears them in the order they were sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopapo.transport import flusher, runtime, transport
from tests.transport.world import CHANNELS, CLIENTS, Act, World

who = st.integers(0, CLIENTS - 1)
# The kernel does not take the large one at once.
sizes = st.sampled_from((0, 0, 0, 0, 400_000))
channels = st.sampled_from(CHANNELS)
talk = st.one_of(
    st.tuples(st.just("tell"), channels, st.none() | who, st.booleans(), sizes),
    st.tuples(st.just("tell"), st.just("all"), st.none() | who, st.just(value=False), sizes),
    st.tuples(st.just("send"), who, sizes),
    st.tuples(st.just("turn")),
)
moves = st.one_of(
    st.tuples(st.just("ping"), who),
    st.tuples(st.just("enter"), who, channels),
    st.tuples(st.just("leave"), who, channels),
    st.tuples(st.just("go"), who),
    st.tuples(st.just("close"), who),
)
acts = st.lists(st.one_of(talk, talk, talk, moves), min_size=10, max_size=80)


@settings(max_examples=120, deadline=None, database=None)
@given(acts)
def test_each_hears_what_he_was_sent_in_that_order_whatever_way_it_took(acts: list[Act]) -> None:
    with few_at_once():
        world = World()
        for act in acts:
            world.act(act)
            world.hold_to_account()
        world.settle()
        for client in world.clients:
            heard = client.heard()
            if client.is_gone:
                assert heard == client.due[: len(heard)]
                assert len(heard) <= client.most
            else:
                assert heard == client.due
                assert client.is_over or client.connection.direct == client.carrier.send
            client.close()


@contextmanager
def few_at_once() -> Iterator[None]:
    """Let few be many, and nothing run beside the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flusher, "SLICE", 2)
        patch.setattr(transport, "SLICE", 2)
        patch.setattr(transport, "AT_ONCE", 3)
        patch.setattr(runtime, "spawn", lambda *_: None)
        patch.setattr(runtime, "call_after", lambda *_: SimpleNamespace(cancel=lambda: None))
        yield
