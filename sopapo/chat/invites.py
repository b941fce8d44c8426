"""Invites: codes that let people into rooms."""

import secrets

from flask import current_app
from sqlalchemy import Select, or_, select

from models import Invite, Member, Room, db
from sopapo.chat.access import access_group, read_room
from sopapo.clock import now, rfc3339_or_none
from sopapo.config import Settings
from sopapo.errors import Conflict, Forbidden, Gone, NotFound
from sopapo.permissions import allows, is_admin
from sopapo.schemas.invites import CreateInvite, InviteCreated, Invites, InviteState, RevokeInvite
from sopapo.schemas.rooms import RoomRequest
from sopapo.security import Identity
from sopapo.transaction import transaction

CODE_BYTES = 16
# A room has few invites at a time; what holds no more does not count.
AT_MOST = 200


def create_invite(caller: Identity, body: CreateInvite) -> InviteCreated:
    """Make an invite to a room. Raises NotFound, Forbidden and Conflict."""
    moment = now()
    with transaction(body.room):
        room, me = access_group(caller, body.room)
        refuse_inviting(room, me)
        if len(db.session.scalars(holding(room)).all()) >= AT_MOST:
            raise Conflict(f"a room has at most {AT_MOST} invites")
        invite = Invite(
            code=secrets.token_urlsafe(CODE_BYTES),
            room_id=room.id,
            created_by=caller.user_id,
            created_at=moment,
            expires_at=moment + body.expires_in * 1000 if body.expires_in else None,
            uses=0,
            max_uses=body.max_uses,
        )
        db.session.add(invite)
    return InviteCreated(invite=invite_state(invite))


def refuse_inviting(room: Room, me: Member) -> None:
    """Raise Forbidden where a member may invite nobody."""
    if not allows(room.invite, me.role):
        raise Forbidden("only admins may invite people here")


def revoke_invite(caller: Identity, body: RevokeInvite) -> None:
    """End an invite: its maker may, and admins. Raises NotFound and Forbidden."""
    with transaction(body.room):
        room, me = access_group(caller, body.room)
        invite = db.session.get(Invite, body.code)
        if invite is None or invite.room_id != room.id:
            raise NotFound("there is no such invite", "code")
        if invite.created_by != caller.user_id and not is_admin(me.role):
            raise Forbidden("only its maker and admins may revoke an invite")
        if invite.revoked_at is None:
            invite.revoked_at = now()


def list_invites(caller: Identity, body: RoomRequest) -> Invites:
    """Return the invites of a room that hold: all to admins, to others their own. Raises NotFound and Forbidden."""
    room, me = read_room(caller, body.room)
    if room.kind == "direct":
        raise Forbidden("a direct room has no invites")
    refuse_inviting(room, me)
    query = holding(room).order_by(Invite.created_at.desc(), Invite.code)
    if not is_admin(me.role):
        query = query.where(Invite.created_by == caller.user_id)
    return Invites(invites=[invite_state(invite) for invite in db.session.scalars(query)])


def holding(room: Room) -> Select[Invite]:
    """Return the query for the invites of a room that let people in."""
    return select(Invite).where(
        Invite.room_id == room.id,
        Invite.revoked_at.is_(None),
        or_(Invite.expires_at.is_(None), Invite.expires_at > now()),
        or_(Invite.max_uses.is_(None), Invite.uses < Invite.max_uses),
    )


def room_of(code: str) -> str:
    """Return the room that an invite leads to. Raises NotFound."""
    room_id = db.session.scalar(select(Invite.room_id).where(Invite.code == code))
    if room_id is None:
        raise NotFound("there is no such invite", "invite")
    return room_id


def use_invite(room: Room, code: str) -> None:
    """Count one use of an invite, under the room's lock. Raises NotFound, and Gone where it holds no more."""
    invite = db.session.get(Invite, code, populate_existing=True)
    if invite is None or invite.room_id != room.id:
        raise NotFound("there is no such invite", "invite")
    if invite.revoked_at is not None:
        raise Gone("the invite was revoked", "invite")
    if invite.expires_at is not None and invite.expires_at <= now():
        raise Gone("the invite is over", "invite")
    if invite.max_uses is not None and invite.uses >= invite.max_uses:
        raise Gone("the invite is used up", "invite")
    invite.uses += 1


def invite_state(invite: Invite) -> InviteState:
    """Return an invite as those see it who may make one."""
    settings: Settings = current_app.extensions["sopapo.settings"]
    return InviteState(
        code=invite.code,
        url=f"{settings.public_url}/invite/{invite.code}",
        expires_at=rfc3339_or_none(invite.expires_at),
        uses=invite.uses,
        max_uses=invite.max_uses,
    )
