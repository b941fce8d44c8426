"""Requests about who is there and who is typing."""

from events.door import Ask, request
from sopapo.chat import presence, typists
from sopapo.schemas.presence import Typing, Watched, WatchPresence


@request("typing", Typing)
def typing(ask: Ask[Typing]) -> None:
    typists.typing(ask.caller, ask.body)


@request("watch_presence", WatchPresence)
def watch_presence(ask: Ask[WatchPresence]) -> Watched:
    return presence.watch_presence(ask.caller, ask.body)
