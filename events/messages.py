"""Requests about messages."""

from events.door import Ask, post, request
from sopapo.chat import edits, messages, pins, reactions
from sopapo.chat.composing import is_plain
from sopapo.schemas.messages import (
    EditMessage,
    MessageChanged,
    MessageRequest,
    React,
    SendMessage,
    SwitchMessage,
)


@request("send_message", SendMessage, later=True, prompt=is_plain)
def send_message(ask: Ask[SendMessage]) -> None:
    post(ask, messages.post_message)


@request("edit_message", EditMessage)
def edit_message(ask: Ask[EditMessage]) -> MessageChanged:
    return edits.edit_message(ask.caller, ask.body)


@request("delete_message", MessageRequest)
def delete_message(ask: Ask[MessageRequest]) -> MessageChanged:
    return edits.delete_message(ask.caller, ask.body)


@request("hide_message", MessageRequest)
def hide_message(ask: Ask[MessageRequest]) -> None:
    edits.hide_message(ask.caller, ask.body)


@request("react", React)
def react(ask: Ask[React]) -> MessageChanged:
    return reactions.react(ask.caller, ask.body)


@request("pin_message", SwitchMessage)
def pin_message(ask: Ask[SwitchMessage]) -> MessageChanged:
    return pins.pin_message(ask.caller, ask.body)


@request("star_message", SwitchMessage)
def star_message(ask: Ask[SwitchMessage]) -> None:
    pins.star_message(ask.caller, ask.body)
