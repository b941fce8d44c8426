"""Rows as clients see them: what is pushed and what is read back are made by the same functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from models import File, Member, Message, Poll, Reaction, Room, User
from sopapo.clock import rfc3339, rfc3339_or_none
from sopapo.schemas.states import (
    FileState,
    MemberState,
    MessageState,
    MeState,
    OptionState,
    PollState,
    RoomState,
    UserState,
)

# Where files are fetched over HTTP, with the token that everything else needs too.
FILES = "/api/v1/files"


def room_state(room: Room) -> RoomState:
    """Return what a room is like."""
    return RoomState(
        id=room.id,
        rev=room.rev,
        last_seq=room.last_seq,
        first_seq=room.first_seq,
        kind=room.kind,  # type: ignore[typeddict-item]
        name=room.name,
        description=room.description,
        avatar=room.avatar,
        public=room.public,
        history=room.history,  # type: ignore[typeddict-item]
        post=room.post,  # type: ignore[typeddict-item]
        invite=room.invite,  # type: ignore[typeddict-item]
        edit_info=room.edit_info,  # type: ignore[typeddict-item]
        approval=room.approval,
        expire_after=room.expire_after,
        slow_mode=room.slow_mode,
        members=room.member_count,
        created_at=rfc3339(room.created_at),
        created_by=room.created_by,
        deleted_at=rfc3339_or_none(room.deleted_at),
    )


def member_state(member: Member, user: User) -> MemberState:
    """Return a member, named as he is called now."""
    return MemberState(
        room=member.room_id,
        rev=member.rev,
        user=member.user_id,
        name=user.name,
        username=user.username,
        role=member.role,  # type: ignore[typeddict-item]
        status=member.status,  # type: ignore[typeddict-item]
        joined_at=rfc3339(member.joined_at),
    )


def me_state(member: Member) -> MeState:
    """Return what is a member's own in a room."""
    return MeState(
        room=member.room_id,
        role=member.role,  # type: ignore[typeddict-item]
        muted_until=rfc3339_or_none(member.muted_until),
        archived=member.archived,
        pinned=member.pinned,
        draft=member.draft,
        delivered=member.delivered,
        read=member.read,
    )


def users_by_emoji(reactions: Sequence[Reaction]) -> dict[str, list[str]]:
    """Return who reacted with what, in the order in which they did."""
    found: dict[str, list[str]] = {}
    if not reactions:
        return found
    for reaction in sorted(reactions, key=lambda reaction: reaction.rev):
        found.setdefault(reaction.emoji, []).append(reaction.user_id)
    return found


def facts_of(file: File) -> dict[str, Any]:
    """Return what a message keeps of a file that it holds."""
    names = ("id", "name", "mime", "size", "width", "height", "duration", "blurhash", "thumbnail")
    return {name: getattr(file, name) for name in names}


def held_state(facts: Mapping[str, Any]) -> FileState:
    """Return a file that a message holds."""
    url = f"{FILES}/{facts['id']}"
    return FileState(
        id=facts["id"],
        name=facts["name"],
        mime=facts["mime"],
        size=facts["size"],
        width=facts["width"],
        height=facts["height"],
        duration=facts["duration"],
        blurhash=facts["blurhash"],
        url=url,
        thumbnail=f"{url}/thumbnail" if facts["thumbnail"] else None,
        expires_at=None,
    )


def file_state(file: File) -> FileState:
    """Return a file as its owner sees it, who is told until when it waits to be used."""
    state = held_state(facts_of(file))
    state["expires_at"] = rfc3339(file.due_at) if file.due_at else None
    return state


def message_state(message: Message) -> MessageState:
    """Return a message."""
    state = MessageState(
        room=message.room_id,
        seq=message.seq,
        rev=message.rev,
        client_id=message.client_id,
        sender=message.sender_id,
        kind=message.kind,  # type: ignore[typeddict-item]
        text=message.text,
        system=message.system,
        reply_to=message.reply_to,
        forwarded=message.forwarded,
        mentions=message.mentions or [],
        mentions_all=message.mentions_all,
        files=[held_state(facts) for facts in message.files] if message.files else [],
        reactions=users_by_emoji(message.reactions),
        pinned=message.pinned,
        created_at=rfc3339(message.created_at),
        edited_at=rfc3339_or_none(message.edited_at),
        deleted_at=rfc3339_or_none(message.deleted_at),
        expires_at=rfc3339_or_none(message.expires_at),
    )
    if message.kind == "poll":
        state["poll"] = poll_state(message.poll) if message.poll else None
    return state


def poll_state(poll: Poll) -> PollState:
    """Return what a poll asks and how it stands."""
    voters = poll["voters"]
    return PollState(
        options=[
            OptionState(id=place + 1, text=text, votes=poll["votes"][place], voters=voters[place] if voters else None)
            for place, text in enumerate(poll["options"])
        ],
        multiple=poll["multiple"],
        anonymous=poll["anonymous"],
        closes_at=rfc3339_or_none(poll["closes_at"]),
        closed_at=rfc3339_or_none(poll["closed_at"]),
        people=poll["people"],
    )


def user_state(user: User) -> UserState:
    """Return a user as others see him."""
    return UserState(
        id=user.id,
        username=user.username,
        name=user.name,
        about=user.about,
        avatar=user.avatar,
        bot=user.bot,
        created_at=rfc3339(user.created_at),
    )


def own_user_state(user: User) -> UserState:
    """Return a user as he sees himself, with his settings."""
    state = user_state(user)
    state["email"] = user.email
    state["locale"] = user.locale
    state["last_seen"] = user.last_seen  # type: ignore[typeddict-item]
    state["receipts"] = user.receipts  # type: ignore[typeddict-item]
    return state
