"""How large rooms may grow."""

from flask import current_app

from models import Room
from sopapo.config import Settings
from sopapo.errors import Conflict


def refuse_full(room: Room, more: int) -> None:
    """Raise Conflict where a room would hold more members than it may."""
    settings: Settings = current_app.extensions["sopapo.settings"]
    limit = settings.channel_members if room.kind == "channel" else settings.group_members
    if room.member_count + more > limit:
        raise Conflict(f"the room holds at most {limit} members")
