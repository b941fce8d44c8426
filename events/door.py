"""What all requests of sockets have in common: finding the handler, parsing, naming the caller, answering."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, cast

from flask import Flask, has_app_context

from events.someone import Sends, Someone, become_all, part, token_of
from events.terms import Terms
from models import db
from sopapo import metrics
from sopapo.chat.arrivals import AT_ONCE, recognize_all
from sopapo.errors import ChatError, Invalid, Problem, TokenExpired, Unauthenticated, UnknownEvent, outcome_of
from sopapo.gathering import Gathering
from sopapo.journal import Settle
from sopapo.limits import Limits
from sopapo.schemas.fields import Request
from sopapo.schemas.messages import MessageSent
from sopapo.security import Identity
from sopapo.transaction import told_after_the_answer
from sopapo.transport import Admit, Connection, Refused
from sopapo.transport.runtime import call_after

Body = TypeVar("Body", bound=Request)
Acknowledge = Callable[[Mapping[str, object]], None]


class Nothing(Request):
    """A request without fields."""


@dataclass(slots=True)
class Ask(Generic[Body]):
    """A request that is being answered: by whom, what, and how to answer before anybody else hears of it."""

    connection: Connection
    body: Body
    acknowledge: Acknowledge

    @property
    def caller(self) -> Identity:
        """Return who asks. Raises Unauthenticated for a stranger."""
        who: Someone | None = self.connection.who
        if who is None:
            raise Unauthenticated("log in first")
        return who.identity

    @property
    def sends(self) -> Sends:
        """Return the messages of the socket that are under way."""
        who: Someone = self.connection.who
        return who.sends

    @property
    def already(self) -> str | None:
        """Return the user that the socket is, where it is someone."""
        return user_of(self.connection)

    def answer(self, result: Mapping[str, object] | None = None) -> None:
        """Acknowledge with what the request resulted in."""
        self.acknowledge({"ok": True, **(result or {})})

    def refuse(self, error: Exception) -> None:
        """Acknowledge with why it was refused."""
        self.acknowledge({"ok": False, "error": outcome_of(error).problem()})


@dataclass(frozen=True, slots=True)
class Handler:
    """What answers a request: its schema, its function, whether strangers may ask it, and whether it answers later.

    `prompt` tells of a request's fields whether the function waits for nothing.
    """

    schema: type[Request]
    function: Callable[[Ask[Any]], Mapping[str, object] | None]
    strangers: bool
    later: bool
    prompt: Callable[[Mapping[str, object]], bool]


def never(_fields: Mapping[str, object]) -> bool:
    """Tell of a request that its function may wait for something, the database for one."""
    return False


handlers: dict[str, Handler] = {}


def request(
    name: str,
    schema: type[Request] = Nothing,
    *,
    strangers: bool = False,
    later: bool = False,
    prompt: Callable[[Mapping[str, object]], bool] = never,
) -> Callable[[Callable[[Ask[Any]], Any]], Callable[[Ask[Any]], Any]]:
    """Register the function that answers the requests of that name; it returns the result, or answers `later`."""

    def register(function: Callable[[Ask[Any]], Any]) -> Callable[[Ask[Any]], Any]:
        handlers[name] = Handler(schema, function, strangers, later, prompt)
        return function

    return register


def post(ask: Ask[Body], act: Callable[[Identity, Body, Settle, float], None]) -> None:
    """Hand a new message to the journal; its author is answered when it is stored, before anybody hears of it."""
    caller, sends = ask.caller, ask.sends
    sends.begin()

    def settle(outcome: MessageSent | ChatError) -> None:
        sends.end()
        if isinstance(outcome, ChatError):
            ask.refuse(outcome)
        else:
            ask.answer(outcome)

    try:
        act(caller, ask.body, settle, ask.connection.asked_at)
    except Exception:
        sends.end()
        raise


class Coming(NamedTuple):
    """A socket that asks to be let in with a token."""

    connection: Connection
    token: str
    admit: Admit


class SocketDoor:
    """Connects, answers and forgets the sockets of this process."""

    def __init__(self, app: Flask, limits: Limits) -> None:
        """Answer in the context of this application, within these limits."""
        self.app = app
        self.limits = limits
        app.extensions["sopapo.terms"] = self.terms = Terms()
        self.coming: Gathering[Coming] = Gathering(app, self.let_in, 0, AT_ONCE)
        # The loop keeps the context, so that what is answered at once needs none of its own.
        call_after(0, app.app_context().push)

    def connect(self, connection: Connection, auth: object, admit: Admit) -> None:
        """Let a socket in, as someone where it brings a token: with all who come at the same moment."""
        if auth is None or auth == {}:
            self.terms.begin(connection)
            admit(None)
            return
        try:
            self.coming.add(Coming(connection, token_of(auth), admit))
        except Unauthenticated as error:
            admit(refusal(error))

    def let_in(self, coming: list[Coming]) -> None:
        """Let those sockets in whose tokens name somebody, and tell the others why not."""
        try:
            found = recognize_all({one.token for one in coming})
            arrived = [(one.connection, who) for one in coming if isinstance(who := found[one.token], Identity)]
            become_all(arrived)
        except Exception as error:  # noqa: BLE001 - everything is answered
            # Nobody waits for one failure after the other.
            why = refusal(error)
            for one in (*coming, *self.coming.take_all()):
                one.admit(why)
            return
        for one in coming:
            who = found[one.token]
            one.admit(None if isinstance(who, Identity) else refusal(who))

    def request(self, connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> None:
        """Answer one request; whatever goes wrong is answered too."""
        with self.app.app_context():
            try:
                self.handle(connection, event, args, acknowledge)
            finally:
                db.session.remove()

    def answer_at_once(self, connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> bool:
        """Answer a request that waits for nothing, the database least of all, and tell whether it was one."""
        handler = handlers.get(event)
        who: Someone | None = connection.who
        if handler is None or who is None or not who.sends.has_room or len(args) != 1:
            return False
        if not (isinstance(args[0], dict) and handler.prompt(args[0])):
            return False
        with nullcontext() if has_app_context() else self.app.app_context():
            self.handle(connection, event, args, acknowledge)
        return True

    def handle(self, connection: Connection, event: str, args: list[object], acknowledge: Acknowledge) -> None:
        """Answer one request in the context that is there."""
        acknowledge = counted(event, acknowledge)
        try:
            handler = find_handler(connection, event)
            self.limits.take(event, connection.address, user_of(connection))
            ask = Ask(connection, parse(handler.schema, args), acknowledge)
            if handler.later:
                handler.function(ask)
            else:
                wait_for_sends(connection)
                with told_after_the_answer():
                    ask.answer(handler.function(ask))
        except Exception as error:  # noqa: BLE001 - everything is answered
            acknowledge({"ok": False, "error": outcome_of(error).problem()})

    def disconnect(self, connection: Connection) -> None:
        """Forget a socket; its channels are left by the transport."""
        with self.app.app_context():
            part(connection)
        self.terms.forget(connection)
        connection.who = None


def refusal(error: Exception) -> Refused:
    """Return why a socket is turned away."""
    problem = outcome_of(error).problem()
    return Refused(problem["code"], dict(problem))


def find_handler(connection: Connection, event: str) -> Handler:
    """Return what answers an event. Raises Unauthenticated, TokenExpired or UnknownEvent."""
    handler = handlers.get(event)
    who: Someone | None = connection.who
    if handler is None or not handler.strangers:
        if who is None:
            raise Unauthenticated("log in first")
        if who.has_expired():
            raise TokenExpired("the access token has expired; authenticate with a new one")
    if handler is None:
        raise UnknownEvent("there is no such request")
    return handler


def user_of(connection: Connection) -> str | None:
    """Return the user that a socket is, where it is someone."""
    who: Someone | None = connection.who
    return who.identity.user_id if who else None


def counted(event: str, acknowledge: Acknowledge) -> Acknowledge:
    """Return what answers a request and counts how that went; names that nobody has registered are one."""
    began = time.perf_counter()

    def answer(result: Mapping[str, object]) -> None:
        code = "ok" if result["ok"] else cast(Problem, result["error"])["code"]
        metrics.observe(event if event in handlers else "unknown", code, time.perf_counter() - began)
        acknowledge(result)

    return answer


def wait_for_sends(connection: Connection) -> None:
    """Let the socket's messages be stored first: its requests take effect in the order in which it sent them."""
    who: Someone | None = connection.who
    if who is not None:
        who.sends.wait()


def parse(schema: type[Request], args: list[object]) -> Request:
    """Return the request that came with an event: one object, or none. Raises Invalid or ValidationError."""
    if len(args) > 1:
        raise Invalid("a request is one object")
    payload = args[0] if args and args[0] is not None else {}
    if not isinstance(payload, dict):
        raise Invalid("a request is an object")
    return schema.model_validate(payload)
