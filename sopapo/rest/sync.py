"""Catching up."""

from sopapo.chat.sync import sync as catch_up
from sopapo.rest.door import Ask, route
from sopapo.schemas.sync import Sync, Synced


@route("POST /sync", Sync)
def sync(ask: Ask[Sync]) -> Synced:
    """Return everything newer than the revs that the caller holds."""
    return catch_up(ask.caller, ask.body)
