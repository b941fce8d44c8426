"""Requests about invites."""

from events.door import Ask, request
from sopapo.chat import invites
from sopapo.schemas.invites import CreateInvite, InviteCreated, RevokeInvite


@request("create_invite", CreateInvite)
def create_invite(ask: Ask[CreateInvite]) -> InviteCreated:
    return invites.create_invite(ask.caller, ask.body)


@request("revoke_invite", RevokeInvite)
def revoke_invite(ask: Ask[RevokeInvite]) -> None:
    invites.revoke_invite(ask.caller, ask.body)
