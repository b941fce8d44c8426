"""Requests about members."""

from events.door import Ask, request
from sopapo.chat import members, roles
from sopapo.schemas.members import AddMembers, ListMembers, MemberChanged, Members, MembersAdded, RemoveMember, SetRole


@request("list_members", ListMembers)
def list_members(ask: Ask[ListMembers]) -> Members:
    return members.list_members(ask.caller, ask.body)


@request("add_members", AddMembers)
def add_members(ask: Ask[AddMembers]) -> MembersAdded:
    return members.add_members(ask.caller, ask.body)


@request("remove_member", RemoveMember)
def remove_member(ask: Ask[RemoveMember]) -> MemberChanged:
    return roles.remove_member(ask.caller, ask.body)


@request("set_role", SetRole)
def set_role(ask: Ask[SetRole]) -> MemberChanged:
    return roles.set_role(ask.caller, ask.body)
