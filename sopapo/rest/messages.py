"""Messages: sending and reading them."""

from sopapo.chat import messages
from sopapo.rest.door import Ask, route
from sopapo.schemas.messages import History, MessageSent, ReadHistory, SendMessage


@route("GET /rooms/{room}/messages", ReadHistory)
def read_history(ask: Ask[ReadHistory]) -> History:
    """Return a page of history, oldest first: before, after or around a message, else the newest."""
    return messages.read_history(ask.caller, ask.body)


@route("POST /rooms/{room}/messages", SendMessage, status=201)
def send_message(ask: Ask[SendMessage]) -> MessageSent:
    """Send a message; the same `client_id` again returns the same message."""
    return messages.send_message(ask.caller, ask.body)
