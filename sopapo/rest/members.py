"""Members of rooms, and their roles."""

from sopapo.chat import admission, bans, members, roles
from sopapo.rest.door import Ask, route
from sopapo.schemas.members import (
    AddMembers,
    ListMembers,
    MemberChanged,
    MemberMuted,
    MemberRequest,
    Members,
    MembersAdded,
    MuteMember,
    SetRole,
)


@route("GET /rooms/{room}/members", ListMembers)
def list_members(ask: Ask[ListMembers]) -> Members:
    """Return a page of a room's members, by user id; to admins also of those who wait or are banned."""
    return members.list_members(ask.caller, ask.body)


@route("POST /rooms/{room}/members", AddMembers)
def add_members(ask: Ask[AddMembers]) -> MembersAdded:
    """Add people to a room, by id or username."""
    return members.add_members(ask.caller, ask.body)


@route("PATCH /rooms/{room}/members/{user}", SetRole)
def set_role(ask: Ask[SetRole]) -> MemberChanged:
    """Say what somebody is in a room: owner, admin or member."""
    return roles.set_role(ask.caller, ask.body)


@route("POST /rooms/{room}/members/{user}/approve", MemberRequest)
def approve_member(ask: Ask[MemberRequest]) -> MemberChanged:
    """Let somebody in who waits for it."""
    return admission.approve_member(ask.caller, ask.body)


@route("DELETE /rooms/{room}/members/{user}", MemberRequest, status=204)
def remove_member(ask: Ask[MemberRequest]) -> None:
    """Remove somebody from a room, or decline one who waits."""
    roles.remove_member(ask.caller, ask.body)


@route("PUT /rooms/{room}/bans/{user}", MemberRequest)
def ban_member(ask: Ask[MemberRequest]) -> MemberChanged:
    """Take somebody out of a room and let him in no more."""
    return bans.ban_member(ask.caller, ask.body)


@route("DELETE /rooms/{room}/bans/{user}", MemberRequest, status=204)
def unban_member(ask: Ask[MemberRequest]) -> None:
    """Let somebody join again."""
    bans.unban_member(ask.caller, ask.body)


@route("PUT /rooms/{room}/members/{user}/mute", MuteMember)
def mute_member(ask: Ask[MuteMember]) -> MemberMuted:
    """Take the word from somebody for a time, or give it back."""
    return bans.mute_member(ask.caller, ask.body)
