"""Filling a database: a crowd to measure with, and a small conversation to look at."""

import secrets
from collections.abc import Iterator
from itertools import cycle
from typing import Any, TypedDict

from sqlalchemy import insert
from uuid_utils import uuid4, uuid7

from models import Member, Message, Room, Session, User, db
from sopapo.chat.accounts import new_user, refuse_taken
from sopapo.chat.changes import put_member
from sopapo.chat.demo_talk import PEOPLE, ROOM, TALK
from sopapo.chat.sessions import tokens
from sopapo.clock import now
from sopapo.schemas.accounts import Register
from sopapo.security import hash_password
from sopapo.transaction import transaction
from sopapo.usernames import username_key

DAY = 86_400
MINUTE = 60_000
# No password has this hash: such an account is entered by its token alone.
NO_HASH = "!"


class Seeded(TypedDict):
    """A user that was made, his access token for a day, and his rooms; he writes in the first."""

    user: str
    username: str
    token: str
    rooms: list[str]


def seed_crowd(users: int, rooms: int, room_size: int) -> Iterator[Seeded]:
    """Make users and rooms; room after room takes the next users in turn."""
    moment, tag = now(), secrets.token_hex(3)
    people = [crowd_user(f"u{tag}-{number}", moment) for number in range(users)]
    places = [crowd_room(f"Room {number + 1}", room_size, moment) for number in range(rooms)]
    members = deal(people, places, room_size)
    sessions = [crowd_session(user, moment) for user in people]
    with transaction():
        for table, rows in ((User, people), (Session, sessions), (Room, places), (Member, members)):
            if rows:
                db.session.execute(insert(table), rows)
    rooms_of: dict[str, list[str]] = {user["id"]: [] for user in people}
    for member in members:
        rooms_of[member["user_id"]].append(member["room_id"])
    for user, session in zip(people, sessions, strict=True):
        token = tokens().make("access", user["id"], session["id"], exp=moment // 1000 + DAY)
        yield Seeded(user=user["id"], username=user["username"], token=token, rooms=rooms_of[user["id"]])


def crowd_user(username: str, moment: int) -> dict[str, Any]:
    """Return the row of a user without a password."""
    return {
        "id": str(uuid7()),
        "username": username,
        "username_key": username_key(username),
        "name": username,
        "password_hash": NO_HASH,
        "created_at": moment,
    }


def crowd_session(user: dict[str, Any], moment: int) -> dict[str, Any]:
    """Return the row of a session that lasts as long as the token."""
    return {
        "id": str(uuid7()),
        "user_id": user["id"],
        "refresh_id": str(uuid4()),
        "address": "",
        "agent": "seed",
        "created_at": moment,
        "last_used_at": moment,
        "expires_at": moment + DAY * 1000,
    }


def crowd_room(name: str, size: int, moment: int) -> dict[str, Any]:
    """Return the row of a group, with a change for itself and one for each member."""
    return {
        "id": str(uuid7()),
        "kind": "group",
        "name": name,
        "last_rev": size + 1,
        "rev": 1,
        "member_count": size,
        "created_at": moment,
    }


def deal(people: list[dict[str, Any]], places: list[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    """Return the rows of the members; the first in each room owns it."""
    turn = cycle(people)
    return [
        {
            "room_id": place["id"],
            "user_id": next(turn)["id"],
            "role": "owner" if number == 0 else "member",
            "status": "joined",
            "rev": number + 2,
            "joined_at": place["created_at"],
        }
        for place in places
        for number in range(size)
    ]


def seed_demo() -> Iterator[str]:
    """Make a few people and a conversation of theirs; yields how to log in. Raises Conflict where one is there."""
    password = secrets.token_urlsafe(9)
    password_hash = hash_password(password)
    bodies = [Register(username=username, name=name, password=password) for username, name in PEOPLE]
    users = [new_user(body, password_hash) for body in bodies]
    for user in users:
        refuse_taken(user)
    began = now() - (len(TALK) + 1) * 2 * MINUTE
    with transaction():
        db.session.add_all(users)
        db.session.flush()
        room = demo_room(users, began)
        db.session.flush()
        db.session.add_all(demo_messages(room, {user.username: user.id for user in users}, began))
    yield f"{ROOM}: {', '.join(user.username for user in users)}"
    yield f"password of each: {password}"


def demo_room(users: list[User], began: int) -> Room:
    """Add the room and its members."""
    room = Room(
        **crowd_room(ROOM, 0, began) | {"created_by": users[0].id, "last_seq": 0, "last_rev": 1, "member_count": 0}
    )
    db.session.add(room)
    db.session.flush()
    for user in users:
        put_member(room, user, "owner" if user is users[0] else "member")
    return room


def demo_messages(room: Room, ids: dict[str, str], began: int) -> Iterator[Message]:
    """Return the messages, two minutes apart."""
    for number, (username, text) in enumerate(TALK):
        room.last_seq += 1
        room.last_rev += 1
        yield Message(
            room_id=room.id,
            seq=room.last_seq,
            rev=room.last_rev,
            client_id=str(uuid4()),
            sender_id=ids[username],
            text=text,
            created_at=began + number * 2 * MINUTE,
        )
