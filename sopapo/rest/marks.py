"""Marks, receipts and preferences: how far one has read, and how a room is shown to oneself."""

from sopapo.chat import marking, preferences, receipts
from sopapo.rest.door import Ask, route
from sopapo.schemas.marks import Marked, MarkRoom, MessageInfo, MessageReach, PreferencesSet, SetPreferences


@route("PUT /rooms/{room}/delivered", MarkRoom)
def mark_delivered(ask: Ask[MarkRoom]) -> Marked:
    """Say that one has got everything up to a message."""
    return marking.mark_delivered(ask.caller, ask.body)


@route("PUT /rooms/{room}/read", MarkRoom)
def mark_read(ask: Ask[MarkRoom]) -> Marked:
    """Say that one has read everything up to a message."""
    return marking.mark_read(ask.caller, ask.body)


@route("GET /rooms/{room}/messages/{seq}/info", MessageInfo)
def message_info(ask: Ask[MessageInfo]) -> MessageReach:
    """Return whom a message has reached and who has read it; its sender and admins may ask."""
    return receipts.message_info(ask.caller, ask.body)


@route("PATCH /rooms/{room}/preferences", SetPreferences)
def set_preferences(ask: Ask[SetPreferences]) -> PreferencesSet:
    """Mute, archive or pin a room for oneself, or keep a draft on all devices."""
    return preferences.set_preferences(ask.caller, ask.body)
