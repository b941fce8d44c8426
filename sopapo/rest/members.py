"""Members of rooms, and their roles."""

from sopapo.chat import members, roles
from sopapo.rest.door import Ask, route
from sopapo.schemas.members import AddMembers, ListMembers, MemberChanged, Members, MembersAdded, RemoveMember, SetRole


@route("GET /rooms/{room}/members", ListMembers)
def list_members(ask: Ask[ListMembers]) -> Members:
    """Return a page of a room's members, by user id."""
    return members.list_members(ask.caller, ask.body)


@route("POST /rooms/{room}/members", AddMembers)
def add_members(ask: Ask[AddMembers]) -> MembersAdded:
    """Add people to a room, by id or username."""
    return members.add_members(ask.caller, ask.body)


@route("PATCH /rooms/{room}/members/{user}", SetRole)
def set_role(ask: Ask[SetRole]) -> MemberChanged:
    """Say what somebody is in a room: owner, admin or member."""
    return roles.set_role(ask.caller, ask.body)


@route("DELETE /rooms/{room}/members/{user}", RemoveMember, status=204)
def remove_member(ask: Ask[RemoveMember]) -> None:
    """Remove somebody from a room."""
    roles.remove_member(ask.caller, ask.body)
