"""Presence: who is there, and who is typing."""

from sopapo.chat import presence, typists
from sopapo.rest.door import Ask, route
from sopapo.schemas.presence import Typing, Watched, WatchPresence


@route("PUT /rooms/{room}/typing", Typing)
def typing(ask: Ask[Typing]) -> None:
    """Say that one is typing, or no longer; it ends by itself after six seconds."""
    typists.typing(ask.caller, ask.body)


@route("GET /presence", WatchPresence)
def watch_presence(ask: Ask[WatchPresence]) -> Watched:
    """Return whether people are online, as of now: over HTTP nothing is watched."""
    return presence.watch_presence(ask.caller, ask.body)
