"""Errors as RFC 9457 has them, from the one mapper that both doors share."""

import math
from collections.abc import Iterator
from http import HTTPStatus
from typing import NotRequired

from flask import Response, request
from typing_extensions import TypedDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sopapo import metrics
from sopapo.errors import (
    BadCredentials,
    ChatError,
    NotFound,
    NotJson,
    TooLarge,
    Unauthenticated,
    UnknownEvent,
    outcome_of,
)
from sopapo.transport.text import dumps

PROBLEM_TYPE = "application/problem+json"


class WrongMethod(UnknownEvent):
    """The address is there, but takes no such method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED


OF_HTTP: dict[int | None, tuple[type[ChatError], str]] = {
    HTTPStatus.NOT_FOUND: (NotFound, "there is nothing at this address"),
    HTTPStatus.METHOD_NOT_ALLOWED: (WrongMethod, "this address takes no such method"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (TooLarge, "the body is too large"),
}


class ProblemDocument(TypedDict):
    """Why a request was refused; `code` is for programs, `detail` for developers, `retry_after` in seconds."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: NotRequired[str]
    retry_after: NotRequired[float]


def codes(tree: type[ChatError] = ChatError) -> Iterator[str]:
    """Return every code that an error can have."""
    yield tree.code
    for kind in tree.__subclasses__():
        yield from codes(kind)


def outcome(error: Exception) -> ChatError:
    """Return what a client hears of an exception, those of HTTP itself included."""
    if not isinstance(error, HTTPException):
        return outcome_of(error)
    kind, message = OF_HTTP.get(error.code, (NotJson, "the request makes no sense, or did not come whole"))
    return kind(message)


def response(error: ChatError) -> Response:
    """Return an error as a problem document."""
    problem = error.problem()
    document = ProblemDocument(
        type=f"urn:sopapo:problem:{error.code}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        detail=problem["message"],
        code=error.code,
    )
    answer = Response(status=error.status, content_type=PROBLEM_TYPE)
    if "field" in problem:
        document["field"] = problem["field"]
    if "retry_after" in problem:
        document["retry_after"] = problem["retry_after"]
        answer.headers["Retry-After"] = str(math.ceil(problem["retry_after"]))
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = challenge(error)
    answer.data = dumps(document)
    return answer


def challenge(error: Unauthenticated) -> str:
    """Return how to prove who one is, as RFC 6750 says it; what came with the request may have been no good."""
    no_good = request.headers.get("Authorization") and not isinstance(error, BadCredentials)
    return 'Bearer realm="sopapo", error="invalid_token"' if no_good else 'Bearer realm="sopapo"'


def answer_error(error: Exception) -> Response:
    """Answer what went wrong outside of any route."""
    refusal = outcome(error)
    metrics.observe("unknown", refusal.code, 0, door="rest")
    answer = response(refusal)
    if isinstance(error, MethodNotAllowed):
        answer.allow.update(error.valid_methods or ())
    return answer
