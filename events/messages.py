"""Requests about messages."""

from events.door import Ask, request
from sopapo.chat import messages
from sopapo.errors import ChatError
from sopapo.schemas.messages import MessageSent, SendMessage


@request("send_message", SendMessage, later=True)
def send_message(ask: Ask[SendMessage]) -> None:
    caller, sends = ask.caller, ask.sends
    sends.begin()

    def settle(outcome: MessageSent | ChatError) -> None:
        sends.end()
        if isinstance(outcome, ChatError):
            ask.refuse(outcome)
        else:
            ask.answer(outcome)

    messages.post_message(caller, ask.body, settle)
