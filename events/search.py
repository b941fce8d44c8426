"""The request that finds messages."""

from events.door import Ask, request
from sopapo.chat import search as searching
from sopapo.schemas.search import FoundMessages, Search


@request("search", Search)
def search(ask: Ask[Search]) -> FoundMessages:
    return searching.search(ask.caller, ask.body)
