"""The outcomes that a client can act on, as one tree, and the one place that turns any exception into one.

ChatError
  Invalid            422  the request makes no sense; `field` says where (400 where a body is no JSON)
  UnknownEvent       404  there is no request of that name
  Unauthenticated    401  nobody, or a token that does not hold
    BadCredentials, TokenExpired, SessionRevoked
  Forbidden          403  somebody, but not one who may do that
    Suspended
  NotFound           404  not there, or not to be seen by the caller: the answer is the same
  Conflict           409  the state of things does not allow it
  Gone               410  it was there, and is over
  TooLarge           413  more bytes than are taken
  RateLimited        429  too often; `retry_after` says how long to wait
  Internal           500  a bug of ours; the log has it, the client does not
  Unavailable        503  the database or another part is away; nothing was stored
"""

from typing import Any, NotRequired, TypedDict

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

log = structlog.get_logger(__name__)


class Problem(TypedDict):
    """An error as clients get it."""

    code: str
    message: str
    field: NotRequired[str]
    retry_after: NotRequired[float]


class ChatError(Exception):
    """A request that is refused, with what the client needs to act on it."""

    code = "internal"
    status = 500

    def __init__(self, message: str, field: str | None = None, retry_after: float | None = None) -> None:
        """Say why, in English for a developer, which field is to blame, and after how many seconds to try again."""
        super().__init__(message)
        self.message = message
        self.field = field
        self.retry_after = retry_after

    def problem(self) -> Problem:
        """Return the error object of PROTOCOL.md."""
        problem = Problem(code=self.code, message=self.message)
        if self.field is not None:
            problem["field"] = self.field
        if self.retry_after is not None:
            problem["retry_after"] = self.retry_after
        return problem


class Invalid(ChatError):
    code, status = "invalid", 422


class NotJson(Invalid):
    status = 400


class UnknownEvent(ChatError):
    code, status = "unknown_event", 404


class Unauthenticated(ChatError):
    code, status = "unauthenticated", 401


def no_such_token() -> Unauthenticated:
    """Say of a token that it is none of ours, or names nobody any more."""
    return Unauthenticated("the token does not hold")


class BadCredentials(Unauthenticated):
    code = "bad_credentials"


class TokenExpired(Unauthenticated):
    code = "token_expired"


class SessionRevoked(Unauthenticated):
    code = "session_revoked"


class Forbidden(ChatError):
    code, status = "forbidden", 403


class Suspended(Forbidden):
    code = "suspended"


class NotFound(ChatError):
    code, status = "not_found", 404


def no_such_room() -> NotFound:
    """Say of a room what is said of those that are not there and those that may not be seen."""
    return NotFound("there is no such room", "room")


def no_such_file(field: str = "file") -> NotFound:
    """Say the same of files."""
    return NotFound("there is no such file", field)


class Conflict(ChatError):
    code, status = "conflict", 409


class Gone(ChatError):
    code, status = "gone", 410


class TooLarge(ChatError):
    code, status = "too_large", 413


class RateLimited(ChatError):
    code, status = "rate_limited", 429


class Internal(ChatError):
    """What is no ChatError is a bug: its detail stays in the log."""


class Unavailable(ChatError):
    code, status = "unavailable", 503


def outcome_of(error: Exception) -> ChatError:
    """Return what a client hears of an exception; a bug is logged whole here."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, ValidationError):
        return first_fault(error)
    if is_away(error):
        log.warning("database_away", error=type(error).__name__)
        return Unavailable("the database is away; nothing was stored, try again", retry_after=1)
    log.error("bug", exc_info=error)
    return Internal("something went wrong on our side")


def is_away(error: BaseException) -> bool:
    """Tell whether the database could not be reached, or took too long, rather than refused what we asked."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | DisconnectionError | PoolTimeoutError)


def first_fault(error: ValidationError) -> Invalid:
    """Name the first wrong field of a request."""
    fault: dict[str, Any] = dict(error.errors(include_url=False, include_context=False, include_input=False)[0])
    # A field that we do not know may be named by anything, even by what cannot be written as UTF-8.
    field = str(fault["loc"][0]).encode(errors="replace").decode()[:100] if fault["loc"] else None
    return Invalid(str(fault["msg"]).removeprefix("Value error, "), field)
