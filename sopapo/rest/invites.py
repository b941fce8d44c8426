"""Invites: codes that let people into rooms."""

from sopapo.chat import invites, members
from sopapo.rest.door import Ask, route
from sopapo.schemas.invites import CreateInvite, InviteCreated, Invites, RevokeInvite
from sopapo.schemas.rooms import JoinByInvite, JoinRoom, RoomJoined, RoomRequest


@route("GET /rooms/{room}/invites", RoomRequest)
def list_invites(ask: Ask[RoomRequest]) -> Invites:
    """Return the invites of a room that hold, to admins all of them, to others their own."""
    return invites.list_invites(ask.caller, ask.body)


@route("POST /rooms/{room}/invites", CreateInvite, status=201)
def create_invite(ask: Ask[CreateInvite]) -> InviteCreated:
    """Make a code that lets people into a room."""
    return invites.create_invite(ask.caller, ask.body)


@route("DELETE /rooms/{room}/invites/{code}", RevokeInvite, status=204)
def revoke_invite(ask: Ask[RevokeInvite]) -> None:
    """Let a code let nobody in any more."""
    invites.revoke_invite(ask.caller, ask.body)


@route("POST /rooms/join", JoinByInvite)
def join_by_invite(ask: Ask[JoinByInvite]) -> RoomJoined:
    """Join the room that an invite leads to."""
    return members.join_room(ask.caller, JoinRoom(invite=ask.body.invite))
