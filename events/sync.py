"""The request that brings a client up to date."""

from events.door import Ask, request
from sopapo.chat.sync import sync as catch_up
from sopapo.schemas.sync import Sync, Synced


@request("sync", Sync)
def sync(ask: Ask[Sync]) -> Synced:
    return catch_up(ask.caller, ask.body)
