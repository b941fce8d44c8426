"""Members on the wire."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Request, UserRefs
from sopapo.schemas.states import MemberState, Role, UserState


class ListMembers(Request):
    """List who is in a room, by user id, from the one after `after`."""

    room: Id
    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class AddMembers(Request):
    """Add people to a room, by id or username."""

    room: Id
    users: Annotated[UserRefs, Field(min_length=1)]


class RemoveMember(Request):
    """Remove somebody from a room, by id."""

    room: Id
    user: Id


class SetRole(Request):
    """Say what somebody is in a room."""

    room: Id
    user: Id
    role: Role


class Members(TypedDict):
    """A page of members, and whether there are more after it."""

    members: list[MemberState]
    users: list[UserState]
    more: bool


class MembersAdded(TypedDict):
    """Those who are members now, and the names that were not found."""

    members: list[MemberState]
    unknown: list[str]


class MemberChanged(TypedDict):
    """The member as he is now."""

    member: MemberState
