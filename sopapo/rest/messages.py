"""Messages: sending and reading them, and what is done to them."""

from sopapo.chat import edits, messages, pins, reactions
from sopapo.rest.door import Ask, route
from sopapo.schemas.messages import (
    EditMessage,
    Hidden,
    History,
    ListHidden,
    ListStars,
    MessageChanged,
    MessageRequest,
    MessageSent,
    Pins,
    React,
    ReadHistory,
    SendMessage,
    Stars,
    SwitchMessage,
)
from sopapo.schemas.rooms import RoomRequest


@route("GET /rooms/{room}/messages", ReadHistory)
def read_history(ask: Ask[ReadHistory]) -> History:
    """Return a page of history, oldest first: before, after or around a message, else the newest."""
    return messages.read_history(ask.caller, ask.body)


@route("POST /rooms/{room}/messages", SendMessage, status=201)
def send_message(ask: Ask[SendMessage]) -> MessageSent:
    """Send a message; the same `client_id` again returns the same message."""
    return messages.send_message(ask.caller, ask.body)


@route("PATCH /rooms/{room}/messages/{seq}", EditMessage)
def edit_message(ask: Ask[EditMessage]) -> MessageChanged:
    """Say a message of one's own in other words, while it is new."""
    return edits.edit_message(ask.caller, ask.body)


@route("DELETE /rooms/{room}/messages/{seq}", MessageRequest, status=204)
def delete_message(ask: Ask[MessageRequest]) -> None:
    """Delete a message for all; its author and admins may."""
    edits.delete_message(ask.caller, ask.body)


@route("PUT /rooms/{room}/messages/{seq}/hidden", MessageRequest)
def hide_message(ask: Ask[MessageRequest]) -> None:
    """Delete a message for oneself alone."""
    edits.hide_message(ask.caller, ask.body)


@route("PUT /rooms/{room}/messages/{seq}/reaction", React)
def react(ask: Ask[React]) -> MessageChanged:
    """React to a message with one emoji instead of an earlier one; null takes it back."""
    return reactions.react(ask.caller, ask.body)


@route("PUT /rooms/{room}/messages/{seq}/pin", SwitchMessage)
def pin_message(ask: Ask[SwitchMessage]) -> MessageChanged:
    """Pin a message for all, at most three in a room, or unpin it."""
    return pins.pin_message(ask.caller, ask.body)


@route("PUT /rooms/{room}/messages/{seq}/star", SwitchMessage)
def star_message(ask: Ask[SwitchMessage]) -> None:
    """Star a message for oneself, or no longer."""
    pins.star_message(ask.caller, ask.body)


@route("GET /rooms/{room}/pins", RoomRequest)
def list_pins(ask: Ask[RoomRequest]) -> Pins:
    """Return the messages that are pinned in a room, oldest first."""
    return pins.list_pins(ask.caller, ask.body)


@route("GET /me/stars", ListStars)
def list_stars(ask: Ask[ListStars]) -> Stars:
    """Return a page of the messages that the caller has starred, the newest star first."""
    return pins.list_stars(ask.caller, ask.body)


@route("GET /me/hidden", ListHidden)
def list_hidden(ask: Ask[ListHidden]) -> Hidden:
    """Return which messages the caller has deleted for himself, all of them or those since a time."""
    return edits.list_hidden(ask.caller, ask.body)
