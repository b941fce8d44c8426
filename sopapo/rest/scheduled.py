"""Messages for later: asking for them, changing and cancelling them."""

from sopapo.chat import scheduled
from sopapo.rest.door import Ask, route
from sopapo.schemas.scheduled import (
    ChangeScheduled,
    ListScheduled,
    MessageScheduled,
    ScheduledChanged,
    ScheduledMessages,
    ScheduledRequest,
    ScheduleMessage,
)


@route("POST /rooms/{room}/scheduled", ScheduleMessage, status=201)
def schedule_message(ask: Ask[ScheduleMessage]) -> MessageScheduled:
    """Let a message be sent at a later time; the same `client_id` again returns the same."""
    return scheduled.schedule_message(ask.caller, ask.body)


@route("GET /me/scheduled", ListScheduled)
def list_scheduled(ask: Ask[ListScheduled]) -> ScheduledMessages:
    """Return one's messages for later, the next one first, those of a room or all."""
    return scheduled.list_scheduled(ask.caller, ask.body)


@route("PATCH /rooms/{room}/scheduled/{client_id}", ChangeScheduled)
def change_scheduled(ask: Ask[ChangeScheduled]) -> ScheduledChanged:
    """Say something else, or at another time."""
    return scheduled.change_scheduled(ask.caller, ask.body)


@route("DELETE /rooms/{room}/scheduled/{client_id}", ScheduledRequest, status=204)
def cancel_scheduled(ask: Ask[ScheduledRequest]) -> None:
    """Forget a message for later."""
    scheduled.cancel_scheduled(ask.caller, ask.body)
