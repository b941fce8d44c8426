"""Requests about marks, receipts and preferences."""

from events.door import Ask, request
from sopapo.chat import marking, preferences, receipts
from sopapo.schemas.marks import Marked, MarkRoom, MessageInfo, MessageReach, PreferencesSet, SetPreferences


@request("mark_delivered", MarkRoom)
def mark_delivered(ask: Ask[MarkRoom]) -> Marked:
    return marking.mark_delivered(ask.caller, ask.body)


@request("mark_read", MarkRoom)
def mark_read(ask: Ask[MarkRoom]) -> Marked:
    return marking.mark_read(ask.caller, ask.body)


@request("message_info", MessageInfo)
def message_info(ask: Ask[MessageInfo]) -> MessageReach:
    return receipts.message_info(ask.caller, ask.body)


@request("set_preferences", SetPreferences)
def set_preferences(ask: Ask[SetPreferences]) -> PreferencesSet:
    return preferences.set_preferences(ask.caller, ask.body)
