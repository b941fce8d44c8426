"""Members on the wire."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, LongLimit, Request, UserRefs
from sopapo.schemas.states import MemberState, Role, UserState
from sopapo.schemas.sync import Time


class ListMembers(Request):
    """List who is in a room, by user id, from the one after `after`; or who waits or is banned, which admins see."""

    room: Id
    status: Literal["joined", "pending", "banned"] = "joined"
    after: Id | None = None
    limit: LongLimit = 200


class AddMembers(Request):
    """Add people to a room, by id or username."""

    room: Id
    users: Annotated[UserRefs, Field(min_length=1)]


class MemberRequest(Request):
    """Do something to somebody in a room, by id."""

    room: Id
    user: Id


class SetRole(MemberRequest):
    """Say what somebody is in a room."""

    role: Role


class MuteMember(MemberRequest):
    """Take the word from somebody until then; null gives it back."""

    until: Time | None


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


class MemberMuted(TypedDict):
    """The member, and until when he may not write."""

    member: MemberState
    until: str | None
