"""Requests about members."""

from events.door import Ask, request
from sopapo.chat import admission, bans, members, roles
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


@request("list_members", ListMembers)
def list_members(ask: Ask[ListMembers]) -> Members:
    return members.list_members(ask.caller, ask.body)


@request("add_members", AddMembers)
def add_members(ask: Ask[AddMembers]) -> MembersAdded:
    return members.add_members(ask.caller, ask.body)


@request("approve_member", MemberRequest)
def approve_member(ask: Ask[MemberRequest]) -> MemberChanged:
    return admission.approve_member(ask.caller, ask.body)


@request("remove_member", MemberRequest)
def remove_member(ask: Ask[MemberRequest]) -> MemberChanged:
    return roles.remove_member(ask.caller, ask.body)


@request("ban_member", MemberRequest)
def ban_member(ask: Ask[MemberRequest]) -> MemberChanged:
    return bans.ban_member(ask.caller, ask.body)


@request("unban_member", MemberRequest)
def unban_member(ask: Ask[MemberRequest]) -> MemberChanged:
    return bans.unban_member(ask.caller, ask.body)


@request("mute_member", MuteMember)
def mute_member(ask: Ask[MuteMember]) -> MemberMuted:
    return bans.mute_member(ask.caller, ask.body)


@request("set_role", SetRole)
def set_role(ask: Ask[SetRole]) -> MemberChanged:
    return roles.set_role(ask.caller, ask.body)
