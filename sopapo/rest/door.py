"""What all routes have in common: naming the caller, parsing, answering with the bytes that sockets get too."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from flask import Flask, Response, request, stream_with_context

from sopapo import metrics
from sopapo.chat.arrivals import recognize
from sopapo.chat.files import Opened
from sopapo.chat.sessions import Device
from sopapo.limits import limits
from sopapo.rest import downloads, problems
from sopapo.rest.parsing import JSON_TYPE, bearer, parse
from sopapo.schemas.fields import Request
from sopapo.security import Identity
from sopapo.transport.text import dumps

API = "/api/v1"

Body = TypeVar("Body", bound=Request)
Result = TypeVar("Result")
Function = Callable[["Ask[Any]"], Any]


class Nothing(Request):
    """A request without fields."""


@dataclass(frozen=True, slots=True)
class Ask(Generic[Body]):
    """A request that is being answered: what is asked, and by whom."""

    body: Body
    identity: Identity | None

    @property
    def caller(self) -> Identity:
        """Return who asks; only routes for strangers are reached by nobody."""
        assert self.identity is not None
        return self.identity

    @property
    def device(self) -> Device:
        """Return where the request comes from."""
        return Device(request.remote_addr or "", request.user_agent.string)


@dataclass(frozen=True, slots=True)
class Stream(Generic[Result]):
    """A result that is written while it is read, in pieces of its JSON."""

    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Route:
    """Where an act is over HTTP: its fields come from the path and the query or the body.

    The function of a `form` reads the body by itself, because it may be large.
    """

    method: str
    path: str
    schema: type[Request]
    function: Function
    status: int
    strangers: bool
    form: bool

    @property
    def name(self) -> str:
        """Return the name of the request, as on the other door."""
        return self.function.__name__

    @property
    def noun(self) -> str:
        """Return what the act is about."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def result(self) -> Any:
        """Return the type of what a success answers, None where that is nothing."""
        hint = get_type_hints(self.function)["return"]
        hint = get_args(hint)[0] if get_origin(hint) is Stream else hint
        return None if hint is type(None) else hint


routes: list[Route] = []


def route(
    what: str,
    schema: type[Request] = Nothing,
    *,
    status: int = HTTPStatus.OK,
    strangers: bool = False,
    form: bool = False,
) -> Callable[[Function], Function]:
    """Register the function that answers at a method and path, as in `POST /rooms`; it returns the result."""

    def register(function: Function) -> Function:
        method, _, path = what.partition(" ")
        routes.append(Route(method, path, schema, function, status, strangers, form))
        return function

    return register


def mount(app: Flask) -> None:
    """Give the application all the routes."""
    for each in routes:
        rule = API + each.path.replace("{", "<").replace("}", ">")
        app.add_url_rule(rule, f"{API} {each.name}", view(each), methods=[each.method])


def view(route: Route) -> Callable[..., Response]:
    """Return what Flask calls for a route; whatever goes wrong is answered too."""

    def answer(**path: str) -> Response:
        began, code = time.perf_counter(), "ok"
        try:
            identity = None if route.strangers else recognize(bearer())
            limits().take(route.name, request.remote_addr or "", identity.user_id if identity else None)
            body = route.schema() if route.form else parse(route.schema, path)
            return reply(route, route.function(Ask(body, identity)))
        except Exception as error:  # noqa: BLE001
            outcome = problems.outcome(error)
            code = outcome.code
            return problems.response(outcome)
        finally:
            metrics.observe(route.name, code, time.perf_counter() - began, door="rest")

    return answer


def reply(route: Route, result: Mapping[str, object] | Stream[object] | Opened | None) -> Response:
    """Return a success; a repeated send has made nothing new."""
    if isinstance(result, Opened):
        return downloads.answer(result)
    if isinstance(result, Stream):
        return Response(stream_with_context(result.pieces), route.status, content_type=JSON_TYPE)
    if route.status == HTTPStatus.NO_CONTENT:
        return Response(status=route.status)
    result = result or {}
    status = HTTPStatus.OK if result.get("duplicate") else route.status
    return Response(dumps(result), status, content_type=JSON_TYPE)
