"""Requests about messages for later."""

from events.door import Ask, request
from sopapo.chat import scheduled
from sopapo.schemas.scheduled import (
    ChangeScheduled,
    ListScheduled,
    MessageScheduled,
    ScheduledChanged,
    ScheduledMessages,
    ScheduledRequest,
    ScheduleMessage,
)


@request("schedule_message", ScheduleMessage)
def schedule_message(ask: Ask[ScheduleMessage]) -> MessageScheduled:
    return scheduled.schedule_message(ask.caller, ask.body)


@request("list_scheduled", ListScheduled)
def list_scheduled(ask: Ask[ListScheduled]) -> ScheduledMessages:
    return scheduled.list_scheduled(ask.caller, ask.body)


@request("change_scheduled", ChangeScheduled)
def change_scheduled(ask: Ask[ChangeScheduled]) -> ScheduledChanged:
    return scheduled.change_scheduled(ask.caller, ask.body)


@request("cancel_scheduled", ScheduledRequest)
def cancel_scheduled(ask: Ask[ScheduledRequest]) -> ScheduledChanged:
    return scheduled.cancel_scheduled(ask.caller, ask.body)
