"""Invites on the wire."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, InviteCode, Request

YEAR = 31_536_000


class CreateInvite(Request):
    """Make a code that lets people into a room, for some seconds or for ever, so many times or always."""

    room: Id
    expires_in: Annotated[int, Field(ge=1, le=YEAR)] | None = None
    max_uses: Annotated[int, Field(ge=1, le=200_000)] | None = None


class RevokeInvite(Request):
    """Let a code let nobody in any more."""

    room: Id
    code: InviteCode


class InviteState(TypedDict):
    """A code that lets people into a room; `url` is where a browser can use it."""

    code: str
    url: str
    expires_at: str | None
    uses: int
    max_uses: int | None


class InviteCreated(TypedDict):
    """The new invite."""

    invite: InviteState


class Invites(TypedDict):
    """The invites of a room that still hold, the newest first."""

    invites: list[InviteState]
