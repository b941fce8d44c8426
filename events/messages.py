"""Requests about messages."""

from events.door import Ask, request
from sopapo.chat import messages
from sopapo.schemas.messages import SendMessage


@request("send_message", SendMessage)
def send_message(ask: Ask[SendMessage]) -> None:
    messages.send_message(ask.caller, ask.body, ask.answer)
