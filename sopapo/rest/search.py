"""Finding messages."""

from sopapo.chat import search as searching
from sopapo.rest.door import Ask, route
from sopapo.schemas.search import FoundMessages, Search


@route("GET /search", Search)
def search(ask: Ask[Search]) -> FoundMessages:
    """Return a page of the messages that hold all that is looked for, the newest first."""
    return searching.search(ask.caller, ask.body)
